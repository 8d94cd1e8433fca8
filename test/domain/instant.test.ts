import fc from "fast-check";
import { expect, test } from "vitest";
import { parseInstant } from "../../scripts/domain/instant.ts";

test.each([
  ["2026-11-16T00:00:00Z", "2026-11-16T00:00:00Z"],
  ["2026-11-16T05:30:00+05:30", "2026-11-16T00:00:00Z"],
  ["2026-11-15T16:00:00.25-08:00", "2026-11-16T00:00:00.25Z"],
  ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"],
  ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"],
  ["2026-11-16", null],
  ["2026-11-16T00:00:00", null],
  ["2026-11-16T24:00:00Z", null],
  ["2026-11-16T23:59:60Z", null],
  ["2026-02-30T00:00:00Z", null],
  ["2027-02-29T00:00:00Z", null],
  ["2026-13-01T00:00:00Z", null],
  ["2026-11-16T00:00:00-00:00", null],
  ["2026-11-16T00:00:00+24:00", null],
  ["2026-11-16 00:00:00Z", null],
  ["２０２６-11-16T00:00:00Z", null],
  ["2026-11-16T00:00:00Z\n", null],
  ["2026-11-16T00:00:00+01:00[Europe/Berlin]", null],
])("%j → %s", (text, instant) => {
  expect(parseInstant(text)?.toString() ?? null).toBe(instant);
});

test("what a clock printed is read back", () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
      (date) => parseInstant(date.toISOString())?.epochMilliseconds === date.getTime(),
    ),
  );
});
