// How long a server asks us to wait: the header Retry-After in both its forms (RFC 9110, section 10.2.3).
import { Temporal } from "temporal-polyfill";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const HTTP_DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/;

/**
 * Milliseconds to wait, or null when the header is missing or unreadable. `now` is in milliseconds since 1970 and serves
 * the date form only.
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const [, day, month = "", year, time] = HTTP_DATE.exec(text) ?? [];
  const index = MONTHS.indexOf(month);
  if (index < 0) return null;
  const written = `${year}-${String(index + 1).padStart(2, "0")}-${day}T${time}Z`;
  try {
    return Math.max(0, Temporal.Instant.from(written).epochMilliseconds - now);
  } catch {
    return null;
  }
}
