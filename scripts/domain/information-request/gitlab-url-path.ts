/** Which project or group a path of GitLab's own URLs is about. */
import type { Inventory } from "./inventory.ts";

export type UrlClaim = {
  readonly kind: "projects" | "namespaces";
  /** One of both is set; a path that cannot be read is the empty text. */
  readonly id: string | null;
  readonly path: string;
};

/** First segments that are GitLab's own pages, never a group. */
const OWN_PAGES = new Set(
  "- .well-known abuse_reports admin api assets dashboard explore files health_check help import invites jwt login oauth profile projects public robots.txt s search sitemap snippets unsubscribes uploads users v2".split(
    " ",
  ),
);
const UNREADABLE = (kind: UrlClaim["kind"]): UrlClaim => ({ kind, id: null, path: "" });

/**
 * The project or group in a path such as `/acme/api/-/issues`, `/api/v4/projects/acme%2Fapi`, `/acme/api.git/info/refs`;
 * null when the path is about none (`/users/sign_in`). Query and fragment are ignored.
 */
export function claimOfUrlPath(text: string | null, inventory: Inventory): UrlClaim | null {
  const segments = text === null ? null : segmentsOf(text);
  if (segments === null) return UNREADABLE("projects");
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
  const bad = (segment: string | null): boolean =>
    segment === null ||
    segment === "" ||
    segment === "." ||
    segment === ".." ||
    segment.includes("\\");
  return segments.some(bad) ? null : (segments as string[]);
}

function decode(segment: string): string | null {
  try {
    const once = decodeURIComponent(segment);
    return once.includes("%") ? null : once;
  } catch {
    return null;
  }
}

/** `/api/v4/projects/:id`, `/api/v4/groups/:id`, `/api/scim/v2/groups/:path`. */
function claimOfApi(segments: readonly string[]): UrlClaim | null {
  const scim = segments[1] === "scim";
  const [resource, subject] = segments.slice(scim ? 3 : 2);
  const kind = resource === "projects" ? "projects" : "namespaces";
  if (subject === undefined || !["projects", "groups", "namespaces"].includes(resource as string)) {
    return null;
  }
  return /^\d+$/.test(subject) && !scim
    ? { kind, id: subject, path: "" }
    : { kind, id: null, path: subject };
}

/** `/groups/acme/-/settings`. Without `/-/` the tail may be a subgroup, so that only the whole can be a listed group. */
function claimOfGroupPage(segments: readonly string[]): UrlClaim {
  const parts = segments.slice(1);
  const dash = parts.indexOf("-");
  const path = parts.slice(0, dash === -1 ? parts.length : dash).join("/");
  return { kind: "namespaces", id: null, path };
}

function claimOfPage(segments: readonly string[], { projects, namespaces }: Inventory): UrlClaim {
  const git = segments.findIndex((segment) => segment.endsWith(".git"));
  const dash = segments.indexOf("-");
  const end = git === -1 ? dash : git + 1;
  if (end !== -1) return { kind: "projects", id: null, path: segments.slice(0, end).join("/") };
  const own = longestListed(segments, projects.byPath);
  if (own > 0) return { kind: "projects", id: null, path: segments.slice(0, own).join("/") };
  const kind = namespaces.byPath.has(segments.join("/")) ? "namespaces" : "projects";
  return { kind, id: null, path: segments.join("/") };
}

/** How many leading segments make a listed path: GitLab lets no project stand under a project, so the rest is a page of it. */
function longestListed(segments: readonly string[], listed: ReadonlyMap<string, unknown>): number {
  for (let length = segments.length; length > 0; length -= 1) {
    if (listed.has(segments.slice(0, length).join("/"))) return length;
  }
  return 0;
}
