// The one decision on an information request: `check`, `intake` and the pipeline all ask here.
import type { ExceptionPolicy } from "../policy/decision-policy.ts";
import type { EligibilityRule, RoutingRule } from "../policy/rule.ts";
import type { RuleBook } from "../policy/rule-language.ts";
import { judgeEligibility } from "./eligibility.ts";
import { chooseRoute } from "./routing.ts";
import { type DecisionInput, describeSituation, filingDay } from "./situation.ts";
import type { Verdict } from "./verdict.ts";

/** The compiled policies that a decision needs; `loadPolicies` gives them. */
export type DecisionPolicies = {
  readonly decision: {
    readonly eligibility: RuleBook<EligibilityRule>;
    readonly routing: RuleBook<RoutingRule>;
    readonly exception: ExceptionPolicy;
  };
  /** SHA-256 over the canonical JSON of all policies. */
  readonly sha256: string;
};

/**
 * Judges one request by the limits of the day on which it was filed (`issue.created_at`, else `now`), UTC.
 * All rules run; a fact that could not be read leads to needs-info, never to accept.
 * @throws RangeError when `now`, the window or the time of filing is no RFC 3339 time
 */
export function decideRequest(
  input: DecisionInput & { readonly policies: DecisionPolicies },
): Verdict {
  const { decision, sha256 } = input.policies;
  const situation = describeSituation(input);
  const day = filingDay(situation);
  const eligibilityPeriod = decision.eligibility.limitsOn(day);
  const routingPeriod = decision.routing.limitsOn(day);
  const { outcome, legalFirst, findings } = judgeEligibility(
    situation,
    decision.eligibility.rules,
    eligibilityPeriod.limits,
    {
      policy: decision.exception,
      requested: input.request.exception_requested !== undefined,
    },
  );
  const version =
    routingPeriod.from > eligibilityPeriod.from ? routingPeriod.from : eligibilityPeriod.from;
  const policy = { version, sha256 };
  if (outcome !== "accept")
    return { verdict: outcome, route: legalFirst ? "legal" : null, findings, policy };
  const { route, finding } = chooseRoute(situation, decision.routing.rules, routingPeriod.limits);
  return { verdict: "accept", route, findings: [finding, ...findings], policy };
}
