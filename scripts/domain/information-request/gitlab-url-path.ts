/** Which project or group a path of GitLab's own URLs is about. */
import type { Inventory } from "./inventory.ts";

export type UrlClaim = {
  readonly kind: "projects" | "namespaces";
  /** Set when the URL names it by number. */
  readonly id: string | null;
  /** The segments that name it, joined; empty when the URL cannot be read. */
  readonly path: string;
  /** Index of the first of these segments, and of the first after them. */
  readonly start: number;
  readonly end: number;
};

/** First segments that are GitLab's own pages, never a group. */
const OWN_PAGES = new Set(
  "- .well-known abuse_reports admin api assets dashboard explore files health_check help import invites jwt login oauth profile projects public robots.txt s search sitemap snippets unsubscribes uploads users v2".split(
    " ",
  ),
);
const UNREADABLE: UrlClaim = { kind: "projects", id: null, path: "", start: 0, end: 0 };

/**
 * The project or group in a path such as `/acme/api/-/issues`, `/api/v4/projects/acme%2Fapi`, `/acme/api.git/info/refs`;
 * null when the path is about none (`/users/sign_in`). Query and fragment are ignored.
 */
export function claimOfUrlPath(text: string | null, inventory: Inventory): UrlClaim | null {
  const segments = text === null ? null : segmentsOf(text);
  if (segments === null) return UNREADABLE;
  const [first, second] = segments;
  if (first === undefined) return null;
  if (first === "api") return claimOfApi(segments);
  if (first === "groups") return second === undefined ? null : claimOfGroupPage(segments);
  return OWN_PAGES.has(first) ? null : claimOfPage(segments, inventory);
}

/** Segments, percent-decoded once; null when one of them is empty, a dot segment or not decodable. */
export function segmentsOf(text: string): readonly string[] | null {
  const path = (text.split(/[?#]/, 1)[0] as string).replace(/^\/|\/$/g, "");
  if (path === "") return [];
  const segments = path.split("/").map(decode);
  return segments.some(isBad) ? null : (segments as string[]);
}

const isBad = (segment: string | null): boolean =>
  segment === null ||
  segment === "" ||
  segment === "." ||
  segment === ".." ||
  segment.includes("\\");

function decode(segment: string): string | null {
  if (!segment.includes("%")) return segment;
  try {
    const once = decodeURIComponent(segment);
    return once.includes("%") ? null : once;
  } catch {
    return null;
  }
}

function named(
  kind: UrlClaim["kind"],
  segments: readonly string[],
  start: number,
  end: number,
): UrlClaim {
  return { kind, id: null, path: segments.slice(start, end).join("/"), start, end };
}

/** `/api/v4/projects/:id`, `/api/v4/groups/:id`, `/api/scim/v2/groups/:path`. */
function claimOfApi(segments: readonly string[]): UrlClaim | null {
  const scim = segments[1] === "scim";
  const at = scim ? 4 : 3;
  const [resource, subject] = segments.slice(at - 1);
  const kind = resource === "projects" ? "projects" : "namespaces";
  if (subject === undefined || !["projects", "groups", "namespaces"].includes(resource as string)) {
    return null;
  }
  const claim = named(kind, segments, at, at + 1);
  return /^\d+$/.test(subject) && !scim ? { ...claim, id: subject } : claim;
}

/** `/groups/acme/-/settings`. Without `/-/` the tail may be a subgroup, so that only the whole can be a listed group. */
function claimOfGroupPage(segments: readonly string[]): UrlClaim {
  const dash = segments.indexOf("-");
  return named("namespaces", segments, 1, dash === -1 ? segments.length : dash);
}

/** A page of a project ends its path with `/-/` or `.git`; older ones do not, and are known by the listed projects only. */
function claimOfPage(segments: readonly string[], { projects, namespaces }: Inventory): UrlClaim {
  const mark = segments.findIndex((segment) => segment === "-" || segment.endsWith(".git"));
  if (mark !== -1) return named("projects", segments, 0, segments[mark] === "-" ? mark : mark + 1);
  const own = longestListed(segments, projects.byPath);
  if (own > 0) return named("projects", segments, 0, own);
  const kind = namespaces.byPath.has(segments.join("/")) ? "namespaces" : "projects";
  return named(kind, segments, 0, segments.length);
}

/** No path of a project or group is longer, in UTF-16 units. */
const LONGEST_PATH = 1024;

/** How many leading segments make a listed path: GitLab lets no project stand under a project, so the rest is a page of it. */
function longestListed(segments: readonly string[], listed: ReadonlyMap<string, unknown>): number {
  let longest = 0;
  let path = "";
  for (const [at, segment] of segments.entries()) {
    path = at === 0 ? segment : `${path}/${segment}`;
    if (path.length > LONGEST_PATH) break;
    if (listed.has(path)) longest = at + 1;
  }
  return longest;
}
