import fc from "fast-check";
import { expect, test } from "vitest";
import { pseudonymLinks } from "../../../scripts/domain/information-request/pseudonym-links.ts";
import { aligned } from "../../../scripts/domain/information-request/row-alignment.ts";

const name = (kind: string, digit: string): string => `${kind}-${digit.repeat(16)}`;

test.each([
  ["the same text", [["a", "a"]], true],
  ["another text", [["a", "b"]], false],
  ["one for one", [[name("user", "1"), name("user", "a")]], true],
  ["another kind", [[name("ip", "1"), name("user", "a")]], false],
  ["a kind that begins like another", [[name("user_id", "1"), name("user", "a")]], false],
  ["more of them", [[`${name("ip", "1")}, ${name("ip", "2")}`, name("ip", "a")]], false],
  [
    "two for one value",
    [
      [name("user", "1"), name("user", "a")],
      [name("user", "2"), name("user", "a")],
    ],
    false,
  ],
  [
    "one for two values",
    [
      [name("user", "1"), name("user", "a")],
      [name("user", "1"), name("user", "b")],
    ],
    false,
  ],
  [
    "the same again",
    [
      [name("user", "1"), name("user", "a")],
      [name("user", "1"), name("user", "a")],
    ],
    true,
  ],
] satisfies [string, [string, string][], boolean][])("%s", (_, pairs, last) => {
  const links = pseudonymLinks();
  const answers = pairs.map(([shown, derived]) => links.agree(shown, derived));
  expect(answers.at(-1)).toBe(last);
  expect(links.complete()).toBe(true);
});

test("remembers so many values, then says that it did not follow the others", () => {
  const links = pseudonymLinks(1);
  expect(links.agree(name("user", "1"), name("user", "a"))).toBe(true);
  expect(links.complete()).toBe(true);
  expect(links.agree(name("user", "2"), name("user", "b"))).toBe(true);
  expect(links.complete()).toBe(false);
});

async function* list<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
async function align(
  left: readonly string[],
  right: readonly string[],
): Promise<readonly string[]> {
  const steps: string[] = [];
  const key = (one: string): string => one.charAt(0);
  for await (const step of aligned(list(left), list(right), key, key)) {
    if (step.is === "pair") steps.push(`${step.left}=${step.right}`);
    else steps.push(step.is === "left" ? `${step.left}<` : `>${step.right}`);
  }
  return steps;
}

test.each([
  ["", "", []],
  ["ab", "ab", ["a=a", "b=b"]],
  ["abc", "ac", ["a=a", "b<", "c=c"]],
  ["ac", "abc", ["a=a", ">b", "c=c"]],
  ["ab", "a", ["a=a", "b<"]],
  ["a", "ab", ["a=a", ">b"]],
  ["axc", "ayc", ["a=a", "x=y", "c=c"]],
  ["ab", "ba", ["a<", "b=b", ">a"]],
  ["xxa", "ax", [">a", "x=x", "x<", "a<"]],
  ["ax", "xxa", ["a<", "x=x", ">x", ">a"]],
])("aligns %j with %j", async (left, right, steps) => {
  expect(await align([...left], [...right])).toEqual(steps);
});

test("every item of both lists comes once and in order", async () => {
  const items = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(items, items, async (left, right) => {
      const steps = await align(left, right);
      const of = (side: 0 | 1): string[] =>
        steps.flatMap((step) => step.split(/[=<>]/)[side] || []);
      expect(of(0)).toEqual(left);
      expect(of(1)).toEqual(right);
    }),
  );
});

test("thousands of values keep their pseudonyms, whatever their digits have in common", () => {
  const links = pseudonymLinks();
  const name = (kind: string, digits: number): string =>
    `${kind}-${digits.toString(16).padStart(16, "0")}`;
  for (let at = 0; at < 5000; at += 1) {
    expect(links.agree(name("user", at * 4096), name("user", at))).toBe(true);
    expect(links.agree(name("ip", at * 4096), name("ip", 7 * at))).toBe(true);
  }
  for (let at = 0; at < 5000; at += 499) {
    expect(links.agree(name("user", at * 4096), name("user", at))).toBe(true);
    expect(links.agree(name("user", at * 4096 + 1), name("user", at))).toBe(false);
    expect(links.agree(name("user", at * 4096 + 2 ** 40), name("user", at))).toBe(false);
    expect(links.agree(name("user", at * 4096), name("user", at + 5000))).toBe(false);
  }
  expect(links.complete()).toBe(true);
});
