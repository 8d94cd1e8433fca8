/** Writes the files of an artefact into its draft. */
import { type Aggregate, aggregatePages } from "../../domain/information-request/aggregate.ts";
import {
  columnsIn,
  csvLine,
  csvRecord,
  type RowPlace,
} from "../../domain/information-request/artefact.ts";
import type { FieldCounts } from "../../domain/information-request/artefact-summary.ts";
import {
  rowCounter,
  rowPages,
  type SummaryInput,
} from "../../domain/information-request/artefact-summary.ts";
import type { CountedPages } from "../../domain/information-request/counted-page.ts";
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

/** @returns the pages, which the gate holds against what it reads back */
export async function writeShownFiles(
  draft: Draft,
  shown: Shown,
  fields: readonly FieldCounts[],
): Promise<CountedPages> {
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
  return writePages(draft, rowPages({ ...summary, rows: counter.counts() }, fields));
}

/** Counts in the place of the rows. */
export const writeAggregateFiles = (draft: Draft, answer: Aggregate): Promise<CountedPages> =>
  writePages(draft, aggregatePages(answer));

async function writePages(draft: Draft, pages: CountedPages): Promise<CountedPages> {
  for (const [name, { text }] of pages) await writeText(draft, name, text);
  return pages;
}

export async function writeText(draft: Draft, name: string, text: string): Promise<void> {
  const file = await draft.create(name);
  await file.append(text);
  await file.close();
}
