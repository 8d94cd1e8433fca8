/** Puts the sandbox together: parameters, who asks, routes, error bodies, write log. */
import { createHash } from "node:crypto";
import { Hono } from "hono";
import { registerControl } from "./control.ts";
import { ApiError } from "./errors.ts";
import { CUT, withFaults } from "./faults.ts";
import { type App, authenticate, type Ctx, type Env } from "./http.ts";
import { Params, parseBody, parseRack } from "./params.ts";
import { withRateLimit } from "./rate-limit.ts";
import { apiRegistrars, rootRegistrars } from "./registrars.ts";
import type { State } from "./state.ts";

const API = "/api/v4";
const BODY_LOG_LIMIT = 64 * 1024;

/** The whole application over a state; `app.request()` works without a listening server. */
export function createApp(state: State): App {
  const app: App = new Hono<Env>();
  const api: App = new Hono<Env>();
  api.use(async (c, next) => {
    await readParams(c);
    c.set("actor", authenticate(c, state));
    await next();
  });
  for (const register of apiRegistrars) register(api, state);
  app.use(`${API}/*`, async (c, next) => {
    await next();
    // The sandbox's clock, not the machine's.
    if (!c.res.headers.has("date")) c.res.headers.set("date", state.now().toUTCString());
  });
  app.use(`${API}/*`, (c, next) => logWrites(c, state, next));
  app.use(`${API}/*`, (c, next) => withFaults(c, state, next));
  app.use(`${API}/*`, (c, next) => withRateLimit(c, state, next));
  app.use(`${API}/*`, (c, next) => noteEffect(c, next));
  app.route(API, api);
  app.all(`${API}/*`, (c) => c.json({ error: "404 Not Found" }, 404));
  registerControl(app, state);
  for (const register of rootRegistrars) register(app, state);
  state.inner = async (request) => app.fetch(request, { inner: true });
  app.onError((error) => errorResponse(error));
  api.onError((error) => errorResponse(error));
  app.notFound((c) => c.text("404 Not Found", 404));
  return app;
}

/** Keeps whether the route itself succeeded, before a fault hides it. */
async function noteEffect(c: Ctx, next: () => Promise<void>): Promise<void> {
  await next();
  c.set("applied", c.res.status < 400);
}

/** Merges query, form, JSON and multipart; a package upload's body is never parsed. */
async function readParams(c: Ctx): Promise<void> {
  const query = parseRack(new URL(c.req.url).search.slice(1));
  const { method } = c.req;
  const bare =
    method === "GET" ||
    method === "HEAD" ||
    (method === "PUT" && /\/packages\/generic\//.test(c.req.path));
  const body = bare
    ? {}
    : await parseBody(c.req.header("content-type") ?? "", await c.req.arrayBuffer());
  c.set("params", new Params({ ...query, ...body }));
  c.set("actor", null);
}

async function logWrites(c: Ctx, state: State, next: () => Promise<void>): Promise<void> {
  if (c.req.method === "GET" || c.req.method === "HEAD" || c.env?.inner === true) return next();
  const body = Buffer.from(await c.req.arrayBuffer());
  const record = {
    at: state.stamp(),
    method: c.req.method,
    path: c.req.path,
    body_sha256: createHash("sha256").update(body).digest("hex"),
    body: body.subarray(0, BODY_LOG_LIMIT).toString("utf8"),
    status: 0,
    applied: false,
    user: null as string | null,
  };
  state.writes.push(record);
  await next();
  record.status = c.res.status === CUT ? 0 : c.res.status;
  record.applied = c.var.applied === true;
  record.user = c.var.actor?.user.username ?? null;
}

function errorResponse(error: unknown): Response {
  if (error instanceof ApiError) {
    return new Response(JSON.stringify(error.body), {
      status: error.status,
      headers: { "content-type": "application/json", ...error.headers },
    });
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Response(JSON.stringify({ message: `500 Internal Server Error: ${message}` }), {
    status: 500,
    headers: { "content-type": "application/json" },
  });
}
