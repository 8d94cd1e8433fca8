/** Faults by script: which request fails, how, and whether its effect happens first. */
import { badRequest, fail } from "./errors.ts";
import type { Ctx } from "./http.ts";
import type { Params } from "./params.ts";
import type { State } from "./state.ts";

const FAULT_KINDS = [
  /** Any status with a body of one's own. */
  "status",
  /** 429 of the request limiter: text, `Retry-After`, `RateLimit-*`. */
  "rate-limited",
  /** 429 of an application limit: JSON, no headers. */
  "application-limited",
  /** A load balancer's error page. */
  "html-error",
  /** 200 with an HTML log-in page. */
  "login-page",
  /** 302 to another origin. */
  "redirect",
  /** No answer for `delay_ms`. */
  "timeout",
  /** The connection is cut. */
  "reset",
  /** The true answer, cut short in the middle of its body. */
  "truncated",
  /** 200 with JSON content type and no body. */
  "empty",
  /** What the same GET answered the first time since the last reset. */
  "stale",
  /** The effect comes `delay_ms` after a time-out. */
  "late-effect",
  /** The true answer, after `delay_ms`. */
  "slow",
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly id: number;
  readonly method: string | null;
  /** Regular expression on the path with its query. */
  readonly path: RegExp;
  /** The first matching request that fails, counted from 1. */
  readonly nth: number;
  /** How many in a row fail; `null` = all from there on. */
  readonly times: number | null;
  readonly when: "before" | "after";
  readonly kind: FaultKind;
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfter: number | null;
  readonly to: string;
  readonly delayMs: number;
  /** Requests seen that match. */
  seen: number;
  /** Requests that failed by it. */
  hits: number;
}

/** Stands for a connection that was cut; no client sees it. */
export const CUT = 599;

const DEFAULT_DELAY_MS = 60_000;

/** Reads a fault from the control API's parameters. */
export function readFault(state: State, params: Params): Fault {
  const match = params.nested("match");
  const kind = params.oneOf("kind", FAULT_KINDS) ?? fail(400, { error: "kind is missing" });
  const status = params.int("status") ?? (kind === "html-error" ? 502 : 500);
  const body = params.values["body"];
  let path: RegExp;
  try {
    path = new RegExp(match.text("path") ?? "");
  } catch {
    return badRequest("match.path is not a regular expression");
  }
  return {
    id: state.nextId("fault"),
    method: match.text("method")?.toUpperCase() ?? null,
    path,
    nth: params.int("nth") ?? 1,
    times: params.values["times"] === null ? null : (params.int("times") ?? 1),
    when: params.oneOf("when", ["before", "after"]) ?? "before",
    kind,
    status,
    body:
      body === undefined
        ? JSON.stringify({ message: `${status} Internal Server Error` })
        : typeof body === "string"
          ? body
          : JSON.stringify(body),
    contentType: params.text("content_type") ?? "application/json",
    headers: Object.fromEntries(
      Object.entries(params.nested("headers").values).map(([key, value]) => [key, String(value)]),
    ),
    retryAfter: params.int("retry_after") ?? null,
    to: params.text("to") ?? "http://127.0.0.1:9/",
    delayMs: params.int("delay_ms") ?? DEFAULT_DELAY_MS,
    seen: 0,
    hits: 0,
  };
}

export function presentFault(fault: Fault): Record<string, unknown> {
  const { path, ...rest } = fault;
  return { ...rest, path: path.source };
}

/** The fault that strikes this request, if any; every match is counted. */
function struckBy(c: Ctx, state: State): Fault | null {
  const url = new URL(c.req.url);
  const target = `${url.pathname}${url.search}`;
  let struck: Fault | null = null;
  for (const fault of state.faults) {
    if (fault.method !== null && fault.method !== c.req.method) continue;
    if (!fault.path.test(target)) continue;
    fault.seen += 1;
    const due = fault.seen >= fault.nth;
    const left = fault.times === null || fault.seen < fault.nth + fault.times;
    if (struck === null && due && left) struck = fault;
  }
  if (struck !== null) struck.hits += 1;
  return struck;
}

const LOGIN_PAGE =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action="/users/sign_in"></form></body></html>';
const ERROR_PAGE =
  "<!DOCTYPE html><html><head><title>GitLab is not responding</title></head><body><h1>Whoops, GitLab is taking too much time to respond.</h1></body></html>";

