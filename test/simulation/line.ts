// The line between one run of the product and the simulated GitLab: calls in this process, spoilt as the step says.
import { plainRequest } from "./plain-fetch.ts";
import type { Crash, Fault, Outage } from "./steps.ts";

/** What a line needs of its world. */
export type Far = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Lets a call take effect; the witness looks on. */
  readonly answer: (request: Request) => Promise<Response>;
  /** How GitLab as a whole is at this moment, null = well. */
  readonly outage: () => { readonly how: Outage; readonly until: number } | null;
  /** Keeps an effect that comes when the run is over. */
  readonly later: (effect: () => Promise<unknown>) => void;
  /** First answers of this world's reads, for stale ones. */
  readonly old: Map<
    string,
    { readonly status: number; readonly headers: Headers; readonly body: ArrayBuffer }
  >;
  /** Called when the product called although it had been asked to wait. */
  readonly impatient: (call: string) => void;
};
export type Trouble = {
  readonly faults: readonly Fault[];
  readonly crash: Crash | null;
  /** Awaited before each call: where two runs are interleaved, and where somebody acts meanwhile. */
  readonly before: (call: number) => Promise<void>;
};
export type Line = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly calls: () => number;
  readonly dead: () => boolean;
};

export const UNTROUBLED: Trouble = { faults: [], crash: null, before: async () => {} };

export function openLine(far: Far, trouble: Trouble): Line {
  let calls = 0;
  let writes = 0;
  let dead = false;
  let quietUntil = 0;

  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const isWrite = init.method !== "GET";
    calls += 1;
    if (isWrite) writes += 1;
    const count = { call: calls, write: isWrite ? writes : 0 };
    if (!dead && far.now() < quietUntil) far.impatient(`${init.method} ${new URL(url).pathname}`);
    await trouble.before(count.call);
    if (dead) throw lost("ECONNABORTED");
    const request = () => plainRequest(url, init);
    const outage = far.outage();
    if (outage?.how === "down") throw lost("ECONNREFUSED");
    if (outage?.how === "429") return limited(Math.ceil((outage.until - far.now()) / 1000));
    if (outage?.how === "429-silent") return json(429);
    const { crash } = trouble;
    if (crash !== null && crash.at === count[crash.on]) {
      if (crash.done) await far.answer(request());
      dead = true;
      throw lost("ECONNABORTED");
    }
    const fault = trouble.faults.find(
      ({ on, at, times }) => count[on] >= at && count[on] < at + times,
    );
    const answer = await (fault === undefined
      ? far.answer(request())
      : spoilt(far, fault, request));
    if (fault === undefined && !isWrite && answer.ok) await keep(far, url, answer);
    const asked = answer.headers.get("retry-after");
    if (asked !== null) quietUntil = Math.max(quietUntil, far.now() + Number(asked) * 1000);
    return answer;
  };
  return { fetch, calls: () => calls, dead: () => dead };

  function limited(seconds: number): Response {
    quietUntil = Math.max(quietUntil, far.now() + seconds * 1000);
    return text(429, "Retry later\n", "text/plain", { "retry-after": String(seconds) });
  }
}

const lost = (code: string): TypeError =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
const timeOut = (): DOMException => new DOMException("deadline", "TimeoutError");

const text = (
  status: number,
  body: string,
  type = "application/json",
  headers: Record<string, string> = {},
): Response => new Response(body, { status, headers: { "content-type": type, ...headers } });
const json = (status: number): Response =>
  text(status, JSON.stringify({ message: `${status} as the step says` }));
const PAGE = "<!DOCTYPE html><html><body>GitLab is not responding</body></html>";

async function keep(far: Far, url: string, answer: Response): Promise<void> {
  if (far.old.has(url)) return;
  const body = await answer.clone().arrayBuffer();
  far.old.set(url, { status: answer.status, headers: answer.headers, body });
}

/** One call with a fault: whether it took effect, and what is told of it. */
async function spoilt(far: Far, fault: Fault, request: () => Request): Promise<Response> {
  const { kind } = fault;
  if (kind.endsWith("-after") && !kind.endsWith("retry-after")) await far.answer(request());
  switch (kind) {
    case "reset-before":
    case "reset-after":
      throw lost("ECONNRESET");
    case "timeout-before":
    case "timeout-after":
      throw timeOut();
    case "500-before":
    case "500-after":
      return json(500);
    case "502-html-before":
    case "502-html-after":
      return text(502, PAGE, "text/html");
    case "503-retry-after":
      return text(503, "{}", "application/json", { "retry-after": "30" });
    case "429-retry-after":
      return text(429, "Retry later\n", "text/plain", { "retry-after": "60" });
    case "429-two-hours":
      return text(429, "Retry later\n", "text/plain", { "retry-after": "7200" });
    case "429-no-header":
      return json(429);
    case "401":
    case "403":
    case "404":
    case "409":
      return json(Number(kind));
    case "200-html":
      return text(200, PAGE, "text/html");
    case "200-empty":
      return text(200, "");
    case "302-elsewhere":
      return new Response(null, {
        status: 302,
        headers: { location: "http://elsewhere.invalid/" },
      });
    case "200-truncated": {
      const whole = await far.answer(request());
      const body = await whole.arrayBuffer();
      return new Response(body.slice(0, body.byteLength >> 1), whole);
    }
    case "200-noop": {
      const { method, url, headers } = request();
      if (method === "GET" || method === "POST") return json(500);
      return far.answer(plainRequest(url, { headers }));
    }
    case "stale": {
      const asked = request();
      const old = asked.method === "GET" ? far.old.get(asked.url) : undefined;
      return old === undefined ? far.answer(asked) : new Response(old.body, old);
    }
    case "late-effect":
      far.later(() => far.answer(request()));
      throw timeOut();
  }
}
