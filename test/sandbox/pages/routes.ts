// The read-only HTML pages at GitLab's own addresses.
import type { App, Ctx } from "../http.ts";
import type { Project } from "../model.ts";
import type { State } from "../state.ts";
import { type Html, html } from "./html.ts";
import { issueList, issuePage } from "./issues.ts";
import { layout, type Section } from "./layout.ts";
import { mergeRequestList, mergeRequestPage } from "./merge-request.ts";
import {
  commitPage,
  filePage,
  frontPage,
  packagesPage,
  pipelinesPage,
  projectHome,
} from "./project.ts";
import { seesCode, seesIssue, seesProject, type Viewer } from "./viewer.ts";

type Found = { readonly section: Section; readonly title: string; readonly body: Html };

/** Root route; paths that are no project's fall through. */
export function registerPages(app: App, state: State): void {
  app.get("/", (c) => {
    const viewer = viewerOf(c, state);
    if (viewer === null) return missing(c, state);
    return page(c, viewer, null, {
      section: "project",
      title: "Projects",
      body: frontPage(viewer),
    });
  });
  app.get("/*", async (c, next) => {
    const path = decodePath(c);
    const home = path?.split("/-/", 1)[0] ?? "";
    const project = state.project(home.replace(/^\/|\/$/g, "") || "/");
    if (path === null || project === undefined || /^\/\d+$/.test(home)) return next();
    const viewer = viewerOf(c, state);
    if (viewer === null || !seesProject(viewer, project)) return missing(c, state);
    const found = find(viewer, project, path.slice(home.length + "/-/".length));
    return found === null ? missing(c, state) : page(c, viewer, project, found);
  });
}

function decodePath(c: Ctx): string | null {
  try {
    return decodeURIComponent(new URL(c.req.url).pathname);
  } catch {
    return null;
  }
}

/** Whom `?as=` names; `null` for a name nobody has: such a page shows nothing. */
function viewerOf(c: Ctx, state: State): Viewer | null {
  const name = c.req.query("as");
  if (name === undefined) return { state, user: null };
  const user = state.userNamed(name);
  return user === undefined ? null : { state, user };
}

function find(viewer: Viewer, project: Project, place: string): Found | null {
  const code = seesCode(viewer, project);
  const [kind = "", ...more] = place.split("/");
  const rest = more.join("/");
  if (kind === "") {
    return { section: "project", title: project.fullPath, body: projectHome(viewer, project) };
  }
  if (kind === "issues") return findIssue(viewer, project, rest);
  if (!code) return null;
  switch (kind) {
    case "merge_requests":
      return findMergeRequest(viewer, project, rest);
    case "blob":
    case "tree":
    case "raw":
      return named("project", rest, filePage(viewer, project, rest));
    case "commit":
      return named("project", `Commit ${rest.slice(0, 8)}`, commitPage(project, rest));
    case "packages":
      return named("packages", "Packages", packagesPage(project));
    case "pipelines":
      return named("pipelines", "Pipelines", pipelinesPage(viewer, project));
    default:
      return null;
  }
}

function named(section: Section, title: string, body: Html | null): Found | null {
  return body === null ? null : { section, title, body };
}

function findIssue(viewer: Viewer, project: Project, rest: string): Found | null {
  if (rest === "") return named("issues", "Issues", issueList(viewer, project));
  const issue = project.issues.find((one) => String(one.iid) === rest);
  if (issue === undefined || !seesIssue(viewer, issue)) return null;
  return named("issues", `${issue.title} (#${issue.iid})`, issuePage(viewer, project, issue));
}

function findMergeRequest(viewer: Viewer, project: Project, rest: string): Found | null {
  if (rest === "")
    return named("merge_requests", "Merge requests", mergeRequestList(viewer, project));
  const iid = rest.split("/")[0];
  const one = project.mergeRequests.find((other) => String(other.iid) === iid);
  if (one === undefined) return null;
  return named(
    "merge_requests",
    `${one.title} (!${one.iid})`,
    mergeRequestPage(viewer, project, one),
  );
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

function page(c: Ctx, viewer: Viewer, project: Project | null, found: Found): Response {
  const { title, section, body } = found;
  const path = new URL(c.req.url).pathname;
  const text = layout({
    viewer,
    title,
    project,
    section: project === null ? null : section,
    path,
    body,
  });
  return c.body(text, 200, HEADERS);
}

function missing(c: Ctx, state: State): Response {
  const body = html`<div class="card empty"><h1>Page not found</h1><p>It does not exist, or it is hidden from whom you look as.</p></div>`;
  const path = new URL(c.req.url).pathname;
  const viewer: Viewer = viewerOf(c, state) ?? { state, user: null };
  return c.body(
    layout({ viewer, title: "Not found", project: null, section: null, path, body }),
    404,
    HEADERS,
  );
}
