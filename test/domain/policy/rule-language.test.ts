import { expect, test } from "vitest";
import {
  DecisionInput,
  describeSituation,
} from "../../../scripts/domain/information-request/situation.ts";
import { DatedLimits } from "../../../scripts/domain/policy/dated.ts";
import { dayOf } from "../../../scripts/domain/policy/moment.ts";
import { EligibilityRule, fillSentence } from "../../../scripts/domain/policy/rule.ts";
import { overlay, runRuleCases } from "../../../scripts/domain/policy/rule-cases.ts";
import { compileRules } from "../../../scripts/domain/policy/rule-language.ts";
import { loadPolicySet } from "../../policy-set.ts";

const { eligibility } = await loadPolicySet();
const { baseline } = eligibility;
const limits = DatedLimits.parse({
  window: [
    { from: "2000-01-01", value: "P1M" },
    { from: "2027-01-01", value: "P7D" },
  ],
  plans: [{ from: "2000-01-01", value: ["premium"] }],
  resources: [{ from: "2000-01-01", value: 2 }],
});

const rule = (parts: Partial<EligibilityRule>): EligibilityRule => ({
  id: "a_rule",
  require: "true",
  outcome: "reject",
  holds: "Fine.",
  message: "Not fine.",
  fix: "Mend it.",
  customer: "Sorry.",
  clause: "A clause.",
  cases: { passes: [{ given: {} }], fails: [{ given: {} }] },
  ...parts,
});
const judge = (parts: Partial<EligibilityRule>, given: Record<string, unknown> = {}) => {
  const { book, faults } = compileRules(limits, [rule(parts)]);
  const situation = describeSituation(DecisionInput.parse(overlay(baseline, given)));
  const context = book.contextOf(situation, dayOf(situation.filed));
  return { faults, judgement: book.rules[0]?.judge(context) };
};

test.each([
  ["an unknown field", { require: 'facts.plam == "x"' }, "No such key: plam"],
  ["an unknown variable", { require: 'fact.plan == "x"' }, "Unknown variable: fact"],
  ["an unknown limit", { require: "limits.windows != ''" }, "No such key: windows"],
  ["an unknown function", { require: "now > today()" }, "today"],
  ["a wrong type", { require: "facts.plan > 3" }, "no such overload"],
  ["a syntax fault", { when: "facts.plan ==" }, "Unexpected token"],
  [
    "a condition that is no yes or no",
    { require: "facts.plan" },
    "gives a string, must give a bool",
  ],
  ["a measure that is a list", { measured: "request.users" }, "gives a list<string>, must give"],
])("refuses %s with a caret under it", (_, parts, message) => {
  const { faults, judgement } = judge(parts);
  expect(faults).toHaveLength(1);
  expect(faults[0]?.message).toContain(message);
  expect(faults[0]?.message).toContain("^");
  expect(faults[0]?.path.slice(0, 2)).toEqual(["rules", 0]);
  if ("require" in parts) expect(judgement?.ok).toBe(false);
});

test.each([
  [{ require: "facts.plan in limits.plans" }, { ok: false, values: {} }],
  [{ require: "true", when: 'facts.plan == "free"' }, null],
  [
    {
      require: "size(request.paths) <= limits.resources",
      measured: "size(request.paths)",
      limit: "limits.resources",
    },
    { ok: true, values: { measured: 2, limit: 2 } },
  ],
  [
    { require: "true", measured: "facts.plan", limit: "issue.given" },
    { ok: true, values: { measured: "ultimate", limit: true } },
  ],
  [
    { require: 'instant(earlier(filed, limits.window)) == "2026-10-20T15:00:00Z"' },
    { ok: true, values: {} },
  ],
  [
    { require: 'instant(earlier(filed, limits.window) + 1) == "2026-10-20T15:00:00.001Z"' },
    { ok: true, values: {} },
  ],
])("judges %j", (parts, expected) => {
  expect(judge(parts)).toEqual({ faults: [], judgement: expected });
});

test("takes the limits of the day of filing, not of the day of the run", () => {
  const parts = { require: "true", limit: "limits.window" };
  const late = { now: "2027-01-02T00:00:00Z" };
  const filed = { ...late, issue: { created_at: "2026-12-31T23:59:59Z" } };
  expect(judge(parts, late).judgement?.values.limit).toBe("P7D");
  expect(judge(parts, filed).judgement?.values.limit).toBe("P1M");
});

test.each([
  ["acme", true],
  ["acme/api", true],
  ["acme-evil", false],
  ["acme-evil/api", false],
  ["x/acme", false],
])("inside: %s in acme is %s", (path, expected) => {
  expect(judge({ require: `inside("${path}", "acme")` }).judgement?.ok).toBe(expected);
});

test("a case that comes out otherwise, or is no request, is a fault of its rule", () => {
  const { book } = compileRules(limits, [
    rule({
      when: 'facts.plan != ""',
      require: 'facts.plan == "ultimate"',
      cases: {
        passes: [{ given: {} }, { given: { facts: { plan: "free" } } }],
        fails: [{ given: {} }, { given: { facts: { plan: 7 } } }, { given: { fact: {} } }],
        skips: [{ given: { facts: { plan: null } } }, { given: {} }],
      },
    }),
  ]);
  expect(
    runRuleCases(book, baseline).map(({ path, message }) => `${path.join(".")} ${message}`),
  ).toEqual([
    "rules.0.cases.passes.1 must make a_rule pass, but it does fail",
    "rules.0.cases.fails.0 must make a_rule fail, but it does pass",
    "rules.0.cases.fails.1 is no case: facts.plan must be a string",
    "rules.0.cases.fails.2 is no case: fact is not a known key",
    "rules.0.cases.skips.1 must make a_rule skip, but it does pass",
  ]);
});

test("a case may give a part that the baseline does not have", () => {
  expect(overlay({ a: { b: 1, c: 2 } }, { a: { b: 3 }, d: { e: 4 }, f: [5] })).toEqual({
    a: { b: 3, c: 2 },
    d: { e: 4 },
    f: [5],
  });
});

test.each([
  [{ cases: { passes: [], fails: [{ given: {} }] } }, "needs a case that passes"],
  [{ cases: { passes: [{ given: {} }], fails: [] } }, "needs a case that fails"],
  [{ message: "Too old: {measure}." }, "may use {measured} and {limit} only"],
  [{ fix: "{{measured}}" }, "may use {measured} and {limit} only"],
  [{ id: "Not A Name" }, "Invalid string"],
])("a rule with %j is refused", (parts, message) => {
  const result = EligibilityRule.safeParse({ ...rule({}), ...parts });
  expect(JSON.stringify(result.error?.issues)).toContain(message);
});

test("a value that looks like a template is shown as it is", () => {
  expect(fillSentence("{measured} of {limit}", { measured: "{limit} $&", limit: 3 })).toBe(
    "{limit} $& of 3",
  );
  expect(fillSentence("Plain.", {})).toBe("Plain.");
});
