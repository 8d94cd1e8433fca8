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

/** Findings by what they mean for the request, each in the order of the policy. */
type Sorted = Readonly<Record<"refused" | "waivable" | "missing" | "held", readonly Finding[]>>;

/**
 * Judges a request by all rules. An exception that the request asks for turns the refusals that Legal may waive
 * into a question to Legal; it never accepts anything by itself (process, step 4).
 */
export function judgeEligibility(
  context: RuleContext,
  rules: readonly CompiledRule<EligibilityRule>[],
  exception: { readonly policy: ExceptionPolicy; readonly requested: boolean },
): Eligibility {
  const sorted = sortFindings(context, rules, exception.requested);
  const { refused, waivable, missing, held } = sorted;
  const asked =
    exception.requested && refused.length === 0
      ? [exceptionFinding(exception.policy, waivable)]
      : [];
  const findings = [
    ...refused,
    ...asked.filter(({ ok }) => !ok),
    ...waivable,
    ...missing,
    ...asked.filter(({ ok }) => ok),
    ...held,
  ];
  const open = waivable.length + missing.length > 0;
  return {
    outcome: refused.length > 0 ? "reject" : open ? "needs-info" : "accept",
    legalFirst: refused.length === 0 && missing.length === 0 && waivable.length > 0,
    findings,
  };
}

function sortFindings(
  context: RuleContext,
  rules: readonly CompiledRule<EligibilityRule>[],
  exceptionRequested: boolean,
): Sorted {
  const sorted: Record<keyof Sorted, Finding[]> = {
    refused: [],
    waivable: [],
    missing: [],
    held: [],
  };
  for (const { rule, judge } of rules) {
    const judgement = judge(context);
    if (judgement === null) continue;
    sorted[kindOf(rule, judgement.ok, exceptionRequested)].push(findingOf(rule, judgement));
  }
  return sorted;
}

function kindOf(rule: EligibilityRule, ok: boolean, exceptionRequested: boolean): keyof Sorted {
  if (ok) return "held";
  if (exceptionRequested && rule.waivable === true) return "waivable";
  return rule.outcome === "reject" ? "refused" : "missing";
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

function exceptionFinding(policy: ExceptionPolicy, waivable: readonly Finding[]): Finding {
  const { id, clause, fix, customer } = policy;
  if (waivable.length === 0) return { rule: id, ok: true, reason: policy.holds, clause };
  const measured = waivable.map(({ rule }) => rule).join(", ");
  return { rule: id, ok: false, reason: policy.message, measured, fix, customer, clause };
}
