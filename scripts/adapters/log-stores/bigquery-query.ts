/** The questions to BigQuery, made from the request alone: every value is a typed parameter, every name comes from a log profile or a checked URL. */
import { Temporal } from "temporal-polyfill";
import { MAX_LINE_BYTES } from "../../domain/information-request/log-dive.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import { literalPattern } from "../../domain/literal-pattern.ts";
import type { LogProfile } from "../../domain/log-profile.ts";

type ParameterType = "TIMESTAMP" | "STRING";
export type Question = {
  readonly sql: string;
  readonly params: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, ParameterType>>;
};
/** Half open `[from, to)`, RFC 3339; null = the rows without a time. */
export type Stretch = { readonly from: string; readonly to: string } | null;

/** A table as it stands in SQL: `ts` is the time of a record, `line` the record as it was written. */
export type TableName = string & { readonly table: never };

/** A Google Cloud project (also with a domain, `example.com:logs`) and a dataset. */
const PROJECT = /^(?:[a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const DATASET = /^[A-Za-z0-9_]{1,200}$/;
const SOURCE = /^[a-z][a-z0-9_]{0,60}$/;

/** `project.dataset`; null for anything else. */
export function datasetOf(
  text: string,
): { readonly project: string; readonly dataset: string } | null {
  const dot = text.lastIndexOf(".");
  const project = text.slice(0, Math.max(dot, 0));
  const dataset = text.slice(dot + 1);
  return PROJECT.test(project) && DATASET.test(dataset) ? { project, dataset } : null;
}

/** The table of a source has the source's name. @throws RangeError for a name that is none */
export function tableOf(project: string, dataset: string, { source }: LogProfile): TableName {
  if (!SOURCE.test(source)) throw new RangeError(`${source} cannot be the name of a table`);
  return `\`${project}.${dataset}.${source}\`` as TableName;
}

/**
 * Finds at least every record that files hand on (`namedRecords`): it names the request, could hide a name, or is not one whole
 * object. The text alone decides: a column would be as right as the program that filled it.
 */
export function rowsQuestion(table: TableName, scope: Scope, stretch: Stretch): Question {
  const { filter, params, types } = timeFilter(stretch);
  return {
    sql: `SELECT line FROM ${table} WHERE ${filter}
 AND (REGEXP_CONTAINS(line, @named) OR REGEXP_CONTAINS(line, @hiding) OR NOT (STARTS_WITH(line, '{') AND ENDS_WITH(line, '}'))
 OR SAFE.PARSE_JSON(line, wide_number_mode => 'round') IS NULL OR BYTE_LENGTH(line) > ${MAX_LINE_BYTES}) ORDER BY ts, line`,
    params: { ...params, named: namedPattern(scope), hiding: HIDING },
    types: { ...types, named: "STRING", hiding: "STRING" },
  };
}

/**
 * What names the request: a root, a user, an id with no digit beside it, or the digits before an exponent (`9.001e3`). The
 * expressions are RE2's, which looks around nothing, so that the neighbours of an id are part of it.
 */
export function namedPattern(scope: Scope): string {
  const listed = [scope.account, ...scope.namespaces, ...scope.projects];
  const roots = listed.map(({ path }) => path.split("/", 1)[0] as string);
  const names = [...roots, ...scope.users.map(({ username }) => username)].map(literalPattern);
  const ids = [...listed, ...scope.users].flatMap(({ id }) => (id === null ? [] : [String(id)]));
  const mantissas = ids.map((id) => id.replace(/0+$/, "").replace(/^(.)(.+)$/, "$1\\.$2"));
  const oneOf = (texts: readonly string[]): string => `(?:${[...new Set(texts)].join("|")})`;
  const numbers = `(?:^|[^0-9])(?:${oneOf(ids)}(?:[^0-9]|$)|${oneOf(mantissas)}0*e)`;
  return `(?i)${oneOf(names)}${ids.length === 0 ? "" : `|${numbers}`}`;
}

/** What can hide a name (see `prefilterOf`): an escape other than `<`, `>` and `&`, percent-encoding, a sign beyond ASCII. */
export const HIDING =
  "\\\\[uU](?:[^0]|0[^0]|00[^23]|002[^6]|003[^ceCE])|%(?:25|2[deDE]|3[0-9]|[4-7][0-9a-fA-F])|[^\\x00-\\x7f]";

/** Rows of everybody by day, `YYYY-MM-DD`, and those without a time, whose day is null: what the table has of the window. */
export function daysQuestion(table: TableName, window: NonNullable<Stretch>): Question {
  const { filter, params, types } = timeFilter(window);
  return {
    sql: `SELECT FORMAT_TIMESTAMP('%F', ts, 'UTC') AS day, COUNT(*) AS n FROM ${table} WHERE ${filter} GROUP BY day
 UNION ALL SELECT CAST(NULL AS STRING) AS day, COUNT(*) AS n FROM ${table} WHERE ts IS NULL ORDER BY day`,
    params,
    types,
  };
}

/** `require_partition_filter` wants the partition column in every question. A TIMESTAMP holds microseconds: the predicate judges the rest. */
function timeFilter(stretch: Stretch): Omit<Question, "sql"> & { readonly filter: string } {
  if (stretch === null) return { filter: "ts IS NULL", params: {}, types: {} };
  return {
    filter: "ts >= @from AND ts < @to",
    params: { from: toMicroseconds(stretch.from, "floor"), to: toMicroseconds(stretch.to, "ceil") },
    types: { from: "TIMESTAMP", to: "TIMESTAMP" },
  };
}

const toMicroseconds = (instant: string, roundingMode: "floor" | "ceil"): string =>
  Temporal.Instant.from(instant).round({ smallestUnit: "microsecond", roundingMode }).toString();
