/** Times of log lines: RFC 3339 with an offset, nothing guessed. */
import { Temporal } from "temporal-polyfill";

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:[0-5]\d(?:\.(\d{1,30}))?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** How nearly every line writes its time: UTC, and a day that every month has. It needs no calendar. */
const PLAIN_UTC =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d{1,9}))?Z$/;

/**
 * `2026-11-16T12:00:00.123Z` as `2026-11-16T12:00:00.123000000Z`: UTC, nine digits, so that texts sort as instants do.
 * Digits beyond the ninth are cut. Null for anything else: no zone, date only, leap second, epoch, full-width digits, year beyond 9999.
 */
export function canonicalInstant(text: string): string | null {
  const plain = PLAIN_UTC.exec(text);
  if (plain !== null) return `${text.slice(0, 19)}.${(plain[1] ?? "").padEnd(9, "0")}Z`;
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const fraction = match[1];
  const cut =
    fraction === undefined ? text : text.replace(`.${fraction}`, `.${fraction.slice(0, 9)}`);
  try {
    const instant = Temporal.Instant.from(cut).toString({ fractionalSecondDigits: 9 });
    return /^\d{4}-/.test(instant) ? instant : null;
  } catch {
    return null;
  }
}

/** A canonical instant to the second (R20). */
export const toSecond = (instant: string): string => `${instant.slice(0, 19)}Z`;
