// The frame of every page: top bar, where we are, whose eyes we look with, the project's sections.
import type { Project } from "../model.ts";
import { encodePath, Html, html } from "./html.ts";
import { STYLE } from "./style.ts";
import { link, seesCode, seesIssue, type Viewer } from "./viewer.ts";

export type Section = "project" | "issues" | "merge_requests" | "packages" | "pipelines";

export type Page = {
  readonly viewer: Viewer;
  readonly title: string;
  readonly project: Project | null;
  readonly section: Section | null;
  /** The address without its query, for looking at the same page with other eyes. */
  readonly path: string;
  readonly body: Html;
};

/** The style sheet's text holds no reader's words, so it goes in as it is. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

export function layout(page: Page): string {
  const { viewer, project } = page;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${page.title} · Sandbox GitLab</title>${STYLE_ELEMENT}</head><body>
<header class="top"><a class="brand" href="${link(viewer, "/")}"><b>◆</b> Sandbox GitLab</a>
<span class="crumbs">${project === null ? "" : html`<a href="${link(viewer, `/${encodePath(project.fullPath)}`)}">${project.fullPath.split("/").join(" / ")}</a>`}</span>
${viewerMenu(page)}</header>
${project === null ? null : sections(page, project)}<main>${page.body}</main></body></html>`.text;
}

function viewerMenu({ viewer, path }: Page): Html {
  const users = [...viewer.state.users.values()].sort((a, b) => (a.username < b.username ? -1 : 1));
  const seen = viewer.user === null ? "everything" : `what @${viewer.user.username} sees`;
  return html`<details class="viewer"><summary>Showing ${seen} ▾</summary><div>
<a href="${path}">Everything</a>${users.map(
    (user) => html`<a href="${path}?as=${encodeURIComponent(user.username)}">@${user.username}</a>`,
  )}</div></details>`;
}

function sections({ viewer, section }: Page, project: Project): Html {
  const home = `/${encodePath(project.fullPath)}`;
  const issues = project.issues.filter((one) => one.state === "opened" && seesIssue(viewer, one));
  const code = seesCode(viewer, project);
  const open = project.mergeRequests.filter((one) => one.state === "opened").length;
  const tab = (key: Section, name: string, path: string, number?: number): Html =>
    html`<a${section === key ? html` class="here"` : null} href="${link(viewer, `${home}${path}`)}">${name}${
      number === undefined ? null : html`<span class="count">${number}</span>`
    }</a>`;
  return html`<nav>${tab("project", "Files", "")}${tab("issues", "Issues", "/-/issues", issues.length)}${
    code
      ? [
          tab("merge_requests", "Merge requests", "/-/merge_requests", open),
          tab("pipelines", "Pipelines", "/-/pipelines", project.pipelines.length),
          tab("packages", "Packages", "/-/packages", project.packages.length),
        ]
      : null
  }</nav>`;
}
