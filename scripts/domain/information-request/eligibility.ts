// Stage eligibility: runs every rule of the policy over one situation and says what follows.
import type { Finding } from "../finding.ts";
import type { ExceptionPolicy } from "../policy/decision-policy.ts";
import { type EligibilityRule, fillSentence } from "../policy/rule.ts";
import type { CompiledRule, Judgement, RuleContext } from "../policy/rule-language.ts";
import type { ExceptionAsked } from "./legal-decision.ts";

export type Eligibility = {
  readonly outcome: "accept" | "needs-info" | "reject";
  /** True when nothing but Legal's exception is missing. */
  readonly legalFirst: boolean;
  /** Refusals first, then what is missing, then what holds; within each, in the order of the policy. */
  readonly findings: readonly Finding[];
};

/** Findings by what they mean for the request, each in the order of the policy. */
type Kind = "refused" | "waivable" | "missing" | "waived" | "held";
type Sorted = Readonly<Record<Kind, readonly Finding[]>>;
type Compiled = CompiledRule<EligibilityRule>;
type Exception = { readonly policy: ExceptionPolicy; readonly asked: ExceptionAsked };

/**
 * Judges a request by all rules. An exception that the request asks for turns the refusals that Legal may waive
 * into a question to Legal; it accepts nothing by itself (process, step 4). Only the rules that Legal's grant names
 * stand aside; a refusal of Legal's rejects the request.
 */
export function judgeEligibility(
  context: RuleContext,
  rules: readonly Compiled[],
  exception: Exception,
): Eligibility {
  const sorted = sortFindings(context, rules, exception.asked);
  const { waivable, missing, waived, held } = sorted;
  const denied = waivable.length > 0 && exception.asked.decision?.decision === "refuse";
  const rejected = denied || sorted.refused.length > 0;
  const answer =
    exception.asked.requested && (denied || !rejected) ? [exceptionFinding(exception, sorted)] : [];
  const open = waivable.length + missing.length > 0;
  return {
    outcome: rejected ? "reject" : open ? "needs-info" : "accept",
    legalFirst: !rejected && missing.length === 0 && waivable.length > 0,
    findings: [
      ...sorted.refused,
      ...answer.filter(({ ok }) => !ok),
      ...waivable,
      ...missing,
      ...answer.filter(({ ok }) => ok),
      ...waived,
      ...held,
    ],
  };
}

function sortFindings(
  context: RuleContext,
  rules: readonly Compiled[],
  asked: ExceptionAsked,
): Sorted {
  const sorted: Record<Kind, Finding[]> = {
    refused: [],
    waivable: [],
    missing: [],
    waived: [],
    held: [],
  };
  for (const compiled of rules) {
    const judgement = compiled.judge(context);
    if (judgement === null) continue;
    const kind = kindOf(compiled.rule, judgement.ok, asked);
    sorted[kind].push(
      kind === "waived" ? waivedFinding(compiled.rule, judgement) : findingOf(compiled, judgement),
    );
  }
  return sorted;
}

function kindOf(rule: EligibilityRule, ok: boolean, asked: ExceptionAsked): Kind {
  if (ok) return "held";
  if (asked.requested && rule.waivable === true) {
    const { decision } = asked;
    return decision?.decision === "grant" && decision.waives.includes(rule.id)
      ? "waived"
      : "waivable";
  }
  return rule.outcome === "reject" ? "refused" : "missing";
}

/** The fault stays in the words; that it does not count is Legal's doing. */
const waivedFinding = (rule: EligibilityRule, { values }: Judgement): Finding => ({
  rule: rule.id,
  ok: true,
  waived: true,
  reason: fillSentence(rule.message, values),
  ...values,
  clause: rule.clause,
});

/** A judgement that is given again has the same finding again. */
const FINDINGS = new WeakMap<Judgement, Finding>();

function findingOf({ rule, remembers }: Compiled, judgement: Judgement): Finding {
  if (!remembers) return newFinding(rule, judgement);
  const known = FINDINGS.get(judgement);
  if (known !== undefined) return known;
  const finding = newFinding(rule, judgement);
  FINDINGS.set(judgement, finding);
  return finding;
}

function newFinding(rule: EligibilityRule, { ok, values }: Judgement): Finding {
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

/** What became of the exception: not needed, granted, refused, or not decided for all that stands against the request. */
function exceptionFinding({ policy, asked }: Exception, { waivable, waived }: Sorted): Finding {
  const { id, clause } = policy;
  const { decision, lapsed } = asked;
  const open = waivable.map(({ rule }) => rule).join(", ");
  if (open === "") {
    if (decision?.decision !== "grant" || waived.length === 0)
      return { rule: id, ok: true, reason: policy.holds, clause };
    const measured = waived.map(({ rule }) => rule).join(", ");
    const limit = `${decision.reference}, before ${decision.expires_at}`;
    const reason = fillSentence(policy.granted, { measured, limit });
    return { rule: id, ok: true, reason, measured, limit, clause };
  }
  if (decision?.decision === "refuse") {
    const { message, fix, customer } = policy.refused;
    const limit = decision.reason;
    const reason = fillSentence(message, { measured: open, limit });
    return { rule: id, ok: false, reason, measured: open, limit, fix, customer, clause };
  }
  const reason = lapsed === null ? policy.message : `${policy.message} ${lapsed}`;
  const { fix, customer } = policy;
  return { rule: id, ok: false, reason, measured: open, fix, customer, clause };
}
