/** The files of an artefact as text: rows in one order, as JSON lines and as CSV that no spreadsheet executes. */
import type { LogProfile } from "../log-profile.ts";
import type { LogRow } from "../log-row.ts";
import { recipesOf } from "./log-dive.ts";
import type { Released } from "./redaction-result.ts";
import type { Scope } from "./scope.ts";

/** A released row with what its place among the others is decided by. */
export type CollectedRow = {
  readonly source: string;
  /** UTC with nine digits of fraction, which sorts as the instants do; what leaves is cut to the second. */
  readonly time: string;
  readonly released: Released;
  /** What the row is counted as: the event it names, else the recipe that found it. */
  readonly event: string;
  /** SHA-256 of the row's line in `rows.ndjson`. */
  readonly sha256: string;
  readonly object: string;
  readonly line: number;
};

/** The event that a matched row names, else the first recipe of the request's events that finds it. */
export function eventOf(
  row: LogRow,
  released: Released,
  profile: LogProfile,
  scope: Scope,
): string {
  const named = profile.event_fields.flatMap((field) => released[field] ?? []);
  const found = recipesOf(row, profile)
    .filter(({ event_types }) => event_types.some((type) => scope.event_types.includes(type)))
    .map(({ id }) => id);
  return String([...named, ...found][0]);
}

/** What decides where a row stands among the others. */
export type RowPlace = Pick<CollectedRow, "time" | "sha256" | "object" | "line">;

/** Total order: time, then the row's digest, then where it lies; equal for every order of reading. */
export function compareRows(left: RowPlace, right: RowPlace): number {
  return (
    order(left.time, right.time) ||
    order(left.sha256, right.sha256) ||
    order(left.object, right.object) ||
    left.line - right.line
  );
}

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Columns of `rows.csv`: every released field, the time and the source first. */
export function columnsOf(rows: Iterable<Pick<CollectedRow, "released">>): readonly string[] {
  const fields = new Set<string>();
  for (const { released } of rows) for (const field of Object.keys(released)) fields.add(field);
  return columnsIn(fields);
}

/** The same from the names of the fields. */
export function columnsIn(names: Iterable<string>): readonly string[] {
  const fields = new Set(names);
  fields.delete("time");
  fields.delete("log_source");
  return ["time", "log_source", ...[...fields].sort()];
}

/** One record of `rows.csv` (RFC 4180, CRLF). An absent field is an empty cell. */
export function csvRecord(row: Pick<CollectedRow, "released">, columns: readonly string[]): string {
  return csvLine(columns.map((column) => row.released[column] ?? ""));
}

export const csvLine = (cells: readonly (string | number | boolean)[]): string =>
  `${cells.map(csvCell).join(",")}\r\n`;

/** What a spreadsheet takes for the beginning of a formula, in full width too (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r]/;
/** Control, line-separating and direction-changing characters: shown by their code, so that no terminal or reader obeys them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be shown
const UNSEEN = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** Most cells: empty, or of harmless characters behind a harmless beginning. */
const PLAIN = /^(?:[A-Za-z0-9/[][ !#-+\-.-~]*)?$/;

function csvCell(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  if (PLAIN.test(value)) return value;
  const inert = FORMULA.test(value) ? `'${value}` : value;
  const visible = inert.replace(
    UNSEEN,
    (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return /[",]/.test(visible) ? `"${visible.replaceAll('"', '""')}"` : visible;
}
