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

/** The logs in which GitLab itself names an audit event. */
const EVENT_LOGS: readonly string[] = ["application", "audit"];

/**
 * The sources that carry one of these events, in order: the event logs, and those in which a recipe finds it.
 * What is only the name of a recipe stands in no event log.
 */
export function sourcesOf(
  eventTypes: readonly string[],
  profiles: Iterable<LogProfile>,
): readonly string[] {
  const recipes = [...profiles].flatMap((profile) =>
    profile.recipes.map((recipe) => ({ ...recipe, source: profile.source })),
  );
  const found = eventTypes.flatMap((type) => [
    ...(recipes.some(({ id }) => id === type) ? [] : EVENT_LOGS),
    ...recipes.filter(({ event_types }) => event_types.includes(type)).map(({ source }) => source),
  ]);
  return [...new Set(found)].sort();
}

/** The profiles of the sources of a scope, in their order; a source without one is left out. @param profiles by source */
export const profilesOfScope = (
  { log_sources }: Scope,
  profiles: ReadonlyMap<string, LogProfile>,
): readonly LogProfile[] => [...log_sources].sort().flatMap((source) => profiles.get(source) ?? []);
