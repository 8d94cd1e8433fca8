import { expect, test } from "vitest";
import {
  DatedLimits,
  limitPeriods,
  limitType,
  periodOn,
} from "../../../scripts/domain/policy/dated.ts";

const entry = (from: string, value: unknown) => ({ from, value });

test.each([
  ["a duration", [entry("2000-01-01", "P7D")]],
  ["a number", [entry("2000-01-01", 50)]],
  ["a list, empty too", [entry("2000-01-01", [])]],
  ["a change", [entry("2000-01-01", "P7D"), entry("2026-03-30", "P1M")]],
])("takes %s", (_, limit) => {
  expect(DatedLimits.safeParse({ fast_window: limit }).success).toBe(true);
});

test.each([
  ["no value", [], "expected object, received undefined"],
  ["a late beginning", [entry("2026-01-01", "P7D")], "must begin with from: 2000-01-01"],
  [
    "dates out of order",
    [entry("2000-01-01", 1), entry("2026-03-02", 2), entry("2026-03-01", 3)],
    "in order",
  ],
  ["a date twice", [entry("2000-01-01", 1), entry("2000-01-01", 2)], "each date once"],
  ["values of two kinds", [entry("2000-01-01", 1), entry("2026-01-01", "P1D")], "of one kind"],
  ["a duration with nothing in it", [entry("2000-01-01", "P")], "must be a duration"],
  ["a duration in a wrong order", [entry("2000-01-01", "P1D1M")], "must be a duration"],
  ["a date with a time", [entry("2000-01-01T00:00:00Z", 1)], "Invalid"],
  ["an unknown key", [{ ...entry("2000-01-01", 1), until: "2027-01-01" }], "Unrecognized key"],
])("refuses %s", (_, limit, message) => {
  const result = DatedLimits.safeParse({ fast_window: limit });
  expect(result.success).toBe(false);
  expect(JSON.stringify(result.error?.issues)).toContain(message);
});

const dated = DatedLimits.parse({
  fast_window: [entry("2000-01-01", "P7D"), entry("2026-03-30", "P1M")],
  resources: [entry("2000-01-01", 50), entry("2027-01-01", 25)],
  plans: [entry("2000-01-01", ["premium", "ultimate"])],
});

test.each([
  ["1999-12-31", "2000-01-01", "P7D", 50],
  ["2026-03-29", "2000-01-01", "P7D", 50],
  ["2026-03-30", "2026-03-30", "P1M", 50],
  ["2027-01-01", "2027-01-01", "P1M", 25],
  ["2099-01-01", "2027-01-01", "P1M", 25],
])("on %s the limits since %s hold", (day, from, window, resources) => {
  const period = periodOn(limitPeriods(dated), day);
  expect(period).toEqual({
    from,
    limits: { fast_window: window, resources, plans: ["premium", "ultimate"] },
  });
});

test("each kind of value has its type in the rule language", () => {
  expect([limitType(1), limitType("P1D"), limitType([])]).toEqual([
    "int",
    "string",
    "list<string>",
  ]);
});
