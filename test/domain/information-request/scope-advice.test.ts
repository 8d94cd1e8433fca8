import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "../../../scripts/adapters/digest.ts";
import { loadLogProfiles } from "../../../scripts/adapters/log-profiles.ts";
import { POLICY_FOLDER } from "../../../scripts/adapters/policy-path.ts";
import { decideRequest } from "../../../scripts/domain/information-request/decision.ts";
import {
  type Part,
  proposeRescope,
  rescopeText,
} from "../../../scripts/domain/information-request/rescope.ts";
import { adviseOnScope } from "../../../scripts/domain/information-request/scope-advice.ts";
import { DecisionInput } from "../../../scripts/domain/information-request/situation.ts";
import { daysOfWindow } from "../../../scripts/domain/information-request/window-days.ts";
import { CostPolicy } from "../../../scripts/domain/policy/cost-policy.ts";
import { assemblePolicies } from "../../../scripts/domain/policy/policies.ts";
import { overlay } from "../../../scripts/domain/policy/rule-cases.ts";
import { loadPolicySet } from "../../policy-set.ts";

const set = await loadPolicySet();
const { policies } = assemblePolicies(set, sha256);
const profiles = await loadLogProfiles(POLICY_FOLDER);
const inputOf = (request: object) =>
  DecisionInput.parse(overlay(set.eligibility.baseline, { request }));
const adviceOn = (request: object) => adviseOnScope(inputOf(request), profiles, policies);

const RULES = ["scope_too_broad", "window_too_old", "window_in_future"];
const failing = (request: object): readonly string[] =>
  decideRequest({ ...inputOf(request), policies })
    .findings.filter(({ rule, ok }) => !ok && RULES.includes(rule))
    .map(({ rule }) => rule);

const names = (prefix: string, max: number) =>
  fc
    .integer({ min: 0, max })
    .map((count) => Array.from({ length: count }, (_, at) => `${prefix}${at}`));
const instant = fc
  .integer({ min: Date.UTC(2026, 9, 1) / 60_000, max: Date.UTC(2026, 10, 25) / 60_000 })
  .map((minutes) => `${new Date(minutes * 60_000).toISOString().slice(0, 19)}Z`);
const part: fc.Arbitrary<Part> = fc
  .record({
    groups: names("acme-corp/g", 70),
    projects: names("acme-corp/g3/p", 90),
    users: names("u", 40),
    event_types: names("event_", 60),
    words: fc.subarray(["all", "events"]),
    ends: fc.tuple(instant, instant).filter(([a, b]) => a !== b),
  })
  .map(({ groups, projects, users, event_types, words, ends }) => ({
    window: { from: ends.toSorted()[0] as string, to: ends.toSorted()[1] as string },
    resources: { groups: ["acme-corp/first", ...groups], projects, users },
    event_types: ["deploy_key_added", ...event_types, ...words],
  }));

test("every part of a proposal passes, nothing that may be asked for is lost, and no part is needless", () => {
  fc.assert(
    fc.property(part, (request) => {
      const { rescope } = adviceOn(request);
      const before = failing(request);
      if (rescope === null) {
        const outside =
          request.window.to <= "2026-10-20T15:00:00Z" ||
          request.window.from >= "2026-11-20T15:00:00Z";
        expect(before.length === 0 || outside).toBe(true);
        return;
      }
      expect(adviceOn(request).rescope).toEqual(rescope);
      for (const each of rescope.parts) expect(failing(each)).toEqual([]);
      const all = (of: (one: Part) => readonly string[]) => new Set(rescope.parts.flatMap(of));
      const listed = all(({ resources: { groups, projects, users } }) => [
        ...groups,
        ...projects,
        ...users,
      ]);
      const { groups, projects, users } = request.resources;
      for (const name of [...groups, ...projects, ...users])
        expect(listed.has(name) || [...groups].some((group) => name.startsWith(`${group}/`))).toBe(
          true,
        );
      const types = all(({ event_types }) => event_types);
      expect(types.size).toBe(
        request.event_types.filter((type) => !/^(?:all|events)$/.test(type)).length,
      );
      const windows = all(({ window }) => [`${window.from} ${window.to}`]).size;
      expect(rescope.parts.length).toBe(
        Math.ceil(listed.size / 50) * Math.ceil(types.size / 25) * windows,
      );
    }),
    { numRuns: 300 },
  );
});

test("a request that is narrow enough gets no proposal, and one without anything left gets none", () => {
  expect(adviceOn({})).toEqual({ cost: null, awaits: false, rescope: null });
  expect(adviceOn({ event_types: ["all"] }).rescope).toBeNull();
  const old = { from: "2026-08-01T00:00:00Z", to: "2026-08-02T00:00:00Z" };
  expect(adviceOn({ window: old }).rescope).toBeNull();
});

