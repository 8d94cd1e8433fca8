// What the status comment tells of a request's breadth: what it costs, and how to ask for less.
import type { LogProfile } from "../log-profile.ts";
import { type CostPolicy, costLimitsOn } from "../policy/cost-policy.ts";
import type { LimitPeriod } from "../policy/dated.ts";
import { dayOf, momentsEarlier, momentText } from "../policy/moment.ts";
import { awaitsConfirmation, costNotice, daysWithoutConfirmation, estimateCost } from "./cost.ts";
import type { DecisionPolicies } from "./decision.ts";
import { proposeRescope, type Rescope, type ScopeLimits } from "./rescope.ts";
import { type DecisionInput, describeSituation } from "./situation.ts";

export type ScopeAdvice = {
  /** One sentence; null where the estimate is too small to speak of. */
  readonly cost: string | null;
  /** The cost has to be accepted before the log-dive. */
  readonly awaits: boolean;
  readonly rescope: Rescope | null;
};

/** The advice on one request, by the limits of its day of filing. */
export function adviseOnScope(
  judged: DecisionInput,
  profiles: ReadonlyMap<string, LogProfile>,
  { cost, decision }: { readonly cost: CostPolicy } & Pick<DecisionPolicies, "decision">,
): ScopeAdvice {
  const { request } = judged;
  const { filed } = describeSituation(judged);
  const day = dayOf(filed);
  const { limitsOn } = decision.eligibility;
  const limits = costLimitsOn(cost, day);
  const estimate = estimateCost(request, profiles, limits);
  const awaits = awaitsConfirmation(request, estimate, limits);
  const days = awaits ? daysWithoutConfirmation(estimate, limits) : null;
  return {
    cost: costNotice(request, estimate, limits),
    awaits,
    rescope: proposeRescope(request, scopeLimits(limitsOn(day).limits, filed, days)),
  };
}

const earlier = momentsEarlier();

/** Limits of `policies/eligibility.yaml` by their names there. */
function scopeLimits(
  limits: LimitPeriod["limits"],
  filed: bigint,
  days: number | null,
): ScopeLimits {
  return {
    resources: Number(limits["resources"]),
    event_types: Number(limits["event_types"]),
    everything_words: limits["everything_words"] as readonly string[],
    earliest: momentText(earlier(filed, String(limits["window"]))),
    latest: momentText(filed),
    days,
  };
}
