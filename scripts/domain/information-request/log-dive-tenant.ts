/** Whose row it is: every claim that a row makes about project, group and root namespace, judged by the exact inventory of the request. */
import type { LogProfile } from "../log-profile.ts";
import { fieldValue, isAmbiguous, isObject, type LogRow, scalarText } from "../log-row.ts";
import type { JsonValue } from "../strict-json.ts";
import { claimOfUrlPath } from "./gitlab-url-path.ts";
import {
  type Inventory,
  isPlainId,
  type Judged,
  judgeId,
  judgePath,
  judgeRoot,
  type Kind,
} from "./inventory.ts";

export type TenantVerdict =
  | { readonly verdict: "own" }
  | { readonly verdict: "outside"; readonly reason: string }
  | { readonly verdict: "unclear"; readonly reason: string };

/** One thing the row says of its project or group; `id` when it says it by number. */
type Stated = Judged & { readonly id: string | null; readonly path: string | null };
type Claims = {
  readonly projects: Stated[];
  readonly namespaces: Stated[];
  readonly roots: ReturnType<typeof judgeRoot>[];
  ambiguous: boolean;
};

const outside = (reason: string): TenantVerdict => ({ verdict: "outside", reason });
const unclear = (reason: string): TenantVerdict => ({ verdict: "unclear", reason });
const OWN: TenantVerdict = { verdict: "own" };

/** Another account anywhere → outside; claims that disagree or cannot be read → unclear; nothing said → outside (default deny). */
export function judgeTenant(row: LogRow, profile: LogProfile, inventory: Inventory): TenantVerdict {
  const claims = claimsOf(row, profile, inventory);
  const all = [...claims.projects, ...claims.namespaces];
  if (claims.roots.includes("foreign")) return outside("other_account");
  if (claims.ambiguous) return unclear("duplicate_field");
  if (all.some(({ claim }) => claim === "unclear") || claims.roots.includes("unclear")) {
    return unclear("identity_unreadable");
  }
  const projects = claims.projects.filter(({ claim }) => claim !== "silent");
  if (projects.length > 0) return judgeProject(claims, projects);
  const namespaces = claims.namespaces.filter(({ claim }) => claim !== "silent");
  if (namespaces.length > 0) return agree(namespaces, claims.namespaces, "namespace_not_listed");
  if (claims.roots.length > 0) return unclear("only_root_namespace");
  return outside(all.length > 0 ? "id_not_in_inventory" : "no_tenant_field");
}

function judgeProject(claims: Claims, projects: readonly Stated[]): TenantVerdict {
  const verdict = agree(projects, claims.projects, "project_not_listed");
  if (verdict !== OWN) return verdict;
  const project = projects[0]?.owned?.path as string;
  const strangers = claims.namespaces.filter(
    ({ path }) => path !== null && !project.startsWith(`${path}/`),
  );
  return strangers.length > 0 ? unclear("identity_disagrees") : OWN;
}

/** All claims of one kind name the same listed object, by id and by path. */
function agree(said: readonly Stated[], all: readonly Stated[], reason: string): TenantVerdict {
  if (said.every(({ claim }) => claim === "foreign")) return outside(reason);
  const owned = said[0]?.owned;
  if (owned === null || owned === undefined || said.some((one) => one.owned?.path !== owned.path)) {
    return unclear("identity_disagrees");
  }
  const ids = all.flatMap(({ id }) => (id === null ? [] : [id]));
  const contradicts = owned.id !== null && ids.some((id) => id !== owned.id);
  return contradicts ? unclear("identity_disagrees") : OWN;
}

type Reading = {
  readonly row: LogRow;
  readonly inventory: Inventory;
  readonly claims: Claims;
};
type Side = "projects" | "namespaces";

