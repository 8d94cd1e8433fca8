// The ledger against its plain meaning: a list of texts, each looked for in the whole text.
import fc from "fast-check";
import { expect, test } from "vitest";
import { skeleton } from "../../../scripts/domain/information-request/decode-views.ts";
import {
  emptyLedger,
  holdsRemoved,
  recordRemoved,
  removedSearch,
} from "../../../scripts/domain/information-request/removed-ledger.ts";

const isNumber = (text: string): boolean => /^[\d.]+$/.test(text);
const isOneNumber = (text: string): boolean => /^\d*\.?\d*$/.test(text) && text.length <= 14;
const spaced = (text: string): string =>
  text
    .split(/\s+/u)
    .map(skeleton)
    .filter((word) => word !== "")
    .join(" ");

function stands(value: string, text: string, apart: boolean): boolean {
  const touches = (at: number): boolean => /[\p{L}\p{N}]/u.test(text.charAt(at));
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
    if (!apart || (!touches(at - 1) && !touches(at + value.length))) return true;
  }
  return false;
}

/** What counts as found, value by value. */
function isFound(value: string, harmless: boolean, text: string, unexplained: string): boolean {
  const [words, rest] = [spaced(text), skeleton(unexplained)];
  if (value.length < 6) return false;
  if (isOneNumber(value)) return stands(value, rest, true) || stands(value, words, true);
  const glued = skeleton(value);
  if (glued.length < 6 || (harmless && !isNumber(value))) return false;
  return (
    stands(glued, rest, isNumber(glued)) ||
    stands(glued, words, true) ||
    stands(spaced(value), words, true)
  );
}

const letter = fc.constantFrom(
  ...'aAbB019.. -_/ΣσςÀа¨¦İ한Ⅷﬁé \n\t"',
  ...["\u200b", "\u00a0", "\u2028", "12", "345678", "x"],
);
const text = (longest: number): fc.Arbitrary<string> =>
  fc.array(letter, { maxLength: longest }).map((parts) => parts.join(""));
const long = fc
  .tuple(text(6), fc.integer({ min: 1, max: 40 }))
  .map(([part, times]) => part.repeat(times));
const value = fc.oneof(
  ...[text(16), text(60), long],
  fc.stringMatching(/^\d{5,15}$/),
  fc.stringMatching(/^\d{3,5}\.\d{2,5}(?:\.\d)?$/),
);

test("it finds every removed value and no other text, in one piece and line by line", () => {
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 10 }),
      fc.array(fc.oneof(text(10), value, fc.nat(9)), { maxLength: 14 }),
      (values, parts) => {
        const ledger = emptyLedger();
        const harmless = (one: string): boolean => one.startsWith("a");
        recordRemoved(ledger, values, "source", (one) => (harmless(one) ? null : one));
        const shown = parts
          .map((part) => (typeof part === "number" ? (values[part] ?? "") : part))
          .join("");
        const unexplained = shown.replace(/x+/g, "¦");
        const expected = values.some((one) => isFound(one, harmless(one), shown, unexplained));
        expect(holdsRemoved(ledger, shown, unexplained)).toBe(expected);
        const search = removedSearch(ledger);
        for (const line of shown.match(/[^\n]*\n|[^\n]+$/g) ?? [])
          search.add(line, line.replace(/x+/g, "¦"));
        expect(search.end()).toBe(expected);
      },
    ),
    { numRuns: 10_000 },
  );
});

test("a text too long to be known again is held as others are", () => {
  const ledger = emptyLedger();
  const value = `${"long ".repeat(200)}end`;
  for (const _ of [1, 2]) recordRemoved(ledger, [value, "short-one"], "source", (one) => one);
  expect(holdsRemoved(ledger, `<${value}>`, "")).toBe(true);
  expect(holdsRemoved(ledger, value.slice(1), value.slice(1))).toBe(false);
  expect([...(ledger.recent.get("source") ?? [])]).toEqual(["short-one"]);
});
