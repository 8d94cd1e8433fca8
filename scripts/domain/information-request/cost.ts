// What a log-dive will read and cost, estimated from the volumes of the log profiles before any log is read.
import type { LogProfile } from "../log-profile.ts";
import type { CostLimits } from "../policy/cost-policy.ts";
import type { InformationRequest } from "./request.ts";
import { sourcesOf } from "./request-scope.ts";
import { daysOfWindow } from "./window-days.ts";

export type CostEstimate = {
  /** UTC days that the window touches. */
  readonly days: number;
  readonly sources: readonly string[];
  /** Bytes that the store reads: every source, every day. */
  readonly bytes: number;
  /** US cents, rounded up. */
  readonly cents: number;
};

const TEBIBYTE = 2 ** 40;

/** Sources without a profile add nothing: they cannot be read. */
export function estimateCost(
  request: Pick<InformationRequest, "window" | "event_types" | "log_sources">,
  profiles: ReadonlyMap<string, LogProfile>,
  { cents_per_tebibyte }: CostLimits,
): CostEstimate {
  const sources = request.log_sources ?? sourcesOf(request.event_types, profiles.values());
  const days = daysOfWindow(request.window, 0).days.length;
  const daily = [...new Set(sources)]
    .map((source) => profiles.get(source)?.volume_bytes_per_day ?? 0)
    .reduce((sum, volume) => sum + volume, 0);
  const bytes = daily * days;
  return { days, sources, bytes, cents: Math.ceil((bytes * cents_per_tebibyte) / TEBIBYTE) };
}

/** Whether a person has to accept the cost first, and has not. */
export const awaitsConfirmation = (
  request: Pick<InformationRequest, "cost_accepted">,
  { cents }: CostEstimate,
  { confirm_from_cents }: CostLimits,
): boolean => cents >= confirm_from_cents && request.cost_accepted !== true;

/** How many whole days of the same sources nobody has to accept the cost of; null where one day alone costs that. */
export function daysWithoutConfirmation(
  { bytes, days }: Pick<CostEstimate, "bytes" | "days">,
  { cents_per_tebibyte, confirm_from_cents }: CostLimits,
): number | null {
  const centsADay = ((bytes / days) * cents_per_tebibyte) / TEBIBYTE;
  const free = Math.floor((confirm_from_cents - 1) / centsADay);
  return free === 0 ? null : free;
}

/** One sentence for the status comment; null where the estimate is too small to speak of. */
export function costNotice(
  request: Pick<InformationRequest, "cost_accepted">,
  estimate: CostEstimate,
  limits: CostLimits,
): string | null {
  const { days, sources, bytes, cents } = estimate;
  if (cents < limits.notice_from_cents) return null;
  const what = `about ${dollars(cents)} for ${(bytes / 2 ** 30).toFixed(0)} GiB: ${days} days of ${sources.join(", ")}`;
  if (cents < limits.confirm_from_cents) return what;
  const from = dollars(limits.confirm_from_cents);
  return request.cost_accepted === true
    ? `${what}; accepted in the form (needed from ${from})`
    : `${what}; from ${from} on a person answers “Cost accepted” in the form with Yes before any log is read`;
}

const dollars = (cents: number): string => `${(cents / 100).toFixed(2)} US dollars`;
