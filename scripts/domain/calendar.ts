// Business time: working days of a region with its zone, its daylight saving and its holidays.
import { Temporal } from "temporal-polyfill";
import * as z from "zod";

const ZoneId = z.string().refine((zone) => {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}, "must be a time zone such as Europe/Berlin");
const LocalTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, "must be a time such as 09:00");
const DAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

export const Region = z
  .strictObject({
    zone: ZoneId,
    business_days: z.array(z.enum(DAYS)).min(1),
    /** Business hours of a business day, local time; 00:00 to 24:00 = the whole day. */
    opens: LocalTime,
    closes: LocalTime,
    /**
     * Whose public holidays `npm run holidays` writes below: a country or state (`DE`, `AU-NSW`), or `fixed` for the
     * same days every year. Without it the list is kept by hand.
     */
    holidays_of: z
      .union([z.literal("fixed"), z.string().regex(/^[A-Z]{2}(?:-[A-Z0-9]{2,3})?$/)])
      .optional(),
    holidays: z.array(z.strictObject({ date: z.iso.date(), name: z.string().min(1) })),
  })
  .refine(({ opens, closes }) => opens < closes, {
    message: "must be later than opens",
    path: ["closes"],
  });
export type Region = z.infer<typeof Region>;

export const CalendarPolicy = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("calendar_policy"),
  regions: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/), Region)
    .refine((regions) => Object.keys(regions).length > 0, "needs at least one region"),
});
export type CalendarPolicy = z.infer<typeof CalendarPolicy>;

/** How long before a list of holidays ends somebody is told. */
const NOTICE_DAYS = 60;

/**
 * Regions whose lists end within 60 days of `now`, with their last year: days after it would count as business days.
 * A region without any holiday has no list that could end.
 */
export function endingHolidays(
  { regions }: CalendarPolicy,
  now: string,
): readonly { readonly region: string; readonly year: number }[] {
  const soon = Temporal.Instant.from(now).toZonedDateTimeISO("UTC").add({ days: NOTICE_DAYS });
  return Object.entries(regions)
    .filter(([, { holidays }]) => holidays.length > 0)
    .map(([region, { holidays }]) => ({
      region,
      year: Math.max(...holidays.map(({ date }) => Number(date.slice(0, 4)))),
    }))
    .filter(({ year }) => year < soon.year);
}

/** A stretch of time, `[from, to)`, RFC 3339. */
export type Interval = { readonly from: string; readonly to: string };

/** True when the instant lies in the business hours of a business day of the region. */
export function isBusinessTime(instant: string, region: Region): boolean {
  const moment = Temporal.Instant.from(instant);
  const hours = businessHours(moment.toZonedDateTimeISO(region.zone).toPlainDate(), region);
  return hours !== null && covers(hours, moment);
}

/**
 * The instant at which `cadence` of business time has passed since `from`. The clock runs in business hours only,
 * and stands still in each of `pauses` (while the customer is asked for something).
 * @param cadence ISO 8601 duration, hours and minutes exact (`PT12H`), a day counted as 24 hours
 * @throws RangeError when no business time is found within two years
 */
export function nextDue(
  from: string,
  cadence: string,
  region: Region,
  pauses: readonly Interval[] = [],
): string {
  const start = Temporal.Instant.from(from);
  let left = Temporal.Duration.from(cadence).total({
    unit: "nanoseconds",
    relativeTo: "2000-01-01",
  });
  const first = start.toZonedDateTimeISO(region.zone).toPlainDate();
  for (let day = 0; day < MOST_DAYS; day += 1) {
    for (const span of workingSpans(first.add({ days: day }), region, start, pauses)) {
      const length = Number(span.to.epochNanoseconds - span.from.epochNanoseconds);
      if (left <= length) return span.from.add({ nanoseconds: left }).toString();
      left -= length;
    }
  }
  throw new RangeError(`no ${cadence} of business time within two years after ${from}`);
}

const MOST_DAYS = 731;
type Span = { readonly from: Temporal.Instant; readonly to: Temporal.Instant };

const covers = ({ from, to }: Span, moment: Temporal.Instant): boolean =>
  Temporal.Instant.compare(from, moment) <= 0 && Temporal.Instant.compare(moment, to) < 0;

/** Business hours of one local day as instants, so that a day of 23 or 25 hours has its true length; null = none. */
function businessHours(date: Temporal.PlainDate, region: Region): Span | null {
  const name = DAYS[date.dayOfWeek - 1];
  const holiday = region.holidays.some((day) => day.date === date.toString());
  if (holiday || !region.business_days.some((day) => day === name)) return null;
  return {
    from: localInstant(date, region.opens, region.zone),
    to: localInstant(date, region.closes, region.zone),
  };
}

function localInstant(date: Temporal.PlainDate, time: string, zone: string): Temporal.Instant {
  return time === "24:00"
    ? date.add({ days: 1 }).toZonedDateTime(zone).toInstant()
    : date.toZonedDateTime({ timeZone: zone, plainTime: time }).toInstant();
}

/** What is left of a day's business hours after `start` and without the pauses, in order. */
function workingSpans(
  date: Temporal.PlainDate,
  region: Region,
  start: Temporal.Instant,
  pauses: readonly Interval[],
): readonly Span[] {
  const hours = businessHours(date, region);
  if (hours === null) return [];
  return pauses.reduce<readonly Span[]>(
    (spans, pause) =>
      spans.flatMap((span) =>
        without(span, Temporal.Instant.from(pause.from), Temporal.Instant.from(pause.to)),
      ),
    without(hours, BEFORE_ALL, start),
  );
}

const BEFORE_ALL = Temporal.Instant.fromEpochMilliseconds(0);

/** The parts of a span that lie outside `[from, to)`. */
function without(span: Span, from: Temporal.Instant, to: Temporal.Instant): Span[] {
  return [
    { from: span.from, to: earliest(span.to, from) },
    { from: latest(span.from, to), to: span.to },
  ].filter((part) => Temporal.Instant.compare(part.from, part.to) < 0);
}

const earliest = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(a, b) <= 0 ? a : b;
const latest = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(a, b) >= 0 ? a : b;
