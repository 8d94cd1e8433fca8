// The profile and the recipe that docs/log-dive.md shows are added to the policies and used, as a reader would.
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { loadLogProfiles } from "../../scripts/adapters/log-profiles.ts";
import { judgeLine } from "../../scripts/domain/information-request/log-dive.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import { lineOf, POLICIES, pseudonym, rowOfLine, scope } from "../domain/dive-fixture.ts";
import { readDocument } from "./markdown-files.ts";

const [profileText = "", recipeText = ""] = [
  ...readDocument("docs/log-dive.md").matchAll(/```yaml\n(.*?)```/gs),
].map((match) => match[1]);
let folder = "";
const write = (profile: string, recipe: string) =>
  Promise.all([
    writeFile(join(folder, "log-sources", "zoekt.yaml"), profile),
    writeFile(join(folder, "query-recipes", "code_searched.yaml"), recipe),
  ]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policies-"));
  await cp(POLICIES, folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

test("the example source is read, its event found, and only what has a rule leaves", async () => {
  await write(profileText, recipeText);
  const profile = (await loadLogProfiles(folder)).get("zoekt") ?? expect.fail("no profile");
  const asked = { ...scope, log_sources: ["zoekt"], event_types: ["code_searched"] };
  expect(judgeLine(lineOf(profile.sample), profile, asked)).toMatchObject({ verdict: "matched" });
  expect(redactRow(rowOfLine(profile.sample, profile), profile, asked, pseudonym)).toMatchObject({
    released: {
      log_source: "zoekt",
      time: "2026-11-16T12:00:00Z",
      "meta.project": "acme-corp/payments/api",
      results: 3,
    },
    removed: ["password", "12"],
  });
});

test("the example recipe is refused when its rows do not bear it out", async () => {
  const recipe = parse(recipeText);
  await write(
    profileText,
    JSON.stringify({ ...recipe, positive: recipe.negative, negative: recipe.positive }),
  );
  await expect(loadLogProfiles(folder)).rejects.toThrow(
    /code_searched: positive is not found in zoekt.*\n.*code_searched: negative is found/,
  );
});
