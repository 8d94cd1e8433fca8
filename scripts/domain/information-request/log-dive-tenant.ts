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

/** Everything that a row says of its tenant, judged claim by claim. */
export function claimsOf(row: LogRow, { identity }: LogProfile, inventory: Inventory): Claims {
  const claims: Claims = { projects: [], namespaces: [], roots: [], ambiguous: false };
  const read = (fields: readonly string[], use: (value: JsonValue) => void): void => {
    for (const field of fields) {
      const value = fieldValue(row, field);
      if (isAmbiguous(row, field)) claims.ambiguous = true;
      else if (value !== undefined && value !== "") use(value);
      // An object where a name or id belongs says something, but not what.
      else if (isObject(row, field)) claims.roots.push("unclear");
    }
  };
  const { projects, namespaces } = inventory;
  const addPath = (into: Stated[], kind: Kind, text: string | null): void => {
    into.push(statePath(kind, text));
    claims.roots.push(judgeRoot(inventory, text));
  };
  read(identity.project_id, (value) => claims.projects.push(stateId(projects, idText(value))));
  read(identity.project_path, (value) => addPath(claims.projects, projects, pathText(value)));
  read(identity.namespace_id, (value) =>
    claims.namespaces.push(stateId(namespaces, idText(value))),
  );
  read(identity.namespace_path, (value) => addPath(claims.namespaces, namespaces, pathText(value)));
  read(identity.root_namespace, (value) =>
    claims.roots.push(rootClaim(inventory, pathText(value))),
  );
  read(identity.repository, (value) => {
    const id = /^(?:project|wiki|design)-(\d+)$/.exec(pathText(value) ?? "")?.[1];
    claims.projects.push(stateId(projects, id ?? null));
  });
  read(identity.url_path, (value) => {
    const found = claimOfUrlPath(pathText(value), inventory);
    if (found === null) return;
    const kind = inventory[found.kind];
    if (found.id !== null) claims[found.kind].push(stateId(kind, found.id));
    else addPath(claims[found.kind], kind, found.path);
  });
  for (const { type, id, path } of identity.entity) {
    read([type], (value) => {
      const kind = ENTITY_KINDS.get(scalarText(value) ?? "");
      if (kind === undefined) return;
      read([id], (number) => claims[kind].push(stateId(inventory[kind], idText(number))));
      read([path], (text) => addPath(claims[kind], inventory[kind], pathText(text)));
    });
  }
  return claims;
}

const ENTITY_KINDS: ReadonlyMap<string, "projects" | "namespaces"> = new Map([
  ["Project", "projects"],
  ["Namespaces::ProjectNamespace", "projects"],
  ["Group", "namespaces"],
  ["Namespace", "namespaces"],
]);

const stateId = (kind: Kind, text: string | null): Stated => ({
  ...judgeId(kind, text),
  id: text !== null && isPlainId(text) ? text : null,
  path: null,
});
const statePath = (kind: Kind, text: string | null): Stated => ({
  ...judgePath(kind, text),
  id: null,
  path: text,
});
/** A root namespace is one segment; anything more is not a root. */
const rootClaim = (inventory: Inventory, text: string | null): ReturnType<typeof judgeRoot> =>
  text?.includes("/") ? "unclear" : judgeRoot(inventory, text);

/** Numbers keep their source text, so that `9001.0` and `9.001e3` are not the id 9001; true and lists are no id. */
const idText = (value: JsonValue): string | null =>
  typeof value === "boolean" ? null : scalarText(value);
const pathText = (value: JsonValue): string | null => (typeof value === "string" ? value : null);
