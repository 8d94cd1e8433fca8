// The holiday lists of policies/calendar.yaml, as a well-kept library knows them: generated, so that a year is one command.
import Holidays from "date-holidays";
import { Temporal } from "temporal-polyfill";
import { parse } from "yaml";
import { CalendarPolicy, type Region } from "../../scripts/domain/calendar.ts";

type Day = Region["holidays"][number];
export type Years = { readonly first: number; readonly last: number };

/** Years of the lists as they stand. */
export function yearsOf(text: string): Years {
  const { regions } = CalendarPolicy.parse(parse(text));
  const years = Object.values(regions).flatMap(({ holidays }) =>
    holidays.map(({ date }) => yearOf(date)),
  );
  return { first: Math.min(...years), last: Math.max(...years) };
}

/** The file with its lists written anew for these years; everything else stays as it is. */
export function withHolidays(text: string, years: Years): string {
  const { regions } = CalendarPolicy.parse(parse(text));
  const lines: string[] = [];
  let region: Region | undefined;
  let inList = false;
  for (const line of text.split("\n")) {
    region = regions[/^ {2}([a-z0-9_]+):$/.exec(line)?.[1] ?? ""] ?? region;
    if (inList && line.startsWith("      - ")) continue;
    inList = line === "    holidays:";
    lines.push(line.replace(/^(# .* holidays of) \d{4} (?:and|to) \d{4}/, `$1 ${span(years)}`));
    if (inList && region !== undefined) lines.push(...daysOf(region, years).map(row));
  }
  return lines.join("\n");
}

const span = ({ first, last }: Years): string => `${first} to ${last}`;
const row = ({ date, name }: Day): string =>
  `      - { date: ${date}, name: ${JSON.stringify(name)} }`;

/** Holidays on business days of the region: the others change nothing. */
export function daysOf(region: Region, { first, last }: Years): readonly Day[] {
  const source = region.holidays_of;
  if (source === undefined) return region.holidays;
  const business: readonly string[] = region.business_days;
  const all: Day[] = [];
  // The first day of a year may be observed on the last of the year before.
  for (let year = first; year <= last + 1; year += 1) all.push(...daysOfYear(region, source, year));
  const kept = all
    .filter(({ date }) => business.includes(weekday(date)))
    .filter(({ date }) => yearOf(date) >= first && yearOf(date) <= last)
    .filter(({ date }, at, days) => days.findIndex((day) => day.date === date) === at);
  return kept.toSorted((a, b) => a.date.localeCompare(b.date));
}

function daysOfYear({ holidays }: Region, source: string, year: number): readonly Day[] {
  if (source === "fixed") {
    const days = new Map(holidays.map(({ date, name }) => [date.slice(4), name]));
    return [...days].map(([day, name]) => ({ date: `${year}${day}`, name }));
  }
  const [country = "", state] = source.split("-");
  const calendar = state === undefined ? new Holidays(country) : new Holidays(country, state);
  const known = calendar
    .getHolidays(year, "en")
    .filter(({ type }) => type === "public")
    .map(({ date, name }) => ({ date: date.slice(0, 10), name }));
  return country === "US" ? [...known, ...known.flatMap(observedNearest)] : known;
}

/**
 * Federal holidays of the United States that fall on a Saturday are observed on the Friday before, those on a Sunday on
 * the Monday after (5 U.S.C. 6103(b), Executive Order 11582). The library leaves some of them out (Veterans Day).
 */
function observedNearest({ date, name }: Day): readonly Day[] {
  const day = Temporal.PlainDate.from(date);
  const observed = { saturday: -1, sunday: 1 }[weekday(date)];
  return observed === undefined
    ? []
    : [{ date: day.add({ days: observed }).toString(), name: `${name} (substitute day)` }];
}

const yearOf = (date: string): number => Number(date.slice(0, 4));

const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const weekday = (date: string): string =>
  WEEK[Temporal.PlainDate.from(date).dayOfWeek - 1] ?? "none";
