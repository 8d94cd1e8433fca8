import fc from "fast-check";
import { expect, test } from "vitest";
import type { CustodyData } from "../../../scripts/domain/information-request/custody.ts";
import type { Extension } from "../../../scripts/domain/information-request/extension.ts";
import {
  type ClockRules,
  statusClock,
} from "../../../scripts/domain/information-request/status-clock.ts";
import { WORKING_WEEK } from "../working-week.ts";
import { issue, mergeRequest, observation } from "./observation.ts";

const RULES: ClockRules = {
  policy: {
    apiVersion: "v1",
    kind: "status_update_policy",
    cadence: "PT12H",
    longest_extension: "PT24H",
    runs_on: ["facts_unavailable"],
    region: "worldwide",
  },
  region: WORKING_WEEK,
  history: [],
  extensions: [],
};
// 20 November 2026 is a Friday.
const seen = observation({ issue: issue({ createdAt: "2026-11-20T09:00:00.123Z" }) });
const failing = (...rules: readonly string[]) =>
  rules.map((rule) => ({ rule, ok: false, reason: "", clause: "" }));
const asking = (...rules: readonly string[]) => ({
  verdict: {
    ...seen.verdict,
    verdict: "needs-info" as const,
    route: null,
    findings: failing(...rules),
  },
});
const verdict = (at: string, data: CustodyData) => ({ at, event: "verdict" as const, data });
const NEEDS = { verdict: "needs-info", route: "none", failed: ["missing_from"] };
const ACCEPT = { verdict: "accept", route: "sirt", failed: [] };

test.each([
  ["2026-11-20T09:00:01Z", "2026-11-20T09:00:00Z", "2026-11-20T21:00:00Z"],
  ["2026-11-20T21:00:00.123Z", "2026-11-20T21:00:00Z", "2026-11-23T09:00:00Z"],
  ["2026-11-22T12:00:00Z", "2026-11-20T21:00:00Z", "2026-11-23T09:00:00Z"],
  ["2026-11-25T00:00:00Z", "2026-11-24T21:00:00Z", "2026-11-25T09:00:00Z"],
])("at %s the customer was last due at %s and is next due at %s", (now, slot, due) => {
  expect(statusClock(seen, now, RULES)).toMatchObject({ stands: false, slot, due });
});

test.each([
  ["a person closed the merge request", { mergeRequest: mergeRequest({ state: "closed" }) }],
  ["it is refused", { verdict: { ...seen.verdict, verdict: "reject" as const, route: null } }],
])("no clock runs once %s", (_, more) => {
  expect(statusClock(observation(more), "2026-11-21T00:00:00Z", RULES)).toBeNull();
});

test.each([
  [
    "an exception waits for Legal",
    { verdict: { ...seen.verdict, route: "legal" as const, verdict: "needs-info" as const } },
  ],
  ["the log-dive is due", {}],
  ["only we can put right what is missing", asking("facts_unavailable")],
])("the clock runs while %s", (_, more) => {
  expect(statusClock(observation(more), "2026-11-20T10:00:00Z", RULES)).toMatchObject({
    stands: false,
  });
});

test("the clock stands while the author is asked, with what is missing and since when", () => {
  const waiting = observation({
    request: null,
    ...asking("missing_from", "facts_unavailable", "missing_from"),
  });
  const now = "2026-11-20T12:00:00Z";
  const stands = { stands: true, since: null, waitsFor: ["missing_from"] };
  expect(statusClock(waiting, now, RULES)).toEqual(stands);
  const since = (history: ReturnType<typeof verdict>[]) =>
    statusClock(waiting, now, { ...RULES, history });
  const asked = verdict("2026-11-20T09:10:00.5Z", NEEDS);
  expect(since([asked])).toEqual({ ...stands, since: "2026-11-20T09:10:00Z" });
  const more = verdict("2026-11-20T10:00:00Z", { ...NEEDS, failed: ["missing_to"] });
  expect(since([asked, more])).toEqual({ ...stands, since: "2026-11-20T09:10:00Z" });
  expect(since([asked, verdict("2026-11-20T10:00:00Z", ACCEPT)])).toEqual(stands);
});

