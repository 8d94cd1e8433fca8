import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../../scripts/domain/canonical-json.ts";

test.each([
  [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
  [{ "\u20ac": 1, "\r": 2, "1": 3, é: 4 }, '{"\\r":2,"1":3,"é":4,"€":1}'],
  [[1e21, 0.1, -0], "[1e+21,0.1,0]"],
  [{ kept: 0, left: undefined }, '{"kept":0}'],
  [{}, "{}"],
])("prints %j in one way", (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([[Number.NaN], [1n], [[undefined]], [() => 1]])(
  "refuses what JSON cannot hold",
  (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  },
);

test("reads back as the same value, whatever the order of the keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
  const many = fc.dictionary(fc.string(), fc.integer(), { maxKeys: 80, size: "large" });
  fc.assert(
    fc.property(many, (value) => {
      const keys = Object.keys(value).sort();
      const members = keys.map((key) => `${JSON.stringify(key)}:${value[key]}`);
      expect(canonicalJson(value)).toBe(`{${members.join(",")}}`);
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
    }),
  );
});
