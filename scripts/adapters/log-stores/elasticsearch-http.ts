/** HTTP for one search engine: a deadline for each call, no redirects, bounded repetition, and no secret in any error. */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { retryAfterMs } from "../gitlab/retry-after.ts";
import { StoreFault } from "./store-fault.ts";

export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "api-key"; readonly key: string }
  | { readonly kind: "basic"; readonly user: string; readonly password: string };
export type SearchCall = {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the URL of the store, with its query, already encoded. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** Not worth a second try. */
  readonly once?: boolean;
};
export type SearchHttp = {
  /**
   * The text of a JSON answer with status 2xx.
   * @throws StoreFault for anything else, and the signal's reason when the run is cancelled
   */
  readonly send: (call: SearchCall, signal: AbortSignal) => Promise<string>;
};
export type SearchHttpOptions = {
  readonly credentials: Credentials;
  /** Shown in the engine's own logs and tasks. */
  readonly opaqueId: string;
  /** Milliseconds for one try, from the first byte sent to the last one received. */
  readonly deadlineMs?: number;
  /** Milliseconds that one wait may last at most; a server that asks for more is not waited for. */
  readonly patienceMs?: number;
  /** Milliseconds before the second try; doubles from then on. */
  readonly restMs?: number;
};

const TRIES = 4;
const LIMIT_BYTES = 256 * 1024 * 1024;
/** Answers that say "later", not "no". */
const PASSING = new Set([429, 502, 503, 504]);

/** @param base `https://host:9200` or with a path in front of the engine, without a slash at its end */
export function searchHttp(base: string, options: SearchHttpOptions): SearchHttp {
  const { deadlineMs = 60_000, patienceMs = 60_000, restMs = 500 } = options;
  const headers = {
    accept: "application/json",
    "x-opaque-id": options.opaqueId,
    ...authorization(options.credentials),
  };
  return {
    send: async (call, signal) => {
      for (let tries = 1; ; tries += 1) {
        signal.throwIfAborted();
        const outcome = await once(base, call, headers, deadlineMs, signal);
        if (typeof outcome === "string") return outcome;
        const { fault, asked } = outcome;
        const wait = asked ?? restMs * 2 ** (tries - 1) * (1 + Math.random());
        if (fault.kind === "final" || tries >= TRIES || call.once === true || wait > patienceMs)
          throw fault;
        await sleep(wait, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

function authorization(credentials: Credentials): Readonly<Record<string, string>> {
  if (credentials.kind === "none") return {};
  if (credentials.kind === "api-key") return { authorization: `ApiKey ${credentials.key}` };
  const pair = Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

type Refusal = { readonly fault: StoreFault; readonly asked: number | null };

async function once(
  base: string,
  call: SearchCall,
  headers: Readonly<Record<string, string>>,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<string | Refusal> {
  // Not AbortSignal.any over AbortSignal.timeout: Node 20 may collect those before they fire.
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), deadlineMs);
  const cancel = () => controller.abort();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const response = await fetch(`${base}${call.path}`, {
      method: call.method,
      headers: {
        ...headers,
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: call.body }),
      redirect: "manual",
      signal: controller.signal,
    });
    const text = await bodyOf(response);
    return response.ok && isJson(response) ? text : refusalOf(response, text);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StoreFault) return { fault: error, asked: null };
    const reason = controller.signal.aborted ? "no answer in time" : "no answer";
    return { fault: new StoreFault("passing", reason), asked: null };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > LIMIT_BYTES) throw new StoreFault("passing", "the answer is too large");
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks));
}

const isJson = (response: Response): boolean =>
  /^application\/(?:[a-z0-9.+-]*\+)?json\b/.test(response.headers.get("content-type") ?? "");

function refusalOf(response: Response, text: string): Refusal {
  const { status } = response;
  if (response.ok)
    return { fault: new StoreFault("passing", "the answer is not JSON"), asked: null };
  if (status >= 300 && status < 400) return final(`status ${status}: redirects are not followed`);
  const fault = new StoreFault(
    PASSING.has(status) ? "passing" : "final",
    [`status ${status}`, ...errorType(text)].join(": "),
  );
  return {
    fault,
    asked: retryAfterMs(response.headers.get("retry-after") ?? undefined, Date.now()),
  };
}

const final = (message: string): Refusal => ({
  fault: new StoreFault("final", message),
  asked: null,
});

const ErrorAnswer = z.object({ error: z.object({ type: z.string().regex(/^[a-z_]{1,80}$/) }) });

/** The engine's own word for the error, never its sentence, which quotes the question. */
function errorType(text: string): readonly string[] {
  try {
    const parsed = ErrorAnswer.safeParse(JSON.parse(text));
    return parsed.success ? [parsed.data.error.type] : [];
  } catch {
    return [];
  }
}
