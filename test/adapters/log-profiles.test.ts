import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadLogProfiles } from "../../scripts/adapters/log-profiles.ts";
import { judgeLine, recipesOf } from "../../scripts/domain/information-request/log-dive.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import { checkReleasedRow } from "../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import {
  lineOf,
  POLICIES,
  profileOf,
  profiles,
  pseudonym,
  rowOfLine,
  scope,
} from "../domain/dive-fixture.ts";

const everything = (source: string, events: readonly string[]): Scope => ({
  ...scope,
  window: { from: "2010-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z" },
  log_sources: [source],
  event_types: [...events],
});

describe("recipes", () => {
  const recipes = [...profiles.values()].flatMap((profile) =>
    profile.recipes.map(
      (recipe) => [`${recipe.id} in ${profile.source}`, recipe, profile] as const,
    ),
  );

  test("the 28 recipes that people use and 7 of GitLab's documented lines are here, each with its own id as an event type", async () => {
    expect((await readdir(join(POLICIES, "query-recipes"))).length).toBe(35);
    expect(new Set(recipes.map(([, { id }]) => id)).size).toBe(35);
    for (const [, { id, event_types }] of recipes) expect(event_types[0]).toBe(id);
  });

  test.each(recipes)(
    "%s finds its positive row, belongs to the request, and leaves the negative",
    (_, recipe, profile) => {
      expect(recipesOf(rowOfLine(recipe.positive, profile), profile).map(({ id }) => id)).toContain(
        recipe.id,
      );
      expect(
        recipesOf(rowOfLine(recipe.negative, profile), profile).map(({ id }) => id),
      ).not.toContain(recipe.id);
      const asked = everything(profile.source, [recipe.id]);
      expect(judgeLine(lineOf(recipe.positive), profile, asked)).toMatchObject({
        verdict: "matched",
      });
      expect(judgeLine(lineOf(recipe.negative), profile, asked)).toMatchObject({
        verdict: "outside",
      });
    },
  );
});

describe("profiles", () => {
  test.each([...profiles.keys()])(
    "the sample of %s is read, has a rule for each field, and passes the gate",
    (source) => {
      const profile = profileOf(source);
      const row = rowOfLine(profile.sample, profile);
      const asked = everything(source, ["deploy_key_added", "member_added"]);
      const redacted = redactRow(row, profile, asked, pseudonym);
      if ("withheld" in redacted) throw new Error(redacted.withheld);
      expect(redacted.tally.filter(({ reason }) => reason === "UNKNOWN_FIELD")).toStrictEqual([]);
      expect(checkReleasedRow(redacted.released, emptyLedger(), asked, profile)).toStrictEqual([]);
    },
  );
});

test("a recipe that its own rows contradict, or of no profile, stops the loading", async () => {
  const folder = await mkdtemp(join(tmpdir(), "policies-"));
  await cp(POLICIES, folder, { recursive: true });
  const recipe = join(folder, "query-recipes", "sign_in_logged.yaml");
  const text = await readFile(recipe, "utf8");
  const words = "Successful Login: username=";
  await writeFile(recipe, text.replace(`starts_with: '${words}'`, "starts_with: 'User Logout'"));
  const failure = loadLogProfiles(folder);
  await expect(failure).rejects.toThrow("sign_in_logged: positive is not found in application");
  await expect(failure).rejects.toThrow("sign_in_logged: negative is found in application");
  await writeFile(recipe, text.replace("sources: [application]", "sources: [elsewhere]"));
  await expect(loadLogProfiles(folder)).rejects.toThrow(
    "query recipe sign_in_logged: sources: no log profile is called elsewhere",
  );
  await rm(folder, { recursive: true });
});

test("every fault of every file is named at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "policies-"));
  await cp(POLICIES, folder, { recursive: true });
  await writeFile(join(folder, "log-sources", "broken.yaml"), "kind: log_profile\ncolour: 1\n");
  await writeFile(join(folder, "redaction.yaml"), "kind: redaction_policy\n");
  const failure = loadLogProfiles(folder);
  await expect(failure).rejects.toThrow(/broken\.yaml:\d+:1 colour/);
  await expect(failure).rejects.toThrow(/redaction\.yaml:1:1 words/);
  await rm(folder, { recursive: true });
});
