/** What the request owns, by exact id and exact path: the only ground on which a value counts as the customer's (never a prefix, a name or a row). */
import type { Scope } from "./scope.ts";

type Owned = { readonly path: string; readonly id: string | null };
export type Inventory = {
  readonly projects: Kind;
  readonly namespaces: Kind;
  readonly users: Kind;
  /** First path segments of all that is listed. */
  readonly roots: ReadonlySet<string>;
};
export type Kind = {
  readonly byPath: ReadonlyMap<string, Owned>;
  readonly byId: ReadonlyMap<string, Owned>;
};

const inventories = new WeakMap<Scope, Inventory>();

/** The inventory of a scope, built once. */
export function inventoryOf(scope: Scope): Inventory {
  const known = inventories.get(scope);
  if (known !== undefined) return known;
  const paths = [scope.account, ...scope.namespaces, ...scope.projects].map(({ path }) => path);
  const built: Inventory = {
    projects: kindOf(scope.projects),
    namespaces: kindOf(scope.namespaces),
    users: kindOf(scope.users.map(({ username, id }) => ({ path: username, id }))),
    roots: new Set(paths.map((path) => path.split("/", 1)[0] as string)),
  };
  inventories.set(scope, built);
  return built;
}

function kindOf(items: readonly { readonly path: string; readonly id: number | null }[]): Kind {
  const owned = items.map(({ path, id }) => ({ path, id: id === null ? null : String(id) }));
  return {
    byPath: new Map(owned.map((item) => [item.path, item])),
    byId: new Map(owned.flatMap((item) => (item.id === null ? [] : [[item.id, item] as const]))),
  };
}

/** What one claim of a row says: the request's own, somebody else's, unreadable, or nothing (the inventory has no ids). */
export type Claim = "own" | "foreign" | "unclear" | "silent";
export type Judged = { readonly claim: Claim; readonly owned: Owned | null };

const FOREIGN: Judged = { claim: "foreign", owned: null };
const UNCLEAR: Judged = { claim: "unclear", owned: null };
const SILENT: Judged = { claim: "silent", owned: null };

/** An id as GitLab writes it: a positive integer without sign, point, exponent or leading zero, at most 2^53. */
export function isPlainId(text: string): boolean {
  return /^[1-9][0-9]{0,15}$/.test(text) && Number.isSafeInteger(Number(text));
}

export function judgeId(kind: Kind, text: string | null): Judged {
  if (text === null || !isPlainId(text)) return UNCLEAR;
  const owned = kind.byId.get(text);
  if (owned !== undefined) return { claim: "own", owned };
  return kind.byId.size < kind.byPath.size ? SILENT : FOREIGN;
}

const SEGMENT = "[A-Za-z0-9_][A-Za-z0-9_.-]*";
/** How git names the repositories of a project: GitLab reserves these endings. */
const REPOSITORY_SUFFIX = /(?:\.wiki|\.design)?\.git$|\.wiki$|\.design$/;
const PATH = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`);

/** A well-formed path that differs from a listed one only by case, `.git` or the like is not "foreign": a person decides. */
export function judgePath(kind: Kind, text: string | null): Judged {
  if (text === null || text.length > 1024) return UNCLEAR;
  const listed = kind.byPath.get(text);
  if (listed !== undefined) return { claim: "own", owned: listed };
  const path = text.replace(REPOSITORY_SUFFIX, "");
  const owned = kind.byPath.get(path);
  if (owned !== undefined) return { claim: "own", owned };
  if (!PATH.test(path)) return UNCLEAR;
  return nearlyListed(kind, path) ? UNCLEAR : FOREIGN;
}

function nearlyListed(kind: Kind, path: string): boolean {
  const folded = path.toLowerCase();
  for (const listed of kind.byPath.keys()) if (listed.toLowerCase() === folded) return true;
  return false;
}

/** The first segment of a path, or of what a root field says. */
export function judgeRoot(inventory: Inventory, text: string | null): Claim {
  if (text === null) return "unclear";
  const slash = text.indexOf("/");
  const root = slash === -1 ? text : text.slice(0, slash);
  if (inventory.roots.has(root)) return "own";
  if (!PATH.test(root)) return "unclear";
  const folded = root.toLowerCase();
  for (const listed of inventory.roots) if (listed.toLowerCase() === folded) return "unclear";
  return "foreign";
}
