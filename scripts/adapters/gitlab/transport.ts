// HTTP as this product wants it: a deadline for every call, no redirects, reads repeated with care, writes never.
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, confidentialLines, GitLabError, kindOf, reasonIn } from "./gitlab-error.ts";
import { type Clock, createRateGate, GateClosed, type RateGate } from "./rate-gate.ts";
import { retryAfterMs } from "./retry-after.ts";

type HttpCall = {
  readonly method: string;
  /** Absolute URL on the server of the transport. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Largest answer taken, in bytes. */
  readonly limit: number;
  /** Milliseconds for this call instead of the transport's own deadline. */
  readonly deadlineMs?: number;
  /** A read of stored bytes, which GitLab may hand over to its object store: one redirect, without any of our headers. */
  readonly download?: boolean;
};
export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
};
/** One try, as logs and tests see it; status 0 = no answer came. */
export type RequestRecord = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly attempt: number;
};
export type TransportOptions = {
  /** Never shown in any message. */
  readonly secrets: readonly string[];
  readonly signal?: AbortSignal;
  readonly onRequest?: (record: RequestRecord) => void;
  /** Milliseconds for one try, from the first byte sent to the last one received. */
  readonly deadlineMs?: number;
  /** Calls at a time. */
  readonly concurrency?: number;
  /** Milliseconds a run may spend waiting out rate limits, in all. */
  readonly patienceMs?: number;
  /** Requests a run may send; one more is refused. */
  readonly budget?: number;
  readonly clock?: Clock;
  /** A number in [0, 1): the jitter of the back-off. */
  readonly random?: () => number;
  /** What carries a call: the platform's own, where nothing else is given. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
};
export type Transport = {
  /** @throws GitLabError for anything but an answer of 2xx. */
  readonly send: (call: HttpCall) => Promise<HttpAnswer>;
  /** Requests sent so far, repeated ones too. */
  readonly requests: { readonly count: number };
};

const TRIES = 4;
const UNKNOWN_LIMIT_MS = 60_000;

const DEFAULTS = {
  onRequest: () => {},
  deadlineMs: 30_000,
  concurrency: 6,
  patienceMs: 600_000,
  budget: 20_000,
  random: Math.random,
  fetch: (url, init) => fetch(url, init),
  clock: {
    now: Date.now,
    wait: (milliseconds, signal) =>
      sleep(milliseconds, undefined, { signal }).catch(() => undefined),
  },
} satisfies Omit<TransportOptions, "secrets">;

export function createTransport(given: TransportOptions): Transport {
  const options: Required<TransportOptions> = {
    ...DEFAULTS,
    signal: new AbortController().signal,
    ...given,
  };
  const { clock, signal } = options;
  // Each call under way listens for the end of the run.
  setMaxListeners(0, signal);
  const gate = createRateGate(options.concurrency, options.patienceMs, clock);
  const requests = { count: 0 };

  // Told by the head of an answer already: not one waiting call may slip out while its body is read.
  const holdBack = (status: number, headers: Headers): void => {
    const asked = retryAfterMs(headers.get("retry-after") ?? undefined, clock.now());
    // Application limits answer 429 without a header: wait the minute they count in. Never less than a second.
    if (status === 429) gate.pause(Math.max(1000, asked ?? UNKNOWN_LIMIT_MS));
    else if (status >= 500 && asked !== null) gate.pause(asked);
  };

  const attempt = async (call: HttpCall, number: number): Promise<HttpAnswer> => {
    const name = nameOf(call);
    if (signal.aborted) throw new GitLabError("cancelled", name, 0, "the run was cancelled");
    if (requests.count >= options.budget) {
      throw new GitLabError(
        "refused",
        name,
        0,
        `not sent: the run has used its ${options.budget} requests`,
      );
    }
    requests.count += 1;
    let status = 0;
    try {
      const answer = await exchange(call, options, holdBack);
      status = answer.status;
      return answer;
    } finally {
      options.onRequest({ ...name, status, attempt: number });
    }
  };

  const send = async (call: HttpCall): Promise<HttpAnswer> => {
    for (let tries = 1; ; tries += 1) {
      let answer: HttpAnswer | null = null;
      let error: GitLabError;
      try {
        answer = await gate.through(signal, () => attempt(call, tries));
        if (answer.status >= 200 && answer.status < 300) return answer;
        error = refusal(call, answer, options.secrets);
      } catch (thrown) {
        error = failure(call, thrown, signal);
      }
      const rest = restAfter(error, tries, gate, options.random);
      if (rest === null || !isRead(call.method)) throw error;
      if (rest > 0) await clock.wait(rest, signal);
    }
  };
  return { send, requests };
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

/** Milliseconds until the next try, null when there is none. What the gate waits out goes by without a rest besides. */
function restAfter(
  error: GitLabError,
  tries: number,
  gate: RateGate,
  random: () => number,
): number | null {
  const state = gate.state();
  if (tries >= TRIES || state === "closed" || !PASSING.has(error.kind)) return null;
  return state === "paused" ? 0 : 250 * 2 ** (tries - 1) * (1 + random());
}

/** Failures that may be gone a moment later. */
const PASSING: ReadonlySet<string> = new Set(["rate-limit", "server", "network", "time-out"]);

type OnHead = (status: number, headers: Headers) => void;

const nameOf = (call: HttpCall) => ({ method: call.method, path: call.url.pathname });

/** One deadline for the head and the body, so that an answer which drips does not hold the run. */
async function exchange(
  call: HttpCall,
  options: Required<TransportOptions>,
  onHead: OnHead,
): Promise<HttpAnswer> {
  // Not AbortSignal.any over AbortSignal.timeout: Node 20 may collect those before they fire.
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException("deadline", "TimeoutError")),
    call.deadlineMs ?? options.deadlineMs,
  );
  const cancel = () => controller.abort(options.signal.reason);
  options.signal.addEventListener("abort", cancel, { once: true });
  try {
    return await request(call, controller.signal, options.fetch, onHead);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", cancel);
  }
}

