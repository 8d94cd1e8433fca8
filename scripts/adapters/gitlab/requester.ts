// The hands of gitbeaker: its calls go through our transport, and only JSON comes back.
import { createRequesterFn, type RequestOptions } from "@gitbeaker/requester-utils";
import { type CallName, GitLabError } from "./gitlab-error.ts";
import type { HttpAnswer, Transport } from "./transport.ts";

const ANSWER_LIMIT = 64 * 1024 * 1024;
/** GitLab's offset paging ends at 50,000 rows; at 100 a page, a longer listing is a loop. */
const PAGE_LIMIT = 500;

/** The `requesterFn` to construct gitbeaker with. */
export function createRequester(transport: Transport) {
  return createRequesterFn(
    async (_service, request) => request,
    async (endpoint, options) => {
      const request: RequestOptions = { ...options };
      const method = request.method ?? "GET";
      const url = addressOf(`${request.prefixUrl}`, endpoint, method);
      url.search = request.searchParams ?? "";
      const answer = await transport.send({
        method,
        url,
        headers: { accept: "application/json", "user-agent": "seclog", ...request.headers },
        ...(typeof request.body === "string" ? { body: request.body } : {}),
        limit: ANSWER_LIMIT,
      });
      const name = { method, path: url.pathname };
      return {
        body: jsonOf(answer, name),
        headers: nextPage(answer, url, name),
        status: answer.status,
      };
    },
  );
}

/** @throws GitLabError when a part of the path (`..`) would lead elsewhere. */
export function addressOf(base: string, endpoint: string, method: string): URL {
  const text = `${base.replace(/\/+$/, "")}/${endpoint}`;
  const url = new URL(text);
  if (!text.endsWith(url.pathname)) {
    throw new GitLabError(
      "refused",
      { method, path: endpoint },
      0,
      "not sent: a name in the path is not plain",
    );
  }
  return url;
}

/** The parsed body; null for 204. @throws GitLabError when the answer is not JSON (a sign-in page, a proxy's error). */
export function jsonOf(answer: HttpAnswer, name: CallName) {
  if (answer.status === 204) return null;
  const type = answer.headers["content-type"] ?? "no content type";
  const fault = (what: string, body = "") =>
    new GitLabError("not-json", name, answer.status, `${what}; is the address right?`, body);
  if (!/^application\/(?:[\w.+-]+\+)?json(?:;|$)/i.test(type)) {
    throw fault(`answered with ${type.slice(0, 60)} instead of JSON`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(answer.bytes));
  } catch {
    throw fault("answered with broken JSON", new TextDecoder().decode(answer.bytes));
  }
}

/**
 * The headers, with a `Link` to the next page that gitbeaker can trust: it goes forward on the same host.
 * Where a proxy dropped `Link`, it is made from `X-Next-Page`, else half a list would pass for the whole.
 */
function nextPage(answer: HttpAnswer, url: URL, name: CallName): Record<string, string> {
  const { link = "", ...headers } = answer.headers;
  const target = /<([^>]+)>;\s*rel="?next"?/.exec(link)?.[1];
  const number = headers["x-next-page"]?.trim() ?? "";
  if (target === undefined && number === "") return headers;
  const next = new URL(target ?? url, url);
  if (target === undefined) next.searchParams.set("page", number);
  const stop = (reason: string) => new GitLabError("pagination", name, answer.status, reason);
  if (next.host !== url.host) {
    throw stop(`the next page lies on ${next.host}; set GitLab's own address (external_url)`);
  }
  const page = Number(next.searchParams.get("page") ?? 0);
  const here = Number(url.searchParams.get("page") ?? 1);
  const forward = page === 0 ? next.search !== url.search : page > here;
  if (!forward) throw stop("the next page is one that was read already");
  if (page > PAGE_LIMIT) throw stop(`the listing has more than ${PAGE_LIMIT} pages`);
  return { ...headers, link: `<${next.href}>; rel="next"` };
}
