import { expect, test } from "vitest";
import {
  valueCells,
  valueCounter,
} from "../../../scripts/domain/information-request/released-values.ts";

const cellsOf = (rows: readonly Readonly<Record<string, string | number | boolean>>[]) => {
  const counter = valueCounter();
  for (const row of rows) counter.add("audit", row);
  return counter.fields().map((field) => valueCells(field, String));
};
const repeated = (count: number, named: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => ({ field: named(at) }));

test("few values are all shown, the rarest first, as code that acts nowhere", () => {
  const rows = [
    { time: "2026-11-16T12:00:00Z", log_source: "audit", b: "INFO", a: 5 },
    { time: "2026-11-16T12:00:01Z", log_source: "audit", b: "INFO", a: true },
    { time: "2026-11-16T12:00:02Z", log_source: "audit", b: "@all | `x`", a: 5 },
  ];
  expect(cellsOf(rows)).toEqual([
    ["`audit`", "`a`", 2, "`true` 1, `5` 2"],
    ["`audit`", "`b`", 2, "`` @all \\| `x` `` 1, `INFO` 2"],
  ]);
});

test("pseudonyms count by their kind, so that the key changes nothing", () => {
  const of = (digit: string) =>
    `User Logout: username=user-${digit.repeat(16)} ip-${"0".repeat(16)}`;
  const [cells] = cellsOf([{ field: of("a") }, { field: of("b") }]);
  expect(cells?.slice(2)).toEqual([1, "`User Logout: username=user-… ip-…` 2"]);
});

test("of many values the ends are shown, of very many those of the first", () => {
  const [many] = cellsOf([...repeated(30, (at) => `v${at}`), ...repeated(9, (at) => `v${at}`)]);
  expect(many?.[2]).toBe(30);
  expect(many?.[3]).toBe(
    "rarest: `v10` 1, `v11` 1, `v12` 1, `v13` 1, `v14` 1; most frequent: `v8` 2, `v7` 2, `v6` 2, `v5` 2, `v4` 2",
  );
  const [more] = cellsOf([...repeated(2001, (at) => `v${at}`), ...repeated(2, () => "v7")]);
  expect(more?.[2]).toBe("more than 2000");
  expect(more?.[3]).toMatch(/^rarest of the first 2000: `v0` 1, .*; most frequent: `v7` 3, /);
});

test("of a long value the beginning is shown", () => {
  const [cells] = cellsOf([{ field: "x".repeat(121) }, { field: "y".repeat(120) }]);
  expect(cells?.[3]).toBe(`\`${"x".repeat(120)} …\` 1, \`${"y".repeat(120)}\` 1`);
});
