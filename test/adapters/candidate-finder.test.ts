import fc from "fast-check";
import { expect, test } from "vitest";
import { candidateFinder } from "../../scripts/adapters/log-stores/candidate-finder.ts";
import { joinedLines } from "../../scripts/adapters/log-stores/joined-lines.ts";
import { needlesOf, prefilterOf } from "../../scripts/adapters/log-stores/prefilter.ts";
import { scopeOf } from "./log-dive-fixtures.ts";

const scope = scopeOf();
const limits = { longest: 400, kept: 40 };
type Found = { readonly line: number; readonly text: string; readonly cut: boolean };

const NAMES = /acme-corp|acme-jdoe/i;
const { account, namespaces, projects, users } = scope;
const IDS = [account, ...namespaces, ...projects, ...users].flatMap(({ id }) => id ?? []);

/** What must be handed on, line by line and by the plainest means. */
function expected(bytes: Buffer): { found: Found[]; lines: number } {
  const texts = bytes.toString("latin1").split("\n");
  if (texts.at(-1) === "") texts.pop();
  const found = texts.flatMap((whole, at): Found[] => {
    const text = whole.replace(/\r$/, "");
    const line = at + 1;
    if (text.length > limits.longest)
      return [{ line, text: text.slice(0, limits.kept), cut: true }];
    return text !== "" && mustBeJudged(text) ? [{ line, text, cut: false }] : [];
  });
  return { found, lines: texts.length };
}

function mustBeJudged(text: string): boolean {
  const escapes = text.replaceAll(/\\[^u]/g, "").match(/\\u.{0,4}/gs) ?? [];
  return (
    !(text.startsWith("{") && text.endsWith("}")) ||
    NAMES.test(text) ||
    IDS.some((id) => new RegExp(`(?<![0-9])${id}(?![0-9])`).test(text)) ||
    IDS.some((id) => {
      const [first = "", rest = ""] = [String(id).slice(0, 1), String(id).slice(1)];
      const digits = rest.replace(/0+$/, "");
      const mantissa = digits === "" ? first : `${first}\\.${digits}`;
      return new RegExp(`(?<![0-9])${mantissa}0*e`, "i").test(text);
    }) ||
    escapes.some((one) => !/^\\u00(?:3[ce]|26)/i.test(one)) ||
    /%(?:25|2[de]|3[0-9]|[4-7][0-9a-f])/i.test(text) ||
    /[\x80-\xff]/.test(text) ||
    joinedLines(text).length > 0
  );
}

function found(bytes: Buffer, cuts: readonly number[]): { found: Found[]; lines: number } {
  const finder = candidateFinder(prefilterOf(needlesOf(scope)), limits);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let start = 0;
  const candidates = ends.flatMap((end) => {
    const chunk = Buffer.from(bytes.subarray(start, end));
    start = end;
    // What was found is a view of the chunk: taken before the next one comes.
    return finder.push(chunk);
  });
  const all = [...candidates, ...finder.end()];
  return {
    found: all.map(({ line, bytes: own, cut }) => ({
      line,
      text: Buffer.from(own).toString("latin1"),
      cut,
    })),
    lines: finder.lines(),
  };
}

const scrap = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("{", "}", '"', ":", ",", '{"', '"}', "\r", " ", "[") },
  fc.constantFrom(
    "acme-corp",
    "ACME-jdoe",
    "acme-c",
    "9001",
    "19001",
    "90010",
    "9.001e3",
    "9.0010E",
  ),
  fc.constantFrom("\\u0061", "\\\\u0061", "\\\\\\u0061", "\\u003c", "\\u0026", "\\", "\\u", "\\u0"),
  fc.constantFrom("%61", "%2F", "%", "%2", "%25", "é", "\0", "x", "501", "-7"),
  fc.nat(500).map((length) => "y".repeat(length)),
);
const line = fc.oneof(
  { weight: 3, arbitrary: fc.array(scrap, { maxLength: 8 }).map((all) => all.join("")) },
  fc.array(scrap, { maxLength: 5 }).map((all) => `{"a":"${all.join("")}"}`),
  fc.constantFrom('{"a":1}', '{"a":1}\r', "", "\r", '{"b":{"c":[{"d":1}]}}'),
);
const stream = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom("", "\n"))
  .map(([lines, end]) => Buffer.from(lines.join("\n") + end));

test("finds what judging each line by itself finds, however the stream is cut", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 6 }), (bytes, cuts) => {
      expect(found(bytes, cuts)).toEqual(expected(bytes));
    }),
    { numRuns: 3000 },
  );
});

test("finds the same in blocks far longer than are searched at once", () => {
  const filler = Array.from({ length: 700 }, (_, at) => `{"n":"${"z".repeat(at % 390)}"}`);
  const long = "w".repeat(200_000);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.nat(filler.length)), { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      fc.boolean(),
      (placed, cuts, withLong) => {
        const lines = [...filler];
        for (const [one, at] of placed) lines.splice(at, 0, one);
        if (withLong) lines.splice(300, 0, long);
        const bytes = Buffer.from(lines.join("\n"));
        expect(found(bytes, cuts)).toEqual(expected(bytes));
      },
    ),
    { numRuns: 60 },
  );
});
