/** Which units of a dive are finished: one line each, so that a run that was killed can be gone on with. */
import { createHmac } from "node:crypto";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { Partition } from "../../ports/log-store.ts";
import { sha256, sha256OfFile } from "../digest.ts";
import { unitOf, unitPath } from "./unit-files.ts";
import { UNIT_FILES, UnitResult } from "./unit-result.ts";

export type UnitLedger = {
  /** Holds the files of the units. */
  readonly folder: string;
  /** What an earlier run found in a partition, when it did not change since and neither did the files; else null. */
  readonly kept: (partition: Partition) => Promise<UnitResult | null>;
  /** Notes a finished unit. One that was not read whole, or whose store does not tell versions, is not noted: it is read again. */
  readonly keep: (partition: Partition, result: UnitResult) => Promise<void>;
};

const PLAN = "plan.json";
const LEDGER = "ledger.ndjson";

/**
 * Opens the ledger of a dive; one of another dive is thrown away first.
 * @param folder private to the dive; it need not be there yet
 * @param binding all that decides what a unit holds, besides its partition
 * @param key signs the lines: who can write to the folder still cannot make up a unit
 */
export async function openUnitLedger(
  folder: string,
  binding: Readonly<Record<string, unknown>>,
  key: Uint8Array,
): Promise<UnitLedger> {
  const plan = `${canonicalJson(binding)}\n`;
  if ((await textOf(join(folder, PLAN))) !== plan) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, PLAN), plan, { mode: 0o600 });
  }
  const planSha256 = sha256(plan);
  const sign = (unit: string, result: string): string =>
    createHmac("sha256", key).update(`unit|${planSha256}|${unit}|${result}`).digest("hex");
  const lines = await readLines(join(folder, LEDGER));
  let begun = false;
  return {
    folder,
    kept: async (partition) => {
      const unit = unitOf(partition);
      const [result = "", signature] = lines.get(unit) ?? [];
      if (signature === undefined || signature !== sign(unit, result)) return null;
      const found = UnitResult.parse(JSON.parse(result));
      return (await areUnchanged(folder, unit, found)) ? found : null;
    },
    keep: async (partition, result) => {
      if (result.broken !== null || result.full !== null || partition.version === undefined) return;
      const unit = unitOf(partition);
      const text = canonicalJson(result);
      const line = `${canonicalJson({ unit, result: text, signature: sign(unit, text) })}\n`;
      // A killed run may have left half a line: it must not swallow the first one of this run.
      const written = begun ? line : `\n${line}`;
      begun = true;
      await appendFile(join(folder, LEDGER), written, { mode: 0o600 });
    },
  };
}

/** Whether a folder has any finished unit. */
export const hasUnits = async (folder: string): Promise<boolean> =>
  (await readLines(join(folder, LEDGER))).size > 0;

const textOf = (path: string): Promise<string | null> => readFile(path, "utf8").catch(() => null);

/** Result and signature by unit, as text; what is not a whole line is left out. */
async function readLines(path: string): Promise<ReadonlyMap<string, readonly [string, string]>> {
  const lines = new Map<string, readonly [string, string]>();
  for (const line of ((await textOf(path)) ?? "").split("\n")) {
    const { unit, result, signature } = parsed(line);
    if (typeof result === "string" && typeof signature === "string")
      lines.set(String(unit), [result, signature]);
  }
  return lines;
}

function parsed(line: string): { unit?: unknown; result?: unknown; signature?: unknown } {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

async function areUnchanged(folder: string, unit: string, { files }: UnitResult): Promise<boolean> {
  for (const name of UNIT_FILES) {
    const file = files[name];
    if (file === undefined) continue;
    const digest = await sha256OfFile(unitPath(folder, unit, name)).catch(() => null);
    if (digest !== file.sha256) return false;
  }
  return true;
}
