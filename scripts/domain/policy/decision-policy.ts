// The two policies that decide on a request: who may be helped (eligibility), and who does it (routing).
import * as z from "zod";
import { DatedLimits } from "./dated.ts";
import { Duration } from "./duration.ts";
import { EligibilityRule, LaneRule, RoutingRule, RuleId, Sentence } from "./rule.ts";

const distinct = (rules: readonly { readonly id: string }[]): boolean =>
  new Set(rules.map(({ id }) => id)).size === rules.length;
const ONE_ID_ONE_RULE = "must not name two rules alike";

/** The answer to a request that needs an exception: nothing goes on before Legal has decided. */
const ExceptionPolicy = z.strictObject({
  id: RuleId,
  /** Teams of `teams.yaml` whose members decide. */
  decided_by: z.array(z.string()).min(1),
  /** A grant that reaches further than this from the day it was written does not count. */
  longest: Duration,
  holds: Sentence,
  message: Sentence,
  fix: Sentence,
  customer: Sentence,
  clause: z.string().min(1),
  /** Said of a request whose exception was granted; `{measured}` = the waived rules, `{limit}` = reference and end. */
  granted: Sentence,
  /** Said of one whose exception was refused; `{limit}` = the reason that Legal gave. */
  refused: z.strictObject({ message: Sentence, fix: Sentence, customer: Sentence }),
});
export type ExceptionPolicy = z.infer<typeof ExceptionPolicy>;

export const EligibilityPolicy = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("eligibility_policy"),
  limits: DatedLimits,
  /** A request that every rule accepts; the cases of all rules are differences from it. */
  baseline: z.record(z.string(), z.unknown()),
  exception: ExceptionPolicy,
  rules: z.array(EligibilityRule).min(1).refine(distinct, ONE_ID_ONE_RULE),
});
export type EligibilityPolicy = z.infer<typeof EligibilityPolicy>;

export const RoutingPolicy = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("routing_policy"),
  limits: DatedLimits,
  rules: z.array(RoutingRule).min(1).refine(distinct, ONE_ID_ONE_RULE),
});
export type RoutingPolicy = z.infer<typeof RoutingPolicy>;

export const LanePolicy = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("lane_policy"),
  limits: DatedLimits,
  rules: z.array(LaneRule).min(1).refine(distinct, ONE_ID_ONE_RULE),
});
export type LanePolicy = z.infer<typeof LanePolicy>;
