import { expect, test } from "vitest";
import {
  DecisionInput,
  describeSituation,
} from "../../../scripts/domain/information-request/situation.ts";
import { overlay } from "../../../scripts/domain/policy/rule-cases.ts";
import { loadPolicySet } from "../../policy-set.ts";

const { baseline } = (await loadPolicySet()).eligibility;
const describe = (given: Record<string, unknown>) =>
  describeSituation(DecisionInput.parse(overlay(baseline, given)));
const milliseconds = (text: string) => BigInt(Date.parse(text));

test("facts that nobody gave are not known", () => {
  const { facts } = describeSituation({ ...DecisionInput.parse({ ...baseline, facts: {} }) });
  expect(facts.unreadable).toEqual([
    "namespace_exists",
    "plan",
    "trial",
    "paying",
    "support_plan",
    "deployment",
    "requester_owns_account",
    "resources_owned",
    "author_is_team_member",
  ]);
});

test("an issue that nobody described is not known", () => {
  const { issue } = describeSituation(DecisionInput.parse({ ...baseline, issue: {} }));
  expect(issue.unreadable).toEqual(["confidential", "author_role", "participants", "state"]);
  expect(issue.author_state).toBe("active");
});

test.each([
  ["2026-11-18T00:00:00Z", "2026-11-18T00:00:00Z"],
  ["2026-11-18T00:00:00.5Z", "2026-11-18T00:00:00.500Z"],
  ["2026-11-18T00:00:00.500000Z", "2026-11-18T00:00:00.500Z"],
  ["2026-11-18T00:00:00.500001Z", "2026-11-18T00:00:00.501Z"],
  ["2026-11-18T01:00:00+01:00", "2026-11-18T00:00:00Z"],
])("a window that ends at %s ends at %s", (to, expected) => {
  expect(describe({ request: { window: { to } } }).window.to).toBe(milliseconds(expected));
});

test.each([
  [undefined, "2026-11-20T15:00:00Z"],
  ["2026-11-19T00:00:00Z", "2026-11-19T00:00:00Z"],
  ["2026-12-24T00:00:00Z", "2026-11-20T15:00:00Z"],
])("filed at %s counts as %s", (created_at, expected) => {
  expect(describe(created_at === undefined ? {} : { issue: { created_at } }).filed).toBe(
    milliseconds(expected),
  );
});

test("optional parts of the request that are left out say nothing", () => {
  const request = {
    ...(baseline["request"] as object),
    log_sources: undefined,
    audit_events_checked: undefined,
  };
  const situation = describeSituation(
    DecisionInput.parse({ ...baseline, request, claims: undefined }),
  );
  expect(situation.request).toMatchObject({
    log_sources: [],
    audit_events_checked: "unknown",
    complex: false,
    personal_data_needed: false,
  });
  expect(situation.claims).toEqual({ plan: "", deployment: "" });
});
