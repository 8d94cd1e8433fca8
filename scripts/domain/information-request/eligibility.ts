// Stage eligibility: runs every rule of the policy over one situation and says what follows.
import type { Finding } from "../finding.ts";
import type { ExceptionPolicy } from "../policy/decision-policy.ts";
import { type EligibilityRule, fillSentence } from "../policy/rule.ts";
import type { CompiledRule, Judgement, RuleContext } from "../policy/rule-language.ts";

export type Eligibility = {
  readonly outcome: "accept" | "needs-info" | "reject";
  /** True when nothing but Legal's exception is missing. */
  readonly legalFirst: boolean;
  /** Refusals first, then what is missing, then what holds; within each, in the order of the policy. */
  readonly findings: readonly Finding[];
};

type Judged = { readonly rule: EligibilityRule; readonly finding: Finding };

/**
 * Judges a request by all rules. An exception that the request asks for turns the refusals that Legal may waive
 * into a question to Legal; it never accepts anything by itself (process, step 4).
 */
export function judgeEligibility(
  context: RuleContext,
  rules: readonly CompiledRule<EligibilityRule>[],
  exception: { readonly policy: ExceptionPolicy; readonly requested: boolean },
): Eligibility {
  const judged = rules.flatMap(({ rule, judge }): Judged[] => {
    const judgement = judge(context);
    return judgement === null ? [] : [{ rule, finding: findingOf(rule, judgement) }];
  });
  const failed = judged.filter(({ finding }) => !finding.ok);
  const waivable = failed.filter(({ rule }) => exception.requested && rule.waivable === true);
  const missing = failed.filter(
    (one) => !waivable.includes(one) && one.rule.outcome === "needs-info",
  );
  const refused = failed.filter((one) => !waivable.includes(one) && one.rule.outcome === "reject");
  const asked =
    exception.requested && refused.length === 0
      ? [exceptionFinding(exception.policy, waivable)]
      : [];
  const findings = [
    ...refused.map(({ finding }) => finding),
    ...asked.filter(({ ok }) => !ok),
    ...[...waivable, ...missing].map(({ finding }) => finding),
    ...asked.filter(({ ok }) => ok),
    ...judged.map(({ finding }) => finding).filter(({ ok }) => ok),
  ];
  return {
    outcome: refused.length > 0 ? "reject" : failed.length > 0 ? "needs-info" : "accept",
    legalFirst: refused.length === 0 && missing.length === 0 && waivable.length > 0,
    findings,
  };
}

function findingOf(rule: EligibilityRule, { ok, values }: Judgement): Finding {
  const { id, clause } = rule;
  if (ok) return { rule: id, ok, reason: fillSentence(rule.holds, values), ...values, clause };
  return {
    rule: id,
    ok,
    reason: fillSentence(rule.message, values),
    ...values,
    fix: fillSentence(rule.fix, values),
    customer: fillSentence(rule.customer, values),
    clause,
  };
}

function exceptionFinding(policy: ExceptionPolicy, waivable: readonly Judged[]): Finding {
  const { id, clause, fix, customer } = policy;
  if (waivable.length === 0) return { rule: id, ok: true, reason: policy.holds, clause };
  const measured = waivable.map(({ rule }) => rule.id).join(", ");
  return { rule: id, ok: false, reason: policy.message, measured, fix, customer, clause };
}
