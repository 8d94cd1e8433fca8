/** The rows beside a query recipe: the one that it must find and the one that it must not. */
import { readLine, recipesOf } from "./information-request/log-dive.ts";
import type { LogProfile } from "./log-profile.ts";

/** Every recipe of a profile that does not find its positive row, or finds its negative one. */
export function recipeFaults(profile: LogProfile): readonly string[] {
  const finds = (id: string, row: Readonly<Record<string, unknown>>): boolean => {
    const read = readLine(new TextEncoder().encode(JSON.stringify(row)), profile);
    return typeof read !== "string" && recipesOf(read, profile).some((found) => found.id === id);
  };
  return profile.recipes.flatMap(({ id, positive, negative }) => [
    ...(finds(id, positive)
      ? []
      : [`query recipe ${id}: positive is not found in ${profile.source}; correct it, or where`]),
    ...(finds(id, negative)
      ? [`query recipe ${id}: negative is found in ${profile.source}; correct it, or where`]
      : []),
  ]);
}
