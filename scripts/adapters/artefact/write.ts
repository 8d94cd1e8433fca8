/** Writes the files of an artefact into its draft. */
import { canonicalJson } from "../../domain/canonical-json.ts";
import {
  type Aggregate,
  aggregatePage,
  aggregateText,
} from "../../domain/information-request/aggregate.ts";
import {
  type CollectedRow,
  columnsOf,
  csvLine,
  csvRecord,
} from "../../domain/information-request/artefact.ts";
import type { FieldCounts } from "../../domain/information-request/artefact-summary.ts";
import {
  rowCounter,
  type SummaryInput,
  summaryPage,
  withheldCounts,
} from "../../domain/information-request/artefact-summary.ts";
import type { Draft } from "./draft.ts";

/** What leaves of the matched lines: rows, or counts alone. */
export type ArtefactLane = "rows" | "aggregate";

/** The files that reviewers see and the customer may get. */
export const SHOWN_FILES: Readonly<Record<ArtefactLane, readonly string[]>> = {
  rows: ["rows.csv", "rows.ndjson", "summary.md", "withheld.json"],
  aggregate: ["aggregate.json", "summary.md"],
};
/** What `prove` starts from; never handed over. */
export const EVIDENCE_FILES = [
  "evidence/matched.ndjson",
  "evidence/quarantined.ndjson",
  "evidence/scope.json",
] as const;

export type Shown = Omit<SummaryInput, "rows"> & {
  /** In their final order. */
  readonly rows: readonly CollectedRow[];
};

export async function writeShownFiles(
  draft: Draft,
  shown: Shown,
  fields: readonly FieldCounts[],
): Promise<void> {
  await writeLines(draft, "rows.ndjson", shown.rows, (row) => `${canonicalJson(row.released)}\n`);
  await writeCsv(draft, shown.rows);
  const counter = rowCounter();
  for (const row of shown.rows) counter.add(row);
  await writeText(draft, "summary.md", summaryPage({ ...shown, rows: counter.counts() }));
  const withheld = JSON.parse(canonicalJson(withheldCounts(shown.sources, fields)));
  await writeText(draft, "withheld.json", `${JSON.stringify(withheld, null, 2)}\n`);
}

/** Counts in the place of the rows. */
export async function writeAggregateFiles(draft: Draft, answer: Aggregate): Promise<void> {
  await writeText(draft, "aggregate.json", aggregateText(answer));
  await writeText(draft, "summary.md", aggregatePage(answer));
}

export const writeText = (draft: Draft, name: string, text: string): Promise<void> =>
  writeLines(draft, name, [text], (content) => content);

async function writeCsv(draft: Draft, rows: readonly CollectedRow[]): Promise<void> {
  const columns = columnsOf(rows);
  const file = await draft.create("rows.csv");
  await file.append(csvLine(columns));
  for (const row of rows) await file.append(csvRecord(row, columns));
  await file.close();
}

async function writeLines<T>(
  draft: Draft,
  name: string,
  items: readonly T[],
  lineOf: (item: T) => string,
): Promise<void> {
  const file = await draft.create(name);
  for (const item of items) await file.append(lineOf(item));
  await file.close();
}