const ALL_SOURCES = ["workhorse", "sidekiq", "gitaly", "api", "production", "graphql"];
const MONTH = { from: "2026-10-21T06:00:00Z", to: "2026-11-20T12:00:00Z" };

test("the sources follow from the event types where the request names none", () => {
  expect(adviceOn({ log_sources: undefined, window: MONTH })).toMatchObject({ awaits: false });
});

test("a broad search is told its cost, and waits until a person accepts it", () => {
  const broad = adviceOn({ window: MONTH, log_sources: ALL_SOURCES });
  expect(broad.awaits).toBe(true);
  expect(broad.cost).toMatch(
    /^about 2\d\.\d\d US dollars for \d{4} GiB: 31 days of workhorse, .*; from 10\.00 US dollars on a person answers/,
  );
  const accepted = adviceOn({ window: MONTH, log_sources: ALL_SOURCES, cost_accepted: true });
  expect(accepted).toMatchObject({ awaits: false, rescope: null });
  expect(accepted.cost).toContain("accepted in the form");
  const smaller = adviceOn({ window: MONTH, log_sources: ["workhorse"] });
  expect(smaller).toMatchObject({ awaits: false, rescope: null });
  expect(smaller.cost).toMatch(/31 days of workhorse$/);
});

test("a window that costs too much is cut at midnight into parts that need no person", () => {
  const { rescope } = adviceOn({ window: MONTH, log_sources: ALL_SOURCES });
  const windows = rescope?.parts.map(({ window }) => window) ?? [];
  expect(windows.length).toBe(3);
  expect(windows.at(0)?.from).toBe(MONTH.from);
  expect(windows.at(-1)?.to).toBe(MONTH.to);
  for (const [at, window] of windows.entries()) {
    if (at > 0) expect(window.from).toBe(windows[at - 1]?.to);
    expect(adviceOn({ window, log_sources: ALL_SOURCES }).awaits).toBe(false);
  }
  const days = windows.map((window) => daysOfWindow(window, 0).days.length);
  expect(days.reduce((sum, count) => sum + count, 0)).toBe(31);
});

test("where one day alone is too much the window stays whole, and a source without a profile adds nothing", () => {
  const dear = CostPolicy.parse({
    ...set.cost,
    limits: { ...set.cost.limits, confirm_from_cents: [{ from: "2000-01-01", value: 1 }] },
  });
  const input = inputOf({ log_sources: ["gitaly"] });
  const advice = adviseOnScope(input, profiles, { ...policies, cost: dear });
  expect(advice).toMatchObject({ awaits: true, rescope: null });
  const unknown = adviseOnScope(input, new Map(), policies);
  expect(unknown).toEqual({ cost: null, awaits: false, rescope: null });
});

test("a policy of cost has exactly its three numbers", () => {
  const { confirm_from_cents: _gone, ...two } = set.cost.limits;
  expect(CostPolicy.safeParse({ ...set.cost, limits: two }).success).toBe(false);
  const word = { ...set.cost.limits, confirm_from_cents: [{ from: "2000-01-01", value: "P1D" }] };
  expect(CostPolicy.safeParse({ ...set.cost, limits: word }).success).toBe(false);
});

test("the proposal reads like the form, the first parts of many", () => {
  const request: Part = {
    window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
    resources: { groups: ["acme-corp"], projects: ["acme-corp/api"], users: ["jdoe"] },
    event_types: ["deploy_key_added", "all"],
  };
  const limits = {
    resources: 9,
    event_types: 9,
    everything_words: ["all"],
    earliest: "2026-11-01T00:00:00Z",
    latest: "2026-11-20T00:00:00Z",
    days: null,
  };
  const one = proposeRescope(request, limits);
  expect(one === null ? "" : rescopeText(one)).toBe(`Leave out: all

Instead:
From: 2026-11-16T00:00:00Z
To: 2026-11-18T00:00:00Z
Groups: acme-corp
Projects: acme-corp/api
Users: jdoe
Event types: deploy_key_added`);
  expect(
    proposeRescope({ ...request, event_types: ["deploy_key_added"] }, { ...limits, days: 2 }),
  ).toBeNull();
  const bare = { groups: ["acme-corp"], projects: [], users: [] };
  const groupOnly = proposeRescope({ ...request, resources: bare }, limits);
  expect(groupOnly === null ? "" : rescopeText(groupOnly)).toMatch(
    /Groups: acme-corp\nEvent types: deploy_key_added$/,
  );
  const many = proposeRescope(
    { ...request, event_types: Array.from({ length: 8 }, (_, at) => `event_${at}`) },
    { ...limits, event_types: 1 },
  );
  const text = many === null ? "" : rescopeText(many);
  expect(text).toMatch(/^Request 1 of 8:\n/);
  expect(text).toMatch(/\n\nand 2 more in the same way$/);
});
