/** Faults by script: which request fails, how, and whether its effect happens first. */
import { badRequest, fail } from "./errors.ts";
import {
  brokenText,
  doubled,
  dripping,
  falseAnswer,
  huge,
  pause,
  skewed,
  truncated,
  withoutTotals,
} from "./fault-answers.ts";
import { FAULT_CATALOGUE } from "./fault-catalogue.ts";
import {
  failingPage,
  moved,
  newLabels,
  partialLabels,
  shortPage,
  twice,
  withoutEffect,
} from "./fault-effects.ts";
import type { Ctx } from "./http.ts";
import { Params } from "./params.ts";
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
  /** A redirect (302 unless said otherwise) to another origin. */
  "redirect",
  /** No answer for `delay_ms`. */
  "timeout",
  /** The connection is cut. */
  "reset",
  /** The answer, cut short in the middle of its body. */
  "truncated",
  /** 200 with JSON content type and no body. */
  "empty",
  /** What the same GET answered the first time since the last reset. */
  "stale",
  /** The effect comes `delay_ms` after a time-out; with `delay_ms: null` when `state.release()` says so. */
  "late-effect",
  /** The true answer, after `delay_ms`. */
  "slow",
  /** 200 and the object as it was; nothing is done. */
  "old-object",
  /** Half of the labels are set, and nothing is said of it. */
  "partial-labels",
  /** The labels were deleted: GitLab makes new ones of the same names. */
  "new-label",
  /** 202: the text of a note was taken for quick actions. */
  "commands-only",
  /** 301 to the same thing under the project's number. */
  "moved",
  /** 200 with 200 MB. */
  "huge",
  /** The answer, one byte a second. */
  "drip",
  /** The answer with a byte that is no UTF-8. */
  "broken-utf8",
  /** A short page of a list, with a link to the rest. */
  "short-page",
  /** A list with a row twice. */
  "double-rows",
  /** A list in pages of which one always fails. */
  "failing-page",
  /** A list without its totals. */
  "no-totals",
  /** The true answer; then the connection is closed without a word. */
  "closing",
  /** The true answer of a server whose clock goes wrong. */
  "skewed",
  /** The effect happens twice. */
  "twice",
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly id: number;
  /** Name in the catalogue; `null` for a fault of one's own. */
  readonly name: string | null;
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
  /** `null`: until `state.release()`. */
  readonly delayMs: number | null;
  /** Once it struck, does every further request fail? */
  readonly spread: boolean;
  /** Requests seen that match. */
  seen: number;
  /** Requests that failed by it. */
  hits: number;
}

/** Stands for a connection that was cut; no client sees it. */
export const CUT = 599;

const DEFAULT_DELAY_MS = 60_000;
const STATUS: Readonly<Partial<Record<FaultKind, number>>> = { "html-error": 502, redirect: 302 };

/** Reads a fault from the control API's parameters; `id` names one of the catalogue, whose fields may be changed. */
export function readFault(state: State, sent: Params): Fault {
  const name = sent.text("id") ?? null;
  const known = name === null ? {} : FAULT_CATALOGUE[name]?.fields;
  if (known === undefined) return fail(400, { error: `there is no fault ${name}` });
  const params = new Params({ ...known, ...sent.values });
  const match = params.nested("match");
  const kind = params.oneOf("kind", FAULT_KINDS) ?? fail(400, { error: "kind is missing" });
  const status = params.int("status") ?? STATUS[kind] ?? 500;
  const body = params.values["body"];
  let path: RegExp;
  try {
    path = new RegExp(match.text("path") ?? "");
  } catch {
    return badRequest("match.path is not a regular expression");
  }
  return {
    id: state.nextId("fault"),
    name,
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
    delayMs:
      params.values["delay_ms"] === null ? null : (params.int("delay_ms") ?? DEFAULT_DELAY_MS),
    spread: params.flag("spread") === true,
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
    const everywhere = fault.spread && fault.hits > 0;
    if (!everywhere && fault.method !== null && fault.method !== c.req.method) continue;
    if (!everywhere && !fault.path.test(target)) continue;
    fault.seen += 1;
    const due = fault.seen >= fault.nth;
    const left = fault.times === null || fault.seen < fault.nth + fault.times;
    if (struck === null && due && left) struck = fault;
  }
  if (struck !== null) struck.hits += 1;
  return struck;
}

/** Cuts the connection; without a server there is none to cut, so the request throws. */
function cut(c: Ctx): Response {
  const socket = c.env?.incoming?.socket;
  if (socket === undefined) throw new TypeError("fetch failed");
  socket.destroy();
  return new Response(null, { status: CUT });
}

/** The middleware: lets a request through, or spoils it as the script says. */
export async function withFaults(c: Ctx, state: State, next: () => Promise<void>): Promise<void> {
  if (c.env?.inner === true) return next();
  const fault = struckBy(c, state);
  const key = `${c.req.header("private-token") ?? ""} ${c.req.url}`;
  if (fault === null) {
    await next();
    await remember(c, state, key);
    return;
  }
  const old = state.firstAnswers.get(key);
  const delay = fault.delayMs ?? DEFAULT_DELAY_MS;
  switch (fault.kind) {
    case "stale":
      if (old === undefined) await next();
      else replace(c, new Response(old.body, old));
      return;
    case "slow":
      await pause(c, state, delay);
      await next();
      return;
    case "late-effect":
      if (fault.delayMs === null) state.held.push(next);
      else state.later(pauseThen(state, fault.delayMs, next));
      await pause(c, state, DEFAULT_DELAY_MS);
      replace(c, cut(c));
      return;
    case "timeout":
      if (fault.when === "after") await next();
      await pause(c, state, delay);
      replace(c, falseAnswer(state, { ...fault, status: 504 }));
      return;
    case "closing":
      c.env?.outgoing?.once("finish", () => c.env.incoming?.socket.destroy());
      await next();
      return;
    default:
      replace(c, await spoilt(c, state, fault, next));
  }
}

/** The answer of a fault that is one answer in the place of another. */
async function spoilt(
  c: Ctx,
  state: State,
  fault: Fault,
  next: () => Promise<void>,
): Promise<Response> {
  const answered = async (): Promise<Response> => {
    await next();
    return c.res.clone();
  };
  const unchanged = () => (fault.when === "after" ? answered() : withoutEffect(c, state));
  const changed = async (answer: Response | Promise<Response>): Promise<Response> => {
    c.set("applied", (await answer).status < 400);
    return answer;
  };
  switch (fault.kind) {
    case "truncated":
      return truncated(await unchanged());
    case "broken-utf8":
      return brokenText(await unchanged());
    case "drip":
      return dripping(c, await unchanged(), state);
    case "old-object":
      return withoutEffect(c, state);
    case "partial-labels":
      return changed(partialLabels(c, state));
    case "new-label":
      return changed(newLabels(c, state));
    case "twice":
      return changed(twice(c, state));
    case "short-page":
      return shortPage(c, state);
    case "failing-page":
      return failingPage(c, state, fault);
    case "moved":
      return moved(c, state);
    case "double-rows":
      return doubled(await answered());
    case "no-totals":
      return withoutTotals(await answered());
    case "skewed":
      return skewed(state, await answered());
    case "huge":
      return huge();
    default:
      if (fault.when === "after") await next();
      return fault.kind === "reset" ? cut(c) : falseAnswer(state, fault);
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
