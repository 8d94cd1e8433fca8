// Loads how long an artefact is kept from the policies folder, without the rules of decisions.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatFault } from "../domain/fault.ts";
import { HandOverPolicy } from "../domain/policy/team-policies.ts";
import { readYaml } from "./yaml-file.ts";

/** @throws Error that lists every fault of the file */
export async function loadHandOver(policies: string): Promise<HandOverPolicy> {
  const file = join(policies, "hand-over.yaml");
  const result = readYaml(await readFile(file), file, HandOverPolicy);
  if (result.ok) return result.value;
  throw new Error(result.errors.map(formatFault).join("\n"));
}
