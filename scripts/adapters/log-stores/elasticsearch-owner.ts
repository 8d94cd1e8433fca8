/** Whose a row is, as a question to a search engine: everything by which it can say that it belongs to the request. */
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type { QueryRecipe } from "../../domain/query-recipe.ts";
import {
  allOf,
  anyOf,
  type Clause,
  conditionClause,
  exists,
  noneOf,
  prefixesOf,
  regexpsOf,
  termsOf,
} from "./elasticsearch-clause.ts";
import type { IndexField, IndexFields } from "./elasticsearch-mapping.ts";

/** What the mapping keeps from a question. */
export type Unseen = {
  /** Indices of which every row must come. */
  readonly blind: readonly string[];
  /** Name of a field → indices that leave out its long values. */
  readonly shortened: (name: string) => readonly string[];
};

/** Fields that name a project or a group whenever they name something. */
const claimFields = ({ identity }: LogProfile): readonly string[] => [
  ...identity.project_path,
  ...identity.project_id,
  ...identity.namespace_path,
  ...identity.namespace_id,
  ...identity.root_namespace,
  ...identity.repository,
];

/** Also those that name a project or a group only where another field says so. */
export const tenantFields = (profile: LogProfile): readonly string[] => [
  ...claimFields(profile),
  ...profile.identity.entity.flatMap(({ id, path }) => [id, path]),
];

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
export function ownerClauses(
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
const ODD_PATH = "[^a-z0-9_].*|.*[^a-z0-9_./\\-].*";

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
  const claims = claimFields(profile).flatMap((field) => fields.exact.get(field) ?? []);
  return answering(scope, profile)
    .filter((recipe) => recipe.scope_by === "user" && scope.users.length > 0)
    .map((recipe) =>
      allOf([
        noneOf(claims.map(saysSomething)),
        ...recipe.where.flatMap((condition) => conditionClause(condition, fields)),
        ...subjectClause(recipe, scope, profile, fields),
      ]),
    );
}

/** An empty text claims nothing. */
const saysSomething = ({ name, kind }: IndexField): Clause =>
  kind === "text"
    ? { bool: { filter: [exists(name)], must_not: [{ terms: { [name]: [""] } }] } }
    : exists(name);

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

export const answering = (scope: Scope, profile: LogProfile): readonly QueryRecipe[] =>
  profile.recipes.filter((recipe) =>
    recipe.event_types.some((event) => scope.event_types.includes(event)),
  );
