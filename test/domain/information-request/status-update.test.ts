import { expect, test } from "vitest";
import type { AuditEventAnswer } from "../../../scripts/domain/information-request/audit-event-answer.ts";
import type { Observation } from "../../../scripts/domain/information-request/observation.ts";
import {
  labelsOf,
  planLabels,
  planStatusNote,
  statusPlace,
  statusView,
} from "../../../scripts/domain/information-request/status-update.ts";
import { markerOf, withMarker } from "../../../scripts/domain/note-marker.ts";
import { BOT, issue, mergeRequest, note, observation, stored, user } from "./observation.ts";

const MARKER = markerOf(statusPlace(1, 42), () => ["0123456789abcdef"]);
const context = {
  custody: null,
  dismissed: [],
  exception: { id: "exception_requires_legal", decided_by: ["legal"] },
  auditEvents: [],
  advice: null,
  projectUrl: "https://gitlab.example.com/sec/seclog",
  artefactProjectUrl: "https://gitlab.example.com/sec/seclog",
  mentions: {
    support: "@sec/support",
    sirt: "@sec/sirt",
    legal: "@sec/legal",
    reviewers: "@sec/security",
  },
};
const CLOCK = {
  stands: false,
  slot: "2026-11-20T09:00:00Z",
  due: "2026-11-20T21:00:00Z",
  extension: null,
  used: [],
} as const;
const RELEASE = { verdict: "release", reasons: [], roles: [] } as const;
const verdict = (more: Partial<Observation["verdict"]>): Partial<Observation> => ({
  verdict: { ...observation().verdict, ...more },
});
const failing = {
  rule: "trial",
  ok: false,
  reason: "It is a trial.",
  customer: "A trial is not covered.",
  clause: "paying customers",
};

test.each<[string, Partial<Observation>, string, string | null]>([
  ["accepted for SIRT", {}, "Accepted, with SIRT", "@sec/sirt"],
  ["accepted for Support", verdict({ route: "support" }), "Accepted, with Support", "@sec/support"],
  [
    "incomplete",
    { request: null, ...verdict({ verdict: "needs-info", route: null }) },
    "Something is missing",
    null,
  ],
  [
    "an exception",
    verdict({ verdict: "needs-info", route: "legal" }),
    "Needs an exception",
    "@sec/legal",
  ],
  ["rejected", verdict({ verdict: "reject", route: null }), "Not eligible", null],
  ["in review", { collected: [stored()] }, "Collected and redacted, in review", "@sec/security"],
  ["released", { collected: [stored()], release: RELEASE }, "Released", "@sec/support"],
])("%s: the headline and who is called", (_, more, headline, mention) => {
  expect(statusView(observation(more), CLOCK, context)).toMatchObject({ headline, mention });
});

test("a release that does not hold any more is told, and no package is offered", () => {
  const seen = observation({
    collected: [stored()],
    mergeRequest: mergeRequest({ state: "merged" }),
    release: { verdict: "hold", reasons: ["the user is blocked"], roles: [] },
  });
  expect(statusView(seen, CLOCK, context)).toMatchObject({
    headline: "Released once, held back now",
    next: expect.stringContaining("what has changed since the approvals"),
    packagesUrl: null,
  });
  const data = { artefact_sha256: "e".repeat(64), reason: "changed" };
  const entry = {
    seq: 1,
    at: "2026-11-20T12:00:00Z",
    event: "hold",
    data,
    prev: "",
    hash: "",
  } as const;
  const found = { ...seen, release: RELEASE, custody: { ...seen.custody, entries: [entry] } };
  expect(statusView(found, CLOCK, context)).toMatchObject({
    headline: "Released once, held back now",
    packagesUrl: null,
  });
});

test("the foot names the head of the custody log, where there is one", () => {
  const custody = { count: 3, hash: "0123456789abcdef".repeat(4) };
  expect(statusView(observation(), CLOCK, { ...context, custody }).custody).toBe(
    "0123456789abcdef:3",
  );
  expect(statusView(observation(), CLOCK, context).custody).toBeNull();
});

test("links appear when there is something behind them, and never name a number that GitLab has yet to give", () => {
  const before = statusView(observation({ request: null }), null, context);
  expect(before).toMatchObject({
    mergeRequestUrl: null,
    packagesUrl: null,
    expires: null,
    clock: null,
  });
  const after = statusView(
    observation({ collected: [stored()], release: RELEASE, mergeRequest: mergeRequest() }),
    CLOCK,
    context,
  );
  expect(after.mergeRequestUrl).toContain("source_branch=request%2FIR-2026-0042");
  expect(after.packagesUrl).toContain("IR-2026-0042-hand-over");
  expect(after.expires).toBe("2026-11-27T11:00:00Z");
});

test("a request that was handed over keeps its links after the artefact is destroyed", () => {
  const entries = [{ seq: 1, at: "", event: "hand-over" as const, data: {}, prev: "", hash: "" }];
  const view = statusView(
    observation({ custody: { ...observation().custody, entries } }),
    null,
    context,
  );
  expect(view).toMatchObject({ headline: "Released", expires: null });
});

