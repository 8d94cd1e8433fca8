import { expect, test } from "vitest";
import { prose, proseCell } from "../../scripts/domain/prose.ts";

test.each([
  ["The window begins 41 days ago.", "The window begins 41 days ago."],
  ["(at least 1.5, or 80%)", "(at least 1.5, or 80%)"],
  ["group acme-corp/payments is foreign", "group `acme-corp/payments` is foreign"],
  ["see @all, now", "see `@all`, now"],
  ["commit 0123abc is", "commit `0123abc` is"],
  ["IR-2026 or www.evil.test", "`IR-2026` or `www.evil.test`"],
  ["a\n/close", "a `/close`"],
  ["x > 3 · 4 → 5", "x &gt; 3 · 4 → 5"],
  ["... !", "`...` `!`"],
  ["don't re-open", "don't re-open"],
])("%j becomes %j", (text, shown) => {
  expect(prose(text)).toBe(shown);
});

test("in a table a pipe stays in its cell", () => {
  expect(proseCell("a|b c")).toBe("`a\\|b` c");
});
