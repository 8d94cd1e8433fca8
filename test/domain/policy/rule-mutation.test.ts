import { expect, test } from "vitest";
import type { DatedLimits, LimitValue } from "../../../scripts/domain/policy/dated.ts";
import type { Rule } from "../../../scripts/domain/policy/rule.ts";
import { runRuleCases } from "../../../scripts/domain/policy/rule-cases.ts";
import { compileRules } from "../../../scripts/domain/policy/rule-language.ts";
import { loadPolicySet } from "../../policy-set.ts";

const set = await loadPolicySet();
const BOOKS = { eligibility: set.eligibility, routing: set.routing };

/** What the cases beside the rules say of a book; a fault is a case that comes out otherwise. */
function faults(limits: DatedLimits, rules: readonly Rule[]): number {
  const { book, faults } = compileRules(limits, rules);
  return faults.length + runRuleCases(book, set.eligibility.baseline).length;
}

const SWAPS: readonly (readonly [RegExp, string])[] = [
  [/==/g, "!="],
  [/!=/g, "=="],
  [/>=/g, ">"],
  [/<=/g, "<"],
  [/(?<![<>=!-])>(?!=)/g, ">="],
  [/(?<![<>=!])<(?!=)/g, "<="],
  [/&&/g, "||"],
  [/\|\|/g, "&&"],
  [/\.all\(/g, ".exists("],
  [/\.exists\(/g, ".all("],
  [/!(?!=)/g, ""],
  [/\+/g, "-"],
];

/** The expression with one operator changed, for each place in it. */
function mutants(expression: string): string[] {
  return SWAPS.flatMap(([pattern, other]) =>
    [...expression.matchAll(pattern)].map(
      ({ index, 0: found }) =>
        expression.slice(0, index) + other + expression.slice(index + found.length),
    ),
  );
}

/** Values a little off: a second or a day more and less, one more and less, each word gone. */
function otherValues(value: LimitValue): LimitValue[] {
  if (typeof value === "number") return [value - 1, value + 1];
  if (typeof value !== "string") return value.map((_, at) => value.filter((__, one) => one !== at));
  return value.endsWith("M")
    ? [`${value}T1S`, "P29D"]
    : [`${value}T1S`, `P${Number(/\d+/.exec(value)?.[0]) - 1}DT23H59M59S`];
}

const operators = Object.entries(BOOKS).flatMap(([name, { rules }]) =>
  rules.flatMap((rule: Rule, at) =>
    (["when", "require"] as const).flatMap((key) =>
      mutants(rule[key] ?? "").map((mutant) => ({
        book: name as keyof typeof BOOKS,
        at,
        id: rule.id,
        key,
        mutant,
      })),
    ),
  ),
);

test.each(operators)("$book $id: $key: $mutant breaks a case", ({ book, at, key, mutant }) => {
  const { limits, rules } = BOOKS[book];
  const changed = rules.map((rule: Rule, index) =>
    index === at ? { ...rule, [key]: mutant } : rule,
  );
  expect(faults(limits, changed)).toBeGreaterThan(0);
});

const values = Object.entries(BOOKS).flatMap(([name, { limits }]) =>
  Object.entries(limits).flatMap(([limit, [entry]]) =>
    otherValues(entry.value).map((value) => ({ book: name as keyof typeof BOOKS, limit, value })),
  ),
);

test.each(values)(
  "$book: the limit $limit changed to $value breaks a case",
  ({ book, limit, value }) => {
    const { limits, rules } = BOOKS[book];
    const changed: DatedLimits = { ...limits, [limit]: [{ from: "2000-01-01", value }] };
    expect(faults(changed, rules)).toBeGreaterThan(0);
  },
);
