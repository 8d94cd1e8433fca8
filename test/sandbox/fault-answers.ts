/** What a faulty GitLab answers: error pages, false answers, and true answers that were spoiled on the way. */
import type { Fault } from "./faults.ts";
import type { Ctx } from "./http.ts";
import type { State } from "./state.ts";

const LOGIN_PAGE =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action="/users/sign_in"></form></body></html>';
const ERROR_PAGE =
  "<!DOCTYPE html><html><head><title>GitLab is not responding</title></head><body><h1>Whoops, GitLab is taking too much time to respond.</h1></body></html>";
const HUGE_BYTES = 200_000_000;
const HUGE_CHUNK = new Uint8Array(1_000_000).fill(0x20);
const SKEW_MS = 600_000;

/** The false answer of a fault that hides the true one. */
export function falseAnswer(state: State, fault: Fault): Response {
  const send = (status: number, type: string, body: string | null, headers = {}): Response =>
    new Response(body, { status, headers: { "content-type": type, ...headers, ...fault.headers } });
  switch (fault.kind) {
    case "rate-limited":
      return send(429, "text/plain", "Retry later\n", limitHeaders(state, fault));
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
      return send(fault.status, "text/html", "", { location: fault.to });
    case "empty":
      return send(200, "application/json", null);
    case "commands-only":
      return send(
        202,
        "application/json",
        JSON.stringify({ commands_changes: {}, summary: ["Closed this issue."] }),
      );
    default:
      return send(fault.status, fault.contentType, fault.body, {
        ...(fault.retryAfter === null ? {} : { "retry-after": String(fault.retryAfter) }),
      });
  }
}

function limitHeaders(state: State, fault: Fault): Record<string, string> {
  const reset = Math.ceil(state.now().getTime() / 1000) + (fault.retryAfter ?? 60);
  return {
    ...(fault.retryAfter === null ? {} : { "retry-after": String(fault.retryAfter) }),
    "ratelimit-limit": "2000",
    "ratelimit-observed": "2001",
    "ratelimit-remaining": "0",
    "ratelimit-reset": String(reset),
    "ratelimit-resettime": new Date(reset * 1000).toUTCString(),
    "ratelimit-name": "throttle_authenticated_api",
  };
}

/** The answer with half of its body. */
export async function truncated(answer: Response): Promise<Response> {
  const whole = Buffer.from(await answer.arrayBuffer());
  return new Response(whole.subarray(0, Math.floor(whole.byteLength / 2)), {
    status: answer.status,
    headers: answer.headers,
  });
}

/** The answer with a byte in its first text that is no UTF-8. */
export async function brokenText(answer: Response): Promise<Response> {
  const whole = Buffer.from(await answer.arrayBuffer());
  const quote = whole.indexOf(0x22) + 1;
  const bytes = Buffer.concat([whole.subarray(0, quote), Buffer.of(0xff), whole.subarray(quote)]);
  return new Response(bytes, {
    status: answer.status,
    headers: { "content-type": "application/json" },
  });
}

/** The answer, one byte a second. */
export async function dripping(c: Ctx, answer: Response, state: State): Promise<Response> {
  const whole = new Uint8Array(await answer.arrayBuffer());
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (sent >= whole.length || state.closing.aborted) return controller.close();
      controller.enqueue(whole.subarray(sent, sent + 1));
      sent += 1;
      await pause(c, state, 1000);
    },
  });
  return new Response(body, { status: answer.status, headers: { "content-type": type(answer) } });
}

const type = (answer: Response): string => answer.headers.get("content-type") ?? "application/json";

/** 200 MB of white space; made as the client takes it. */
export function huge(): Response {
  let left = HUGE_BYTES;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (left <= 0) return controller.close();
      controller.enqueue(HUGE_CHUNK);
      left -= HUGE_CHUNK.length;
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

/** The list with its first row once more at the end, as when a row moves while one pages. */
export async function doubled(answer: Response): Promise<Response> {
  const rows: unknown = await answer.clone().json();
  if (!Array.isArray(rows) || rows.length === 0) return answer;
  return new Response(JSON.stringify([...rows, rows[0]]), {
    status: answer.status,
    headers: answer.headers,
  });
}

export function withoutTotals(answer: Response): Response {
  const headers = new Headers(answer.headers);
  for (const name of ["x-total", "x-total-pages"]) headers.delete(name);
  return new Response(answer.body, { status: answer.status, headers });
}

/** The answer of a server whose clock is ten minutes behind. */
export function skewed(state: State, answer: Response): Response {
  const date = new Date(state.now().getTime() - SKEW_MS).toUTCString();
  const headers = { ...Object.fromEntries(answer.headers), date };
  return new Response(answer.body, { status: answer.status, headers });
}

/** Waits, but no longer than the client or the server's life. */
export function pause(c: Ctx, state: State, milliseconds: number): Promise<void> {
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
