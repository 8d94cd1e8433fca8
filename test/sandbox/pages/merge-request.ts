// Merge-request list and page: what is proposed, who approved it, who still may, what changes, what happened.
import {
  canApprove,
  isApproved,
  type JudgedRule,
  judgeRules,
} from "../merge-requests/approval-rules.ts";
import { isDraft } from "../merge-requests/draft.ts";
import { headPipeline, trueStatus } from "../merge-requests/status.ts";
import { latestVersion, targetRepository, versionCommits } from "../merge-requests/versions.ts";
import type { MergeRequest, Project } from "../model.ts";
import { diffView } from "./diff.ts";
import { encodePath, type Html, html } from "./html.ts";
import { markdown } from "./markdown.ts";
import { count, labelChips, person, stateBadge, time } from "./parts.ts";
import { timeline } from "./timeline.ts";
import { link, type Viewer } from "./viewer.ts";

export function mergeRequestList(viewer: Viewer, project: Project): Html {
  if (project.mergeRequests.length === 0)
    return html`<div class="card empty">No merge requests.</div>`;
  const rows = project.mergeRequests
    .toReversed()
    .map((one) => mergeRequestRow(viewer, project, one));
  return html`<div class="card"><h2>${count(rows.length, "merge request")}</h2><ul class="rows">${rows}</ul></div>`;
}

export function mergeRequestRow(viewer: Viewer, project: Project, one: MergeRequest): Html {
  const { state } = viewer;
  const address = link(viewer, `/${encodePath(project.fullPath)}/-/merge_requests/${one.iid}`);
  return html`<li><span class="soft">!${one.iid}</span><span class="wide"><a href="${address}"><b>${one.title}</b></a> ${labelChips(state.labels, one.labelIds)}<br><span class="small soft">${one.sourceBranch} → ${one.targetBranch} · by ${person(state.user(one.authorId))} · ${time(one.createdAt)} · ${count(one.approvals.length, "approval")}</span></span>${stateBadge(one.state)}</li>`;
}

export function mergeRequestPage(viewer: Viewer, project: Project, one: MergeRequest): Html {
  const { state } = viewer;
  const version = latestVersion(one);
  const repository = targetRepository(state, one);
  const commits = versionCommits(repository, version);
  const files = repository.diff(version.baseSha, version.headSha);
  return html`<h1>${one.title} <span class="soft">!${one.iid}</span></h1>
<p class="meta">${stateBadge(one.state)} ${isDraft(one.title) ? html`<span class="badge warn">Draft</span> ` : null}${person(state.user(one.authorId))} asks to merge <span class="mono">${one.sourceBranch}</span> into <span class="mono">${one.targetBranch}</span> · ${time(one.createdAt)}</p>
<div class="jump"><a href="#changes">${count(files.length, "changed file")}</a><a href="#commits">${count(commits.length, "commit")}</a><a href="#activity">Activity</a></div>
<div class="columns"><div>
<div class="card pad"><div class="markdown">${
    one.description === null || one.description === ""
      ? html`<p class="soft">No description.</p>`
      : markdown(one.description, { viewer, project })
  }</div></div>
<h2 id="changes">Changes</h2>${diffView(files)}
<h2 id="commits">Commits</h2><div class="card"><ul class="rows">${commits.map(
    (commit) =>
      html`<li><a class="mono" href="${link(viewer, `/${encodePath(project.fullPath)}/-/commit/${commit.id}`)}">${commit.id.slice(0, 8)}</a><span class="wide">${commit.message.split("\n")[0]}</span><span class="small soft">${commit.authorName} · ${time(commit.committedDate)}</span></li>`,
  )}</ul></div>
<h2 id="activity">Activity</h2>${timeline(viewer, project, one)}</div>
<aside class="first">${approvalsBox(viewer, one)}${mergeBox(viewer, one)}${factsBox(viewer, one)}</aside></div>`;
}

