// Runs the cases that stand beside each rule: a rule that does not do what its cases say is not loaded.
import { explainIssues } from "../fault.ts";
import { DecisionInput, describeSituation } from "../information-request/situation.ts";
import { dayOf } from "./moment.ts";
import type { Rule, RuleCase } from "./rule.ts";
import type { CompiledRule, RuleBook, RuleFault } from "./rule-language.ts";

const EXPECTED = { passes: "pass", fails: "fail", skips: "skip" } as const;
type Kind = keyof typeof EXPECTED;

/**
 * Judges every case of every rule; each case is the baseline with its `given` laid over it.
 * @returns one fault for each case that comes out otherwise, or is no request at all; empty = all as said
 */
export function runRuleCases<R extends Rule>(
  book: RuleBook<R>,
  baseline: Readonly<Record<string, unknown>>,
): readonly RuleFault[] {
  return book.rules.flatMap((compiled, at) =>
    (Object.keys(EXPECTED) as Kind[]).flatMap((kind) =>
      (compiled.rule.cases[kind] ?? []).flatMap((one, index) => {
        const message = runCase(compiled, book, overlay(baseline, one.given), EXPECTED[kind]);
        return message === null ? [] : [{ path: ["rules", at, "cases", kind, index], message }];
      }),
    ),
  );
}

function runCase<R extends Rule>(
  { rule, judge }: CompiledRule<R>,
  book: RuleBook<R>,
  given: unknown,
  expected: "pass" | "fail" | "skip",
): string | null {
  const parsed = DecisionInput.safeParse(given);
  if (!parsed.success) {
    const issues = explainIssues(DecisionInput, given, parsed.error.issues);
    return `is no case: ${issues.map(({ key, message }) => `${key} ${message}`).join(", ")}`;
  }
  const situation = describeSituation(parsed.data);
  const judgement = judge(book.contextOf(situation, dayOf(situation.filed)));
  const result = judgement === null ? "skip" : judgement.ok ? "pass" : "fail";
  return result === expected ? null : `must make ${rule.id} ${expected}, but it does ${result}`;
}

/** Maps are merged key by key; anything else takes the place of what was there. */
export function overlay(base: unknown, given: RuleCase["given"]): unknown {
  if (!isMap(base)) return given;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(given))
    merged[key] = isMap(value) ? overlay(base[key], value) : value;
  return merged;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
