import { expect, test } from "vitest";
import { sha256 } from "../../../scripts/adapters/digest.ts";
import { situationOf } from "../../../scripts/domain/information-request/decision.ts";
import { DecisionInput } from "../../../scripts/domain/information-request/situation.ts";
import { flipText, impactOf, type PastRequest } from "../../../scripts/domain/policy/impact.ts";
import { assemblePolicies, type PolicySet } from "../../../scripts/domain/policy/policies.ts";
import { overlay } from "../../../scripts/domain/policy/rule-cases.ts";
import { loadPolicySet } from "../../policy-set.ts";

const set = await loadPolicySet();
const policiesOf = (limits: {
  readonly fast_window?: PolicySet["routing"]["limits"][string];
  readonly plans?: PolicySet["eligibility"]["limits"][string];
  readonly window?: PolicySet["eligibility"]["limits"][string];
}) => {
  const { fast_window, ...others } = limits;
  const changed: PolicySet = {
    ...set,
    eligibility: { ...set.eligibility, limits: { ...set.eligibility.limits, ...others } },
    routing: {
      ...set.routing,
      limits: { ...set.routing.limits, ...(fast_window === undefined ? {} : { fast_window }) },
    },
  };
  return assemblePolicies(changed, sha256).policies;
};
const past = (name: string, given: Record<string, unknown>): PastRequest => ({
  name,
  ...situationOf(DecisionInput.parse(overlay(set.eligibility.baseline, given))),
});
const BASE = policiesOf({});

const REQUESTS = [
  past("in a week", {}),
  past("in a month", { request: { window: { from: "2026-10-25T00:00:00Z" } } }),
  past("with personal data", {
    request: { window: { from: "2026-10-25T00:00:00Z" }, personal_data_needed: true },
  }),
  past("too old", { request: { window: { from: "2026-10-01T00:00:00Z" } } }),
  past("too old, with an exception", {
    request: {
      window: { from: "2026-10-01T00:00:00Z" },
      exception_requested: { reason: "a court" },
    },
  }),
  past("not readable", { facts: { plan: null } }),
];

test("the same policies flip nothing, and every request has its lane", () => {
  expect(impactOf(REQUESTS, BASE, BASE)).toEqual({
    requests: 6,
    flips: [],
    load: {
      base: { support: 1, sirt: 2, legal: 1, "needs-info": 1, reject: 1 },
      head: { support: 1, sirt: 2, legal: 1, "needs-info": 1, reject: 1 },
    },
    newest: null,
  });
});

test("a wider fast window moves exactly the requests that nothing else keeps with SIRT", () => {
  const head = policiesOf({ fast_window: [{ from: "2000-01-01", value: "P1M" }] });
  const { flips, load } = impactOf(REQUESTS, BASE, head);
  expect(flips).toEqual([
    {
      name: "in a month",
      from: { verdict: "accept", route: "sirt", lane: "rows" },
      to: { verdict: "accept", route: "support", lane: "rows" },
      rules: ["route"],
    },
  ]);
  expect(load.head).toMatchObject({ support: 2, sirt: 1 });
});

test("a verdict that flips names the rules behind it", () => {
  const head = policiesOf({ plans: [{ from: "2000-01-01", value: ["premium"] }] });
  const { flips } = impactOf(REQUESTS.slice(0, 1), BASE, head);
  expect(flips).toMatchObject([{ to: { verdict: "reject", route: null } }]);
  expect(flips[0]?.rules).toContain("plan_not_eligible");
  expect(impactOf(REQUESTS.slice(0, 1), head, BASE).flips[0]?.rules).toContain("plan_not_eligible");
});

test("a limit with a date ahead flips no past verdict, and shows what it will change", () => {
  const head = policiesOf({
    window: [
      { from: "2000-01-01", value: "P1M" },
      { from: "2026-12-01", value: "P3D" },
    ],
  });
  const { flips, newest } = impactOf(REQUESTS, BASE, head);
  expect(flips).toEqual([]);
  expect(newest?.flips.map(({ name }) => name)).toEqual([
    "in a week",
    "in a month",
    "with personal data",
    "not readable",
  ]);
  expect(newest?.load.head).toMatchObject({ support: 0, sirt: 0, reject: 5 });
});

test("a limit of the lane with a date ahead is seen as well", () => {
  const limits: PolicySet["lane"]["limits"] = {
    ...set.lane.limits,
    self_serve_when: [
      { from: "2000-01-01", value: ["saved"] },
      { from: "2026-12-01", value: ["saved", "partly"] },
    ],
  };
  const head = assemblePolicies({ ...set, lane: { ...set.lane, limits } }, sha256).policies;
  const { flips, newest } = impactOf([past("in part", { audit_events: "partly" })], BASE, head);
  expect(flips).toEqual([]);
  expect(newest?.flips).toMatchObject([{ name: "in part", to: { lane: "self-serve" } }]);
});

test("another lane and another outcome of the same rule are flips", () => {
  const requests = [
    past("in audit events", { audit_events: "saved" }),
    past("too old", { request: { window: { from: "2026-10-01T00:00:00Z" } } }),
  ];
  const { limits, rules } = set.lane;
  const milder = set.eligibility.rules.map((rule) =>
    rule.id === "window_too_old" ? { ...rule, outcome: "needs-info" as const } : rule,
  );
  const changed = assemblePolicies(
    {
      ...set,
      lane: {
        ...set.lane,
        rules,
        limits: { ...limits, self_serve_when: [{ from: "2000-01-01", value: [] }] },
      },
      eligibility: { ...set.eligibility, rules: milder },
    },
    sha256,
  ).policies;
  expect(impactOf(requests, BASE, changed).flips.map(flipText)).toEqual([
    "accept, support, self-serve → accept, support (lane)",
    "reject → needs-info (window_too_old)",
  ]);
});
