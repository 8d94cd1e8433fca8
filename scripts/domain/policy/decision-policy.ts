// The two policies that decide on a request: who may be helped (eligibility), and who does it (routing).
import * as z from "zod";
import { DatedLimits } from "./dated.ts";
import { EligibilityRule, RoutingRule, RuleId } from "./rule.ts";

const distinct = (rules: readonly { readonly id: string }[]): boolean =>
  new Set(rules.map(({ id }) => id)).size === rules.length;
const ONE_ID_ONE_RULE = "must not name two rules alike";

/** The answer to a request that needs an exception: nothing goes on before Legal has decided. */
const ExceptionPolicy = z.strictObject({
  id: RuleId,
  holds: z.string().min(1),
  message: z.string().min(1),
  fix: z.string().min(1),
  customer: z.string().min(1),
  clause: z.string().min(1),
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
