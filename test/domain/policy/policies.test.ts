import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { EligibilityPolicy } from "../../../scripts/domain/policy/decision-policy.ts";
import { Duration, durationMilliseconds } from "../../../scripts/domain/policy/duration.ts";
import { assemblePolicies, type PolicySet } from "../../../scripts/domain/policy/policies.ts";
import { ReviewPolicy } from "../../../scripts/domain/policy/review-policy.ts";
import {
  GapPolicy,
  LabelPolicy,
  TeamPolicy,
} from "../../../scripts/domain/policy/team-policies.ts";
import { loadPolicySet } from "../../policy-set.ts";

const set = await loadPolicySet();
const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const assemble = (changes: Partial<PolicySet>) => assemblePolicies({ ...set, ...changes }, digest);

test("the shipped policies have no fault, and the same digest whatever the order of keys", () => {
  const { policies, faults } = assemble({});
  expect(faults).toEqual([]);
  const reversed = Object.fromEntries(Object.entries(set).reverse()) as PolicySet;
  expect(assemblePolicies(reversed, digest).policies.sha256).toBe(policies.sha256);
  expect(policies.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("any change of a policy changes the digest", () => {
  const { policies } = assemble({
    "hand-over": { ...set["hand-over"], artefact_expires_after: "P6D" },
  });
  expect(policies.sha256).not.toBe(assemble({}).policies.sha256);
});

test("says where one policy names what another does not have", () => {
  const { faults } = assemble({
    gap: { ...set.gap, labels: ["Category:Audit Events", "Gap"] },
    review: { ...set.review, roles: { legal: { required: 1, teams: ["lawyers"] } } },
    "status-update": { ...set["status-update"], region: "mars", runs_on: ["no_rule"] },
    eligibility: {
      ...set.eligibility,
      exception: { ...set.eligibility.exception, decided_by: ["lawyers"] },
    },
  });
  expect(
    faults.map(({ policy, path, message }) => `${policy} ${path.join(".")} ${message}`),
  ).toEqual([
    "gap labels names the label Gap, which labels.yaml does not have",
    "review roles.legal.teams names a team that teams.yaml does not have",
    "eligibility exception.decided_by names a team that teams.yaml does not have",
    "status-update runs_on names the rule no_rule, which eligibility.yaml does not have",
    "status-update region is not a region of calendar.yaml",
  ]);
});

test("a rule that does not compile is the fault, not its cases", () => {
  const [first, ...rules] = set.routing.rules;
  const { faults } = assemble({
    routing: {
      ...set.routing,
      rules: [{ ...(first as NonNullable<typeof first>), require: "filled > 1" }, ...rules],
    },
  });
  expect(faults.map(({ policy, path }) => [policy, ...path])).toEqual([
    ["routing", "rules", 0, "require"],
  ]);
});

test.each([
  [
    "two rules alike",
    EligibilityPolicy,
    { ...set.eligibility, rules: [set.eligibility.rules[0], set.eligibility.rules[0]] },
    "two rules alike",
  ],
  [
    "two labels alike",
    LabelPolicy,
    { ...set.labels, labels: [set.labels.labels[0], set.labels.labels[0]] },
    "two labels alike",
  ],
  [
    "a label with a comma",
    LabelPolicy,
    { ...set.labels, labels: [{ name: "a,b", color: "#000000", description: "x" }] },
    "comma",
  ],
  ["a review without roles", ReviewPolicy, { ...set.review, roles: {} }, "at least one role"],
  [
    "a role that nobody has to fill",
    ReviewPolicy,
    { ...set.review, roles: { legal: { required: 0, teams: ["legal"] } } },
    "Too small",
  ],
  [
    "an expiry in months",
    ReviewPolicy,
    { ...set.review, approval_expires_after: "P1M" },
    "must be a duration",
  ],
  [
    "a title with another place",
    GapPolicy,
    { ...set.gap, title: "{event_type} {account}" },
    "may use {event_type} only",
  ],
  [
    "a title without the event type",
    GapPolicy,
    { ...set.gap, title: "Gap" },
    "must hold {event_type}",
  ],
  [
    "a secret key as recipient",
    TeamPolicy,
    { ...set.teams, recipients: { ...set.teams.recipients, evidence: ["AGE-SECRET-KEY-1X"] } },
    "age public key",
  ],
  ["an unknown key", TeamPolicy, { ...set.teams, admins: [] }, "Unrecognized key"],
])("refuses %s", (_, schema, value, message) => {
  const result = schema.safeParse(value);
  expect(result.success).toBe(false);
  expect(JSON.stringify(result.error?.issues)).toContain(message);
});

test.each([
  ["PT15S", 15_000],
  ["PT12H", 43_200_000],
  ["P14D", 1_209_600_000],
  ["P1W", 604_800_000],
  ["P1DT1M", 86_460_000],
])("%s is %d milliseconds", (duration, milliseconds) => {
  expect(Duration.safeParse(duration).success).toBe(true);
  expect(durationMilliseconds(duration)).toBe(milliseconds);
});

test.each(["P", "PT", "P1Y", "1D", "P-1D", "P1.5D", "P1DT"])("%s is no duration", (duration) => {
  expect(Duration.safeParse(duration).success).toBe(false);
});
