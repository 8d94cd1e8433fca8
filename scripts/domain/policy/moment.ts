// Points in time as the rules hold them: whole milliseconds since 1970, in UTC.
import { Temporal } from "temporal-polyfill";

/** A decision prints the same few instants a dozen times. */
const TEXTS = new Map<bigint, string>();
const MOST_TEXTS = 256;

/**
 * RFC 3339 text of an instant. By `Date` from a number (exact, and the same on every machine): Temporal takes
 * twenty times as long.
 */
export function momentText(milliseconds: bigint): string {
  const known = TEXTS.get(milliseconds);
  if (known !== undefined) return known;
  if (TEXTS.size === MOST_TEXTS) TEXTS.clear();
  const text = new Date(Number(milliseconds)).toISOString().replace(".000Z", "Z");
  TEXTS.set(milliseconds, text);
  return text;
}

/** UTC day of an instant, `YYYY-MM-DD`. */
export const dayOf = (milliseconds: bigint): string => momentText(milliseconds).slice(0, 10);

/**
 * `earlier(instant, duration)`: calendar arithmetic in UTC as Temporal does it (years and months first, a day that the
 * month lacks becomes its last day, then weeks, days and the time), at a twentieth of its cost: a decision asks thrice.
 */
export function momentsEarlier(): (milliseconds: bigint, duration: string) => bigint {
  const steps = new Map<string, Step>();
  return (milliseconds, duration) => {
    const step = steps.get(duration) ?? stepOf(duration);
    steps.set(duration, step);
    return BigInt(monthsEarlier(Number(milliseconds), step.months) - step.milliseconds);
  };
}

/** A duration as whole months and the rest. */
type Step = { readonly months: number; readonly milliseconds: number };

function stepOf(duration: string): Step {
  const { years, months, weeks, days, hours, minutes, seconds } = Temporal.Duration.from(duration);
  const time = Temporal.Duration.from({ days: weeks * 7 + days, hours, minutes, seconds });
  return { months: years * 12 + months, milliseconds: time.total("milliseconds") };
}

function monthsEarlier(milliseconds: number, months: number): number {
  const date = new Date(milliseconds);
  // Counted from 2000, since Date.UTC takes the years 0 to 99 for those of the last century.
  const month = (date.getUTCFullYear() - 2000) * 12 + date.getUTCMonth() - months;
  // Day 0 of the month after is the last day of the month.
  const lastDay = new Date(Date.UTC(2000, month + 1, 0)).getUTCDate();
  const midnight = Date.UTC(2000, month, Math.min(date.getUTCDate(), lastDay));
  return midnight + (milliseconds - Math.floor(milliseconds / DAY) * DAY);
}
const DAY = 86_400_000;
