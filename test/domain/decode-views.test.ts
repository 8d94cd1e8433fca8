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
  ])("%s", (_, text) => expect(decodedViews(text).texts).toContain("secret"));

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
