/** Paths, routes and callers as far as they are the customer's or GitLab's own words (R5). */
import type { RedactionPolicy } from "../log-profile.ts";
import { claimOfUrlPath, segmentsOf } from "./gitlab-url-path.ts";
import type { Inventory } from "./inventory.ts";

/** What stands for a segment that may not be shown. */
const SEGMENT_REMOVED = "[removed]";

type Own = Readonly<
  Record<
    "routeWords" | "numberedWords" | "controllers" | "actions" | "workers",
    ReadonlySet<string>
  >
>;
const ownWords = new WeakMap<RedactionPolicy, Own>();
function ownOf(policy: RedactionPolicy): Own {
  const known = ownWords.get(policy);
  if (known !== undefined) return known;
  const { controllers, actions, workers } = policy.names;
  const made: Own = {
    routeWords: new Set(policy.route_words),
    numberedWords: new Set(policy.numbered_words),
    ...{ controllers: new Set(controllers), actions: new Set(actions), workers: new Set(workers) },
  };
  ownWords.set(policy, made);
  return made;
}

/**
 * A path with its query, fragment and foreign parts removed: own project or group, route words and the numbers of things stay.
 * Null when it is not the request's: then nothing of it may be shown.
 */
export function releaseUrlPath(
  text: string,
  inventory: Inventory,
  policy: RedactionPolicy,
): string | null {
  const segments = segmentsOf(text);
  if (segments === null || !text.startsWith("/")) return null;
  const { routeWords: words, numberedWords } = ownOf(policy);
  const claim = claimOfUrlPath(text, inventory);
  if (claim === null) {
    return segments.every((segment) => words.has(segment)) ? `/${segments.join("/")}` : null;
  }
  const kind = inventory[claim.kind];
  const own = claim.id === null ? kind.byPath.has(withoutGit(claim.path)) : kind.byId.has(claim.id);
  if (!own) return null;
  const before = segments.slice(0, claim.start);
  const after = segments.slice(claim.end);
  const head = before.every((segment) => words.has(segment)) ? before : [SEGMENT_REMOVED];
  const isNumbered = (segment: string, at: number): boolean =>
    /^\d{1,12}$/.test(segment) && numberedWords.has(String(after[at - 1]));
  const tail = after.map((segment, at) =>
    words.has(segment) || isNumbered(segment, at) ? segment : SEGMENT_REMOVED,
  );
  return `/${[...head, claim.path, ...tail].join("/")}`;
}

const withoutGit = (path: string): string => path.replace(/(?:\.wiki|\.design)?\.git$/, "");

/** A route such as `/api/:version/projects/:id` whose every part is one of GitLab's words; else null. */
export function releaseRoute(text: string, policy: RedactionPolicy): string | null {
  const words = ownOf(policy).routeWords;
  const segments = text.replace(/^\//, "").split("/");
  const known = segments.every((segment) => words.has(segment.replace(/^[:*]/, "")));
  return known ? text : null;
}

/** `Projects::DeployKeysController#create`, `WebHookWorker` or `GET /api/:version/projects/:id`, each part one of GitLab's own names. */
export function isCaller(text: string, policy: RedactionPolicy): boolean {
  const { controllers, actions, workers } = ownOf(policy);
  const [name, action, ...more] = text.split("#") as [string, ...string[]];
  if (action !== undefined) {
    return more.length === 0 && controllers.has(name) && actions.has(action);
  }
  const route = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/.*)$/.exec(text)?.[1];
  return route === undefined ? workers.has(text) : releaseRoute(route, policy) !== null;
}