test.each<[string, readonly ReturnType<typeof verdict>[], string]>([
  [
    "asked for two hours",
    [verdict("2026-11-20T10:00:00Z", NEEDS), verdict("2026-11-20T12:00:00Z", ACCEPT)],
    "2026-11-20T23:00:00Z",
  ],
  [
    "asked over a weekend",
    [verdict("2026-11-20T10:00:00Z", NEEDS), verdict("2026-11-23T12:00:00Z", ACCEPT)],
    "2026-11-23T23:00:00Z",
  ],
  [
    "asked twice",
    [
      verdict("2026-11-20T10:00:00Z", NEEDS),
      verdict("2026-11-20T11:00:00Z", ACCEPT),
      verdict("2026-11-20T12:00:00Z", { verdict: "reject", route: "none", failed: ["trial"] }),
      verdict("2026-11-20T14:00:00Z", ACCEPT),
    ],
    "2026-11-21T00:00:00Z",
  ],
  [
    "with Legal",
    [
      verdict("2026-11-20T10:00:00Z", { verdict: "needs-info", route: "legal", failed: ["trial"] }),
      verdict("2026-11-20T12:00:00Z", ACCEPT),
    ],
    "2026-11-20T21:00:00Z",
  ],
  [
    "facts could not be read",
    [
      verdict("2026-11-20T10:00:00Z", { ...NEEDS, failed: ["facts_unavailable"] }),
      verdict("2026-11-20T12:00:00Z", ACCEPT),
    ],
    "2026-11-20T21:00:00Z",
  ],
  [
    "a record without rules",
    [
      verdict("2026-11-20T10:00:00Z", { verdict: "needs-info" }),
      verdict("2026-11-20T12:00:00Z", ACCEPT),
    ],
    "2026-11-20T23:00:00Z",
  ],
  ["still open on record", [verdict("2026-11-20T10:00:00Z", NEEDS)], "2026-11-21T00:00:00Z"],
])("time does not count in which the customer was waited for: %s", (_, history, due) => {
  const filed = observation({ issue: issue({ createdAt: "2026-11-20T09:00:00Z" }) });
  const other = { at: "2026-11-20T09:30:00Z", event: "gap" as const, data: {} };
  const now = "2026-11-20T13:00:00Z";
  const rules = { ...RULES, history: [other, ...history] };
  if (due === "2026-11-21T00:00:00Z") expect(statusClock(filed, now, rules)).toMatchObject({ due });
  else expect(statusClock(filed, now, rules)).toMatchObject({ slot: "2026-11-20T09:00:00Z", due });
});

const extension = (note: number, at: string, by = "PT24H"): Extension => ({
  note,
  at,
  by,
  words: { user: "sam", reason: "the archive is being restored" },
  record: null,
});

test("an extension moves the update that comes next, once, and the updates after it follow", () => {
  const filed = observation({ issue: issue({ createdAt: "2026-11-16T09:00:00Z" }) });
  const first = extension(1, "2026-11-16T10:00:00Z");
  const second = extension(2, "2026-11-16T11:00:00Z");
  const later = extension(3, "2026-11-17T22:00:00Z", "PT1H");
  const clock = (now: string) =>
    statusClock(filed, now, { ...RULES, extensions: [first, second, later] });
  expect(clock("2026-11-16T12:00:00Z")).toMatchObject({
    slot: "2026-11-16T09:00:00Z",
    due: "2026-11-17T21:00:00Z",
    extension: first,
    used: [first],
  });
  expect(clock("2026-11-17T23:00:00Z")).toMatchObject({
    slot: "2026-11-17T21:00:00Z",
    due: "2026-11-18T10:00:00Z",
    extension: later,
    used: [first, later],
  });
  expect(clock("2026-11-18T10:00:00Z")).toMatchObject({
    due: "2026-11-18T22:00:00Z",
    extension: null,
  });
});

test("whenever pipelines run or are missed, a due time is told once, and never one that lies in the past", () => {
  const moment = fc
    .integer({ min: 1, max: 20 * 24 * 60 })
    .map((minutes) =>
      new Date(Date.parse("2026-11-20T09:01:00Z") + minutes * 60_000).toISOString(),
    );
  const clockAt = (now: string) => {
    const clock = statusClock(seen, now, RULES);
    return clock === null || clock.stands ? expect.fail(`no clock runs at ${now}`) : clock;
  };
  fc.assert(
    fc.property(fc.uniqueArray(moment, { minLength: 1, maxLength: 8 }), (moments) => {
      const runs = moments.sort();
      const dues = runs.map((now) => clockAt(now).due);
      for (const [index, due] of dues.entries())
        expect(Date.parse(due) + 1000).toBeGreaterThan(Date.parse(runs[index] ?? ""));
      // A new due time is a new word to Support: as many as stretches that a run fell into, each once, in order.
      const told = dues.filter((due, index) => due !== dues[index - 1]);
      expect(told).toEqual([...new Set(dues)].sort());
    }),
    { numRuns: 15 },
  );
});