test("findings that people recorded are counted, ours and the system's are not", () => {
  const sirt = { author: user(5, "diego"), createdAt: "2026-11-20T14:00:00Z" };
  const notes = [
    note(1, "ours", { author: { ...BOT, bot: false } }),
    note(4, "of another bot", { author: user(8, "project_1_bot", { bot: true }) }),
    note(2, "found it", sirt),
    note(3, "closed", { ...sirt, system: true }),
  ];
  expect(statusView(observation({ notes }), CLOCK, context).clock).toMatchObject({
    asOf: CLOCK.slot,
    due: CLOCK.due,
    findings: "1 recorded, the last at 2026-11-20T14:00:00Z",
  });
  expect(statusView(observation(), CLOCK, context).clock?.findings).toBe("none recorded yet");
});

test("failed and passed checks are told apart", () => {
  const view = statusView(
    observation(
      verdict({
        findings: [
          failing,
          { rule: "x", ok: false, reason: "x", clause: "x" },
          ...observation().verdict.findings,
        ],
      }),
    ),
    null,
    context,
  );
  expect(view.failed.map(({ rule }) => rule)).toEqual(["trial", "x"]);
  expect(view.passed.map(({ rule }) => rule)).toEqual(["window_too_old"]);
  expect(view.customer).toEqual(["A trial is not covered."]);
});

test("one comment, kept current", () => {
  expect(planStatusNote(observation(), "hello\n", MARKER).actions).toMatchObject([
    { kind: "write-note", note: null, tag: "status" },
  ]);
  const [written] = planStatusNote(observation(), "hello\n", MARKER).actions;
  const body = written?.kind === "write-note" ? written.body : "";
  const stands = observation({ notes: [note(11, body.replaceAll("\n", "\r\n").trimEnd())] });
  expect(planStatusNote(stands, "hello\n", MARKER).actions).toEqual([]);
  expect(planStatusNote(stands, "changed\n", MARKER).actions).toMatchObject([{ note: 11 }]);
  const forged = observation({ notes: [note(11, body, { author: user(9, "mallory") })] });
  expect(planStatusNote(forged, "hello\n", MARKER).actions).toMatchObject([{ note: null }]);
});

test("of two own comments the lower id stays current, the other one goes; an unsigned one is signed", () => {
  const body = withMarker(MARKER, "hello\n");
  const two = observation({ notes: [note(13, body), note(11, body)] });
  expect(planStatusNote(two, "hello\n", MARKER).actions).toEqual([
    { kind: "delete-note", issue: 42, tag: "status", note: 13 },
  ]);
  const old = observation({ notes: [note(11, `${MARKER.unsigned}\n\nhello`), note(13, body)] });
  expect(planStatusNote(old, "hello\n", MARKER).actions).toEqual([
    { kind: "write-note", issue: 42, tag: "status", note: 11, body },
    { kind: "delete-note", issue: 42, tag: "status", note: 13 },
  ]);
});

test("labels follow from the facts, by deltas; a forged one of our scopes is taken away", () => {
  expect(labelsOf(observation())).toEqual([
    "information-request",
    "Stage::Log-Dive",
    "Request::Eligible",
    "Route::SIRT",
  ]);
  const labels = ["Stage::Review", "Legal::Approved", "information-request"];
  expect(planLabels(observation({ issue: issue({ labels }) })).actions).toEqual([
    {
      kind: "change-labels",
      issue: 42,
      add: ["Stage::Log-Dive", "Request::Eligible", "Route::SIRT"],
      remove: ["Stage::Review"],
    },
  ]);
  const current = issue({ labels: labelsOf(observation()) });
  expect(planLabels(observation({ issue: current })).actions).toEqual([]);
  const withdrawn = observation({
    mergeRequest: mergeRequest({ state: "closed" }),
    ...verdict({ route: null }),
  });
  expect(labelsOf(withdrawn)).toEqual(["information-request", "Request::Eligible"]);
});

test("a closed issue is left alone", () => {
  const closed = observation({ issue: issue({ state: "closed" }) });
  expect(planStatusNote(closed, "x", MARKER).actions).toEqual([]);
  expect(planLabels(closed).actions).toEqual([]);
});

test("where Audit Events show everything, the customer is told to look there until something is collected", () => {
  const auditEvents = [
    { eventType: "deploy_key_added", kind: "saved", answer: "saved; project" },
  ] as const;
  const view = (more: Parameters<typeof observation>[0], answers: readonly AuditEventAnswer[]) =>
    statusView(observation(more), CLOCK, { ...context, auditEvents: answers });
  expect(view({}, auditEvents)).toMatchObject({
    auditEvents,
    customer: [expect.stringContaining("Secure > Audit events")],
  });
  expect(view({}, [...auditEvents, { ...auditEvents[0], kind: "stream_only" }]).customer).toEqual(
    [],
  );
  const collected = { collected: [stored()], mergeRequest: mergeRequest() };
  expect(view(collected, auditEvents)).toMatchObject({ stage: "review", customer: [] });
});

