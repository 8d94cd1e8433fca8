import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { readYaml } from "../../scripts/adapters/yaml-file.ts";
import { formatFault } from "../../scripts/domain/fault.ts";
import { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import { formatRequest } from "../../scripts/domain/information-request/request-file.ts";

const Any = z.unknown();
const faults = (text: string | Uint8Array, schema: z.ZodType = Any): string[] => {
  const read = readYaml(text, "f", schema);
  return read.ok ? [] : read.errors.map(formatFault);
};

describe("each thing that is not said in one way has its fault and place", () => {
  test.each<[string, string]>([
    ["a: &x 1\n", "f:1:4 is an anchor; delete it and write the value out where it is needed"],
    ["a: !!str 1\n", "f:1:4 is a tag; delete it: the key says what kind of value it is"],
    ["a: !x |\n  b\n", "f:1:4 is a tag; delete it: the key says what kind of value it is"],
    ["a: *x\n", "f:1:4 is an alias; write the value out"],
    ["? a\n: 1\n", "f:1:1 is an explicit key; write key: value"],
    ["%YAML 1.1\n---\na: no\n", "f:1:1 is a directive; delete the line that starts with %"],
    ["a: 1\n---\nb: 1\n", "f:2:1 starts a second document; keep one document in a file"],
    ["--- &x\na: 1\n", "f:1:5 is an anchor; delete it and write the value out where it is needed"],
    ["a: 1\nb: 2\na: 3\n", "f:3:1 has the key a twice; keep one of them"],
    ['a: 1\n"a": 3\n', "f:2:1 has the key a twice; keep one of them"],
    ['a: 1\n"\\u0061": 3\n', "f:2:1 has a key with escapes; write the key plainly"],
    ["b:\n  <<: 1\n", "f:2:3 b has a merge key; write the values out"],
    ["1: a\n", "f:1:1 has a key that is no text; use a word as key"],
    [": a\n", "f:1:1 has a key that is no text; use a word as key"],
    ["__proto__: a\n", "f:1:1 has the reserved key __proto__; delete it"],
    ["constructor: a\n", "f:1:1 has the reserved key constructor; delete it"],
    ["prototype: a\n", "f:1:1 has the reserved key prototype; delete it"],
    [
      "a: 0x2A\n",
      "f:1:4 a is a number in an odd form; write it in plain decimal, or quote it as text",
    ],
    [
      "a: [1, 042]\n",
      "f:1:8 a[1] is a number in an odd form; write it in plain decimal, or quote it as text",
    ],
    ["a: 9007199254740993\n", "f:1:4 a is a number too large to be exact; quote it if it is text"],
    [
      "a: .inf\n",
      "f:1:4 a is a number in an odd form; write it in plain decimal, or quote it as text",
    ],
    ['a: "\\u202e"\n', "f:1:4 a holds a bidirectional control character, by an escape; delete it"],
    ["a: b # \u202e\n", "f:1:8 holds a bidirectional control character; delete it"],
    ["a: \ufeffb\n", "f:1:4 holds an invisible character; delete it"],
    ["a: b\rc: d\n", "f:1:5 holds a carriage return without a line feed; delete it"],
    [
      `${" ".repeat(2)}a: ${"[".repeat(20)}${"]".repeat(20)}\n`,
      "f:1:21 is nested deeper than 16 levels",
    ],
    ["a: 'b\n", "f:2:1 Missing closing 'quote"],
    ["", "f:1:1 is empty"],
    ["# only a comment\n", "f:1:1 is empty"],
  ])("%j", (text, fault) => {
    expect(faults(text)).toContain(fault);
  });

  test("a file that is too long is not parsed", () => {
    expect(faults("a".repeat(65_537))).toEqual([
      "f:1:1 has 65537 bytes, at most 65536 are read; shorten the file",
    ]);
    expect(readYaml("a: b".padEnd(70_000), "f", Any, 80_000).ok).toBe(true);
  });

  test("bytes must be UTF-8", () => {
    expect(faults(new Uint8Array([0x61, 0xff]))).toEqual([
      "f:1:1 is not UTF-8; save the file as UTF-8",
    ]);
    expect(faults(new Uint8Array([0xff, 0xfe, 0x61, 0]))).toHaveLength(1);
    expect(faults(new TextEncoder().encode("\ufeffa: é\n"))).toEqual([]);
  });
});

describe("all faults come in one answer", () => {
  test("in the order of the file", () => {
    const text = "a: 0x1\nb: 1\nb: 2\nconstructor: 3\n";
    expect(faults(text).map((fault) => fault.slice(0, 5))).toEqual(["f:1:4", "f:3:1", "f:4:1"]);
  });

  test("those of the schema at the value's or the parent's place, with what was meant", () => {
    const Schema = z.strictObject({
      window: z.strictObject({ from: z.string(), to: z.string() }),
      users: z.array(z.string()),
      issue: z.int(),
    });
    const text = "window:\n  from: 1\n  form: x\nusers: [a, 2]\nissues: 4\n";
    expect(faults(text, Schema)).toEqual([
      "f:1:1 window.to is missing",
      "f:1:1 issue is missing",
      "f:2:3 window.from must be a string",
      "f:3:3 window.form is not a known key; did you mean from?",
      "f:4:12 users[1] must be a string",
      "f:5:1 issues is not a known key; did you mean issue?",
    ]);
  });

  test("not more than fifty, and the others counted", () => {
    const found = faults("a: &x 1\n".repeat(60));
    expect(found).toHaveLength(51);
    expect(found.at(-1)).toBe("f:50:4 and 10 more faults after this");
  });
});

describe("what is read", () => {
  test.each<[string, unknown]>([
    ["a: NO\n", { a: "NO" }],
    ["a: off\n", { a: "off" }],
    ["a: 1:30\n", { a: "1:30" }],
    ["a: 2026-11-20\n", { a: "2026-11-20" }],
    ["a: 1_000\n", { a: "1_000" }],
    ["a: -4.5\n", { a: -4.5 }],
    ["a: ~\nb:\n", { a: null, b: null }],
    ["--- # one\na: 1\n...\n", { a: 1 }],
    ["\ufeffa: 1\r\nb: |\r\n  x\r\n", { a: 1, b: "x\n" }],
    ['{"a": [true, null, "\\n"], \'b\': 1}', { a: [true, null, "\n"], b: 1 }],
  ])("%j", (text, value) => {
    const read = readYaml(text, "f", Any);
    expect(read.ok && read.value).toEqual(value);
  });

  test("places of values that were accepted can be asked for", () => {
    const read = readYaml("a:\n  - b: 1\n  - 2\n", "f", Any);
    const place = (...path: PropertyKey[]) => read.ok && read.positions(path);
    expect(place("a", 0, "b")).toEqual({ line: 2, column: 5 });
    expect(place("a", 1)).toEqual({ line: 3, column: 5 });
    expect(place("a", 1, "x")).toEqual({ line: 3, column: 5 });
    expect(place("a", 7)).toEqual({ line: 1, column: 1 });
    expect(place("x", "y")).toEqual({ line: 1, column: 1 });
    expect(place()).toEqual({ line: 1, column: 1 });
  });
});

test("no text makes it throw, and what it accepts, another writing of the same value says too", () => {
  const pieces = fc.constantFrom(
    "a",
    ":",
    " ",
    "\n",
    "- ",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "&",
    "*",
    "!",
    "|",
    ">",
    "?",
    "%",
    "#",
    "---",
    "...",
    "\t",
    ",",
    "1",
    "~",
    "<<",
    "\\",
    "\r",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const read = readYaml(parts.join(""), "f", Any);
      if (!read.ok) return read.errors.length > 0;
      const json = JSON.stringify(read.value);
      // Keys that need an escape in JSON are refused in that form.
      if (json.includes("\\")) return true;
      const again = readYaml(json, "f", Any);
      expect(again.ok && again.value).toEqual(read.value);
      return true;
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ["[", 65_000],
  ["- ", 32_000],
  ["{a: ", 16_000],
  ["&a ", 20_000],
  ["%A\n", 20_000],
  ["---\n", 16_000],
  ['"', 65_000],
  ["}", 65_000],
  ["? ", 32_000],
])("%j many times is refused without delay", (unit, count) => {
  const found = faults(unit.repeat(count));
  expect(found.length).toBeGreaterThan(0);
  expect(found.length).toBeLessThanOrEqual(51);
});

test("thousands of keys are compared in linear time", () => {
  const text = Array.from({ length: 7_000 }, (_, at) => `k${at}: 1\n`).join("");
  expect(faults(text)).toEqual([]);
});

test("what the product writes, it reads", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
  const path = fc.array(word, { minLength: 2, maxLength: 4 }).map((parts) => parts.join("/"));
  const request = fc.record({
    apiVersion: fc.constant("v1" as const),
    kind: fc.constant("information_request" as const),
    id: fc.constant("IR-2026-0042"),
    issue: fc.nat().map((issue) => issue + 1),
    account: fc.record({ path, id: fc.nat().map((id) => id + 1) }),
    window: fc.constant({ from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00+01:00" }),
    resources: fc.record({
      groups: fc.array(path, { maxLength: 3 }),
      projects: fc.array(path, { minLength: 1, maxLength: 3 }),
      users: fc.array(
        word.filter((name) => !/bot|ghost/.test(name)),
        { maxLength: 3 },
      ),
    }),
    event_types: fc.array(word, { minLength: 1, maxLength: 3 }),
    ticket: fc.string({ unit: "grapheme-ascii", maxLength: 40 }),
    personal_data_needed: fc.boolean(),
    exception_requested: fc.record({ reason: fc.string({ unit: "grapheme-ascii", minLength: 1 }) }),
  });
  fc.assert(
    fc.property(request, (value) => {
      const read = readYaml(formatRequest(value), "f", InformationRequest);
      expect(read.ok && read.value).toEqual(value);
    }),
  );
});
