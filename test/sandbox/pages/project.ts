// The sandbox's front page, a project's home, files, commits, packages and pipelines.

import type { CommitInfo, TreeEntry } from "../git/git-output.ts";
import { repositoryOf } from "../git/project-repository.ts";
import { EMPTY_TREE, type Repository } from "../git/repository.ts";
import type { Project } from "../model.ts";
import { diffView } from "./diff.ts";
import { encodePath, type Html, html } from "./html.ts";
import { issueRow } from "./issues.ts";
import { markdown } from "./markdown.ts";
import { mergeRequestRow } from "./merge-request.ts";
import { count, person, size, time } from "./parts.ts";
import { link, seesCode, seesIssue, seesProject, type Viewer } from "./viewer.ts";

/** Every project and group the viewer sees. */
export function frontPage(viewer: Viewer): Html {
  const { state } = viewer;
  const projects = [...state.projects.values()].filter((one) => seesProject(viewer, one));
  const rows = projects.map(
    (one) =>
      html`<li><span class="wide"><a href="${link(viewer, `/${encodePath(one.fullPath)}`)}"><b>${one.fullPath}</b></a> <span class="badge">${one.visibility}</span><br><span class="small soft">${one.description ?? ""}</span></span><span class="small soft">id ${one.id}</span></li>`,
  );
  const users = [...state.users.values()].map(
    (user) =>
      html`<li><span class="wide">${person(user)} ${user.admin ? html`<span class="badge">admin</span>` : null}</span><span class="small soft">${user.name}</span></li>`,
  );
  return html`<h1>Sandbox GitLab</h1><p class="meta">A GitLab to try things on. Everything here is made up and gone when it stops. It is ${time(state.stamp())}.</p>
<div class="columns"><div class="card"><h2>${count(rows.length, "project")}</h2><ul class="rows">${rows}</ul></div><div class="card"><h2>People</h2><ul class="rows">${users}</ul></div></div>`;
}

export function projectHome(viewer: Viewer, project: Project): Html {
  const repository = seesCode(viewer, project) ? repositoryOf(project) : null;
  const head = repository?.commit(project.defaultBranch ?? "main") ?? null;
  const issues = project.issues
    .filter((one) => one.state === "opened" && seesIssue(viewer, one))
    .toReversed()
    .slice(0, 8);
  const open = seesCode(viewer, project)
    ? project.mergeRequests
        .filter((one) => one.state === "opened")
        .toReversed()
        .slice(0, 8)
    : [];
  return html`<h1>${project.name}</h1><p class="meta"><span class="badge">${project.visibility}</span> id ${project.id} · ${project.description ?? "no description"}</p>
<div class="columns"><div>${
    repository === null || head === null
      ? html`<div class="card empty">No files to show.</div>`
      : html`${tree(viewer, project, repository, head, "")}${readme(viewer, project, repository, head)}`
  }</div><aside class="glance"><div class="card"><h2>Open issues</h2>${
    issues.length === 0
      ? html`<p class="empty">None</p>`
      : html`<ul class="rows">${issues.map((one) => issueRow(viewer, one))}</ul>`
  }</div><div class="card"><h2>Open merge requests</h2>${
    open.length === 0
      ? html`<p class="empty">None</p>`
      : html`<ul class="rows">${open.map((one) => mergeRequestRow(viewer, project, one))}</ul>`
  }</div></aside></div>`;
}

function tree(
  viewer: Viewer,
  project: Project,
  repository: Repository,
  commit: CommitInfo,
  path: string,
  ref = project.defaultBranch ?? commit.id,
): Html {
  const entries = repository.tree(commit.id, path, false) ?? [];
  const home = `/${encodePath(project.fullPath)}/-`;
  const row = (entry: TreeEntry): Html => {
    const kind = entry.type === "tree" ? "tree" : "blob";
    const address = link(viewer, `${home}/${kind}/${encodePath(ref)}/${encodePath(entry.path)}`);
    return html`<li><span class="soft">${entry.type === "tree" ? "▸" : "·"}</span><a class="wide" href="${address}">${entry.name}</a></li>`;
  };
  return html`<div class="card"><h2><a class="mono" href="${link(viewer, `${home}/commit/${commit.id}`)}">${commit.id.slice(0, 8)}</a> ${commit.message.split("\n")[0]} <span class="small soft">${commit.authorName}, ${time(commit.committedDate)}</span></h2><ul class="rows">${entries.map(row)}</ul></div>`;
}