const EXTENSION = {
  note: 9,
  at: "2026-11-20T10:00:00Z",
  by: "PT24H",
  words: { user: "sam", reason: "the archive is being restored" },
  record: null,
};
test.each([
  ["with its note", EXTENSION, "PT24H, by sam: the archive is being restored"],
  ["by the record alone", { ...EXTENSION, words: null }, "PT24H"],
])("an extended update is shown, %s", (_, extension, extended) => {
  const view = statusView(observation(), { ...CLOCK, extension, used: [extension] }, context);
  expect(view.clock).toMatchObject({ due: CLOCK.due, extended });
});

test("a clock that stands says since when, and what it waits for", () => {
  const clock = { stands: true, since: "2026-11-20T09:10:00Z", waitsFor: ["a", "b"] } as const;
  const view = statusView(observation(), clock, context);
  expect([view.clock, view.paused]).toEqual([null, { since: clock.since, waitsFor: "a, b" }]);
});

test("the newest five statements that do not count are named, in the order of their writing", () => {
  const said = (hour: number) => ({
    user: `u${hour}`,
    at: `2026-11-20T1${hour}:00:00Z`,
    reason: "x",
  });
  const legal = { decision: null, record: null, dismissed: [0, 2, 4, 6].map(said) };
  const dismissed = [1, 3, 5].map(said);
  const view = statusView(observation({ legal }), CLOCK, { ...context, dismissed });
  expect(view.dismissed.map(({ user }) => user)).toEqual(["u2", "u3", "u4", "u5", "u6"]);
});

test("Legal gets the lines to complete, with every rule that the decision is on", () => {
  const open = { ...failing, rule: "exception_requires_legal", measured: "trial" };
  const waived = { ...failing, rule: "not_paying", ok: true, waived: true } as const;
  const more = {
    verdict: "needs-info",
    route: "legal",
    findings: [open, failing, waived],
  } as const;
  const { decide, waived: sentence } = statusView(observation(verdict(more)), CLOCK, context);
  expect(decide).toEqual({
    teams: "legal",
    forms: [
      `/seclog grant exception for ${"a".repeat(64)} waiving trial, not_paying until … reference …`,
      `/seclog refuse exception for ${"a".repeat(64)} because …`,
    ].join("\n"),
  });
  expect(sentence).toBe("It is a trial.");
  const granted = { ...open, ok: true, reason: "Legal waived it." };
  const after = statusView(observation(verdict({ findings: [granted, waived] })), CLOCK, context);
  expect([after.decide, after.waived]).toEqual([null, "Legal waived it. It is a trial."]);
});

test.each([
  ["no rule asks for it", { findings: [failing] }, {}],
  [
    "there is no request",
    { findings: [{ ...failing, rule: "exception_requires_legal" }] },
    { requestSha256: null },
  ],
])("no lines for Legal where %s", (_, more, seen) => {
  const legal = verdict({ verdict: "needs-info", route: "legal", ...more });
  expect(statusView(observation({ ...legal, ...seen }), CLOCK, context).decide).toBeNull();
});

test("what the customer can see alone is answered with where to look", () => {
  const { findings } = observation().verdict;
  const lane = { rule: "lane", ok: true, reason: "-", measured: "self-serve", clause: "-" };
  const seen = observation({ ...verdict({ findings: [lane, ...findings] }) });
  const view = statusView(seen, null, context);
  expect(view).toMatchObject({
    stage: "self-serve",
    headline: "The customer can look themselves",
    mention: "@sec/support",
  });
  expect(labelsOf(seen)).toContain("Stage::Routing");
});

test("the comment tells the cost and a narrower request, until the log-dive has begun", () => {
  const parts = [
    {
      window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
      resources: { groups: ["acme-corp"], projects: [], users: [] },
      event_types: ["deploy_key_added"],
    },
  ];
  const advice = { cost: "about 12.00", awaits: true, rescope: { left_out: [], parts } };
  const costly = statusView(observation(), CLOCK, { ...context, advice });
  expect(costly.next).toMatch(/accept the cost in the form/);
  expect(costly.cost).toBe("about 12.00");
  expect(costly.rescope).toMatch(/^Instead:\nFrom: 2026-11-16/);
  const cheap = { cost: null, awaits: false, rescope: null };
  const plain = statusView(observation(), CLOCK, { ...context, advice: cheap });
  expect(plain).toMatchObject({ cost: null, rescope: null });
  expect(plain.next).toMatch(/^The log-dive is due/);
  const reviewed = statusView(observation({ collected: [stored()] }), CLOCK, {
    ...context,
    advice,
  });
  expect(reviewed).toMatchObject({ stage: "review", cost: null, rescope: null });
});
