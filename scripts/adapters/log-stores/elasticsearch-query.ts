/** The question to a search engine, made from the request alone: which log, whose rows, which events, when. */
import { Temporal } from "temporal-polyfill";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import {
  allOf,
  anyOf,
  type Clause,
  conditionClause,
  exists,
  noneOf,
  termsOf,
} from "./elasticsearch-clause.ts";
import type { IndexFields } from "./elasticsearch-mapping.ts";
import { answering, ownerClauses, tenantFields, type Unseen } from "./elasticsearch-owner.ts";

/** Half open `[from, to)`, RFC 3339. */
export type Span = { readonly from: string; readonly to: string };
export type SourceQuery = {
  /** Names of the date fields, in the order in which they decide. */
  readonly times: readonly (readonly string[])[];
  /** What tells the source's rows from others in the same index. */
  readonly source: readonly Clause[];
  /** Whose rows, and which events. */
  readonly scope: readonly Clause[];
};

/** The field in which GitLab's log collector names the log that a row comes from. */
const SOURCE_FIELD = "subcomponent";

const NOBODY =
  "no field of the index says whose a row is; check the index pattern, its mapping, and the ids of the request";

/**
 * Finds at least every row that the predicate may match or put into quarantine: more rows may come, none is left out.
 * @throws RangeError that lists what the mapping does not let one ask
 */
export function sourceQuery(
  scope: Scope,
  profile: LogProfile,
  fields: IndexFields,
  unseen: Unseen,
): SourceQuery {
  const faults = [...ownerFaults(profile, fields), ...timeFaults(profile, fields)];
  const owners = faults.length > 0 ? [] : ownerClauses(scope, profile, fields, unseen);
  const blind = unseen.blind.length === 0 ? [] : [{ terms: { _index: unseen.blind } }];
  if (faults.length === 0 && owners.length + blind.length === 0) faults.push(NOBODY);
  if (faults.length > 0) throw new RangeError(faults.join("; "));
  const events = eventClause(scope, profile, fields);
  const seen = owners.length === 0 ? [] : [anyOf(owners), ...(events === null ? [] : [events])];
  const named = termsOf(fields, SOURCE_FIELD, sourceNames(profile), false);
  return {
    times: profile.time_fields.flatMap((field) => {
      const names = fields.dates.get(field);
      return names === undefined ? [] : [names];
    }),
    source: named.length === 0 ? [] : [anyOf(named)],
    scope:
      blind.length === 0 ? seen : [anyOf([...(seen.length === 0 ? [] : [allOf(seen)]), ...blind])],
  };
}

/** The names under which a row may say that it comes from this source: `api`, `api_json`, `api_json.log`. */
const sourceNames = (profile: LogProfile): readonly string[] => [
  ...new Set([
    profile.source,
    ...profile.also_called,
    ...profile.files.flatMap((file) => [file, file.replace(/\.log$/, "")]),
  ]),
];

/** Rows whose time lies in the span, by the first time field that they have. */
export function inSpan({ times }: SourceQuery, span: Span): Clause {
  const range = {
    gte: toMillisecond(span.from, "floor"),
    lt: toMillisecond(span.to, "ceil"),
    format: "strict_date_optional_time",
  };
  return anyOf(
    times.map((names, index) =>
      allOf([
        anyOf(names.map((name) => ({ range: { [name]: range } }))),
        ...absent(times.slice(0, index)),
      ]),
    ),
  );
}

/** For each date field the rows that go by it: oldest of all, and days of the span, of everybody and of the request alone. */
export function overviewParts(
  query: SourceQuery,
  span: Span,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const parts = query.times.flatMap((names, index) =>
    names.map((name) => {
      const days = (filter: readonly Clause[]) => ({
        filter: allOf([inSpan(query, span), ...filter]),
        aggs: {
          days: {
            date_histogram: {
              ...{ field: name, calendar_interval: "day", format: "yyyy-MM-dd" },
              min_doc_count: 1,
            },
          },
        },
      });
      return {
        filter: allOf([exists(name), ...absent(query.times.slice(0, index))]),
        aggs: {
          oldest: { min: { field: name } },
          all: days([]),
          mine: days(query.scope),
        },
      };
    }),
  );
  return Object.fromEntries(parts.map((part, at) => [String(at), part]));
}

/** Rows that do not say which log they come from, though the index can tell. */
export const withoutSource = (fields: IndexFields): readonly Clause[] =>
  (fields.exact.get(SOURCE_FIELD) ?? []).map(({ name }) => noneOf([exists(name)]));

/** Rows in which no time field could be read: they are nobody's day, and are read with every dive. */
export const withoutTime = ({ times }: SourceQuery): Clause => allOf(absent(times));

const absent = (times: SourceQuery["times"]): readonly Clause[] =>
  times.length === 0 ? [] : [noneOf(times.flat().map(exists))];

/** Indices may keep milliseconds only: the span widens to them, and the predicate judges the rest. */
const toMillisecond = (instant: string, roundingMode: "floor" | "ceil"): string =>
  Temporal.Instant.from(instant)
    .round({ smallestUnit: "millisecond", roundingMode })
    .toString({ fractionalSecondDigits: 3 });

function ownerFaults(profile: LogProfile, { unusable }: IndexFields): string[] {
  const faults = [...tenantFields(profile), ...profile.identity.url_path, SOURCE_FIELD].flatMap(
    (field) => unusable.get(field) ?? [],
  );
  return faults.map((fault) => `${fault}, so it cannot be asked exactly; map it as keyword`);
}

function timeFaults({ time_fields }: LogProfile, fields: IndexFields): readonly string[] {
  const { exact, unusable, dates } = fields;
  const wrong = time_fields.flatMap((field) => [
    ...(unusable.get(field) ?? []),
    ...(exact.get(field) ?? []).map(({ name }) => `${name} is mapped as text or number`),
  ]);
  const some = time_fields.some((field) => dates.has(field));
  if (wrong.length === 0 && !some) return ["no time field of the profile is mapped as a date"];
  return wrong.map((fault) => `${fault}; map it as date`);
}

/** Null when the index cannot be asked for the events: then every row of the owner comes, and the predicate chooses. */
function eventClause(scope: Scope, profile: LogProfile, fields: IndexFields): Clause | null {
  const recipes = answering(scope, profile).map((recipe) =>
    recipe.where.flatMap((condition) => conditionClause(condition, fields)),
  );
  const askable = profile.event_fields.every((field) => !fields.unusable.has(field));
  if (!askable || recipes.some((clauses) => clauses.length === 0)) return null;
  const named = profile.event_fields.flatMap((field) =>
    termsOf(fields, field, scope.event_types, false),
  );
  return anyOf([...named, ...severalEvents(profile, fields), ...recipes.map(allOf)]);
}

/** Rows that name their event twice: which one holds is not for the index to say. */
function severalEvents({ event_fields }: LogProfile, { exact }: IndexFields): readonly Clause[] {
  const names = event_fields.flatMap((field) => exact.get(field) ?? []);
  if (names.length < 2) return [];
  return [{ bool: { should: names.map(({ name }) => exists(name)), minimum_should_match: 2 } }];
}
