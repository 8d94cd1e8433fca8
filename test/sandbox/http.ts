/** What every route of the sandbox uses: the context type, who asks, what they may, and pagination. */
import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import { ApiError, fail, notFound } from "./errors.ts";
import { ACCESS, type Group, type Project, type Token, type User } from "./model.ts";
import type { Params } from "./params.ts";
import type { State } from "./state.ts";

/** Who asks: the user behind a token, and the token. */
export interface Actor {
  readonly user: User;
  readonly token: Token;
}

export interface Env {
  /** `inner`: the sandbox asks itself, past faults and the write log. */
  Bindings: Partial<HttpBindings> & { readonly inner?: boolean };
  Variables: { params: Params; actor: Actor | null; applied?: boolean };
}

/**
 * A route file exports `function registerX(app: App, state: State): void`; paths are relative to `/api/v4`
 * for the registrars in `apiRegistrars`, to the root for those in `rootRegistrars` (`registrars.ts`).
 */
export type App = Hono<Env>;
export type Ctx = Context<Env>;
export type Registrar = (app: App, state: State) => void;

/** Endpoints that a CI job token may use (GitLab's list, as far as the sandbox has them). */
const JOB_TOKEN_ROUTES: readonly RegExp[] = [
  /^\/api\/v4\/job$/,
  /^\/api\/v4\/projects\/[^/]+\/packages(\/|$)/,
  /^\/api\/v4\/projects\/[^/]+\/(ref\/[^/]+\/)?trigger\/pipeline$/,
];
const JOB_TOKEN_READS =
  /^\/api\/v4\/projects\/[^/]+\/(merge_requests(\/\d+(\/notes(\/\d+)?)?)?|repository\/(branches|tags|commits\/[^/]+|files\/[^/]+\/raw)|releases)(\/|$)/;

function tokenValue(c: Ctx): { value: string; job: boolean } | null {
  const bearer = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const params = c.var.params;
  const value =
    c.req.header("private-token") ??
    bearer ??
    params.text("private_token") ??
    params.text("access_token");
  if (value !== undefined) return { value, job: false };
  const job = c.req.header("job-token") ?? params.text("job_token");
  return job === undefined ? null : { value: job, job: true };
}

/** Finds a live token; throws 401/403 as GitLab does for a dead one. */
export function actorOfToken(state: State, value: string): Actor {
  const token = state.tokens.find((one) => one.value === value);
  if (token === undefined) fail(401, "401 Unauthorized");
  if (
    token.revoked ||
    (token.expiresAt !== null && token.expiresAt <= state.stamp().slice(0, 10))
  ) {
    const why = token.revoked ? "revoked" : "expired";
    fail(401, {
      error: "invalid_token",
      error_description: `Token was ${why}. You have to re-authorize from the user.`,
    });
  }
  const user = state.user(token.userId);
  if (user.state === "blocked") fail(403, "403 Forbidden - Your account has been blocked.");
  token.lastUsedAt = state.stamp();
  return { user, token };
}

/** The actor of a request, `null` for nobody; refuses dead tokens and tokens without the scope. */
export function authenticate(c: Ctx, state: State): Actor | null {
  const sent = tokenValue(c);
  if (sent === null) return null;
  const actor = actorOfToken(state, sent.value);
  const read = c.req.method === "GET" || c.req.method === "HEAD";
  if (actor.token.kind === "job") {
    const allowed =
      JOB_TOKEN_ROUTES.some((route) => route.test(c.req.path)) ||
      (read && JOB_TOKEN_READS.test(c.req.path));
    return allowed ? actor : null;
  }
  requireScope(actor.token, c.req.path, read);
  const sudo = c.req.header("sudo") ?? c.var.params.text("sudo");
  if (sudo === undefined) return actor;
  if (!actor.user.admin) fail(403, "403 Forbidden - Must be admin to use sudo");
  const user = /^\d+$/.test(sudo) ? state.users.get(Number(sudo)) : state.userNamed(sudo);
  if (user === undefined) notFound(`User with ID or username '${sudo}'`);
  return { user, token: actor.token };
}

function requireScope(token: Token, path: string, read: boolean): void {
  const enough =
    token.scopes.includes("api") ||
    (read && token.scopes.includes("read_api")) ||
    (read && token.scopes.includes("read_user") && /^\/api\/v4\/users?(\/|$)/.test(path)) ||
    path.startsWith("/api/v4/personal_access_tokens/self") ||
    (token.scopes.includes("self_rotate") && path.endsWith("/self/rotate"));
  if (enough) return;
  fail(403, {
    error: "insufficient_scope",
    error_description: "The request requires higher privileges than provided by the access token.",
    scope: read ? "api read_api" : "api",
  });
}

/** The user who asks, or `null`. */
export function userOf(c: Ctx): User | null {
  return c.var.actor?.user ?? null;
}

/** The user who asks, or 401. */
export function requireUser(c: Ctx): User {
  return userOf(c) ?? fail(401, "401 Unauthorized");
}

export function requireAdmin(c: Ctx): User {
  const user = requireUser(c);
  return user.admin ? user : fail(403, "403 Forbidden");
}

/** A path parameter, decoded. */
export function pathParam(c: Ctx, name: string): string {
  return c.req.param(name) ?? "";
}

/** A numeric path parameter; Grape refuses others as invalid. */
export function pathId(c: Ctx, name: string): number {
  const text = pathParam(c, name);
  return /^\d+$/.test(text) ? Number(text) : fail(400, { error: `${name} is invalid` });
}