function readme(
  viewer: Viewer,
  project: Project,
  repository: Repository,
  head: CommitInfo,
): Html | null {
  const text = repository.read(head.id, "README.md")?.toString("utf8");
  if (text === undefined) return null;
  return html`<div class="card"><h2>README.md</h2><div class="pad markdown">${markdown(text, { viewer, project })}</div></div>`;
}

/** A ref with slashes and a path are told apart by asking git which prefix is a ref. */
function splitRef(
  repository: Repository,
  rest: string,
): { readonly ref: string; readonly path: string } | null {
  const parts = rest.split("/");
  for (let length = parts.length; length > 0; length -= 1) {
    const ref = parts.slice(0, length).join("/");
    if (repository.resolve(ref) !== null) return { ref, path: parts.slice(length).join("/") };
  }
  return null;
}

/** A file or directory at a ref; `null` when there is none. */
export function filePage(viewer: Viewer, project: Project, rest: string): Html | null {
  const repository = repositoryOf(project);
  const place = repository === null ? null : splitRef(repository, rest);
  if (repository === null || place === null) return null;
  const commit = repository.commit(place.ref);
  if (commit === null) return null;
  const heading = html`<h1 class="mono">${place.path === "" ? place.ref : place.path}</h1><p class="meta">at <span class="mono">${place.ref}</span></p>`;
  const bytes = place.path === "" ? null : repository.read(commit.id, place.path);
  if (bytes === null) {
    const entries = repository.tree(commit.id, place.path, false);
    return entries === null
      ? null
      : html`${heading}${tree(viewer, project, repository, commit, place.path, place.ref)}`;
  }
  return html`${heading}<div class="card"><h2>${size(bytes.length)}</h2>${fileBody(viewer, project, place.path, bytes)}</div>`;
}

function fileBody(viewer: Viewer, project: Project, path: string, bytes: Buffer): Html {
  if (bytes.includes(0)) return html`<p class="empty">Binary file.</p>`;
  const text = bytes.toString("utf8");
  if (path.endsWith(".md")) {
    return html`<div class="pad markdown">${markdown(text, { viewer, project })}</div>`;
  }
  const rows = text
    .replace(/\n$/, "")
    .split("\n")
    .map(
      (line, number) =>
        html`<tr id="L${number + 1}"><td class="num">${number + 1}</td><td>${line}</td></tr>`,
    );
  return html`<table class="diff">${rows}</table>`;
}

export function commitPage(project: Project, sha: string): Html | null {
  const repository = repositoryOf(project);
  const commit = repository?.commit(sha) ?? null;
  if (repository === null || commit === null) return null;
  const [title, ...body] = commit.message.split("\n");
  return html`<h1>${title}</h1><p class="meta"><span class="mono">${commit.id}</span> · ${commit.authorName} · ${time(commit.committedDate)}</p>${
    body.join("").trim() === "" ? null : html`<pre>${body.join("\n").trim()}</pre>`
  }${diffView(repository.diff(commit.parents[0] ?? EMPTY_TREE, commit.id))}`;
}

export function packagesPage(project: Project): Html {
  const rows = project.packages
    .toReversed()
    .flatMap((one) =>
      one.files.map(
        (file) =>
          html`<tr><td>${one.name}</td><td>${one.version}</td><td class="mono">${file.fileName}</td><td>${size(file.content.length)}</td><td class="mono" title="${file.sha256}">${file.sha256.slice(0, 16)}…</td><td>${time(file.createdAt)}</td></tr>`,
      ),
    );
  if (rows.length === 0) return html`<div class="card empty">No packages.</div>`;
  return html`<div class="card scroll"><table class="grid"><thead><tr><th>Package</th><th>Version</th><th>File</th><th>Size</th><th>SHA-256</th><th>Stored</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

export function pipelinesPage(viewer: Viewer, project: Project): Html {
  const rows = project.pipelines
    .toReversed()
    .map(
      (one) =>
        html`<tr><td>#${one.id}</td><td><span class="badge ${PIPELINE_COLOURS[one.status] ?? ""}">${one.status}</span></td><td>${one.source}</td><td class="mono">${one.ref}</td><td class="mono">${one.sha.slice(0, 8)}</td><td>${person(viewer.state.user(one.userId))}</td><td>${time(one.createdAt)}</td></tr>`,
    );
  if (rows.length === 0) return html`<div class="card empty">No pipelines.</div>`;
  return html`<div class="card scroll"><table class="grid"><thead><tr><th>Pipeline</th><th>Status</th><th>Source</th><th>Ref</th><th>Commit</th><th>As</th><th>Created</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

const PIPELINE_COLOURS: Readonly<Record<string, string>> = {
  success: "good",
  failed: "bad",
  running: "warn",
};
