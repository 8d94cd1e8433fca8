import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodedViews, skeleton } from "../../scripts/domain/information-request/decode-views.ts";

describe("each way of hiding is undone", () => {
  test.each([
    ["percent", "%73%65%63%72%65%74"],
    ["percent in percent", "%2573%2565%2563%2572%2565%2574"],
    ["quoted-printable", "=73=65=63=72=65=74"],
    ["quoted-printable, broken line", "sec=\r\nret"],
    ["hex escapes", "\\x73\\x65\\x63\\x72\\x65\\x74"],
    ["Unicode escapes", "\\u0073\\u{0065}\\u0063ret"],
    ["decimal entities", "&#115;&#101;&#99;ret"],
    ["hexadecimal entities", "&#x73;&#x65;&#x63;ret"],
    ["plain hex", "736563726574"],
    ["base64", "c2VjcmV0"],
    ["base64 behind a path", "/user/c2VjcmV0"],
    ["base64 of base64", "YzJWamNtVjA="],
    ["UTF-16", "s\0e\0c\0r\0e\0t\0"],
    ["JSON in a string", "sec\\nret"],
    ["broken lines", "sec\r\n  ret"],
    ["full width", "ｓｅｃｒｅｔ"],
    ["invisible letters", "se\u200bc\u00adret"],
    ["letters of another alphabet", "ѕесrеt"],
    ["full width in base64", Buffer.from("ｓｅｃｒｅｔ").toString("base64")],
  ])("%s", (_, text) => expect(decodedViews(text).texts).toContain("secret"));

  const packed: readonly (readonly [string, Buffer])[] = [
    ["gzip", gzipSync("secret")],
    ["zlib", deflateSync("secret")],
    ["zlib, fast", deflateSync("secret", { level: 1 })],
    ["Zstandard", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 4, 0, 1, 2, 3])],
  ];
  test.each(packed)("%s is not unpacked, and told as unseen", (_, bytes) => {
    const escaped = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
    for (const text of [bytes.toString("base64"), bytes.toString("hex"), escaped, `a ${escaped}`]) {
      expect(decodedViews(text).exhausted).toBe(true);
      expect(decodedViews(Buffer.from(text).toString("base64")).exhausted).toBe(true);
    }
  });
  test("named entities", () => expect(decodedViews("a&commat;b&amp;").texts).toContain("a@b&"));
  test("what is no code point is left out", () => {
    expect(decodedViews("a\\u{ffffff}b&#9999999;").texts).toContain("ab");
  });
  test("bytes that spell no text are not looked at", () => {
    expect(decodedViews("AAECAwQFBgcI").texts).toStrictEqual(["AAECAwQFBgcI"]);
  });
  test("text without any is only itself", () =>
    expect(decodedViews("a key").texts).toStrictEqual(["a key"]));
});

test("the budget is told when it does not suffice", () => {
  expect(decodedViews("a key").exhausted).toBe(false);
  const many = Array.from({ length: 100 }, (_, index) =>
    Buffer.from(`secret ${index}`).toString("base64"),
  ).join(" ");
  expect(decodedViews(many).exhausted).toBe(true);
  expect(decodedViews(`%41${"x".repeat(200_000)}`).exhausted).toBe(true);
});

test.each([
  "SECRET",
  "s\u00ade\u200bc r\u0301et",
  "ｓｅｃｒｅｔ",
  "ѕесrеt",
  "sec\nret",
  "se\u202ecret",
])("%j looks like secret", (text) => expect(skeleton(text)).toBe("secret"));
test("letters of other alphabets stay", () => expect(skeleton("日本 ж")).toBe("日本ж"));