/** The project of `:id` if the asker may see it, else `404 Project Not Found`; a moved one answers 301 to GET. */
export function projectOf(c: Ctx, state: State, id: string = pathParam(c, "id")): Project {
  const moved = state.redirects.get(id.toLowerCase());
  const project = state.project(id) ?? (moved === undefined ? undefined : state.project(moved));
  if (project === undefined || !state.canSeeProject(userOf(c), project)) notFound("Project");
  if (moved !== undefined && state.project(id) === undefined && c.req.method === "GET") {
    const location = `${state.url}${c.req.path.replace(/^(\/api\/v4\/projects\/)[^/]+/, `$1${moved}`)}`;
    throw new ApiError(
      301,
      { message: `This resource has been moved permanently to ${location}` },
      { location },
    );
  }
  return project;
}

export function groupOf(c: Ctx, state: State, id: string = pathParam(c, "id")): Group {
  const group = state.group(id);
  if (group === undefined || !state.canSeeGroup(userOf(c), group)) notFound("Group");
  return group;
}

/** The user who asks if they have the level in the project: else 401 (nobody) or 403. */
export function requireLevel(c: Ctx, state: State, project: Project, level: number): User {
  const user = requireUser(c);
  return state.accessLevel(user, project) >= level ? user : fail(403, "403 Forbidden");
}

/** Project of `:id` for a member with the level, as one step. */
export function projectFor(
  c: Ctx,
  state: State,
  level: number,
): { readonly project: Project; readonly user: User } {
  const project = projectOf(c, state);
  return { project, user: requireLevel(c, state, project, level) };
}

export function requireGroupLevel(c: Ctx, state: State, group: Group, level: number): User {
  const user = requireUser(c);
  return state.groupAccessLevel(user, group) >= level ? user : fail(403, "403 Forbidden");
}

/** Group owners and administrators. */
export function isGroupOwner(state: State, user: User | null, group: Group): boolean {
  return state.groupAccessLevel(user, group) >= ACCESS.owner;
}

const MAX_PER_PAGE = 100;
/** Above this many rows GitLab gives neither totals nor a last page. */
const COUNTED_ROWS = 10_000;

function pageSize(c: Ctx): number {
  const size = c.var.params.int("per_page") ?? 20;
  if (size < 1) fail(400, { error: "per_page has a value not allowed" });
  return Math.min(size, MAX_PER_PAGE);
}

function linkTo(c: Ctx, relation: string, changes: Readonly<Record<string, string>>): string {
  const url = new URL(c.req.url);
  for (const secret of ["private_token", "access_token"]) url.searchParams.delete(secret);
  for (const [key, value] of Object.entries(changes)) url.searchParams.set(key, value);
  return `<${url.toString()}>; rel="${relation}"`;
}

/** Cuts one page by `page` and `per_page` and sets GitLab's offset headers. */
export function paginate<Row>(c: Ctx, rows: readonly Row[]): Row[] {
  const size = pageSize(c);
  const page = c.var.params.int("page") ?? 1;
  if (page < 1) fail(400, { error: "page does not have a valid value" });
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const counted = rows.length <= COUNTED_ROWS;
  const next = page < pages ? page + 1 : null;
  const previous = page > 1 && page <= pages + 1 ? page - 1 : null;
  c.header("x-page", String(page));
  c.header("x-per-page", String(size));
  c.header("x-next-page", next === null ? "" : String(next));
  c.header("x-prev-page", previous === null ? "" : String(previous));
  if (counted) {
    c.header("x-total", String(rows.length));
    c.header("x-total-pages", String(pages));
  }
  const link = (relation: string, to: number): string =>
    linkTo(c, relation, { page: String(to), per_page: String(size) });
  const links = [
    ...(previous === null ? [] : [link("prev", previous)]),
    ...(next === null ? [] : [link("next", next)]),
    link("first", 1),
    ...(counted ? [link("last", pages)] : []),
  ];
  c.header("link", links.join(", "));
  return rows.slice((page - 1) * size, page * size);
}

/** How a list is ordered for keyset paging: the value of the key column, then the id. */
export interface KeysetOrder<Row> {
  readonly column: string;
  readonly value: (row: Row) => string | number;
  readonly id: (row: Row) => number;
  readonly descending: boolean;
}

/** Is `pagination=keyset` asked for? */
export function wantsKeyset(c: Ctx): boolean {
  return c.var.params.text("pagination") === "keyset";
}

/** Keyset paging: only `Link: rel="next"` with a `cursor`, none on the last page. */
export function paginateKeyset<Row>(c: Ctx, rows: readonly Row[], order: KeysetOrder<Row>): Row[] {
  const size = pageSize(c);
  const sign = order.descending ? -1 : 1;
  const compare = (a: readonly [string | number, number], b: readonly [string | number, number]) =>
    sign * (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]);
  const keyOf = (row: Row): [string | number, number] => [order.value(row), order.id(row)];
  const after = readCursor(c, order.column);
  const left = [...rows]
    .sort((a, b) => compare(keyOf(a), keyOf(b)))
    .filter((row) => after === null || compare(keyOf(row), after) > 0);
  const page = left.slice(0, size);
  const last = page.at(-1);
  c.header("x-per-page", String(size));
  if (last !== undefined && left.length > page.length) {
    const [value, id] = keyOf(last);
    const cursor = Buffer.from(JSON.stringify({ [order.column]: value, id, _kd: "n" }));
    c.header("link", linkTo(c, "next", { cursor: cursor.toString("base64url") }));
  }
  return page;
}

function readCursor(c: Ctx, column: string): [string | number, number] | null {
  const cursor = c.var.params.text("cursor");
  if (cursor === undefined || cursor === "") return null;
  try {
    const parsed = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return [parsed[column], Number(parsed.id)];
  } catch {
    return fail(400, { error: "cursor is invalid" });
  }
}
