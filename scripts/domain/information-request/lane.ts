// The lane of an accepted request: what it is answered with.
import { type ChoiceReason, choiceFinding, type Finding } from "../finding.ts";
import { fillSentence, type LaneRule } from "../policy/rule.ts";
import type { CompiledRule, RuleContext } from "../policy/rule-language.ts";
import type { Verdict } from "./verdict.ts";

/**
 * `rows`: redacted log lines. `aggregate`: counts without personal data. `self-serve`: where the customer's own Audit
 * Events show it; no log is read.
 */
export type Lane = "rows" | LaneRule["otherwise"];

const ANSWER: Readonly<Record<Lane, string>> = {
  rows: "Log rows answer it",
  aggregate: "Counts answer it",
  "self-serve": "The customer can look themselves",
};

/**
 * Rows, unless a rule does not hold: the first such decides. The finding tells why; it is no fault of the request.
 * Source: process, "Audit Events" and "scope of the request"; `policies/lane.yaml`.
 */
export function chooseLane(
  context: RuleContext,
  rules: readonly CompiledRule<LaneRule>[],
): Finding {
  const held: ChoiceReason[] = [];
  for (const { rule, judge } of rules) {
    const judgement = judge(context);
    if (judgement === null) continue;
    const { clause, otherwise } = rule;
    if (!judgement.ok)
      return laneFinding(otherwise, [
        { sentence: fillSentence(rule.message, judgement.values), clause },
      ]);
    held.push({ sentence: fillSentence(rule.holds, judgement.values), clause });
  }
  return laneFinding("rows", held);
}

const laneFinding = (lane: Lane, why: readonly ChoiceReason[]): Finding =>
  choiceFinding("lane", lane, ANSWER[lane], why);

/** The lane of a verdict; null where nothing is accepted. */
export function laneOf({ findings }: Pick<Verdict, "findings">): Lane | null {
  const measured = findings.find(({ rule }) => rule === "lane")?.measured;
  return measured === undefined ? null : (measured as Lane);
}
