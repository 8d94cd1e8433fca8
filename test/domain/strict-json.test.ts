import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type JsonValue,
  parseStrictJson,
} from "../../scripts/domain/strict-json.ts";

/** Back to what JSON.parse gives, to compare. */
function plain(value: JsonValue): unknown {
  if (value === null || typeof value !== "object") return value;
  if (isJsonNumber(value)) return Number(value.number);
  if (isJsonArray(value)) return value.map(plain);
  return Object.fromEntries([...value.members].map(([key, member]) => [key, plain(member)]));
}

test("reads what JSON.parse reads, to the same value", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      const parsed = parseStrictJson(spaced, 32);
      expect(parsed.ok && plain(parsed.value)).toStrictEqual(
        JSON.parse(spaced, (_, value) => value),
      );
    }),
  );
});

test("refuses exactly the texts that JSON.parse refuses", () => {
  const pieces = fc.constantFrom(
    '"',
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "1",
    "-",
    ".5",
    "e9",
    "true",
    "null",
    "NaN",
    "\\",
    "\u0000",
    " ",
    "a",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const text = parts.join("");
      let accepted = true;
      try {
        JSON.parse(text);
      } catch {
        accepted = false;
      }
      expect(parseStrictJson(text, 32).ok).toBe(accepted);
    }),
    { numRuns: 2000 },
  );
});

describe("what JSON.parse loses", () => {
  test("digits of numbers", () => {
    const parsed = parseStrictJson("[12345678901234567001, 1.0, -9e3 ]", 1);
    expect(parsed).toStrictEqual({
      ok: true,
      value: [{ number: "12345678901234567001" }, { number: "1.0" }, { number: "-9e3" }],
    });
  });
  test("duplicate keys, also when one is written with an escape", () => {
    const parsed = parseStrictJson('{"a":1, "b":{"c":1,"c":2}, "\\u0061":2}', 4);
    if (!parsed.ok || parsed.value === null || !isJsonObject(parsed.value)) throw new Error();
    expect([...parsed.value.duplicates]).toStrictEqual(["a"]);
    expect(parsed.value.members.get("a")).toStrictEqual({ number: "2" });
    const inner = parsed.value.members.get("b") ?? null;
    expect(inner !== null && isJsonObject(inner) && [...inner.duplicates]).toStrictEqual(["c"]);
  });
  test("depth", () => {
    expect(parseStrictJson('{"a":[1]}', 2).ok).toBe(true);
    expect(parseStrictJson('{"a":[[1]]}', 2)).toStrictEqual({ ok: false, reason: "too_deep" });
    expect(parseStrictJson("[".repeat(100_000) + "]".repeat(100_000), 32)).toMatchObject({
      ok: false,
    });
  });
  test("quotes behind backslashes, empty lists and objects", () => {
    const text = '{"a\\\\":"b\\"c\\\\","d":[],"e":{},"f":[ ] }';
    const parsed = parseStrictJson(text, 4);
    expect(parsed.ok && plain(parsed.value)).toStrictEqual(JSON.parse(text));
  });
});
