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

/** What the mapping keeps from a question. */
export type Unseen = {
  /** Indices of which every row must come. */
  readonly blind: readonly string[];
  /** Name of a field → indices that leave out its long values. */
  readonly shortened: (name: string) => readonly string[];
};

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

/** Characters of the longest name that is asked for: a field that leaves out shorter values hides rows. */
export const longestAsked = (scope: Scope): number =>
  Math.max(
    ...[scope.account, ...scope.namespaces, ...scope.projects].map(
      ({ path }) => path.length + LONGEST_SUFFIX,
    ),
    ...scope.users.map(({ username }) => username.length),
    ...scope.event_types.map((event) => event.length),
  );
const LONGEST_SUFFIX = ".design.git".length;

/** Everything by which a row can say that it belongs to the request. */
function ownerClauses(
  scope: Scope,
  profile: LogProfile,
  fields: IndexFields,
  { shortened }: Unseen,
): readonly Clause[] {
  const { identity } = profile;
  const owned = [scope.account, ...scope.namespaces];
  const ids = (list: readonly { readonly id: number | null }[]) =>
    list.flatMap(({ id }) => (id === null ? [] : [String(id)]));
  const roots = rootsOf(scope);
  const terms = (names: readonly string[], values: readonly string[]): readonly Clause[] =>
    names.flatMap((field) => termsOf(fields, field, values, false));
  const paths = (names: readonly string[]): readonly Clause[] =>
    names.flatMap((field) => [
      ...prefixesOf(fields, field, roots),
      ...regexpsOf(fields, field, ODD_PATH),
    ]);
  const repositories = ids(scope.projects).flatMap((id) =>
    ["project", "wiki", "design"].map((kind) => `${kind}-${id}`),
  );
  const tenants = [...tenantFields(profile), ...identity.url_path];
  const names = tenants.flatMap((field) => (fields.exact.get(field) ?? []).map(({ name }) => name));
  return [
    ...paths(identity.project_path),
    ...terms(identity.project_id, ids(scope.projects)),
    ...paths(identity.namespace_path),
    ...terms(identity.namespace_id, ids(owned)),
    ...paths(identity.root_namespace),
    ...terms(identity.repository, repositories),
    ...identity.entity.flatMap(({ id, path }) => [
      ...terms([id], ids([...owned, ...scope.projects])),
      ...paths([path]),
    ]),
    ...identity.url_path.flatMap((field) => urlClauses(scope, fields, field, shortened)),
    ...userClauses(scope, profile, fields),
    ...(names.length === 0 ? [] : [{ terms: { _ignored: names } }]),
  ];
}

/** First segments of all that is listed: what stands below one of them is the account's. */
const rootsOf = (scope: Scope): readonly string[] => [
  ...new Set(
    [scope.account, ...scope.namespaces, ...scope.projects].map(
      ({ path }) => path.split("/")[0] as string,
    ),
  ),
];

/** Rows with a page or an API path of the request, with one of unusual spelling, or with one that was too long to be indexed. */
function urlClauses(
  scope: Scope,
  fields: IndexFields,
  field: string,
  shortened: Unseen["shortened"],
): readonly Clause[] {
  const names = (fields.exact.get(field) ?? []).filter(({ kind }) => kind === "text");
  const short = [...new Set(names.flatMap(({ name }) => shortened(name)))];
  return [
    ...prefixesOf(fields, field, urlPrefixes(scope)),
    ...regexpsOf(fields, field, UNUSUAL_URL),
    ...(short.length === 0
      ? []
      : [allOf([{ terms: { _index: short } }, noneOf(names.map(({ name }) => exists(name)))])]),
  ];
}

/** Not a path as GitLab writes them: whose it is cannot be told. */
const ODD_PATH = "[^a-z0-9_].*|.*[^a-z0-9_./-].*";

/**
 * No slash at the beginning; an empty or a dot segment; a backslash; an ordinary sign behind a percent sign; an API of another
 * version. The whole value, in the engines' own expressions.
 */
const UNUSUAL_URL =
  "[^/].*|/api/(v[^4]|[^vs]|scim/(v[^2]|[^v])).*|.*(//|/\\.\\.?/|\\\\|%(25|2[de]|3[0-9]|[4-7][0-9a-f])).*";

/** The plain forms in which GitLab writes a page or an API path of what the request lists. */
function urlPrefixes(scope: Scope): readonly string[] {
  const roots = rootsOf(scope);
  const api = (kind: string, list: Scope["projects"]) =>
    [...roots, ...list.flatMap(({ id }) => (id === null ? [] : [String(id)]))].map(
      (name) => `/api/v4/${kind}/${name}`,
    );
  const groups = [scope.account, ...scope.namespaces];
  return [
    ...roots.flatMap((root) => [`/${root}`, `/groups/${root}`, `/api/scim/v2/groups/${root}`]),
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
  return anyOf([...named, ...severalEvents(profile, fields), ...recipes.map(allOf)]);
}

/** Rows that name their event twice: which one holds is not for the index to say. */
function severalEvents({ event_fields }: LogProfile, { exact }: IndexFields): readonly Clause[] {
  const names = event_fields.flatMap((field) => exact.get(field) ?? []);
  if (names.length < 2) return [];
  return [{ bool: { should: names.map(({ name }) => exists(name)), minimum_should_match: 2 } }];
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
    .flatMap(({ name }) =>
      values.map((value) => ({ prefix: { [name]: { value, case_insensitive: true } } })),
    );

/** The expression is the engines' own: all of the value, in any case, without their extensions. */
const regexpsOf = ({ exact }: IndexFields, field: string, value: string): readonly Clause[] =>
  (exact.get(field) ?? [])
    .filter(({ kind }) => kind === "text")
    .map(({ name }) => ({ regexp: { [name]: { value, flags: "NONE", case_insensitive: true } } }));
