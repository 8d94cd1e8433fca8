import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import {
  CalendarPolicy,
  endingHolidays,
  isBusinessTime,
  nextDue,
  Region,
} from "../../scripts/domain/calendar.ts";
import { loadPolicySet } from "../policy-set.ts";
import { WORKING_WEEK } from "./working-week.ts";

const { regions } = (await loadPolicySet()).calendar;
const region = (name: string): Region =>
  name === "leap" ? WORKING_WEEK : (regions[name] ?? expect.fail(`no region ${name}`));

test.each([
  ["worldwide", "2026-11-20T15:00:00Z", true],
  ["worldwide", "2026-11-21T15:00:00Z", false],
  ["worldwide", "2026-12-25T12:00:00Z", false],
  ["emea", "2026-11-20T08:00:00Z", true],
  ["emea", "2026-11-20T07:59:59Z", false],
  ["emea", "2026-11-20T16:00:00Z", false],
  ["emea", "2026-07-20T07:00:00Z", true],
  ["emea", "2026-05-01T10:00:00Z", false],
  ["amer", "2026-11-26T16:00:00Z", false],
  ["amer", "2026-11-27T16:00:00Z", true],
  ["apac", "2026-11-19T22:00:00Z", true],
  ["apac", "2026-01-26T00:00:00Z", false],
])("in %s %s is business time: %s", (name, instant, expected) => {
  expect(isBusinessTime(instant, region(name))).toBe(expected);
});

test.each([
  ["the same day", "worldwide", "2026-11-19T03:00:00Z", "PT12H", "2026-11-19T15:00:00Z"],
  ["over midnight", "worldwide", "2026-11-19T15:00:00Z", "PT12H", "2026-11-20T03:00:00Z"],
  [
    "to the very end of the week",
    "worldwide",
    "2026-11-20T12:00:00Z",
    "PT12H",
    "2026-11-21T00:00:00Z",
  ],
  ["over a weekend", "worldwide", "2026-11-20T15:00:00Z", "PT12H", "2026-11-23T03:00:00Z"],
  ["from within a weekend", "worldwide", "2026-11-21T15:00:00Z", "PT12H", "2026-11-23T12:00:00Z"],
  [
    "over Christmas and the weekend after it",
    "worldwide",
    "2026-12-24T18:00:00Z",
    "PT12H",
    "2026-12-28T06:00:00Z",
  ],
  ["over a month, a year", "worldwide", "2026-12-31T18:00:00Z", "PT12H", "2027-01-04T06:00:00Z"],
  ["in office hours only", "emea", "2026-11-19T14:00:00Z", "PT4H", "2026-11-20T10:00:00Z"],
  ["before the office opens", "emea", "2026-11-19T04:00:00Z", "PT1H", "2026-11-19T09:00:00Z"],
  [
    "over the change to summer time",
    "emea",
    "2027-03-25T15:00:00Z",
    "PT2H",
    "2027-03-30T08:00:00Z",
  ],
  [
    "over the change to winter time",
    "emea",
    "2026-10-23T14:00:00Z",
    "PT2H",
    "2026-10-26T09:00:00Z",
  ],
  ["over a leap day", "leap", "2028-02-28T20:00:00Z", "PT12H", "2028-02-29T08:00:00Z"],
  [
    "over the end of a leap February",
    "leap",
    "2028-02-29T20:00:00Z",
    "P1D",
    "2028-03-01T20:00:00Z",
  ],
  ["a day of 24 hours", "worldwide", "2026-11-19T00:00:00Z", "P1D", "2026-11-20T00:00:00Z"],
])("the next update is due %s", (_, name, from, cadence, due) => {
  expect(nextDue(from, cadence, region(name))).toBe(due);
});

test("a whole local day has its true length when the clocks change", () => {
  const berlin = Region.parse({
    zone: "Europe/Berlin",
    business_days: ["sunday"],
    opens: "00:00",
    closes: "24:00",
    holidays_of: "fixed",
    holidays: [],
  });
  // 28 March 2027 has 23 hours in Berlin, 25 October 2026 has 25.
  expect(nextDue("2027-03-27T23:00:00Z", "PT23H", berlin)).toBe("2027-03-28T22:00:00Z");
  expect(nextDue("2026-10-24T22:00:00Z", "PT25H", berlin)).toBe("2026-10-25T23:00:00Z");
});

test.each([
  [
    "a pause in the middle",
    [{ from: "2026-11-19T04:00:00Z", to: "2026-11-19T06:00:00Z" }],
    "2026-11-19T17:00:00Z",
  ],
  [
    "a pause before the start",
    [{ from: "2026-11-18T04:00:00Z", to: "2026-11-18T06:00:00Z" }],
    "2026-11-19T15:00:00Z",
  ],
  [
    "a pause that covers the start",
    [{ from: "2026-11-18T04:00:00Z", to: "2026-11-19T05:00:00Z" }],
    "2026-11-19T17:00:00Z",
  ],
  [
    "two pauses that overlap",
    [
      { from: "2026-11-19T04:00:00Z", to: "2026-11-19T06:00:00Z" },
      { from: "2026-11-19T05:00:00Z", to: "2026-11-19T07:00:00Z" },
    ],
    "2026-11-19T18:00:00Z",
  ],
  [
    "a pause over days",
    [{ from: "2026-11-19T04:00:00Z", to: "2026-11-24T00:00:00Z" }],
    "2026-11-24T11:00:00Z",
  ],
])("the clock stands still in %s", (_, pauses, due) => {
  expect(nextDue("2026-11-19T03:00:00Z", "PT12H", region("worldwide"), pauses)).toBe(due);
});

