import { expect, test } from "vitest";
import { loadPolicies } from "../../../scripts/adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../../../scripts/adapters/policy-path.ts";
import {
  decideRequest,
  incompleteVerdict,
} from "../../../scripts/domain/information-request/decision.ts";
import { DecisionInput } from "../../../scripts/domain/information-request/situation.ts";
import type { DatedLimits } from "../../../scripts/domain/policy/dated.ts";
import { assemblePolicies } from "../../../scripts/domain/policy/policies.ts";
import { overlay } from "../../../scripts/domain/policy/rule-cases.ts";
import { loadPolicySet } from "../../policy-set.ts";

const policies = await loadPolicies(POLICY_FOLDER);
const set = await loadPolicySet();
const decide = (given: Record<string, unknown>) =>
  decideRequest({ ...DecisionInput.parse(overlay(set.eligibility.baseline, given)), policies });
const failed = (given: Record<string, unknown>) => {
  const { verdict, route, findings } = decide(given);
  return [verdict, route, ...findings.filter(({ ok }) => !ok).map(({ rule }) => rule)];
};
const exception = { request: { exception_requested: { reason: "lost device" } } };
const old = { window: { from: "2026-10-01T00:00:00Z", to: "2026-10-02T00:00:00Z" } };

test.each<[string, Record<string, unknown>, readonly (string | null)[]]>([
  ["the baseline", {}, ["accept", "support"]],
  ["a request without its issue", { issue: null }, ["accept", "support"]],
  ["what only SIRT may do", { request: { complex: true } }, ["accept", "sirt"]],
  [
    "a refusal before what is missing",
    { facts: { plan: "free" }, issue: { confidential: false } },
    ["reject", null, "plan_not_eligible", "not_confidential"],
  ],
  [
    "nothing that could be read",
    {
      facts: {
        ...Object.fromEntries(
          Object.keys(set.eligibility.baseline["facts"] as object).map((key) => [key, null]),
        ),
      },
    },
    ["needs-info", null, "facts_unavailable"],
  ],
  [
    "labels that claim an approval",
    { issue: { labels: ["Legal::Approved"] }, request: old },
    ["reject", null, "window_too_old"],
  ],
  ["an exception without need", exception, ["accept", "support"]],
  [
    "an exception with need",
    overlay(exception, { request: old }) as Record<string, unknown>,
    ["needs-info", "legal", "exception_requires_legal", "window_too_old"],
  ],
  [
    "an exception while something else is missing",
    { request: { ...exception.request, ...old }, issue: { confidential: false } },
    ["needs-info", null, "exception_requires_legal", "window_too_old", "not_confidential"],
  ],
  [
    "an exception from what Legal cannot waive",
    { request: { ...exception.request, ...old }, facts: { deployment: "self-managed" } },
    ["reject", null, "self_managed", "window_too_old"],
  ],
])("%s", (_, given, expected) => {
  const result = failed(given);
  if (expected[1] === null && expected[2] === "self_managed")
    expect(result).toContain("self_managed");
  else expect(result).toEqual(expected);
});

const SHA = "a".repeat(64);
const grant = {
  decision: "grant",
  request_sha256: SHA,
  waives: ["window_too_old"],
  reference: "SUB-17",
  expires_at: "2026-11-21T00:00:00Z",
};
const refuse = { decision: "refuse", request_sha256: SHA, reason: "No contract covers it." };
const decided = (decision: object, more: Record<string, unknown> = {}) =>
  overlay(
    {
      request_sha256: SHA,
      issue: { exception: decision },
      request: { ...exception.request, ...old },
    },
    more,
  ) as Record<string, unknown>;

