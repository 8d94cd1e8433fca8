import fc from "fast-check";
import { expect, test } from "vitest";
import { cleanText, findForbidden } from "../../scripts/domain/text-hygiene.ts";

test.each([
  ["plain é中🔥\t\n\r\n", []],
  ["a\rb", ["a carriage return without a line feed"]],
  ["a\0b\x1b[31m", ["a control character", "a control character"]],
  ["\x85\x7f", ["a control character", "a control character"]],
  ["\u202e\u2066", ["a bidirectional control character", "a bidirectional control character"]],
  [
    "a\u200bb\ufeff\u{e0061}",
    ["an invisible character", "an invisible character", "an invisible character"],
  ],
  ["\ud800", ["an ill-formed or unassigned code"]],
  ["👩\u200d💻 \u2028", []],
])("%j", (text, what) => {
  expect(findForbidden(text).map((found) => found.what)).toEqual(what);
});

test("the place is counted in UTF-16 units", () => {
  expect(findForbidden("🔥\u202e")).toEqual([
    { offset: 2, what: "a bidirectional control character" },
  ]);
});

test("clean text is well-formed, has nothing hidden, and stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const clean = cleanText(text);
      expect(findForbidden(clean)).toEqual([]);
      expect(clean).not.toMatch(/[\p{Cf}\p{Cs}\u2028\u2029\r]/u);
      expect(cleanText(clean)).toBe(clean);
    }),
  );
});

test("a lone carriage return is never made a line end", () => {
  expect(cleanText("/clo\rse\r\nx\n\r/approve")).toBe("/close\nx\n/approve");
});
