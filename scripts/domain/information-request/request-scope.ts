/** The scope of a request where nothing but the request is known. */
import type { LogProfile } from "../log-profile.ts";
import type { InformationRequest } from "./request.ts";
import type { Scope } from "./scope.ts";

/**
 * The request's own words as a scope: no inventory gave ids (but the account's), so paths and user names decide alone,
 * and no personal data, since a request cannot approve itself.
 */
export function scopeOfRequest(request: InformationRequest, profiles: Iterable<LogProfile>): Scope {
  const { account, resources } = request;
  const groups = resources.groups.filter((path) => path !== account.path);
  return {
    request_id: request.id,
    account,
    namespaces: [account, ...groups.map(withoutId)],
    projects: resources.projects.map(withoutId),
    users: resources.users.map((username) => ({ username, id: null })),
    window: request.window,
    event_types: request.event_types,
    log_sources: request.log_sources ?? [...sourcesOf(request.event_types, profiles)],
    personal_data_approved: false,
  };
}

const withoutId = (path: string): { path: string; id: null } => ({ path, id: null });

/**
 * The sources that may carry one of these events, in order: those whose rows name their event, and those in which a
 * recipe finds it.
 */
export function sourcesOf(
  eventTypes: readonly string[],
  profiles: Iterable<LogProfile>,
): readonly string[] {
  return [...profiles]
    .filter(
      ({ event_fields, recipes }) =>
        event_fields.length > 0 ||
        recipes.some(({ event_types }) => event_types.some((type) => eventTypes.includes(type))),
    )
    .map(({ source }) => source)
    .sort();
}
