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
 * `earlier(instant, duration)`: calendar arithmetic in UTC; a day that the month lacks becomes its last day.
 * Remembers the last answer for each duration, since the rules ask for the same moment several times.
 */
export function momentsEarlier(): (milliseconds: bigint, duration: string) => bigint {
  const last = new Map<string, { readonly of: bigint; readonly is: bigint }>();
  return (milliseconds, duration) => {
    const known = last.get(duration);
    if (known?.of === milliseconds) return known.is;
    const moment = Temporal.Instant.fromEpochMilliseconds(Number(milliseconds));
    const before = moment.toZonedDateTimeISO("UTC").subtract(duration);
    const is = BigInt(before.epochMilliseconds);
    last.set(duration, { of: milliseconds, is });
    return is;
  };
}
