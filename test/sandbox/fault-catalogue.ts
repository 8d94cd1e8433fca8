/** The 49 faults an API client of GitLab must survive, each as what the sandbox does when it strikes. */
import type { Values } from "./params.ts";

/** A call as far as it decides whether a fault can happen to it. */
interface StruckCall {
  readonly method: string;
  /** Path with its query. */
  readonly target: string;
  readonly body: string;
  /** Was its answer a JSON list? */
  readonly listed: boolean;
}

export interface CatalogueFault {
  /** The fields of `POST /-/sandbox/faults` without `match`. */
  readonly fields: Values;
  /** To which calls it can happen; none: to all. */
  readonly to?: (call: StruckCall) => boolean;
  /** Never reaches the server: a client can be sent here instead, to meet the real error of its system. */
  readonly elsewhere?: (url: URL) => URL;
  /** The client waits for its deadline. */
  readonly slow?: true;
}

const reads = ({ method }: StruckCall): boolean => method === "GET";
const creates = ({ method, target }: StruckCall): boolean =>
  method === "POST" && /\/(?:issues|notes|merge_requests)$/.test(target);
const lists = (call: StruckCall): boolean => reads(call) && call.listed;
const notes = ({ method, target }: StruckCall): boolean =>
  (method === "POST" || method === "PUT") && /\/notes(?:\/\d+)?$/.test(target);
const labels = ({ method, body }: StruckCall): boolean =>
  method !== "GET" && /"(?:add_labels|remove_labels|labels)":"/.test(body);
const newLabels = ({ method, body }: StruckCall): boolean =>
  method !== "GET" && /"(?:add_labels|labels)":"/.test(body);

const status = (code: number, message: string, more: Values = {}): Values => ({
  kind: "status",
  status: code,
  body: { message },
  ...more,
});
const at = (url: URL, origin: string): URL => new URL(`${url.pathname}${url.search}`, origin);
/** Nobody answers there; no request may ever arrive. */
const FOREIGN_ORIGIN = "http://127.0.0.2:2";

export const FAULT_CATALOGUE: Readonly<Record<string, CatalogueFault>> = {
  "pre-reset": { fields: { kind: "reset" } },
  "pre-dns": {
    fields: { kind: "reset" },
    elsewhere: (url) => at(url, "http://gitlab.invalid"),
  },
  "pre-refused": { fields: { kind: "reset" }, elsewhere: (url) => at(url, "http://127.0.0.1:2") },
  "pre-tls": {
    fields: { kind: "reset" },
    elsewhere: (url) => at(url, `https://${url.host}`),
  },
  "post-reset": { fields: { kind: "reset", when: "after" } },
  "post-timeout": { fields: { kind: "timeout", when: "after" }, slow: true },
  "late-effect": {
    fields: { kind: "late-effect", delay_ms: 5000 },
    to: (call) => !reads(call),
    slow: true,
  },
  "500-none": { fields: status(500, "500 Internal Server Error") },
  "500-applied": { fields: status(500, "500 Internal Server Error", { when: "after" }) },
  "502-none": { fields: { kind: "html-error", status: 502 } },
  "502-applied": { fields: { kind: "html-error", status: 502, when: "after" } },
  "503-retry-after": { fields: status(503, "503 Service Unavailable", { retry_after: 30 }) },
  "504-applied": { fields: { kind: "html-error", status: 504, when: "after" } },
  "429-retry-after": { fields: { kind: "rate-limited", retry_after: 60 } },
  "429-no-header": { fields: { kind: "application-limited" } },
  "429-forever": { fields: { kind: "application-limited", times: null, spread: true } },
  "401-midway": { fields: status(401, "401 Unauthorized", { times: null, spread: true }) },
  "403-midway": { fields: status(403, "403 Forbidden", { times: null, spread: true }) },
  "404-hidden": { fields: status(404, "404 Not found", { times: null }) },
  "404-fresh": { fields: status(404, "404 Not found") },
  "409-lock": { fields: status(409, "409 Conflict: Resource lock") },
  "409-exists": {
    fields: status(409, "Another open merge request already exists for this source branch: !1"),
  },
  "400-exists": { fields: status(400, "Branch already exists") },
  "400-file-changed": {
    fields: status(
      400,
      "You are attempting to update a file that has changed since you started editing it.",
    ),
  },
  "406-merge": { fields: status(406, "Branch cannot be merged") },
  "409-sha": { fields: status(409, "SHA does not match HEAD of source branch: 0000000") },
  "422-validation": { fields: status(422, "422 Unprocessable Entity") },
  "200-noop": { fields: { kind: "old-object" }, to: (call) => !reads(call) },
  "200-partial-labels": { fields: { kind: "partial-labels" }, to: labels },
  "200-created-label": { fields: { kind: "new-label" }, to: newLabels },
  "200-html": { fields: { kind: "login-page" } },
  "200-empty": { fields: { kind: "empty" } },
  "200-truncated-json": { fields: { kind: "truncated" } },
  "200-huge": { fields: { kind: "huge" } },
  "200-stale": { fields: { kind: "stale", times: null }, to: reads },
  "202-commands-only": { fields: { kind: "commands-only" }, to: notes },
  "204-on-delete-missing": {
    fields: status(404, "404 Not found"),
    to: ({ method }) => method === "DELETE",
  },
  "301-moved": { fields: { kind: "moved" }, to: reads },
  "302-cross-origin": { fields: { kind: "redirect", to: FOREIGN_ORIGIN } },
  "307-cross-origin": { fields: { kind: "redirect", status: 307, to: FOREIGN_ORIGIN } },
  "page-short": { fields: { kind: "short-page" }, to: lists },
  "page-dup": { fields: { kind: "double-rows" }, to: lists },
  "page-fail-3": { fields: { kind: "failing-page" }, to: lists },
  "page-no-total": { fields: { kind: "no-totals", times: null }, to: lists },
  "slow-drip": { fields: { kind: "drip" }, slow: true },
  "proto-http1-close": { fields: { kind: "closing", times: null, spread: true } },
  "clock-skew": { fields: { kind: "skewed", times: null, spread: true } },
  "utf8-broken": { fields: { kind: "broken-utf8" } },
  "dup-ids": { fields: { kind: "twice" }, to: creates },
};
