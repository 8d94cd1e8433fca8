/** Faults that change what a request does: part of it, twice, nothing at all, or a shorter page of a list. */
import type { Fault } from "./faults.ts";
import type { Ctx } from "./http.ts";
import type { State } from "./state.ts";

const FAILING_PAGE = 3;

type Values = Record<string, unknown>;

/** Sends the request of the context once more past all faults, with another query or body. */
async function again(
  c: Ctx,
  state: State,
  change: { readonly method?: string; readonly query?: Values; readonly body?: Values } = {},
): Promise<Response> {
  const url = new URL(c.req.url);
  for (const [name, value] of Object.entries(change.query ?? {}))
    url.searchParams.set(name, String(value));
  const method = change.method ?? c.req.method;
  const sent = change.body === undefined ? await c.req.arrayBuffer() : JSON.stringify(change.body);
  const headers = new Headers(c.req.raw.headers);
  headers.delete("content-length");
  const body = method === "GET" || method === "DELETE" ? null : sent;
  return state.inner(new Request(url, { method, headers, body }));
}

/**
 * What GitLab would show without having done anything: the true answer of a read; for a write the object as it stands,
 * for a creation the newest of its kind.
 */
export async function withoutEffect(c: Ctx, state: State): Promise<Response> {
  const answer = await again(c, state, { method: "GET" });
  if (c.req.method === "GET") return answer;
  const shown: unknown = answer.ok ? await answer.json().catch(() => ({})) : {};
  const one = Array.isArray(shown) ? (shown.at(-1) ?? {}) : shown;
  return new Response(JSON.stringify(one), { headers: { "content-type": "application/json" } });
}

const listOf = (value: unknown): string[] =>
  typeof value === "string" ? value.split(",").filter((name) => name !== "") : [];

/** Half of the labels, the rest is dropped without a word. */
export async function partialLabels(c: Ctx, state: State): Promise<Response> {
  const body = (await c.req.json()) as Values;
  const names = ["labels", "add_labels", "remove_labels"].flatMap((key) =>
    listOf(body[key]).map((label) => ({ key, label })),
  );
  const kept = names.slice(0, Math.floor(names.length / 2));
  const only = (key: string) => kept.filter((one) => one.key === key).map((one) => one.label);
  const changed = Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      names.some((one) => one.key === key) ? only(key).join(",") : value,
    ]),
  );
  return again(c, state, { body: changed });
}

/** The labels are gone and GitLab makes new ones with these names; what carried the old ones carries the new. */
export async function newLabels(c: Ctx, state: State): Promise<Response> {
  const body = (await c.req.json()) as Values;
  const names = new Set([...listOf(body["labels"]), ...listOf(body["add_labels"])]);
  const gone = [...state.labels.values()].filter(({ name }) => names.has(name));
  for (const { id } of gone) state.labels.delete(id);
  const answer = await again(c, state);
  const made = new Map([...state.labels.values()].map(({ name, id }) => [name, id]));
  const renewed = new Map(gone.map(({ id, name }) => [id, made.get(name) ?? id]));
  for (const project of state.projects.values())
    for (const one of [...project.issues, ...project.mergeRequests])
      one.labelIds = [...new Set(one.labelIds.map((id) => renewed.get(id) ?? id))];
  return answer;
}

/** The effect happens twice, as when two runs do the same. */
export async function twice(c: Ctx, state: State): Promise<Response> {
  await again(c, state);
  return again(c, state);
}

/** A page of two rows where the client asked for more, with a link to the rest. */
export function shortPage(c: Ctx, state: State): Promise<Response> {
  return again(c, state, { query: { per_page: 2 } });
}

/** Pages of one row; the third of them (or the last) never comes. */
export async function failingPage(c: Ctx, state: State, fault: Fault): Promise<Response> {
  const answer = await again(c, state, { query: { per_page: 1 } });
  const pages = Number(answer.headers.get("x-total-pages"));
  if (pages > 1) {
    const page = Math.min(FAILING_PAGE, pages);
    const path = new URL(c.req.url).pathname.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    state.faults.push({
      ...fault,
      id: state.nextId("fault"),
      kind: "status",
      path: new RegExp(`^${path}\\?(?=.*\\bper_page=1\\b)(?=.*[?&]page=${page}(?:&|$))`),
      nth: 1,
      times: null,
      seen: 0,
      hits: 0,
    });
  }
  return answer;
}

/** GitLab's answer for a project that was renamed: the same under its number. */
export function moved(c: Ctx, state: State): Promise<Response> | Response {
  const url = new URL(c.req.url);
  const path = /^(\/api\/v4\/projects\/)([^/]+)(.*)$/.exec(url.pathname);
  const project = path === null ? undefined : state.project(decodeURIComponent(path[2] ?? ""));
  if (path === null || project === undefined) return again(c, state);
  const location = `${url.origin}${path[1]}${project.id}${path[3]}${url.search}`;
  return new Response(
    JSON.stringify({ message: `This resource has been moved permanently to ${location}` }),
    { status: 301, headers: { "content-type": "application/json", location } },
  );
}
