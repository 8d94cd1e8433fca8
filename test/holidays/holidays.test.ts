// policies/calendar.yaml against the library: a list that is wrong, or ends before the next year does, fails here.
import { readFile } from "node:fs/promises";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { loadPolicySet } from "../policy-set.ts";
import { daysOf, withHolidays, yearsOf } from "./holiday-lists.ts";

const text = await readFile(new URL("../../policies/calendar.yaml", import.meta.url), "utf8");
const { regions } = (await loadPolicySet()).calendar;

test("the lists are what `npm run holidays` writes", () => {
  expect(withHolidays(text, yearsOf(text))).toBe(text);
});

test("the lists reach to the end of the next year: otherwise run `npm run holidays`", () => {
  expect(yearsOf(text).last).toBeGreaterThan(Temporal.Now.plainDateISO().year);
});

test("a year more is only added to", () => {
  const { first, last } = yearsOf(text);
  const longer = withHolidays(text, { first, last: last + 1 });
  const added = longer.split("\n").filter((line) => !text.includes(line));
  for (const line of added.filter((row) => row.includes("date:")))
    expect(line).toContain(`${last + 1}-`);
  for (const line of text.split("\n").filter((row) => row.includes("date:")))
    expect(longer).toContain(line);
});

// From the calendars of the governments: opm.gov, nsw.gov.au, and the German Länder.
test.each([
  ["amer", "2026-07-03", "Independence Day on a Saturday"],
  ["amer", "2027-07-05", "Independence Day on a Sunday"],
  ["amer", "2027-12-24", "Christmas Day on a Saturday"],
  ["amer", "2027-12-31", "the next New Year's Day on a Saturday"],
  ["amer", "2028-11-10", "Veterans Day on a Saturday"],
  ["apac", "2026-04-27", "Anzac Day on a Saturday, in 2026 and 2027 alone"],
  ["apac", "2026-12-28", "Boxing Day on a Saturday"],
  ["apac", "2027-12-27", "Christmas Day on a Saturday"],
  ["apac", "2027-12-28", "Boxing Day on a Sunday"],
  ["apac", "2028-01-03", "New Year's Day on a Saturday"],
  ["emea", "2028-10-03", "German Unity Day"],
])("%s is off on %s: %s", (name, date) => {
  expect(regions[name]?.holidays.map((day) => day.date)).toContain(date);
});

test.each([
  ["emea", "2026-10-05", "Germany moves no holiday from a weekend"],
  ["emea", "2026-12-28", "nor at Christmas"],
  ["worldwide", "2026-12-28", "the world moves none"],
])("%s works on %s: %s", (name, date) => {
  expect(regions[name]?.holidays.map((day) => day.date)).not.toContain(date);
});

test("a list that is kept by hand stays as it is", () => {
  const [region] = Object.values(regions);
  if (region === undefined) return expect.fail("no region");
  const { holidays_of: _source, ...own } = region;
  expect(daysOf(own, { first: 2030, last: 2031 })).toBe(region.holidays);
});
