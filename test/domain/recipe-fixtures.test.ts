import { expect, test } from "vitest";
import { recipeFaults } from "../../scripts/domain/recipe-fixtures.ts";
import { profileOf, profiles } from "./dive-fixture.ts";

test("every shipped recipe finds its positive row and not its negative one", () => {
  expect([...profiles.values()].flatMap(recipeFaults)).toEqual([]);
});

test("says which of a recipe's rows is wrong", () => {
  const profile = profileOf("shell");
  const [recipe, ...others] = profile.recipes;
  if (recipe === undefined) throw new Error("shell has no recipe");
  const swapped = { ...recipe, positive: recipe.negative, negative: recipe.positive };
  expect(recipeFaults({ ...profile, recipes: [swapped, ...others] })).toEqual([
    `query recipe ${recipe.id}: positive is not found in shell; correct it, or where`,
    `query recipe ${recipe.id}: negative is found in shell; correct it, or where`,
  ]);
});

test("a row that cannot be read is not found", () => {
  const profile = profileOf("shell");
  const [recipe] = profile.recipes;
  if (recipe === undefined) throw new Error("shell has no recipe");
  const broken = { ...recipe, positive: { text: "x".repeat(1024 * 1024 + 1) } };
  expect(recipeFaults({ ...profile, recipes: [broken] })).toEqual([
    expect.stringContaining("positive is not found in shell"),
  ]);
});
