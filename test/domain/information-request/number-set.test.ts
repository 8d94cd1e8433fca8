import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addNumber,
  emptyNumberSet,
  hasNumber,
  LONGEST_NUMBER,
} from "../../../scripts/domain/information-request/number-set.ts";

const number = fc.stringMatching(/^\d{0,6}\.?\d{0,7}$/);

test("it holds what was added, as it was written, and nothing else", () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 400 }), fc.array(number), (added, asked) => {
      const set = emptyNumberSet();
      for (const text of [...added, ...added]) expect(addNumber(set, text)).toBe(true);
      for (const text of added) expect(hasNumber(set, text)).toBe(true);
      for (const text of asked) expect(hasNumber(set, text)).toBe(added.includes(text));
      expect(set.size).toBe(new Set(added).size);
    }),
  );
});

test("a hundred thousand numbers stay apart", () => {
  const set = emptyNumberSet();
  for (let at = 0; at < 100_000; at += 1) addNumber(set, `0.${String(at).padStart(6, "0")}`);
  expect(set.size).toBe(100_000);
  expect(hasNumber(set, "0.099999")).toBe(true);
  expect(hasNumber(set, "0.100000")).toBe(false);
  expect(hasNumber(set, "00.099999")).toBe(false);
});

test.each(["1.2.3", "-12345", "1e5", "12a", "１２３", "1".repeat(LONGEST_NUMBER + 1)])(
  "%s is left to others",
  (text) => {
    const set = emptyNumberSet();
    expect(addNumber(set, text)).toBe(false);
    expect(hasNumber(set, text)).toBe(false);
  },
);