function approvalsBox(viewer: Viewer, one: MergeRequest): Html {
  const { state } = viewer;
  const rules = judgeRules(state, one);
  const gave = one.approvals.map(
    (approval) =>
      html`<div><span class="yes">✓</span> ${person(state.user(approval.userId))} <span class="small soft">${time(approval.approvedAt)} at <span class="mono">${approval.sha.slice(0, 8)}</span></span>${
        approval.sha === latestVersion(one).headSha
          ? null
          : html` <span class="badge warn">not this head</span>`
      }</div>`,
  );
  const verdict = isApproved(state, one)
    ? html`<span class="badge good">GitLab: approved</span>`
    : html`<span class="badge warn">GitLab: not approved</span>`;
  return html`<section class="card"><h2>Approvals ${verdict}</h2>${rules.map((judged) => ruleView(viewer, one, judged))}<div class="rule"><div class="head">Given</div>${gave.length === 0 ? html`<span class="soft">Nobody has approved.</span>` : gave}</div>${
    one.approvalRules === null
      ? null
      : html`<div class="rule"><span class="badge warn">The rules were changed in this merge request</span></div>`
  }</section>`;
}

function ruleView(viewer: Viewer, one: MergeRequest, judged: JudgedRule): Html {
  const { rule, approvedBy, eligible, approved, invalid } = judged;
  const may = eligible.filter((user) => canApprove(viewer.state, one, user));
  const still =
    rule.ruleType === "any_approver"
      ? html`anyone who may approve`
      : may.length === 0
        ? html`nobody`
        : html`${may.map((user) => html`${person(user)} `)}`;
  return html`<div class="rule"><div class="head"><span>${rule.name}</span><span class="${approved ? "yes" : "no"}">${approvedBy.length} of ${rule.approvalsRequired}${approved ? " ✓" : ""}</span></div>${approvedBy.map(
    (user) => html`<div><span class="yes">✓</span> ${person(user)}</div>`,
  )}${approved && may.length === 0 ? null : html`<div class="small soft">May still approve: ${still}</div>`}${
    invalid
      ? html`<div class="small"><span class="badge bad">counts as approved</span> nobody is left who could satisfy it</div>`
      : null
  }</div>`;
}

const STATUS_WORDS: Readonly<Record<string, string>> = {
  mergeable: "Ready to merge",
  not_open: "Not open any more",
  draft_status: "Is a draft",
  not_approved: "Waits for approvals",
  conflict: "Conflicts with the target",
  need_rebase: "Needs a rebase",
  ci_must_pass: "Pipeline must succeed",
  ci_still_running: "Pipeline is running",
  discussions_not_resolved: "Threads are not resolved",
  commits_status: "Has no commits",
};

function mergeBox(viewer: Viewer, one: MergeRequest): Html {
  const { state } = viewer;
  const status = trueStatus(state, one);
  const pipeline = headPipeline(state, one);
  const merged =
    one.mergeUserId === null || one.mergedAt === null
      ? null
      : html`<div>Merged by ${person(state.user(one.mergeUserId))}<br><span class="small soft">${time(one.mergedAt)} as <span class="mono">${(one.mergeCommitSha ?? "").slice(0, 8)}</span></span></div>`;
  return html`<section class="card"><h2>Merge</h2><div class="pad">${merged ?? html`<span class="badge ${status === "mergeable" ? "good" : "warn"}">${STATUS_WORDS[status] ?? status}</span> <span class="small soft mono">${status}</span>`}${
    pipeline === null
      ? null
      : html`<div class="small soft">Pipeline ${pipeline.id}: ${pipeline.status}</div>`
  }</div></section>`;
}

function factsBox(viewer: Viewer, one: MergeRequest): Html {
  const { state } = viewer;
  const version = latestVersion(one);
  const people = (ids: readonly number[]): Html =>
    ids.length === 0
      ? html`None`
      : html`${ids.map((id) => html`<div>${person(state.user(id))}</div>`)}`;
  return html`<section class="card pad side"><dl>
<dt>Reviewers</dt><dd>${people(one.reviewerIds)}</dd><dt>Assignees</dt><dd>${people(one.assigneeIds)}</dd>
<dt>Labels</dt><dd>${one.labelIds.length === 0 ? "None" : labelChips(state.labels, one.labelIds)}</dd>
<dt>Head</dt><dd class="mono">${version.headSha.slice(0, 12)}</dd><dt>Last push</dt><dd>${time(version.createdAt)}</dd>
<dt>Versions</dt><dd>${one.versions.length}</dd><dt>Patch id</dt><dd class="mono">${version.patchId.slice(0, 12) || "empty"}</dd></dl></section>`;
}
