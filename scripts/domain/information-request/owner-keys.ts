/** What an index of log lines must know of a line so that no request for which it counts can miss it. */
import type { LogProfile } from "../log-profile.ts";
import { type LogRow, textsAt } from "../log-row.ts";
import type { Inventory, Kind } from "./inventory.ts";
import { claimsOf } from "./log-dive-tenant.ts";
import type { Scope } from "./scope.ts";

export type OwnerKeys = {
  /** Roots, ids and user names that the line claims, in lower case. */
  readonly keys: readonly string[];
  /** Whose line it is cannot be told from these keys: it must be read for every request. */
  readonly doubtful: boolean;
};

const NOTHING: Kind = { byPath: new Map(), byId: new Map() };
const NOBODY: Inventory = {
  projects: NOTHING,
  namespaces: NOTHING,
  users: NOTHING,
  roots: new Set(),
};

/**
 * A line that `judgeLine` does not put outside a scope is doubtful, or shares a key with `scopeKeys` of that scope:
 * a row that names a well-formed root belongs to that root's account or to nobody (`judgeTenant` asks this first); a row
 * without a root is claimed by plain ids, or by the user that a recipe's subject names; anything else is doubtful.
 */
export function ownerKeys(row: LogRow, profile: LogProfile): OwnerKeys {
  const claims = claimsOf(row, profile, NOBODY);
  const stated = [...claims.projects, ...claims.namespaces];
  const roots = [
    ...stated.flatMap(({ path }) => (path === null ? [] : [path])),
    ...profile.identity.root_namespace.flatMap((field) => textsAt(row, field)),
  ].map((path) => path.split("/", 1)[0] as string);
  const ids = stated.flatMap(({ id }) => (id === null ? [] : [id]));
  const users = profile.recipes
    .filter(({ scope_by }) => scope_by === "user")
    .flatMap(({ subject }) => subject.flatMap((field) => textsAt(row, field)))
    .map((text) => text.split("/").at(-1) as string);
  const unclear =
    claims.ambiguous ||
    claims.roots.includes("unclear") ||
    stated.some(({ claim }) => claim === "unclear");
  return {
    keys: [...new Set([...roots, ...ids, ...users].map((key) => key.toLowerCase()))],
    doubtful: unclear && !claims.roots.includes("foreign"),
  };
}

/** The keys under which lines of a scope stand. */
export function scopeKeys(scope: Scope): readonly string[] {
  const named = [scope.account, ...scope.namespaces, ...scope.projects];
  const roots = named.map(({ path }) => path.split("/", 1)[0] as string);
  const ids = named.flatMap(({ id }) => (id === null ? [] : [String(id)]));
  const users = scope.users.map(({ username }) => username);
  return [...new Set([...roots, ...ids, ...users].map((key) => key.toLowerCase()))];
}
