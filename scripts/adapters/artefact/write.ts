/** Writes the files of an artefact into its draft. */
import { indentedJson } from "../../domain/canonical-json.ts";
import {
  type Aggregate,
  aggregatePage,
  aggregateText,
} from "../../domain/information-request/aggregate.ts";
import {
  columnsIn,
  csvLine,
  csvRecord,
  type RowPlace,
} from "../../domain/information-request/artefact.ts";
import type { FieldCounts } from "../../domain/information-request/artefact-summary.ts";
import {
  rowCounter,
  type SummaryInput,
  summaryPage,
  withheldCounts,
} from "../../domain/information-request/artefact-summary.ts";
import type { Released } from "../../domain/information-request/redaction-result.ts";
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

/** A released row among all others; `text` is its line in `rows.ndjson`. */
export type SortedRow = RowPlace & {
  readonly source: string;
  readonly event: string;
  readonly text: string;
};
export const releasedOf = ({ text }: SortedRow): Released => JSON.parse(text);

export type Shown = Omit<SummaryInput, "rows"> & {
  /** In their final order; read once. */
  readonly rows: AsyncIterable<SortedRow>;
  /** Names of the fields of all rows. */
  readonly columns: Iterable<string>;
};

export async function writeShownFiles(
  draft: Draft,
  shown: Shown,
  fields: readonly FieldCounts[],
): Promise<void> {
  const { rows, columns, ...summary } = shown;
  const counter = rowCounter();
  const shownColumns = columnsIn(columns);
  const json = await draft.create("rows.ndjson");
  const csv = await draft.create("rows.csv");
  await csv.append(csvLine(shownColumns));
  for await (const row of rows) {
    await json.append(`${row.text}\n`);
    const released = releasedOf(row);
    await csv.append(csvRecord({ released }, shownColumns));
    counter.add({ ...row, released });
  }
  await json.close();
  await csv.close();
  await writeText(draft, "summary.md", summaryPage({ ...summary, rows: counter.counts() }));
  const withheld = indentedJson(withheldCounts(shown.sources, fields));
  await writeText(draft, "withheld.json", withheld);
}

/** Counts in the place of the rows. */
export async function writeAggregateFiles(draft: Draft, answer: Aggregate): Promise<void> {
  await writeText(draft, "aggregate.json", aggregateText(answer));
  await writeText(draft, "summary.md", aggregatePage(answer));
}

export async function writeText(draft: Draft, name: string, text: string): Promise<void> {
  const file = await draft.create(name);
  await file.append(text);
  await file.close();
}
