// Merging and rebasing a merge request: the commits, the branches that move, the record.
import { mayPush, protectionsOf } from "../git/branch-protection.ts";
import { rebase } from "../git/merge.ts";
import { repositoryOf, signatureOf } from "../git/project-repository.ts";
import { afterPush } from "../git/push.ts";
import type { Repository } from "../git/repository.ts";
import type { MergeRequest, Project, User } from "../model.ts";
import type { State } from "../state.ts";
import { closeIssues, issuesClosedBy } from "./closing.ts";
import { latestVersion, markMerged, targetRepository } from "./versions.ts";

export type MergeWish = {
  readonly squash: boolean;
  readonly removeSourceBranch: boolean;
  readonly mergeCommitMessage?: string | undefined;
  readonly squashCommitMessage?: string | undefined;
};

/** Merges what {@link trueStatus} called mergeable; `false` when the branches moved or conflict after all. */
export function mergeMergeRequest(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  wish: MergeWish,
): boolean {
  const project = state.projectById(mergeRequest.projectId);
  const repository = targetRepository(state, mergeRequest);
  const target = repository.branchHead(mergeRequest.targetBranch);
  if (target === null) return false;
  const made = mergeCommits(state, mergeRequest, user, wish, repository, target);
  if (made === null) return false;
  const ref = `refs/heads/${mergeRequest.targetBranch}`;
  if (!repository.updateRef(ref, made.head, target)) return false;
  const closing = issuesClosedBy(state, mergeRequest);
  mergeRequest.squashCommitSha = made.squash;
  markMerged(state, mergeRequest, user, made.head);
  const move = { branch: mergeRequest.targetBranch, from: target, to: made.head };
  afterPush(state, project, move, user);
  closeIssues(state, mergeRequest, user, closing);
  if (wish.removeSourceBranch) removeSourceBranch(state, mergeRequest, user);
  return true;
}

type Made = { readonly head: string; readonly squash: string | null };

function mergeCommits(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  wish: MergeWish,
  repository: Repository,
  target: string,
): Made | null {
  const project = state.projectById(mergeRequest.projectId);
  const version = latestVersion(mergeRequest);
  const tree = repository.mergedTree(target, version.headSha);
  if (tree === null) return null;
  const signature = signatureOf(user);
  const write = (commitTree: string, parents: readonly string[], message: string): string =>
    repository.writeCommit({
      tree: commitTree,
      parents,
      message,
      author: signature,
      committer: signature,
      date: state.now(),
    });
  const fastForward = project.settings["merge_method"] === "ff";
  const squash = wish.squash
    ? write(
        fastForward ? tree : (repository.commit(version.headSha)?.tree ?? tree),
        [fastForward ? target : version.baseSha],
        wish.squashCommitMessage ?? mergeRequest.title,
      )
    : null;
  const side = squash ?? version.headSha;
  if (fastForward) return { head: side, squash };
  const message = wish.mergeCommitMessage ?? mergeMessage(project, mergeRequest);
  return { head: write(tree, [target, side], message), squash };
}

function mergeMessage(project: Project, mergeRequest: MergeRequest): string {
  return [
    `Merge branch '${mergeRequest.sourceBranch}' into '${mergeRequest.targetBranch}'`,
    mergeRequest.title,
    `See merge request ${project.fullPath}!${mergeRequest.iid}`,
  ].join("\n\n");
}

function removeSourceBranch(state: State, mergeRequest: MergeRequest, user: User): void {
  const source = state.projectById(mergeRequest.sourceProjectId);
  const branch = mergeRequest.sourceBranch;
  const repository = repositoryOf(source);
  const head = repository?.branchHead(branch) ?? null;
  if (repository === null || head === null) return;
  if (branch === source.defaultBranch || protectionsOf(source, branch).length > 0) return;
  if (!mayPush(state, source, branch, user)) return;
  repository.deleteRef(`refs/heads/${branch}`, head);
  afterPush(state, source, { branch, from: head, to: null }, user);
}

/** Replays the source branch on the target's head and pushes it there; the fault as text, `null` when done. */
export function rebaseMergeRequest(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
): string | null {
  const source = state.projectById(mergeRequest.sourceProjectId);
  const repository = repositoryOf(source);
  const head = repository?.branchHead(mergeRequest.sourceBranch) ?? null;
  const target = targetRepository(state, mergeRequest);
  const onto = target.branchHead(mergeRequest.targetBranch);
  if (repository === null || head === null || onto === null) return "Source branch does not exist";
  if (target !== repository) target.shareCommit(repository, onto);
  const rebased = rebase(repository, head, onto, signatureOf(user), state.now());
  if (rebased === null) {
    return "Rebase failed: Rebase locally, resolve all conflicts, then push the branch.";
  }
  if (rebased === head) return null;
  repository.updateRef(`refs/heads/${mergeRequest.sourceBranch}`, rebased, head);
  const move = { branch: mergeRequest.sourceBranch, from: head, to: rebased };
  afterPush(state, source, move, user);
  return null;
}