async function request(
  call: HttpCall,
  signal: AbortSignal,
  carry: Required<TransportOptions>["fetch"],
  onHead: OnHead,
): Promise<HttpAnswer> {
  let response = await carry(call.url.href, {
    method: call.method,
    headers: call.headers,
    ...(call.body === undefined ? {} : { body: call.body }),
    redirect: "manual",
    signal,
  });
  const target = call.download === true ? storeBehind(call.url, response) : null;
  if (target !== null) {
    await response.body?.cancel();
    response = await carry(target.href, { redirect: "manual", signal });
  }
  onHead(response.status, response.headers);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    bytes: await readBody(call, response),
  };
}

function storeBehind(from: URL, response: Response): URL | null {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status >= 400 || location === null) return null;
  if (!URL.canParse(location, from.href)) return null;
  const target = new URL(location, from);
  return target.protocol === "https:" || target.protocol === from.protocol ? target : null;
}

async function readBody(call: HttpCall, response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > call.limit) {
      throw new GitLabError(
        "too-large",
        nameOf(call),
        response.status,
        `the answer is larger than ${call.limit} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refusal(call: HttpCall, answer: HttpAnswer, secrets: readonly string[]): GitLabError {
  const name = nameOf(call);
  const body = new TextDecoder().decode(answer.bytes);
  const kind = kindOf(answer.status);
  if (kind === "redirect") {
    const target = new URL(answer.headers["location"] ?? "", call.url);
    const reason = `redirected to ${target.host}${target.pathname}, which is not followed; set GitLab's own address and the present path`;
    return new GitLabError(kind, name, answer.status, reason, body);
  }
  const sent = typeof call.body === "string" ? confidentialLines(call.body) : [];
  const told = reasonIn(body, [...secrets, ...sent]).replace(
    new RegExp(`^${answer.status}[ -]*`),
    "",
  );
  const reason = told || (UNSAID.get(kind) ?? "no reason given");
  return new GitLabError(kind, name, answer.status, reason, body);
}

const UNSAID: ReadonlyMap<string, string> = new Map([
  ["rate-limit", "too many requests"],
  ["server", "the server failed"],
]);

function failure(call: HttpCall, thrown: unknown, signal: AbortSignal): GitLabError {
  if (thrown instanceof GitLabError) return thrown;
  const name = nameOf(call);
  if (signal.aborted) return new GitLabError("cancelled", name, 0, "the run was cancelled");
  if (thrown instanceof GateClosed) {
    const reason = "not sent: GitLab asked for more patience than a run has";
    return new GitLabError("rate-limit", name, 0, reason);
  }
  if (thrown instanceof Error && thrown.name === "TimeoutError") {
    return new GitLabError("time-out", name, 0, "no full answer within the deadline", "", thrown);
  }
  const code = codeOf(thrown);
  if (TLS.test(code)) {
    const reason = `the certificate of the server is not trusted (${code}); give its authority in NODE_EXTRA_CA_CERTS`;
    return new GitLabError("tls", name, 0, reason, "", thrown);
  }
  return new GitLabError("network", name, 0, `no answer (${code})`, "", thrown);
}

const TLS = /CERT|^ERR_TLS|^ERR_SSL|^EPROTO|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;
