import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addText,
  emptyTextSet,
  holdsText,
  SHORTEST,
} from "../../../scripts/domain/information-request/text-set.ts";

const holds = (texts: readonly string[], text: string, from = 0, to = text.length): boolean => {
  const set = emptyTextSet();
  for (const one of texts) addText(set, one);
  return holdsText(set, text, from, to, () => true);
};

/** Few letters, so that texts begin alike, and lengths on both sides of each head. */
const letters = (longest: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom("a", "b", "é"), minLength: SHORTEST, maxLength: longest });
const long = fc
  .tuple(letters(12), fc.integer({ min: 1, max: 30 }))
  .map(([text, times]) => text.repeat(times));

test("it finds what stands in a text, wherever that is, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(letters(10), letters(40), long), { maxLength: 20 }),
      fc.array(fc.oneof(letters(8), long, fc.nat(19)), { maxLength: 8 }),
      fc.nat(100),
      fc.nat(200),
      (texts, parts, from, length) => {
        const text = parts
          .map((part) => (typeof part === "number" ? (texts[part] ?? "") : part))
          .join("c");
        const to = from + length;
        const places = texts.flatMap((one) =>
          [...text].flatMap((_, at) => (text.startsWith(one, at) ? [at] : [])),
        );
        expect(holds(texts, text)).toBe(places.length > 0);
        expect(holds(texts, text, from, to)).toBe(places.some((at) => at >= from && at < to));
      },
    ),
    { numRuns: 3000 },
  );
});

test("it tells which places count", () => {
  const set = emptyTextSet();
  addText(set, "abcdef");
  addText(set, "bcdefgh");
  const places: [number, number][] = [];
  const text = "abcdefgh abcdef";
  expect(holdsText(set, text, 0, text.length, (...place) => places.push(place) > 5)).toBe(false);
  expect(places).toEqual([
    [0, 6],
    [1, 8],
    [9, 15],
  ]);
});

test("a hundred thousand texts stay apart, those that begin alike as well", () => {
  const set = emptyTextSet();
  const textOf = (at: number): string =>
    at % 2 === 0
      ? `correlation-${at}-x`
      : `${at.toString(36).padStart(6, "_")}${"-long".repeat(9)}`;
  for (let at = 0; at < 100_000; at += 1) addText(set, textOf(at));
  for (let at = 0; at < 100_000; at += 1) addText(set, textOf(at));
  expect(set.size).toBe(100_000);
  const found = (text: string): boolean => holdsText(set, text, 0, text.length, () => true);
  for (let at = 0; at < 100_000; at += 997) {
    expect(found(`<${textOf(at)}>`)).toBe(true);
    expect(found(`<${textOf(at).slice(0, -1)}>`)).toBe(false);
  }
  expect(found("correlation-100000-x")).toBe(false);
});