/** The false answer of a fault. */
function falseAnswer(state: State, fault: Fault): Response {
  const send = (status: number, type: string, body: string | null, headers = {}): Response =>
    new Response(body, { status, headers: { "content-type": type, ...headers, ...fault.headers } });
  switch (fault.kind) {
    case "rate-limited": {
      const reset = Math.ceil(state.now().getTime() / 1000) + (fault.retryAfter ?? 60);
      const retry = fault.retryAfter === null ? {} : { "retry-after": String(fault.retryAfter) };
      return send(429, "text/plain", "Retry later\n", {
        ...retry,
        "ratelimit-limit": "2000",
        "ratelimit-observed": "2001",
        "ratelimit-remaining": "0",
        "ratelimit-reset": String(reset),
        "ratelimit-resettime": new Date(reset * 1000).toUTCString(),
        "ratelimit-name": "throttle_authenticated_api",
      });
    }
    case "application-limited":
      return send(
        429,
        "application/json",
        JSON.stringify({
          message: {
            error: "This endpoint has been requested too many times. Try again later.",
          },
        }),
      );
    case "html-error":
      return send(fault.status, "text/html; charset=utf-8", ERROR_PAGE);
    case "login-page":
      return send(200, "text/html; charset=utf-8", LOGIN_PAGE);
    case "redirect":
      return send(302, "text/html", "", { location: fault.to });
    case "empty":
      return send(200, "application/json", null);
    default:
      return send(fault.status, fault.contentType, fault.body, {
        ...(fault.retryAfter === null ? {} : { "retry-after": String(fault.retryAfter) }),
      });
  }
}

/** Waits, but no longer than the client or the server's life. */
function pause(c: Ctx, state: State, milliseconds: number): Promise<void> {
  const incoming = c.env?.incoming;
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      state.closing.removeEventListener("abort", done);
      incoming?.socket.removeListener("close", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    state.closing.addEventListener("abort", done);
    incoming?.socket.once("close", done);
  });
}

/** Cuts the connection; without a server there is none to cut, so the request throws. */
function cut(c: Ctx): Response {
  const socket = c.env?.incoming?.socket;
  if (socket === undefined) throw new TypeError("fetch failed");
  socket.destroy();
  return new Response(null, { status: CUT });
}

async function truncated(c: Ctx): Promise<Response> {
  const whole = Buffer.from(await c.res.clone().arrayBuffer());
  const half = whole.subarray(0, Math.floor(whole.byteLength / 2));
  return new Response(half, { status: c.res.status, headers: c.res.headers });
}

/** The middleware: lets a request through, or spoils it as the script says. */
export async function withFaults(c: Ctx, state: State, next: () => Promise<void>): Promise<void> {
  const fault = struckBy(c, state);
  const key = `${c.req.header("private-token") ?? ""} ${c.req.url}`;
  if (fault === null) {
    await next();
    await remember(c, state, key);
    return;
  }
  const old = state.firstAnswers.get(key);
  switch (fault.kind) {
    case "stale":
      if (old === undefined) await next();
      else replace(c, new Response(old.body, old));
      return;
    case "truncated":
      await next();
      replace(c, await truncated(c));
      return;
    case "slow":
      await pause(c, state, fault.delayMs);
      await next();
      return;
    case "late-effect":
      state.later(pauseThen(state, fault.delayMs, next));
      await pause(c, state, DEFAULT_DELAY_MS);
      replace(c, cut(c));
      return;
    case "timeout":
      if (fault.when === "after") await next();
      await pause(c, state, fault.delayMs);
      replace(c, falseAnswer(state, { ...fault, status: 504 }));
      return;
    default:
      if (fault.when === "after") await next();
      replace(c, fault.kind === "reset" ? cut(c) : falseAnswer(state, fault));
  }
}

/** Puts an answer in the place of the true one; without the first step Hono would merge their headers. */
function replace(c: Ctx, answer: Response): void {
  c.res = undefined;
  c.res = answer;
}

async function pauseThen(
  state: State,
  milliseconds: number,
  act: () => Promise<void>,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    state.closing.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  await act();
}

/** Keeps the first answer of each GET, for stale reads. */
async function remember(c: Ctx, state: State, key: string): Promise<void> {
  if (c.req.method !== "GET" || c.res.status !== 200 || state.firstAnswers.has(key)) return;
  if (!/json/.test(c.res.headers.get("content-type") ?? "")) return;
  state.firstAnswers.set(key, {
    status: c.res.status,
    headers: Object.fromEntries(c.res.headers),
    body: await c.res.clone().text(),
  });
}
