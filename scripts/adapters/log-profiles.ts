/** Loads the log profiles, the query recipes and the redaction policy from the policies folder. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type * as z from "zod";
import { formatFault } from "../domain/fault.ts";
import {
  LogFieldSet,
  type LogProfile,
  LogProfileFile,
  RedactionPolicy,
  resolveProfile,
} from "../domain/log-profile.ts";
import { QueryRecipe } from "../domain/query-recipe.ts";
import { recipeFaults } from "../domain/recipe-fixtures.ts";
import { readYaml } from "./yaml-file.ts";

/** Policy files are ours; the cap only stops a runaway. */
const MAX_BYTES = 256 * 1024;

/**
 * Every profile under `<policies>/log-sources`, by source name, ready for use.
 * @throws Error that lists every fault of every file.
 */
export async function loadLogProfiles(policies: string): Promise<ReadonlyMap<string, LogProfile>> {
  const faults: string[] = [];
  const load = async <T>(folder: string, schema: z.ZodType<T>): Promise<T[]> => {
    const names = (await readdir(join(policies, folder))).filter((name) => name.endsWith(".yaml"));
    const read = names.sort().map((name) => readOne(join(policies, folder, name), schema, faults));
    return (await Promise.all(read)).flat();
  };
  const [files, fieldSets, recipes, redaction] = await Promise.all([
    load("log-sources", LogProfileFile),
    load("log-sources/fields", LogFieldSet),
    load("query-recipes", QueryRecipe),
    readOne(join(policies, "redaction.yaml"), RedactionPolicy, faults),
  ]);
  const [policy] = redaction;
  if (policy === undefined || faults.length > 0) throw new Error(faults.join("\n"));
  const profiles = files.map((file) =>
    resolveProfile({ file, fieldSets, recipes, redaction: policy }),
  );
  const wrong = [...unplacedFaults(recipes, profiles), ...profiles.flatMap(recipeFaults)];
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  return new Map(profiles.map((profile) => [profile.source, profile]));
}

/** A recipe for a source without a profile would never be asked. */
const unplacedFaults = (
  recipes: readonly QueryRecipe[],
  profiles: readonly LogProfile[],
): readonly string[] =>
  recipes.flatMap(({ id, sources }) =>
    sources
      .filter((source) => profiles.every((profile) => profile.source !== source))
      .map((source) => `query recipe ${id}: sources: no log profile is called ${source}`),
  );

async function readOne<T>(path: string, schema: z.ZodType<T>, faults: string[]): Promise<T[]> {
  const result = readYaml(await readFile(path), path, schema, MAX_BYTES);
  if (result.ok) return [result.value];
  faults.push(...result.errors.map(formatFault));
  return [];
}
