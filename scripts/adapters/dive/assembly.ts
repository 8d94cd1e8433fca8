/** Puts the units of a dive together: evidence in the order of the plan, rows in their one order, all from the disk. */
import { createReadStream } from "node:fs";
import { compareRows } from "../../domain/information-request/artefact.ts";
import {
  publicWordsOfAll,
  rememberRemoved,
} from "../../domain/information-request/redaction-gate.ts";
import {
  emptyLedger,
  type RemovedLedger,
} from "../../domain/information-request/removed-ledger.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type { Draft } from "../artefact/draft.ts";
import { type SortedRuns, sortedRuns } from "../artefact/sorted-runs.ts";
import { textLines } from "../artefact/text-lines.ts";
import type { SortedRow } from "../artefact/write.ts";
import type { TakenUnit } from "./reading.ts";
import { unitOf, unitPath } from "./unit-files.ts";
import type { UnitFile, UnitRow } from "./unit-result.ts";

export type Assembled = {
  /** The caller discards them. */
  readonly rows: SortedRuns<SortedRow>;
  /** Every text that redaction took out. */
  readonly ledger: RemovedLedger;
};

/** Rows that are sorted in memory at a time: some five MB, in fifty runs at most. */
const RUN = 2_000;

/** @param folder holds the files of the units */
export async function assemble(
  draft: Draft,
  folder: string,
  units: readonly TakenUnit[],
  scope: Scope,
  profiles: ReadonlyMap<string, LogProfile>,
): Promise<Assembled> {
  const pathsOf = (file: UnitFile) => units.flatMap((unit) => pathOf(folder, unit, file) ?? []);
  await draft.join("evidence/matched.ndjson", pathsOf("matched"));
  await draft.join("evidence/quarantined.ndjson", pathsOf("quarantined"));
  const rows = sortedRuns<SortedRow>(compareRows, RUN, folder);
  const ledger = emptyLedger();
  const words = publicWordsOfAll(scope, profiles.values());
  for (const unit of units) {
    const { source, object } = unit.partition;
    const collected = pathOf(folder, unit, "rows");
    if (collected === null) continue;
    for await (const line of textLines(createReadStream(collected))) {
      await rows.add({ source, object, ...(JSON.parse(line) as UnitRow) });
    }
    const removed = pathOf(folder, unit, "removed");
    if (removed === null) continue;
    const profile = profiles.get(source) as LogProfile;
    for await (const line of textLines(createReadStream(removed))) {
      rememberRemoved(ledger, JSON.parse(line) as readonly string[], scope, profile, words);
    }
  }
  return { rows, ledger };
}

const pathOf = (folder: string, { partition, files }: TakenUnit, file: UnitFile): string | null =>
  files[file] === undefined ? null : unitPath(folder, unitOf(partition), file);
