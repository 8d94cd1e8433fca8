// Reads points in time as RFC 3339 writes them, and nothing else.
import { Temporal } from "temporal-polyfill";

const SHAPE =
  /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|(?!-00:00)[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * The instant that an RFC 3339 date-time with an offset names, or null: no hour 24, no leap second, no
 * 30 February, no `-00:00` (RFC 3339 4.3: offset unknown), no bare date.
 */
export function parseInstant(text: string): Temporal.Instant | null {
  if (!SHAPE.test(text)) return null;
  try {
    return Temporal.Instant.from(text);
  } catch {
    return null;
  }
}
