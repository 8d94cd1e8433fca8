// Reads the ends of the time window as people write them, and believes only what has one meaning.
import { Temporal } from "temporal-polyfill";
import { parseInstant } from "../instant.ts";

type WhenRule =
  | "bad_date"
  | "ambiguous_date"
  | "timezone_missing"
  | "nonexistent_local_time"
  | "ambiguous_local_time";
/** RFC 3339 in UTC, or the rule that the text breaks and how to write it instead. */
export type When =
  | { readonly ok: true; readonly instant: string }
  | { readonly ok: false; readonly rule: WhenRule; readonly reason: string; readonly fix: string };

const EXAMPLE = "write it as 2026-11-16T00:00:00Z, or as a whole UTC day, 2026-11-16";
const DAY = /^\d{4}-\d\d-\d\d$/;
/** A local time with whatever names its zone behind it. */
const LOCAL = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(.*)$/i;
const OFFSET = /^[+-]\d\d:?\d\d$/;
const MAX_LENGTH = 80;

/**
 * A day `YYYY-MM-DD` is a whole UTC day: as `from` it begins there, as `to` it is included (the end is the next
 * midnight). A time needs `Z`, `UTC`, an offset, or a zone of the IANA database; local times that a clock change
 * skips or repeats are refused.
 */
export function readWhen(text: string, end: "from" | "to"): When {
  if (text.length > MAX_LENGTH) return bad("is not a date", EXAMPLE);
  if (DAY.test(text)) return readDay(text, end);
  if (/^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d|-)/.test(text) && !/^\d{4}-\d\d-\d\d/.test(text))
    return refuse("ambiguous_date", "can be read as more than one day", EXAMPLE);
  const parts = LOCAL.exec(text);
  if (parts === null) return bad("is not a date and time in one known form", EXAMPLE);
  const [, day, time, zone] = parts as unknown as [string, string, string, string];
  const local = readLocal(`${day}T${time}`);
  if (local === null) return bad("is not a real date and time", EXAMPLE);
  if (zone === "")
    return refuse(
      "timezone_missing",
      "has no time zone",
      "add Z for UTC, or an offset such as +01:00",
    );
  if (/^(?:z|utc|gmt)$/i.test(zone)) return at(`${local}Z`);
  if (OFFSET.test(zone)) return at(`${local}${zone.slice(0, 3)}:${zone.slice(-2)}`);
  return inZone(local, zone);
}

function readDay(text: string, end: "from" | "to"): When {
  const midnight = parseInstant(`${text}T00:00:00Z`);
  if (midnight === null) return bad("is not a real day", EXAMPLE);
  const instant = end === "from" ? midnight : midnight.add({ hours: 24 });
  return { ok: true, instant: instant.toString() };
}

/** The local time with seconds, or null when no clock shows it (hour 24, second 60, 30 February). */
function readLocal(text: string): string | null {
  const whole = text.toUpperCase().replace(/T(\d\d:\d\d)$/, "T$1:00");
  return parseInstant(`${whole}Z`) === null ? null : whole;
}

function at(text: string): When {
  const instant = parseInstant(text);
  return instant === null
    ? refuse(
        "timezone_missing",
        "has an offset that no place has",
        "add Z for UTC, or an offset such as +01:00",
      )
    : { ok: true, instant: instant.toString() };
}

function inZone(local: string, zone: string): When {
  const clock = Temporal.PlainDateTime.from(local);
  // Abbreviations such as IST or CST name several zones; the database's own names have a slash.
  const known = /^[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2}$/.test(zone);
  const times = known ? bothReadings(clock, zone) : null;
  if (times === null)
    return refuse(
      "timezone_missing",
      "has a time zone that is not exact",
      "use UTC, an offset such as +01:00, or a name such as Europe/Berlin",
    );
  const [earlier, later] = times;
  if (earlier.equals(later)) return { ok: true, instant: earlier.toInstant().toString() };
  return earlier.toPlainDateTime().equals(clock)
    ? refuse(
        "ambiguous_local_time",
        "comes twice on that day (the clocks go back)",
        "write it in UTC",
      )
    : refuse(
        "nonexistent_local_time",
        "does not exist on that day (the clocks go forward)",
        "write it in UTC",
      );
}

function bothReadings(clock: Temporal.PlainDateTime, zone: string) {
  try {
    return [
      clock.toZonedDateTime(zone, { disambiguation: "earlier" }),
      clock.toZonedDateTime(zone, { disambiguation: "later" }),
    ] as const;
  } catch {
    return null;
  }
}

const refuse = (rule: WhenRule, reason: string, fix: string): When => ({
  ok: false,
  rule,
  reason,
  fix,
});
const bad = (reason: string, fix: string): When => refuse("bad_date", reason, fix);
