// A merge request's diff versions: one for every push to its source branch, with its patch id and what a push undoes.

import type { CommitInfo } from "../git/git-output.ts";
import { ensureRepository, repositoryOf } from "../git/project-repository.ts";
import type { Repository } from "../git/repository.ts";
import type { MergeRequest, MergeRequestVersion, Project, User } from "../model.ts";
import { noteableUrl } from "../presenters.ts";
import type { State } from "../state.ts";
import { sendMergeRequestHook } from "./events.ts";

/** A branch that has moved, by push, API or merge. */
export type BranchMove = {
  readonly branch: string;
  /** `null`: the branch is new. */
  readonly from: string | null;
  /** `null`: the branch is gone. */
  readonly to: string | null;
};

/** The newest version; every merge request has one. */
export function latestVersion(mergeRequest: MergeRequest): MergeRequestVersion {
  const version = mergeRequest.versions.at(-1);
  if (version === undefined) throw new Error(`merge request ${mergeRequest.id} has no version`);
  return version;
}

/** The target's repository, in which both sides' commits are known. */
export function targetRepository(state: State, mergeRequest: MergeRequest): Repository {
  return ensureRepository(state, state.projectById(mergeRequest.projectId));
}

/** The commits a version brings, newest first. */
export function versionCommits(
  repository: Repository,
  version: MergeRequestVersion,
): readonly CommitInfo[] {
  return repository.log({ ref: version.headSha, exclude: version.baseSha });
}

/** Measures a head against the target branch and keeps it as the newest version and as `refs/merge-requests/:iid/head`. */
export function addVersion(state: State, mergeRequest: MergeRequest, head: string): void {
  const repository = targetRepository(state, mergeRequest);
  const source = repositoryOf(state.projectById(mergeRequest.sourceProjectId));
  if (source !== null && source !== repository) source.shareCommit(repository, head);
  const start = repository.branchHead(mergeRequest.targetBranch) ?? head;
  const base = repository.mergeBase([start, head]) ?? start;
  repository.setRef(`refs/merge-requests/${mergeRequest.iid}/head`, head);
  mergeRequest.versions.push({
    id: state.nextId("merge_request_diff"),
    headSha: head,
    baseSha: base,
    startSha: start,
    createdAt: state.stamp(),
    patchId: repository.patchId(base, head),
  });
  mergeRequest.statusReads = 0;
  mergeRequest.preparedAt = null;
}

/** Everything a moved branch does to merge requests: new versions from it, merges and checks into it. */
export function branchMoved(state: State, project: Project, move: BranchMove, user: User): void {
  const arrived = arrivedCommits(project, move);
  for (const target of state.projects.values()) {
    for (const mergeRequest of target.mergeRequests) {
      if (mergeRequest.state !== "opened") continue;
      const isSource =
        mergeRequest.sourceProjectId === project.id && mergeRequest.sourceBranch === move.branch;
      if (isSource && move.to !== null) pushedTo(state, mergeRequest, move.to, user);
      if (target === project && mergeRequest.targetBranch === move.branch && move.to !== null) {
        targetMoved(state, mergeRequest, move.to, user, arrived);
      }
    }
  }
}

function pushedTo(state: State, mergeRequest: MergeRequest, head: string, user: User): void {
  const before = latestVersion(mergeRequest);
  if (before.headSha === head) return;
  addVersion(state, mergeRequest, head);
  const repository = targetRepository(state, mergeRequest);
  const after = latestVersion(mergeRequest);
  const added = repository.log({ ref: head, exclude: before.headSha });
  const compare = `${noteableUrl(state, mergeRequest)}/diffs?diff_id=${after.id}&start_sha=${before.headSha}`;
  const items = added.map(
    (one) => `<li>${one.id.slice(0, 8)} - ${one.message.split("\n")[0]}</li>`,
  );
  const count = `added ${added.length} ${added.length === 1 ? "commit" : "commits"}`;
  state.systemNote(
    mergeRequest,
    user,
    `${count}\n\n<ul>${items.join("")}</ul>\n\n[Compare with previous version](${compare})`,
  );
  resetApprovals(state, mergeRequest, before, user);
  sendMergeRequestHook(state, mergeRequest, user, "update", { oldrev: before.headSha });
}

/** GitLab takes approvals back only when the change itself differs: a clean rebase or a merge of the target keeps them. */
function resetApprovals(
  state: State,
  mergeRequest: MergeRequest,
  before: MergeRequestVersion,
  user: User,
): void {
  const project = state.projectById(mergeRequest.projectId);
  if (!project.approvalSettings.reset_approvals_on_push) return;
  if (latestVersion(mergeRequest).patchId === before.patchId) return;
  if (mergeRequest.approvals.length === 0) return;
  const names = mergeRequest.approvals.map((one) => `@${state.user(one.userId).username}`);
  mergeRequest.approvals = [];
  state.systemNote(
    mergeRequest,
    user,
    `reset approvals from ${names.join(" and ")} by pushing to the branch`,
  );
}

/** The commits a move brought to its branch. */
function arrivedCommits(project: Project, move: BranchMove): ReadonlySet<string> {
  const repository = repositoryOf(project);
  if (repository === null || move.to === null || move.from === null) return new Set();
  return new Set(repository.log({ ref: move.to, exclude: move.from }).map((commit) => commit.id));
}

function targetMoved(
  state: State,
  mergeRequest: MergeRequest,
  to: string,
  user: User,
  arrived: ReadonlySet<string>,
): void {
  if (arrived.has(latestVersion(mergeRequest).headSha)) markMerged(state, mergeRequest, user, to);
  else mergeRequest.statusReads = Math.min(mergeRequest.statusReads, 1);
}

/** Records that the change has reached the target branch. */
export function markMerged(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  mergeCommit: string,
): void {
  const stamp = state.stamp();
  mergeRequest.state = "merged";
  mergeRequest.mergedAt = stamp;
  mergeRequest.updatedAt = stamp;
  mergeRequest.mergeUserId = user.id;
  mergeRequest.mergeCommitSha = mergeCommit;
  mergeRequest.stateEvents.push({
    id: state.nextId("state_event"),
    userId: user.id,
    createdAt: stamp,
    state: "merged",
  });
  sendMergeRequestHook(state, mergeRequest, user, "merge", {});
}
