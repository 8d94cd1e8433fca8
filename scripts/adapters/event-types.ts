// Loads the catalogue of event types from the policies folder.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EventTypeCatalogue } from "../domain/event-type.ts";
import { formatFault } from "../domain/fault.ts";
import { readYaml } from "./yaml-file.ts";

const MAX_BYTES = 512 * 1024;

/** @throws Error that lists every fault of the file */
export async function loadEventTypes(policies: string): Promise<EventTypeCatalogue> {
  const file = join(policies, "event-types.yaml");
  const result = readYaml(await readFile(file), file, EventTypeCatalogue, MAX_BYTES);
  if (result.ok) return result.value;
  throw new Error(result.errors.map(formatFault).join("\n"));
}
