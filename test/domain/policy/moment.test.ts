import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { dayOf, momentsEarlier, momentText } from "../../../scripts/domain/policy/moment.ts";

const milliseconds = (text: string): bigint =>
  BigInt(Temporal.Instant.from(text).epochMilliseconds);

test.each([
  ["2026-11-20T15:00:00Z", "P7D", "2026-11-13T15:00:00Z"],
  ["2026-11-20T15:00:00Z", "P1M", "2026-10-20T15:00:00Z"],
  ["2027-03-30T12:00:00Z", "P1M", "2027-02-28T12:00:00Z"],
  ["2028-03-31T00:00:00Z", "P1M", "2028-02-29T00:00:00Z"],
  ["2028-02-29T23:59:59.999Z", "P1Y", "2027-02-28T23:59:59.999Z"],
  ["2026-01-15T00:00:00Z", "P1M1DT1S", "2025-12-13T23:59:59Z"],
  ["2026-01-01T00:00:00Z", "P2W", "2025-12-18T00:00:00Z"],
  ["1969-12-31T23:00:00Z", "PT30M", "1969-12-31T22:30:00Z"],
])("%s less %s is %s", (from, duration, expected) => {
  expect(momentText(momentsEarlier()(milliseconds(from), duration))).toBe(expected);
});

test("every duration is taken off as Temporal does it", () => {
  const earlier = momentsEarlier();
  const parts = fc.record({
    years: fc.nat(30),
    months: fc.nat(40),
    weeks: fc.nat(60),
    days: fc.nat(400),
    hours: fc.nat(100),
    seconds: fc.nat(9999),
  });
  const instants = fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(instants, parts, (at, part) => {
      const duration = Temporal.Duration.from(part);
      const wanted = Temporal.Instant.fromEpochMilliseconds(at)
        .toZonedDateTimeISO("UTC")
        .subtract(duration).epochMilliseconds;
      expect(earlier(BigInt(at), duration.toString())).toBe(BigInt(wanted));
    }),
    { numRuns: 1000 },
  );
});

test("every instant is printed as Temporal does it", () => {
  fc.assert(
    fc.property(fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 }), (at) => {
      const text = Temporal.Instant.fromEpochMilliseconds(at).toString();
      expect(milliseconds(momentText(BigInt(at)))).toBe(BigInt(at));
      expect(momentText(BigInt(at)).replace(/0{1,2}Z$/, "Z")).toBe(text.replace(/0{1,2}Z$/, "Z"));
      expect(dayOf(BigInt(at))).toBe(text.slice(0, 10));
    }),
  );
});

test("more days than are kept in mind are each printed as they are", () => {
  const first = Number(milliseconds("2020-01-01T00:00:00Z"));
  for (let day = 0; day < 5000; day += 1) {
    const at = first + day * 86_400_000;
    expect(dayOf(BigInt(at))).toBe(new Date(at).toISOString().slice(0, 10));
  }
});