/** Everything that a row says of its tenant, judged claim by claim. */
export function claimsOf(row: LogRow, { identity }: LogProfile, inventory: Inventory): Claims {
  const claims: Claims = { projects: [], namespaces: [], roots: [], ambiguous: false };
  const reading = { row, inventory, claims };
  for (const field of identity.project_id) addId(reading, "projects", saidIn(reading, field));
  for (const field of identity.project_path) addPath(reading, "projects", saidIn(reading, field));
  for (const field of identity.namespace_id) addId(reading, "namespaces", saidIn(reading, field));
  for (const field of identity.namespace_path) {
    addPath(reading, "namespaces", saidIn(reading, field));
  }
  for (const field of identity.root_namespace) addRoot(reading, saidIn(reading, field));
  for (const field of identity.repository) addRepository(reading, saidIn(reading, field));
  for (const field of identity.url_path) addUrl(reading, saidIn(reading, field));
  for (const { type, id, path } of identity.entity) {
    const kind = ENTITY_KINDS.get(scalarText(saidIn(reading, type) ?? null) ?? "");
    if (kind === undefined) continue;
    addId(reading, kind, saidIn(reading, id));
    addPath(reading, kind, saidIn(reading, path));
  }
  return claims;
}

/** What the row says in one field; undefined when it says nothing, or nothing that can be read, which is claimed at once. */
function saidIn({ row, claims }: Reading, field: string): JsonValue | undefined {
  const value = fieldValue(row, field);
  if (isAmbiguous(row, field)) claims.ambiguous = true;
  else if (value !== undefined && value !== "") return value;
  // An object where a name or id belongs says something, but not what.
  else if (isObject(row, field)) claims.roots.push("unclear");
  return undefined;
}

function addId({ inventory, claims }: Reading, side: Side, value: JsonValue | undefined): void {
  if (value !== undefined) claims[side].push(stateId(inventory[side], idText(value)));
}

function addPath(reading: Reading, side: Side, value: JsonValue | undefined): void {
  if (value !== undefined) addPathText(reading, side, pathText(value));
}

function addPathText({ inventory, claims }: Reading, side: Side, text: string | null): void {
  claims[side].push(statePath(inventory[side], text));
  claims.roots.push(judgeRoot(inventory, text));
}

function addRoot({ inventory, claims }: Reading, value: JsonValue | undefined): void {
  if (value !== undefined) claims.roots.push(rootClaim(inventory, pathText(value)));
}

function addRepository({ inventory, claims }: Reading, value: JsonValue | undefined): void {
  if (value === undefined) return;
  const id = /^(?:project|wiki|design)-(\d+)$/.exec(pathText(value) ?? "")?.[1];
  claims.projects.push(stateId(inventory.projects, id ?? null));
}

function addUrl(reading: Reading, value: JsonValue | undefined): void {
  const { inventory, claims } = reading;
  const found = value === undefined ? null : claimOfUrlPath(pathText(value), inventory);
  if (found === null) return;
  if (found.id !== null) claims[found.kind].push(stateId(inventory[found.kind], found.id));
  else addPathText(reading, found.kind, found.path);
}

const ENTITY_KINDS: ReadonlyMap<string, Side> = new Map([
  ["Project", "projects"],
  ["Namespaces::ProjectNamespace", "projects"],
  ["Group", "namespaces"],
  ["Namespace", "namespaces"],
]);

function stateId(kind: Kind, text: string | null): Stated {
  const { claim, owned } = judgeId(kind, text);
  return { claim, owned, id: text !== null && isPlainId(text) ? text : null, path: null };
}
function statePath(kind: Kind, text: string | null): Stated {
  const { claim, owned } = judgePath(kind, text);
  return { claim, owned, id: null, path: text };
}
/** A root namespace is one segment; anything more is not a root. */
const rootClaim = (inventory: Inventory, text: string | null): ReturnType<typeof judgeRoot> =>
  text?.includes("/") ? "unclear" : judgeRoot(inventory, text);

/** Numbers keep their source text, so that `9001.0` and `9.001e3` are not the id 9001; true and lists are no id. */
const idText = (value: JsonValue): string | null =>
  typeof value === "boolean" ? null : scalarText(value);
const pathText = (value: JsonValue): string | null => (typeof value === "string" ? value : null);
