// Points in time as the rules hold them: whole milliseconds since 1970, in UTC.
import { Temporal } from "temporal-polyfill";

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** Days by their number since 1970: decisions print the same few hundred a dozen times each. */
const DAYS = new Map<number, string>();
const MOST_DAYS = 4096;

function dayText(day: number): string {
  const known = DAYS.get(day);
  if (known !== undefined) return known;
  if (DAYS.size === MOST_DAYS) DAYS.clear();
  const text = new Date(day * DAY).toISOString().slice(0, -"T00:00:00.000Z".length);
  DAYS.set(day, text);
  return text;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/**
 * RFC 3339 text of an instant. By arithmetic and `Date` from a number (exact, and the same on every machine):
 * Temporal takes twenty times as long.
 */
export function momentText(milliseconds: bigint): string {
  const instant = Number(milliseconds);
  const day = Math.floor(instant / DAY);
  const inDay = instant - day * DAY;
  const seconds = Math.floor(inDay / SECOND);
  const minutes = Math.floor(seconds / 60);
  const time = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`;
  const rest = inDay % SECOND;
  const fraction = rest === 0 ? "" : `.${String(rest).padStart(3, "0")}`;
  return `${dayText(day)}T${time}${fraction}Z`;
}

/** UTC day of an instant, `YYYY-MM-DD`. */
export const dayOf = (milliseconds: bigint): string =>
  dayText(Math.floor(Number(milliseconds) / DAY));

/**
 * `earlier(instant, duration)`: calendar arithmetic in UTC as Temporal does it (years and months first, a day that the
 * month lacks becomes its last day, then weeks, days and the time), at a twentieth of its cost: a decision asks thrice.
 */
export function momentsEarlier(): (milliseconds: bigint, duration: string) => bigint {
  const steps = new Map<string, Step>();
  return (milliseconds, duration) => {
    const step = steps.get(duration) ?? stepOf(duration);
    steps.set(duration, step);
    if (step.last.from !== milliseconds) {
      const to = BigInt(monthsEarlier(Number(milliseconds), step.months) - step.milliseconds);
      step.last = { from: milliseconds, to };
    }
    return step.last.to;
  };
}

/** A duration as whole months and the rest. `last`: a rule and its sentences ask the same one after the other. */
type Step = {
  readonly months: number;
  readonly milliseconds: number;
  last: { readonly from: bigint | null; readonly to: bigint };
};

function stepOf(duration: string): Step {
  const { years, months, weeks, days, hours, minutes, seconds } = Temporal.Duration.from(duration);
  const time = Temporal.Duration.from({ days: weeks * 7 + days, hours, minutes, seconds });
  return {
    months: years * 12 + months,
    milliseconds: time.total("milliseconds"),
    last: { from: null, to: 0n },
  };
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
