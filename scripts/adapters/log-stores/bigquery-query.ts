/** The questions to BigQuery, made from the request alone: every value is a typed parameter, every name comes from a log profile or a checked URL. */
import { Temporal } from "temporal-polyfill";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";

type ParameterType = "TIMESTAMP" | "BOOL" | readonly ["STRING"];
export type Question = {
  readonly sql: string;
  readonly params: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly types: Readonly<Record<string, ParameterType>>;
};
/** Half open `[from, to)`, RFC 3339; null = the rows without a time. */
export type Stretch = { readonly from: string; readonly to: string } | null;

/** A table as it stands in SQL. `ts, ns, project, username, event` say where a row belongs; `line` is the record as it was written. */
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
 * Finds at least every row that the predicate may match: rows of the request's groups, projects and root, and, where a
 * recipe of the request is about users, those that name no group and no project.
 */
export function rowsQuestion(
  table: TableName,
  scope: Scope,
  profile: LogProfile,
  stretch: Stretch,
): Question {
  const paths = [scope.account, ...scope.namespaces, ...scope.projects].map(({ path }) => path);
  const { filter, params, types } = timeFilter(stretch);
  return {
    sql: `SELECT line FROM ${table} WHERE ${filter}
 AND (ns IN UNNEST(@paths) OR project IN UNNEST(@paths) OR ns IN UNNEST(@roots) OR (ns IS NULL AND project IS NULL AND (@anybody OR username IN UNNEST(@users))))
 AND (event IS NULL OR event IN UNNEST(@events)) ORDER BY ts, line`,
    params: {
      ...params,
      paths,
      roots: [...new Set(paths.map((path) => path.split("/")[0] as string))],
      ...unattributed(scope, profile),
      events: scope.event_types,
    },
    types: {
      ...types,
      ...{ paths: ["STRING"], roots: ["STRING"], users: ["STRING"], events: ["STRING"] },
      anybody: "BOOL",
    },
  };
}

/** Which rows without group and project are read: none, those of the request's users, or all where the user stands elsewhere. */
function unattributed(
  scope: Scope,
  profile: LogProfile,
): { readonly anybody: boolean; readonly users: readonly string[] } {
  const recipes = profile.recipes.filter(
    ({ scope_by, event_types }) =>
      scope_by === "user" && event_types.some((event) => scope.event_types.includes(event)),
  );
  const asked = recipes.length > 0 && scope.users.length > 0;
  const elsewhere = recipes.some(({ subject }) =>
    subject.some((field) => !profile.identity.user_name.includes(field)),
  );
  return {
    anybody: asked && elsewhere,
    users: asked ? scope.users.map(({ username }) => username) : [],
  };
}

/** Rows of everybody by day, `YYYY-MM-DD`: what the table has of the window. */
export function daysQuestion(table: TableName, window: NonNullable<Stretch>): Question {
  const { filter, params, types } = timeFilter(window);
  return {
    sql: `SELECT FORMAT_TIMESTAMP('%F', ts, 'UTC') AS day, COUNT(*) AS n FROM ${table} WHERE ${filter} GROUP BY day ORDER BY day`,
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
