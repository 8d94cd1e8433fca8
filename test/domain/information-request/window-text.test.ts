import fc from "fast-check";
import { expect, test } from "vitest";
import { readWhen } from "../../../scripts/domain/information-request/window-text.ts";

const read = (text: string, end: "from" | "to" = "from"): string => {
  const when = readWhen(text, end);
  return when.ok ? when.instant : when.rule;
};

test.each([
  ["2026-11-16T00:00:00Z", "2026-11-16T00:00:00Z"],
  ["2026-11-16T05:30:00+05:30", "2026-11-16T00:00:00Z"],
  ["2026-11-16t09:30z", "2026-11-16T09:30:00Z"],
  ["2026-11-16 09:30 UTC", "2026-11-16T09:30:00Z"],
  ["2026-11-16 09:30:15.5 GMT", "2026-11-16T09:30:15.5Z"],
  ["2026-11-16 09:30 +0100", "2026-11-16T08:30:00Z"],
  ["2026-11-16T10:30:00 Europe/Berlin", "2026-11-16T09:30:00Z"],
  ["2026-07-01 10:30 America/Argentina/Buenos_Aires", "2026-07-01T13:30:00Z"],
  ["2026-11-16", "2026-11-16T00:00:00Z"],
  ["2026-11-16T24:00:00Z", "bad_date"],
  ["2026-11-16T23:59:60Z", "bad_date"],
  ["2027-02-29", "bad_date"],
  ["2027-02-29T00:00:00Z", "bad_date"],
  ["2026-11-16/2026-11-18", "bad_date"],
  ["16 November 2026", "bad_date"],
  ["yesterday", "bad_date"],
  ["1763251200", "bad_date"],
  ["２０２６-11-16", "bad_date"],
  ["2026-11-16T09:30:00Z and later", "timezone_missing"],
  ["x".repeat(81), "bad_date"],
  ["11/12/2026", "ambiguous_date"],
  ["16.11.2026", "ambiguous_date"],
  ["11-12-26", "ambiguous_date"],
  ["2026/11/12", "ambiguous_date"],
  ["2026-11-16 09:30", "timezone_missing"],
  ["2026-11-16T09:30:00-00:00", "timezone_missing"],
  ["2026-11-16T09:30:00+25:00", "timezone_missing"],
  ["2026-11-16 09:30 CET", "timezone_missing"],
  ["2026-11-16 09:30 Atlantis/Capital", "timezone_missing"],
  ["2027-03-28T02:30:00 Europe/Berlin", "nonexistent_local_time"],
  ["2026-03-08 02:30 America/New_York", "nonexistent_local_time"],
  ["2026-10-25T02:30:00 Europe/Berlin", "ambiguous_local_time"],
])("%s → %s", (text, meant) => {
  expect(read(text)).toBe(meant);
});

test("a day as the end is included: the window ends at the next midnight", () => {
  expect(read("2026-11-18", "to")).toBe("2026-11-19T00:00:00Z");
  expect(read("2026-12-31", "to")).toBe("2027-01-01T00:00:00Z");
});

test("a day of a UTC clock is read as the same day everywhere", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40_000 }), (days) => {
      const day = new Date(days * 86_400_000).toISOString().slice(0, 10);
      expect(read(day)).toBe(`${day}T00:00:00Z`);
      expect(Date.parse(read(day, "to")) - Date.parse(read(day))).toBe(86_400_000);
    }),
  );
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9TZ:+\-./ a-zA-Z_]{0,40}$/), (text) => read(text) !== ""),
    { numRuns: 2_000 },
  );
});
