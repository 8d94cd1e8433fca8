/** The request limiter: `RateLimit-*` headers on every answer, 429 beyond the limit of the minute. */
import type { Ctx } from "./http.ts";
import type { State } from "./state.ts";

const PERIOD_S = 60;

/** Counts the request of this token or address; answers 429 when there were too many. */
export async function withRateLimit(
  c: Ctx,
  state: State,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  // As GitLab is installed: without a limit, and without headers that tell of one.
  if (state.requestsPerMinute === Number.POSITIVE_INFINITY) {
    await next();
    return undefined;
  }
  const who = c.req.header("private-token") ?? c.req.header("authorization") ?? "anonymous";
  const period = Math.floor(state.now().getTime() / 1000 / PERIOD_S);
  const known = state.requestCounts.get(who);
  const observed = known?.period === period ? known.count + 1 : 1;
  state.requestCounts.set(who, { period, count: observed });
  const reset = (period + 1) * PERIOD_S;
  const headers = {
    "ratelimit-limit": String(state.requestsPerMinute),
    "ratelimit-observed": String(observed),
    "ratelimit-remaining": String(Math.max(0, state.requestsPerMinute - observed)),
    "ratelimit-reset": String(reset),
    "ratelimit-resettime": new Date(reset * 1000).toUTCString(),
    "ratelimit-name": "throttle_authenticated_api",
  };
  if (observed > state.requestsPerMinute) {
    const wait = reset - Math.floor(state.now().getTime() / 1000);
    return new Response("Retry later\n", {
      status: 429,
      headers: { "content-type": "text/plain", "retry-after": String(wait), ...headers },
    });
  }
  await next();
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  return undefined;
}