test.each<[string, Record<string, unknown>, readonly (string | null)[]]>([
  ["granted: it goes to the team that has such requests", decided(grant), ["accept", "sirt"]],
  [
    "granted for a part",
    decided(grant, { facts: { trial: true } }),
    ["needs-info", "legal", "exception_requires_legal", "trial"],
  ],
  [
    "granted, and something is missing",
    decided(grant, { issue: { confidential: false } }),
    ["needs-info", null, "not_confidential"],
  ],
  [
    "granted, and refused by what nobody waives",
    decided(grant, { facts: { deployment: "dedicated" } }),
    ["reject", null, "not_gitlab_com"],
  ],
  ["refused", decided(refuse), ["reject", null, "exception_requires_legal", "window_too_old"]],
  [
    "refused where only more information was wanted",
    decided(refuse, {
      request: {
        window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
        event_types: ["all"],
      },
    }),
    ["reject", null, "exception_requires_legal", "scope_too_broad"],
  ],
  [
    "refused, but no exception is needed any more",
    decided(refuse, {
      request: { window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" } },
    }),
    ["accept", "support"],
  ],
  [
    "granted, but no exception is needed any more",
    decided(grant, {
      request: { window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" } },
    }),
    ["accept", "support"],
  ],
  [
    "granted for another text",
    decided({ ...grant, request_sha256: "b".repeat(64) }),
    ["needs-info", "legal", "exception_requires_legal", "window_too_old"],
  ],
  [
    "granted for a text that is not known",
    decided(grant, { request_sha256: undefined }),
    ["needs-info", "legal", "exception_requires_legal", "window_too_old"],
  ],
  [
    "granted until this moment",
    decided({ ...grant, expires_at: "2026-11-20T15:00:00Z" }),
    ["needs-info", "legal", "exception_requires_legal", "window_too_old"],
  ],
  [
    "another account, without a decision",
    { request: exception.request, facts: { requester_owns_account: false } },
    ["needs-info", "legal", "exception_requires_legal", "not_account_owner"],
  ],
  [
    "another account, with a subpoena",
    decided(
      { ...grant, waives: ["not_account_owner", "window_too_old"] },
      { facts: { requester_owns_account: false } },
    ),
    ["accept", "sirt"],
  ],
  [
    "granted, but the request does not ask for it",
    { request_sha256: SHA, issue: { exception: grant }, request: old },
    ["reject", null, "window_too_old"],
  ],
])("an exception %s", (_, given, expected) => {
  expect(failed(given)).toEqual(expected);
});

test("a decision says what it waived, on what grounds, and why one lapsed", () => {
  const find = (given: Record<string, unknown>, name: string) =>
    decide(given).findings.find(({ rule }) => rule === name);
  expect(find(decided(grant), "exception_requires_legal")).toMatchObject({
    ok: true,
    reason:
      "GitLab Legal waived window_too_old for this request: SUB-17, before 2026-11-21T00:00:00Z.",
    measured: "window_too_old",
  });
  expect(find(decided(grant), "window_too_old")).toMatchObject({ ok: true, waived: true });
  expect(find(decided(refuse), "exception_requires_legal")).toMatchObject({
    ok: false,
    reason: "GitLab Legal refused the exception: No contract covers it.",
    customer: expect.stringContaining("not possible"),
  });
  const lapsed = (more: object) =>
    find(decided({ ...grant, ...more }), "exception_requires_legal")?.reason;
  expect(lapsed({ request_sha256: "b".repeat(64) })).toMatch(/for another text of the request\.$/);
  expect(lapsed({ expires_at: "2026-11-20T15:00:00Z" })).toMatch(/Legal's grant has expired\.$/);
});

test("every finding tells its clause, every failure its way out and the sentence for the customer", () => {
  const { findings } = decide({ facts: { plan: "free" }, request: old });
  for (const { ok, clause, reason, fix, customer } of findings) {
    expect(clause).not.toBe("");
    expect(reason).not.toMatch(/undefined|[{}]/);
    expect([typeof fix, typeof customer]).toEqual(
      ok ? ["undefined", "undefined"] : ["string", "string"],
    );
  }
});

test("tells why a team takes the request", () => {
  const [support] = decide({}).findings;
  expect(support).toMatchObject({ rule: "route", ok: true, measured: "support" });
  const [sirt] = decide({ request: { complex: true, personal_data_needed: true } }).findings;
  expect(sirt?.reason).toBe(
    "SIRT takes it: It is marked as complex. It discloses personal data, such as user names or IP addresses.",
  );
});

test("a routing rule that does not apply is not counted", () => {
  const [first, ...rules] = set.routing.rules;
  const { policies: changed } = assemblePolicies(
    {
      ...set,
      routing: {
        ...set.routing,
        rules: [{ ...(first as NonNullable<typeof first>), when: "false" }, ...rules],
      },
    },
    () => "0",
  );
  const input = DecisionInput.parse(
    overlay(set.eligibility.baseline, { request: { window: { from: "2026-11-01T00:00:00Z" } } }),
  );
  expect(decideRequest({ ...input, policies: changed }).route).toBe("support");
});

test("the same request at two filing dates gives two verdicts, each by the limit of its day", () => {
  const dated = assemblePolicies(
    {
      ...set,
      eligibility: {
        ...set.eligibility,
        limits: {
          ...set.eligibility.limits,
          window: [
            { from: "2000-01-01", value: "P2D" },
            { from: "2026-11-20", value: "P1M" },
          ],
        },
      },
    },
    () => "0",
  ).policies;
  const filed = (created_at: string) =>
    decideRequest({
      ...DecisionInput.parse(overlay(set.eligibility.baseline, { issue: { created_at } })),
      policies: dated,
    });
  const strict = filed("2026-11-19T23:59:59Z");
  const wide = filed("2026-11-20T00:00:00Z");
  const window = ({ findings }: typeof strict) =>
    findings.find(({ rule }) => rule === "window_too_old");
  expect([strict.verdict, strict.route, strict.policy.version]).toEqual([
    "reject",
    null,
    "2000-01-01",
  ]);
  expect(window(strict)).toMatchObject({ ok: false });
  expect([wide.verdict, wide.route, wide.policy.version]).toEqual([
    "accept",
    "support",
    "2026-11-20",
  ]);
  expect(window(wide)).toMatchObject({ ok: true });
});

test.each([
  ["2026-11-21", "2026-11-21"],
  ["2026-11-20", "2026-11-20"],
  ["2027-01-01", "2000-01-01"],
])("the verdict names the policy by its date: a change on %s", (from, version) => {
  const changes: DatedLimits = {
    resources: [
      { from: "2000-01-01", value: 50 },
      { from, value: 40 },
    ],
  };
  const eligibility = {
    ...set.eligibility,
    limits: { ...set.eligibility.limits, ...changes },
  };
  const routing = {
    ...set.routing,
    limits: { ...set.routing.limits, ...changes },
  };
  for (const changed of [
    { ...set, eligibility },
    { ...set, routing },
  ]) {
    const assembled = assemblePolicies(changed, () => "0").policies;
    const input = DecisionInput.parse(
      overlay(set.eligibility.baseline, { now: "2026-11-21T00:00:00Z" }),
    );
    expect(decideRequest({ ...input, policies: assembled }).policy).toEqual({
      version,
      sha256: "0",
    });
    expect(incompleteVerdict([], "2026-11-21", assembled)).toEqual({
      verdict: "needs-info",
      route: null,
      findings: [],
      policy: { version, sha256: "0" },
    });
  }
});

test("a time that is none stops the decision", () => {
  const input = DecisionInput.parse(set.eligibility.baseline);
  expect(() => decideRequest({ ...input, now: "yesterday", policies })).toThrow(
    "yesterday is not an RFC 3339 time",
  );
});

test.each([
  ["now", { now: "2026-11-20" }],
  ["issue.created_at", { issue: { created_at: "yesterday" } }],
])("the input refuses %s that is no time", (_, given) => {
  expect(DecisionInput.safeParse(overlay(set.eligibility.baseline, given)).success).toBe(false);
});
