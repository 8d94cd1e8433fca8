import fc from "fast-check";
import { expect, test } from "vitest";
import { rawItems, rawMember } from "../../scripts/adapters/log-stores/raw-json.ts";

test("cuts out what JSON.parse reads, from every text and spacing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.jsonValue(),
      fc.constantFrom(undefined, 1, "\t"),
      (items, other, space) => {
        const text = JSON.stringify({ 'a"b': other, "\\": items, z: 1 }, null, space);
        const list = rawMember(text, "\\");
        const member = rawMember(text, 'a"b');
        if (list === null || member === null) throw new Error("not found");
        expect(JSON.parse(text.slice(member.start, member.end))).toEqual(
          JSON.parse(JSON.stringify(other)),
        );
        const cut = rawItems(text, list).map(({ start, end }) =>
          JSON.parse(text.slice(start, end)),
        );
        expect(cut).toEqual(JSON.parse(JSON.stringify(items)));
        expect(rawMember(text, "absent")).toBeNull();
      },
    ),
  );
});

test("the last of two equal keys counts, and digits stay", () => {
  const text = '{"a":1.0,"a":{"b":1e400,"b":12345678901234567890.10}}';
  const a = rawMember(text, "a");
  const b = a === null ? null : rawMember(text, "b", a);
  expect(b === null ? null : text.slice(b.start, b.end)).toBe("12345678901234567890.10");
});
