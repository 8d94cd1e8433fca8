import fc from "fast-check";
import { expect, test } from "vitest";
import { joinedLines } from "../../scripts/adapters/log-stores/joined-lines.ts";

test.each([
  ["in a key", '{"a":1,"pa{"time":"x"}'],
  ["behind the quote that opens a key", '{"a":1,"{"time":"x"}'],
  ["behind a key", '{"a":1,"pay"{"time":"x"}'],
  ["behind a colon", '{"a":{"time":"x"}'],
  ["behind a comma", '{"a":1,{"time":"x"}'],
  ["behind a bracket", '{"a":[{"time":"x"}'],
  ["behind the brace", '{{"time":"x"}'],
  ["in a text that ends with a colon", '{"uri":"https:{"time":"x"}'],
  ["in a text that ends with a comma", '{"ip":"198.51.100.7,{"time":"x"}'],
  ["behind a backslash", '{"a":"x\\{"time":"x"}'],
  ["in a number", '{"a":12{"time":"x"}'],
  ["in an object of a list", '{"a":[{"k":1},{"k":"v{"time":"x","list":[{"k":2}]}'],
  ["behind an object of a list", '{"a":[{"k":1},{"time":"x","list":[{"k":2}]}'],
  ["twice", '{"a":{"b":{"time":"x"}'],
  ["behind a whole object", '{"a":1}{"time":"x"}'],
  ["behind zero bytes", '{"a":1,\0\0{"time":"x"}'],
  ["and again at the end", '{"a":{"time":"}'],
  ["with a brace in its texts", '{"a":{"time":"}","b":"{"}'],
  ["before a carriage return", '{"a":{"time":"x"}\r\n'],
])("finds a line torn %s", (_, line) => {
  expect(joinedLines(line)).toHaveLength(1);
  expect(joinedLines(`{"a":1}\n${line.trimEnd()}\n{"a":2}\n`)).toHaveLength(1);
});

test.each([
  '{"params":[{"key":"a","value":"b"},{"key":"c","value":"{}"}],"a":{"b":{"c":1}}}',
  '{"a": {"b": 1} , "c": [{"d": 2}]}',
  '{"message":"{\\"a\\":1}","b":{"c":"\\\\","d":"}"}}',
  '{"a":1}\n{"b":2}\r\n\n{"c":3}',
  "{}",
  "",
])("finds nothing in %s", (text) => {
  expect(joinedLines(text)).toEqual([]);
});

test("gives up on objects too deep inside each other, so that the work stays in proportion", () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  expect(joinedLines(nested(33))).toHaveLength(0);
  expect(joinedLines(nested(34))).toHaveLength(1);
  expect(joinedLines(`{"a":"${':{"'.repeat(100_000)}"}`)).toHaveLength(1);
});

const text = fc
  .array(fc.constantFrom("a", "é", "{", "}", '"', "\\", ":", ",", "[", "]", '{"', '":{"', " "), {
    maxLength: 6,
  })
  .map((signs) => signs.join(""));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.constant(null),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("json"), { maxLength: 3 }),
  object: fc.dictionary(text, tie("json"), { maxKeys: 3 }),
}));
const line = fc
  .tuple(fc.dictionary(text, json, { maxKeys: 4 }), json)
  .map(([members, time]) => JSON.stringify({ ...members, time }));
const isJson = (written: string): boolean => {
  try {
    JSON.parse(written);
    return true;
  } catch {
    return false;
  }
};

test("finds every tear behind which the next line stands, wherever it is", () => {
  let torn = 0;
  fc.assert(
    fc.property(
      line,
      line,
      fc.nat(),
      fc.constantFrom("", "\n", "\r\n"),
      (first, second, at, end) => {
        const joined = first.slice(0, 1 + (at % (first.length - 1))) + second;
        if (isJson(joined)) return;
        torn += 1;
        expect(joinedLines(Buffer.from(`${joined}${end}`).toString("latin1"))).toHaveLength(1);
      },
    ),
    { numRuns: 5000 },
  );
  expect(torn).toBeGreaterThan(4000);
});

const { whole } = fc.letrec((tie) => ({
  whole: fc.dictionary(
    fc.constantFrom("a", "time", "}"),
    fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("", "é", "{}", "{ ", "}", '"', "\\", '{\\"', ": ", "[,"),
      fc.integer(),
      tie("whole"),
      fc.array(tie("whole"), { maxLength: 3 }),
    ),
    { maxKeys: 3, minKeys: 1 },
  ),
}));

test("leaves out whole lines in whose texts no brace stands before a quote", () => {
  fc.assert(
    fc.property(fc.array(whole), (lines) => {
      expect(joinedLines(lines.map((one) => JSON.stringify(one)).join("\n"))).toEqual([]);
    }),
  );
});
