// Each rule explains itself: golden files that a person can read, and customer sentences that reveal nothing internal.
import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadPolicies } from "../scripts/adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../scripts/adapters/policy-path.ts";
import { explanationOf, goldenFile, rulesOf } from "./explanations.ts";
import { loadPolicySet } from "./policy-set.ts";

const set = await loadPolicySet();
const policies = await loadPolicies(POLICY_FOLDER);
const rules = rulesOf(set);
const pathOf = (one: (typeof rules)[number]): string => fileURLToPath(goldenFile(one));

test.each(rules)(
  "$book $rule.id explains a request that passes it and one that fails it",
  async (one) => {
    await expect(explanationOf(one, set, policies)).toMatchFileSnapshot(pathOf(one));
  },
);

test("no explanation stands for a rule that is gone", () => {
  const [first] = rules;
  const folder = dirname(first === undefined ? "" : pathOf(first));
  expect(readdirSync(folder).sort()).toEqual(rules.map((one) => basename(pathOf(one))).sort());
});

/** Teams, tools and words of the process that a customer has no business with; GitLab Legal is a public address. */
const INTERNAL =
  /\b(?:SIRT|Security Logging|Trust and Safety|seclog|bot|tracker|issues?|merge request|pipeline|confidential|log-dive|rules?|policy|policies|limits?|records|system of record|exception policy|Kibana|BigQuery|Slack|Zendesk|lasayers|route|lane|team members?)\b/i;
const customers = [
  ...set.eligibility.rules.map(({ id, customer }) => ({ id, customer })),
  { id: set.eligibility.exception.id, customer: set.eligibility.exception.customer },
];

test.each(customers)(
  "$id: the sentence for the customer reveals nothing internal",
  ({ customer }) => {
    const said = customer.replaceAll("{limit}", "").replaceAll("{measured}", "");
    expect(said).not.toMatch(INTERNAL);
    expect(customer).not.toMatch(/[a-z]_[a-z]|https?:|@/);
    expect(customer).toMatch(/^[A-Z].*\.$/);
  },
);

test("what a sentence for the customer measures is a time of the request, never a fact of our records", () => {
  const measuring = set.eligibility.rules.filter(({ customer }) =>
    /\{(?:measured|limit)\}/.test(customer),
  );
  for (const rule of measuring)
    for (const expression of [rule.measured, rule.limit]) expect(expression).toMatch(/^instant\(/);
});
