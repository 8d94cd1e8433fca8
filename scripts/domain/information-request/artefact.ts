/** The files of an artefact as text: rows in one order, as JSON lines and as CSV that no spreadsheet executes. */
import { canonicalJson } from "../canonical-json.ts";

/** What redaction lets out of one row. */
export type ReleasedFields = Readonly<Record<string, string | number | boolean>>;

/** A released row with what its place among the others is decided by. */
export type CollectedRow = {
  readonly source: string;
  /** Instant of the row in nanoseconds since 1970: sorted at full precision, released to the second. */
  readonly instant: bigint;
  readonly released: ReleasedFields;
  /** SHA-256 of the row's line in `rows.ndjson`. */
  readonly sha256: string;
  readonly object: string;
  readonly line: number;
};

/** The row's line in `rows.ndjson`, without the line end: canonical JSON of the released fields and `log_source`. */
export const rowLine = (source: string, released: ReleasedFields): string =>
  canonicalJson({ ...released, log_source: source });

/** Total order: time, then the row's digest, then where it lies; equal for every order of reading. */
export function compareRows(left: CollectedRow, right: CollectedRow): number {
  return (
    order(left.instant, right.instant) ||
    order(left.sha256, right.sha256) ||
    order(left.object, right.object) ||
    left.line - right.line
  );
}

const order = <T extends bigint | string>(left: T, right: T): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** Columns of `rows.csv`: every released field, the time and the source first. */
export function columnsOf(rows: readonly CollectedRow[]): readonly string[] {
  const fields = new Set(rows.flatMap((row) => Object.keys(row.released)));
  fields.delete("time");
  fields.delete("log_source");
  return ["time", "log_source", ...[...fields].sort()];
}

/** One record of `rows.csv` (RFC 4180, CRLF). An absent field is an empty cell. */
export function csvRecord(row: CollectedRow, columns: readonly string[]): string {
  const fields: ReleasedFields = { ...row.released, log_source: row.source };
  return csvLine(columns.map((column) => fields[column] ?? ""));
}

export const csvLine = (cells: readonly (string | number | boolean)[]): string =>
  `${cells.map(csvCell).join(",")}\r\n`;

/** What a spreadsheet takes for the beginning of a formula, in full width too (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r]/;
/** Control, line-separating and direction-changing characters: shown by their code, so that no terminal or reader obeys them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be shown
const UNSEEN = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

function csvCell(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const inert = FORMULA.test(value) ? `'${value}` : value;
  const visible = inert.replace(
    UNSEEN,
    (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return /[",]/.test(visible) ? `"${visible.replaceAll('"', '""')}"` : visible;
}
