// The one decision on an information request: `check`, `intake` and the pipeline all ask here.
import type { Finding } from "../finding.ts";
import type { ExceptionPolicy } from "../policy/decision-policy.ts";
import { dayOf } from "../policy/moment.ts";
import type { EligibilityRule, LaneRule, RoutingRule } from "../policy/rule.ts";
import type { RuleBook } from "../policy/rule-language.ts";
import { judgeEligibility } from "./eligibility.ts";
import { chooseLane } from "./lane.ts";
import { type ExceptionAsked, exceptionAsked } from "./legal-decision.ts";
import { chooseRoute } from "./routing.ts";
import { type DecisionInput, describeSituation, type Situation } from "./situation.ts";
import type { Verdict } from "./verdict.ts";

/** The compiled policies that a decision needs; `loadPolicies` gives them. */
export type DecisionPolicies = {
  readonly decision: {
    readonly eligibility: RuleBook<EligibilityRule>;
    readonly routing: RuleBook<RoutingRule>;
    readonly lane: RuleBook<LaneRule>;
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
export const decideRequest = (
  input: DecisionInput & { readonly policies: DecisionPolicies },
): Verdict => judgeSituation(situationOf(input), input.policies);

/** A situation, and the exception that the request asks Legal for. */
export type JudgedSituation = {
  readonly situation: Situation;
  readonly exception: ExceptionAsked;
};

/** What {@link judgeSituation} needs of a request: the same for every policy that it is judged by. */
export const situationOf = (input: DecisionInput): JudgedSituation => ({
  situation: describeSituation(input),
  exception: exceptionAsked(
    input.request.exception_requested !== undefined,
    input.issue?.exception ?? null,
    input.request_sha256 ?? null,
    input.now,
  ),
});

/**
 * The verdict on a situation.
 * @param day whose limits judge (`YYYY-MM-DD`, UTC); the day of filing, except in a preview
 */
export function judgeSituation(
  { situation, exception: asked }: JudgedSituation,
  policies: DecisionPolicies,
  day: string = dayOf(situation.filed),
): Verdict {
  const { eligibility, routing, lane, exception } = policies.decision;
  const { outcome, legalFirst, findings } = judgeEligibility(
    eligibility.contextOf(situation, day),
    eligibility.rules,
    { policy: exception, asked },
  );
  const policy = policyOn(day, policies);
  if (outcome !== "accept")
    return { verdict: outcome, route: legalFirst ? "legal" : null, findings, policy };
  const { route, finding } = chooseRoute(routing.contextOf(situation, day), routing.rules);
  const answer = chooseLane(lane.contextOf(situation, day), lane.rules);
  return { verdict: "accept", route, findings: [finding, answer, ...findings], policy };
}

/**
 * The verdict on what could not be judged because it could not be read whole: a form with gaps, a file with faults.
 * @param day of the filing, `YYYY-MM-DD`, UTC
 */
export const incompleteVerdict = (
  findings: readonly Finding[],
  day: string,
  policies: DecisionPolicies,
): Verdict => ({
  verdict: "needs-info",
  route: null,
  findings,
  policy: policyOn(day, policies),
});

function policyOn(day: string, { decision, sha256 }: DecisionPolicies): Verdict["policy"] {
  const eligibility = decision.eligibility.limitsOn(day).from;
  const routing = decision.routing.limitsOn(day).from;
  const lane = decision.lane.limitsOn(day).from;
  return { version: [eligibility, routing, lane].reduce((a, b) => (a > b ? a : b)), sha256 };
}
