// Issue list and issue page.
import type { Issue, Project } from "../model.ts";
import { encodePath, type Html, html } from "./html.ts";
import { markdown } from "./markdown.ts";
import { confidentialBadge, count, labelChips, person, stateBadge, time } from "./parts.ts";
import { timeline } from "./timeline.ts";
import { link, seesIssue, type Viewer } from "./viewer.ts";

function issueAddress(viewer: Viewer, issue: Issue): string {
  const project = viewer.state.projectById(issue.projectId);
  return link(viewer, `/${encodePath(project.fullPath)}/-/issues/${issue.iid}`);
}

export function issueList(viewer: Viewer, project: Project): Html {
  const all = project.issues.filter((one) => seesIssue(viewer, one)).toReversed();
  const open = all.filter((one) => one.state === "opened");
  const closed = all.filter((one) => one.state === "closed");
  const rows = (issues: readonly Issue[]): Html =>
    html`<ul class="rows">${issues.map((issue) => issueRow(viewer, issue))}</ul>`;
  if (all.length === 0) return html`<div class="card empty">No issues.</div>`;
  return html`<div class="card"><h2>${count(open.length, "open issue")}</h2>${rows(open)}</div>${
    closed.length === 0
      ? null
      : html`<div class="card"><h2>${count(closed.length, "closed issue")}</h2>${rows(closed)}</div>`
  }`;
}

export function issueRow(viewer: Viewer, issue: Issue): Html {
  const { state } = viewer;
  const comments = issue.notes.filter((note) => !note.system).length;
  return html`<li><span class="soft">#${issue.iid}</span><span class="wide"><a href="${issueAddress(viewer, issue)}"><b>${issue.title}</b></a> ${
    issue.confidential ? confidentialBadge() : null
  } ${labelChips(state.labels, issue.labelIds)}<br><span class="small soft">opened ${time(issue.createdAt)} by ${person(state.user(issue.authorId))}${
    issue.dueDate === null ? null : html` · due ${issue.dueDate}`
  }</span></span><span class="small soft">${count(comments, "comment")}</span></li>`;
}

export function issuePage(viewer: Viewer, project: Project, issue: Issue): Html {
  const { state } = viewer;
  return html`<h1>${issue.title} <span class="soft">#${issue.iid}</span></h1>
<p class="meta">${stateBadge(issue.state)} ${issue.confidential ? confidentialBadge() : null} ${
    issue.issueType === "issue" ? null : html`<span class="badge">${issue.issueType}</span> `
  }opened ${time(issue.createdAt)} by ${person(state.user(issue.authorId))}</p>
<div class="columns"><div><div class="card pad"><div class="markdown">${
    issue.description === null || issue.description === ""
      ? html`<p class="soft">No description.</p>`
      : markdown(issue.description, { viewer, project })
  }</div></div><h2>Activity</h2>${timeline(viewer, project, issue)}</div>
<aside class="card pad side"><dl>${facts(viewer, issue)}</dl></aside></div>`;
}

function facts(viewer: Viewer, issue: Issue): readonly Html[] {
  const { state } = viewer;
  const people = (ids: readonly number[]): Html =>
    ids.length === 0
      ? html`None`
      : html`${ids.map((id) => html`<div>${person(state.user(id))}</div>`)}`;
  const participants = new Set([
    issue.authorId,
    ...issue.assigneeIds,
    ...issue.notes.filter((note) => !note.system).map((note) => note.authorId),
  ]);
  const links = state.links.flatMap((one) => {
    const other =
      one.sourceId === issue.id ? one.targetId : one.targetId === issue.id ? one.sourceId : null;
    const linked = other === null ? undefined : state.issueById(other);
    return linked === undefined || !seesIssue(viewer, linked) ? [] : [linked];
  });
  const row = (name: string, value: Html | string): Html => html`<dt>${name}</dt><dd>${value}</dd>`;
  return [
    row("Assignees", people(issue.assigneeIds)),
    row(
      "Labels",
      issue.labelIds.length === 0 ? "None" : html`${labelChips(state.labels, issue.labelIds)}`,
    ),
    row("Due date", issue.dueDate ?? "None"),
    row("Participants", people([...participants])),
    ...(issue.emailParticipants.length === 0
      ? []
      : [
          row(
            "By mail, outside",
            html`<span class="badge warn">${issue.emailParticipants.join(", ")}</span>`,
          ),
        ]),
    ...(links.length === 0
      ? []
      : [
          row(
            "Linked issues",
            html`${links.map(
              (one) =>
                html`<div><a href="${issueAddress(viewer, one)}">#${one.iid} ${one.title}</a></div>`,
            )}`,
          ),
        ]),
    row(
      "Reference",
      html`<span class="mono">${state.projectById(issue.projectId).fullPath}#${issue.iid}</span>`,
    ),
  ];
}