test("a calendar without business time in two years is said so", () => {
  const pauses = [{ from: "2026-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z" }];
  expect(() => nextDue("2026-11-19T03:00:00Z", "PT12H", region("worldwide"), pauses)).toThrow(
    "no PT12H of business time within two years",
  );
});

test.each([
  ["an unknown zone", { zone: "Europe/Atlantis" }, "time zone"],
  ["hours that end before they begin", { opens: "17:00", closes: "09:00" }, "later than opens"],
  ["an hour 25", { closes: "25:00" }, "time such as 09:00"],
  ["a day that does not exist", { holidays: [{ date: "2026-02-30", name: "x" }] }, "Invalid"],
  ["no business day", { business_days: [] }, "Too small"],
])("refuses %s", (_, change, message) => {
  const result = CalendarPolicy.safeParse({
    apiVersion: "v1",
    kind: "calendar_policy",
    regions: { emea: { ...region("emea"), ...change } },
  });
  expect(JSON.stringify(result.error?.issues)).toContain(message);
});

test("a calendar needs a region", () => {
  const result = CalendarPolicy.safeParse({
    apiVersion: "v1",
    kind: "calendar_policy",
    regions: {},
  });
  expect(JSON.stringify(result.error?.issues)).toContain("at least one region");
});

test("no region names a holiday twice", () => {
  for (const { holidays } of Object.values(regions))
    expect(new Set(holidays.map(({ date }) => date)).size).toBe(holidays.length);
});

test.each([
  ["2027-11-01T23:59:59Z", []],
  ["2027-11-02T00:00:00Z", [{ region: "emea", year: 2027 }]],
  ["2028-05-01T00:00:00Z", [{ region: "emea", year: 2027 }]],
])("at %s these lists of holidays end within 60 days: %j", (now, expected) => {
  const listed = {
    ...region("emea"),
    holidays: [
      { date: "2026-01-01", name: "a" },
      { date: "2027-01-01", name: "b" },
    ],
  };
  const regions = { emea: listed, none: { ...listed, holidays: [] } };
  const policy: CalendarPolicy = { apiVersion: "v1", kind: "calendar_policy", regions };
  expect(endingHolidays(policy, now)).toEqual(expected);
});

/** A region of a whole week with these hours, in this zone. */
const office = (zone: string, opens: string, closes: string): Region => ({
  zone,
  business_days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
  opens,
  closes,
  holidays_of: "fixed",
  holidays: [],
});
test.each([
  [
    "a day of 23 hours",
    office("Europe/Berlin", "00:00", "24:00"),
    "2027-03-27T23:00:00Z",
    "PT24H",
    "2027-03-28T23:00:00Z",
  ],
  [
    "an hour that does not exist",
    office("Europe/Berlin", "02:00", "04:00"),
    "2027-03-27T23:00:00Z",
    "PT1H",
    "2027-03-28T02:00:00Z",
  ],
  [
    "an hour that comes twice",
    office("Europe/Berlin", "02:00", "04:00"),
    "2026-10-24T22:00:00Z",
    "PT3H",
    "2026-10-25T03:00:00Z",
  ],
  [
    "spring in New York",
    office("America/New_York", "00:00", "24:00"),
    "2027-03-14T05:00:00Z",
    "PT23H",
    "2027-03-15T04:00:00Z",
  ],
  [
    "autumn in New York",
    office("America/New_York", "00:00", "24:00"),
    "2026-11-01T04:00:00Z",
    "PT25H",
    "2026-11-02T05:00:00Z",
  ],
  [
    "half an hour of offset",
    office("Asia/Kolkata", "09:00", "17:00"),
    "2026-11-20T03:00:00Z",
    "PT1H",
    "2026-11-20T04:30:00Z",
  ],
  [
    "three quarters of an hour",
    office("Asia/Kathmandu", "09:00", "17:00"),
    "2026-11-20T03:00:00Z",
    "PT1H",
    "2026-11-20T04:15:00Z",
  ],
  [
    "half an hour of summer time",
    office("Australia/Lord_Howe", "00:00", "24:00"),
    "2026-10-03T13:30:00Z",
    "PT24H",
    "2026-10-04T13:30:00Z",
  ],
])("%s", (_, where, from, cadence, due) => {
  expect(nextDue(from, cadence, where)).toBe(due);
});

const FROM = Date.parse("2026-10-01T00:00:00Z");
const instant = fc
  .integer({ min: 0, max: 400 * 24 * 60 })
  .map((minutes) => new Date(FROM + minutes * 60_000).toISOString());
const pause = fc.tuple(instant, fc.integer({ min: 0, max: 20_000 })).map(([from, minutes]) => ({
  from,
  to: Temporal.Instant.from(from).add({ minutes }).toString(),
}));
const anyRegion = fc.constantFrom("worldwide", "emea", "amer", "apac");
const cadence = fc.constantFrom("PT30M", "PT12H", "P1D", "PT36H");

test("a pause never makes an update due earlier, and each further one never either", () => {
  fc.assert(
    fc.property(
      ...[instant, cadence, anyRegion, fc.array(pause, { maxLength: 4 }), pause],
      (from, span, name, pauses, further) => {
        const due = (all: readonly (typeof further)[]) =>
          Temporal.Instant.from(nextDue(from, span, region(name), all)).epochMilliseconds;
        expect(due(pauses)).toBeGreaterThanOrEqual(due([]));
        expect(due([...pauses, further])).toBeGreaterThanOrEqual(due(pauses));
      },
    ),
    { numRuns: 300 },
  );
});
