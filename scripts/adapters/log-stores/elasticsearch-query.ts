/** The question to a search engine, made from the request alone: exact terms in filters, nothing that parses text as a query. */
import { Temporal } from "temporal-polyfill";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type { QueryRecipe, RecipeCondition } from "../../domain/query-recipe.ts";
import type { IndexField, IndexFields } from "./elasticsearch-mapping.ts";

/** A clause of the query language as JSON. */
export type Clause = Readonly<Record<string, unknown>>;
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

const anyOf = (should: readonly Clause[]): Clause => ({
  bool: { should, minimum_should_match: 1 },
});
const allOf = (filter: readonly Clause[]): Clause => ({ bool: { filter } });
const noneOf = (must_not: readonly Clause[]): Clause => ({ bool: { must_not } });
const exists = (field: string): Clause => ({ exists: { field } });

/**
 * Finds at least every row that the predicate may match or put into quarantine: more rows may come, none is left out.
 * @throws RangeError that lists what the mapping does not let one ask
 */
export function sourceQuery(scope: Scope, profile: LogProfile, fields: IndexFields): SourceQuery {
  const faults = [...ownerFaults(profile, fields), ...timeFaults(profile, fields)];
  const owners = faults.length > 0 ? [] : ownerClauses(scope, profile, fields);
  if (faults.length === 0 && owners.length === 0) faults.push(NOBODY);
  if (faults.length > 0) throw new RangeError(faults.join("; "));
  const events = eventClause(scope, profile, fields);
  const named = termsOf(fields, SOURCE_FIELD, sourceNames(profile), false);
  return {
    times: profile.time_fields.flatMap((field) => {
      const names = fields.dates.get(field);
      return names === undefined ? [] : [names];
    }),
    source: named.length === 0 ? [] : [anyOf(named)],
    scope: [anyOf(owners), ...(events === null ? [] : [events])],
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
  const range = { gte: toMillisecond(span.from, "floor"), lt: toMillisecond(span.to, "ceil") };
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

const tenantFields = ({ identity }: LogProfile): readonly string[] => [
  ...identity.project_path,
  ...identity.project_id,
  ...identity.namespace_path,
  ...identity.namespace_id,
  ...identity.root_namespace,
  ...identity.repository,
  ...identity.entity.flatMap(({ id, path }) => [id, path]),
];

function ownerFaults(profile: LogProfile, { unusable }: IndexFields): string[] {
  const faults = [...tenantFields(profile), SOURCE_FIELD].flatMap(
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

/** Everything by which a row can say that it belongs to the request. */
function ownerClauses(scope: Scope, profile: LogProfile, fields: IndexFields): readonly Clause[] {
  const { identity } = profile;
  const owned = [scope.account, ...scope.namespaces];
  const paths = (list: readonly { readonly path: string }[]) => list.map(({ path }) => path);
  const ids = (list: readonly { readonly id: number | null }[]) =>
    list.flatMap(({ id }) => (id === null ? [] : [String(id)]));
  const roots = paths([...owned, ...scope.projects]).map((path) => path.split("/")[0] as string);
  const terms = (
    names: readonly string[],
    values: readonly string[],
    anyCase: boolean,
  ): readonly Clause[] => names.flatMap((field) => termsOf(fields, field, values, anyCase));
  const projectPaths = paths(scope.projects).flatMap((path) => [path, `${path}.git`]);
  const repositories = ids(scope.projects).flatMap((id) =>
    ["project", "wiki", "design"].map((kind) => `${kind}-${id}`),
  );
  const all = [...projectPaths, ...paths(owned)];
  return [
    ...terms(identity.project_path, projectPaths, true),
    ...terms(identity.project_id, ids(scope.projects), false),
    ...terms(identity.namespace_path, paths(owned), true),
    ...terms(identity.namespace_id, ids(owned), false),
    ...terms(identity.root_namespace, [...new Set(roots)], true),
    ...terms(identity.repository, repositories, false),
    ...identity.entity.flatMap(({ id, path }) => [
      ...terms([id], ids([...owned, ...scope.projects]), false),
      ...terms([path], all, true),
    ]),
    ...identity.url_path.flatMap((field) => prefixesOf(fields, field, urlPrefixes(scope))),
    ...userClauses(scope, profile, fields),
  ];
}

/** The plain forms in which GitLab writes a page or an API path of what the request lists. */
function urlPrefixes(scope: Scope): readonly string[] {
  const api = (kind: string, list: Scope["projects"]) =>
    list.flatMap(({ path, id }) =>
      [...(id === null ? [] : [String(id)]), path, encodeURIComponent(path)].map(
        (name) => `/api/v4/${kind}/${name}`,
      ),
    );
  const groups = [scope.account, ...scope.namespaces];
  const pages = [...scope.projects, ...groups].map(({ path }) => `/${path}`);
  return [
    ...pages,
    ...groups.flatMap(({ path }) => [`/groups/${path}`, `/api/scim/v2/groups/${path}`]),
    ...api("projects", scope.projects),
    ...api("groups", groups),
    ...api("namespaces", groups),
  ];
}

/** Rows that name no project or group and belong to a user, where a recipe of the request says so. */
function userClauses(scope: Scope, profile: LogProfile, fields: IndexFields): readonly Clause[] {
  const tenants = tenantFields(profile).flatMap((field) => fields.exact.get(field) ?? []);
  return answering(scope, profile)
    .filter((recipe) => recipe.scope_by === "user" && scope.users.length > 0)
    .map((recipe) =>
      allOf([
        noneOf(tenants.map(({ name }) => exists(name))),
        ...recipe.where.flatMap((condition) => conditionClause(condition, fields)),
        ...subjectClause(recipe, scope, profile, fields),
      ]),
    );
}

/** Only where the subject is a user name by itself; elsewhere it is the end of a longer text. */
function subjectClause(
  { subject }: QueryRecipe,
  scope: Scope,
  { identity }: LogProfile,
  fields: IndexFields,
): readonly Clause[] {
  if (!subject.every((field) => identity.user_name.includes(field))) return [];
  const names = scope.users.map(({ username }) => username);
  const clauses = subject.flatMap((field) => termsOf(fields, field, names, true));
  return clauses.length === 0 ? [] : [anyOf(clauses)];
}

const answering = (scope: Scope, profile: LogProfile): readonly QueryRecipe[] =>
  profile.recipes.filter((recipe) =>
    recipe.event_types.some((event) => scope.event_types.includes(event)),
  );

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
  return anyOf([...named, ...recipes.map(allOf)]);
}

/** Only conditions on short constants: long values may be left out of an index. A condition that is not asked finds more. */
function conditionClause(condition: RecipeCondition, fields: IndexFields): readonly Clause[] {
  const { field } = condition;
  if (fields.unusable.has(field) || !fields.exact.has(field)) return [];
  if ("equals" in condition) {
    return [anyOf(termsOf(fields, field, [String(condition.equals)], false))];
  }
  if ("one_of" in condition) {
    return [anyOf(termsOf(fields, field, condition.one_of.map(String), false))];
  }
  return [];
}

/** One clause for each name of a field; numbers and booleans are asked only for values that can be theirs. */
function termsOf(
  { exact }: IndexFields,
  field: string,
  values: readonly string[],
  anyCase: boolean,
): readonly Clause[] {
  return (exact.get(field) ?? []).flatMap(({ name, kind }): Clause[] => {
    const fitting = values.filter((value) => FITTING[kind].test(value));
    if (fitting.length === 0) return [];
    if (!anyCase || kind !== "text") return [{ terms: { [name]: fitting } }];
    return fitting.map((value) => ({ term: { [name]: { value, case_insensitive: true } } }));
  });
}

const FITTING: Readonly<Record<IndexField["kind"], RegExp>> = {
  text: /^/,
  integer: /^-?\d{1,18}$/,
  boolean: /^(?:true|false)$/,
};

const prefixesOf = (
  { exact }: IndexFields,
  field: string,
  values: readonly string[],
): readonly Clause[] =>
  (exact.get(field) ?? [])
    .filter(({ kind }) => kind === "text")
    .flatMap(({ name }) => values.map((value) => ({ prefix: { [name]: { value } } })));
