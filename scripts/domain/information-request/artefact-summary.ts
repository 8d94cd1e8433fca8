/** `summary.md` and `withheld.json`: what a dive found, what leaves, and what was left out, in counts; no value that was removed. */
import { quoteInline } from "../untrusted-text.ts";
import type { CollectedRow } from "./artefact.ts";
import {
  type CountedPage,
  type CountedPages,
  countedJson,
  countedPage,
  type ShowCount,
} from "./counted-page.ts";
import type { SourceCounts } from "./manifest.ts";
import { type FieldValues, valueCells, valueCounter } from "./released-values.ts";

/** What redaction did to one field of one source, over all rows. */
export type FieldCounts = {
  readonly source: string;
  readonly field: string;
  readonly kept: number;
  readonly pseudonymised: number;
  readonly removed: number;
  /** Why values did not leave as they were. */
  readonly reasons: Readonly<Record<string, number>>;
};

export type SummaryInput = {
  readonly requestId: string;
  readonly window: { readonly from: string; readonly to: string };
  readonly complete: boolean;
  readonly sources: readonly SourceCounts[];
  readonly rows: RowCounts;
};

/** The released rows in counts, each name in the order in which the rows first have it. */
type RowCounts = {
  readonly rows: number;
  readonly events: ReadonlyMap<string, number>;
  /** `2026-11-16 12:00` → rows. */
  readonly hours: ReadonlyMap<string, number>;
  readonly values: readonly FieldValues[];
};
export type RowCounter = {
  readonly add: (row: Pick<CollectedRow, "source" | "event" | "time" | "released">) => void;
  readonly counts: () => RowCounts;
};

/** Counts rows as they come, in their final order. */
export function rowCounter(): RowCounter {
  const events = new Map<string, number>();
  const hours = new Map<string, number>();
  const values = valueCounter();
  let rows = 0;
  return {
    add: ({ source, event, time, released }) => {
      rows += 1;
      values.add(source, released);
      increase(events, event);
      increase(hours, `${time.slice(0, 13).replace("T", " ")}:00`);
    },
    counts: () => ({ rows, events, hours, values: values.fields() }),
  };
}

function increase(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** Rows that fall on up to three days are counted by hour, others by day. */
const DAYS_BY_HOUR = 3;

/** The pages of an artefact of rows. */
export const rowPages = (input: SummaryInput, fields: readonly FieldCounts[]): CountedPages =>
  new Map([
    ["summary.md", summaryPage(input)],
    ["withheld.json", withheldPage(input.sources, fields)],
  ]);

/** The page that a person reads first. All that is not a word or number of ours stands in a code span. */
export const summaryPage = (input: SummaryInput): CountedPage =>
  countedPage((show) => summaryText(input, show));

function summaryText(input: SummaryInput, show: ShowCount): string {
  const { sources, rows } = input;
  const table = tableOf(show);
  const lines = [
    `# Log-dive ${quoteInline(input.requestId)}`,
    "",
    `Window: ${quoteInline(input.window.from)} to ${quoteInline(input.window.to)} (end not included). Rows: ${show(rows.rows)}.`,
    "",
    ...completeness(input, show),
    "",
    "## Sources",
    "",
    ...table(
      [
        "Source",
        "Lines read",
        "Outside the scope",
        "Matched",
        "Released",
        "Withheld",
        "Quarantined",
      ],
      sources.map((source) => [
        quoteInline(source.source),
        source.scanned,
        source.outside,
        source.matched,
        source.released,
        total(source.withheld),
        total(source.quarantined),
      ]),
    ),
    ...reasonSection("Withheld rows by reason", sources, (source) => source.withheld, table),
    ...reasonSection("Quarantined lines by reason", sources, (source) => source.quarantined, table),
    ...countSection(
      "Events",
      "Event",
      [...rows.events].map(([event, count]) => [quoteInline(event), count]),
      table,
    ),
    ...timeline(rows, table),
    ...valueSection(rows, table, show),
  ];
  return `${lines.join("\n")}\n`;
}

function completeness({ complete, sources }: SummaryInput, show: ShowCount): readonly string[] {
  if (complete)
    return ["Complete: every day of the window was there and every file was read to its end."];
  return [
    "**Incomplete**: this artefact cannot be released.",
    "",
    ...sources.flatMap((source) => [
      ...source.missing.map((day) => `- ${quoteInline(source.source)}: no file for ${day}`),
      ...[...countBy(source.broken, (broken) => broken.reason)].map(
        ([reason, count]) =>
          `- ${quoteInline(source.source)}: ${show(count)} × ${quoteInline(reason)}`,
      ),
    ]),
  ];
}

function reasonSection(
  title: string,
  sources: readonly SourceCounts[],
  reasonsOf: (source: SourceCounts) => Readonly<Record<string, number>>,
  table: Table,
): readonly string[] {
  const cells = sources.flatMap((source) =>
    Object.entries(reasonsOf(source)).map(([reason, count]) => [
      quoteInline(source.source),
      quoteInline(reason),
      count,
    ]),
  );
  return cells.length === 0
    ? []
    : ["", `## ${title}`, "", ...table(["Source", "Reason", "Count"], cells)];
}

function countSection(
  title: string,
  head: string,
  counts: readonly (readonly [string, number])[],
  table: Table,
): readonly string[] {
  return counts.length === 0 ? [] : ["", `## ${title}`, "", ...table([head, "Rows"], counts)];
}

function timeline({ hours }: RowCounts, table: Table): readonly string[] {
  const days = new Map<string, number>();
  for (const [hour, count] of hours) increase(days, hour.slice(0, 10), count);
  return days.size <= DAYS_BY_HOUR
    ? countSection("Rows by hour (UTC)", "Hour", [...hours], table)
    : countSection("Rows by day (UTC)", "Day", [...days], table);
}

/** What a reviewer looks through: a value that must not leave is most often one that is there once. */
function valueSection({ values }: RowCounts, table: Table, show: ShowCount): readonly string[] {
  if (values.length === 0) return [];
  return [
    "",
    "## Values that leave",
    "",
    "Behind each value the number of its rows, rare values first. A pseudonym is counted by its kind: `user-…`.",
    "",
    ...table(
      ["Source", "Field", "Different", "Values"],
      values.map((one) => valueCells(one, show)),
    ),
  ];
}

/** The lines of a table; every cell that is a number is a count. */
type Table = (
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
) => readonly string[];

const tableOf =
  (show: ShowCount): Table =>
  (head, rows) => [
    `| ${head.join(" | ")} |`,
    `|${head.map(() => " --- |").join("")}`,
    ...rows.map(
      (row) =>
        `| ${row.map((cell) => (typeof cell === "number" ? show(cell) : cell)).join(" | ")} |`,
    ),
  ];

const total = (reasons: Readonly<Record<string, number>>): number =>
  Object.values(reasons).reduce((sum, count) => sum + count, 0);

function countBy<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) increase(counts, nameOf(item));
  return counts;
}

/** `withheld.json`: per source how many rows, lines and values were left out, and by which reason. */
export const withheldPage = (
  sources: readonly SourceCounts[],
  fields: readonly FieldCounts[],
): CountedPage => countedJson(withheldCounts(sources, fields));

const withheldCounts = (
  sources: readonly SourceCounts[],
  fields: readonly FieldCounts[],
): object => ({
  sources: sources.map(({ source, withheld, quarantined, outside }) => ({
    source,
    outside,
    withheld,
    quarantined,
  })),
  fields: fields
    .filter(({ pseudonymised, removed }) => pseudonymised + removed > 0)
    .map(({ kept: _, ...left }) => left),
});
