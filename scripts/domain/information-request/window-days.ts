/** The UTC days that a window touches, which is how archives are cut. */
import { Temporal } from "temporal-polyfill";

/**
 * Days of the half-open window `[from, to)`, and the days after it in which its late lines may lie, `YYYY-MM-DD`.
 * An empty window has no days.
 * @param window RFC 3339 instants with an offset
 * @param slack days after the window (log-dive reference, section 3: one day finds lines that are up to a day late)
 * @throws RangeError when an end of the window is not an instant
 */
export function daysOfWindow(
  window: { readonly from: string; readonly to: string },
  slack: number,
): { readonly days: readonly string[]; readonly late: readonly string[] } {
  const from = Temporal.Instant.from(window.from);
  const to = Temporal.Instant.from(window.to);
  if (Temporal.Instant.compare(from, to) >= 0) return { days: [], late: [] };
  const first = dayOf(from);
  const last = dayOf(to.subtract({ nanoseconds: 1 }));
  const length = first.until(last, { largestUnit: "days" }).days + 1;
  return { days: daysFrom(first, length), late: daysFrom(last.add({ days: 1 }), slack) };
}

const dayOf = (instant: Temporal.Instant): Temporal.PlainDate =>
  instant.toZonedDateTimeISO("UTC").toPlainDate();

const daysFrom = (first: Temporal.PlainDate, count: number): string[] =>
  Array.from({ length: count }, (_, offset) => first.add({ days: offset }).toString());
