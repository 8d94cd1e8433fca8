// The policy of cost: a price and two thresholds, each with dates.
import * as z from "zod";
import { DatedLimits, type LimitPeriod, limitPeriods, periodOn } from "./dated.ts";

const NAMES = ["cents_per_tebibyte", "notice_from_cents", "confirm_from_cents"] as const;
type Name = (typeof NAMES)[number];

export const CostPolicy = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("cost_policy"),
  limits: DatedLimits.refine(
    (limits) =>
      Object.keys(limits).sort().join() === [...NAMES].sort().join() &&
      Object.values(limits).every(([first]) => typeof first.value === "number"),
    `must hold ${NAMES.join(", ")}, each a whole number`,
  ),
});
export type CostPolicy = z.infer<typeof CostPolicy>;

/** US cents, as they hold on one day. */
export type CostLimits = Readonly<Record<Name, number>>;

/** @param day `YYYY-MM-DD`, UTC: the day of filing */
export const costLimitsOn = ({ limits }: CostPolicy, day: string): CostLimits =>
  periodOn<LimitPeriod>(limitPeriods(limits), day).limits as CostLimits;
