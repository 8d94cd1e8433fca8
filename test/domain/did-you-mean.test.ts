import fc from "fast-check";
import { expect, test } from "vitest";
import { didYouMean } from "../../scripts/domain/did-you-mean.ts";

const WORDS = ["deploy_key_added", "deploy_key_removed", "window", "groups"];

test.each([
  ["deploy_key_aded", "deploy_key_added"],
  ["Deploy_Key_Added", "deploy_key_added"],
  ["windwo", "window"],
  ["gruops", "groups"],
  ["group", "groups"],
  ["wxndxw", "window"],
  ["", null],
  ["zzz", null],
  ["completely_different", null],
  ["x".repeat(65), null],
])("%s → %s", (word, meant) => {
  expect(didYouMean(word, WORDS)).toBe(meant);
});

test("of several near words the nearest", () => {
  expect(didYouMean("abcdef", ["abcxyf", "abcdex", "abcdxx"])).toBe("abcdex");
});

test("a known word means itself", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (words) =>
      words.every((word) => didYouMean(word, words) === word),
    ),
  );
});
