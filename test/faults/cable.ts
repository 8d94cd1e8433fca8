// The cable between the product and the sandbox: every request of a run is counted there, and can be led astray or cut for good.

/** One request, the same in every run: method, path with query, and how often it was asked before. */
export type Call = {
  readonly method: string;
  readonly target: string;
  /** From 1. */
  readonly nth: number;
  readonly body: string;
  /** Was it answered with a JSON list? */
  listed: boolean;
};

/** The run dies at a call: before it is sent, while GitLab works on it, or with its answer in hand. */
export type Death = { readonly call: Call; readonly moment: "before" | "in-flight" | "after" };

export type CablePlan = {
  readonly death?: Death;
  /** Where the struck request goes instead of the sandbox. */
  readonly detour?: { readonly call: Call; readonly to: (url: URL) => URL };
  /** Milliseconds after which a call counts as one over its deadline; none: the product's own deadlines hold. */
  readonly deadlineMs?: number;
  /** Done before the first write leaves. */
  readonly beforeFirstWrite?: () => Promise<void>;
};

export type Cable = {
  readonly calls: readonly Call[];
  /** Fires when the run dies. */
  readonly dead: AbortSignal;
  /** Requests that went to another origin than the sandbox with anything of ours: a header, a body, an order. */
  readonly strays: readonly string[];
  readonly unplug: () => void;
};

const plainFetch = globalThis.fetch;

const sameCall = (left: Call, right: Pick<Call, "method" | "target" | "nth">): boolean =>
  left.method === right.method && left.target === right.target && left.nth === right.nth;

/** The product's own signal, and a deadline that it need not wait for. */
function overdue(own: AbortSignal | null, deadlineMs: number | undefined): AbortSignal | null {
  if (deadlineMs === undefined) return own;
  const controller = new AbortController();
  const end = new DOMException("deadline", "TimeoutError");
  setTimeout(() => controller.abort(end), deadlineMs).unref();
  own?.addEventListener("abort", () => controller.abort(own.reason), { once: true });
  return controller.signal;
}

/** Puts the cable in the place of `fetch` until it is unplugged. */
export function plugIn(origin: string, plan: CablePlan): Cable {
  const calls: Call[] = [];
  const strays: string[] = [];
  const seen = new Map<string, number>();
  const dead = new AbortController();
  let written = false;
  const die = (): never => {
    dead.abort(new Error("killed"));
    throw new TypeError("fetch failed", { cause: new Error("killed") });
  };
  globalThis.fetch = async (input, init) => {
    if (dead.signal.aborted) return die();
    const url = new URL(input instanceof Request ? input.url : input);
    const method = init?.method ?? "GET";
    // A stored file may lie with GitLab's object store: a bare question for it, with nothing of ours, is no stray.
    const bare = method === "GET" && init?.headers === undefined && init?.body === undefined;
    if (url.origin !== origin && !bare) strays.push(url.origin);
    const target = `${url.pathname}${url.search}`;
    const nth = (seen.get(`${method} ${target}`) ?? 0) + 1;
    seen.set(`${method} ${target}`, nth);
    const body = typeof init?.body === "string" ? init.body : "";
    const call: Call = { method, target, nth, body, listed: false };
    calls.push(call);
    if (method !== "GET" && !written) {
      written = true;
      await plan.beforeFirstWrite?.();
    }
    const end = plan.death !== undefined && sameCall(call, plan.death.call) ? plan.death : null;
    if (end?.moment === "before") return die();
    const astray = plan.detour !== undefined && sameCall(call, plan.detour.call);
    const answer = await plainFetch(astray ? (plan.detour?.to(url) ?? url) : url, {
      ...init,
      signal: overdue(init?.signal ?? null, plan.deadlineMs),
    });
    if (end !== null) {
      // "in-flight": the effect is there, its answer is never read; "after": it was read, and nothing followed.
      if (end.moment === "after") await answer.arrayBuffer();
      else await answer.body?.cancel();
      return die();
    }
    call.listed = answer.headers.has("x-page");
    return answer;
  };
  return {
    calls,
    strays,
    dead: dead.signal,
    unplug: () => {
      globalThis.fetch = plainFetch;
    },
  };
}
