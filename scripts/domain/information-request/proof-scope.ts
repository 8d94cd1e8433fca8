/** Whether the scope that a dive was judged by is the request's, and nothing more. */
import { Temporal } from "temporal-polyfill";
import { parseInstant } from "../instant.ts";
import type { LogProfile } from "../log-profile.ts";
import type { InformationRequest } from "./request.ts";
import { sourcesOf } from "./request-scope.ts";
import type { Scope } from "./scope.ts";

/** Every way in which a scope goes beyond its request; ids are the inventory's and cannot be told from the request. */
export function scopeFaults(
  scope: Scope,
  request: InformationRequest,
  profiles: Iterable<LogProfile>,
): readonly string[] {
  const sources = request.log_sources ?? sourcesOf(request.event_types, profiles);
  return [
    ...ownerFaults(scope, request),
    ...beyond("event types", scope.event_types, request.event_types),
    ...beyond("log sources", scope.log_sources, sources),
    ...(scope.personal_data_approved && request.personal_data_needed !== true
      ? ["shows personal data that the request does not ask for"]
      : []),
  ];
}

/** The same of whose rows and which days: what no dive may be given beyond its request. */
export function ownerFaults(scope: Scope, request: InformationRequest): readonly string[] {
  const { account, resources } = request;
  const groups = [account.path, ...resources.groups];
  return [
    ...(scope.request_id === request.id ? [] : ["is of another request"]),
    ...(scope.account.path === account.path && [null, account.id].includes(scope.account.id)
      ? []
      : ["is of another account"]),
    ...(sameInstant(scope.window.from, request.window.from) &&
    sameInstant(scope.window.to, request.window.to)
      ? []
      : ["has another window"]),
    ...beyond("groups", pathsOf(scope.namespaces), groups),
    ...beyond("projects", pathsOf(scope.projects), resources.projects),
    ...beyond(
      "users",
      scope.users.map(({ username }) => username),
      resources.users,
    ),
  ];
}

function beyond(what: string, listed: readonly string[], asked: readonly string[]): string[] {
  const more = listed.filter((name) => !asked.includes(name)).length;
  return more === 0 ? [] : [`has ${more} ${what} that the request does not name`];
}

const pathsOf = (named: readonly { readonly path: string }[]): readonly string[] =>
  named.map(({ path }) => path);

function sameInstant(left: string, right: string): boolean {
  const [a, b] = [parseInstant(left), parseInstant(right)];
  return a !== null && b !== null && Temporal.Instant.compare(a, b) === 0;
}
