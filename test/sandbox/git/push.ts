// What follows when a branch has moved, by push, API or merge: merge requests, system notes, hooks.

import { hookProject, hookRepository } from "../hook-payloads.ts";
import { type BranchMove, branchMoved } from "../merge-requests/versions.ts";
import type { Project, User } from "../model.ts";
import { projectUrl } from "../presenters.ts";
import type { State } from "../state.ts";
import { repositoryOf } from "./project-repository.ts";
import { NO_COMMIT } from "./repository.ts";

/** Tells everything that watches a branch that it has moved. */
export function afterPush(state: State, project: Project, move: BranchMove, user: User): void {
  project.lastActivityAt = state.stamp();
  project.defaultBranch ??= move.branch;
  // The payload asks git for every commit's files, so it is made only for those who listen.
  if (project.hooks.some((hook) => hook.flags.push_events)) {
    state.hook(project, "push", pushPayload(state, project, move, user));
  }
  branchMoved(state, project, move, user);
}

/** The `Push Hook` payload. */
function pushPayload(
  state: State,
  project: Project,
  move: BranchMove,
  user: User,
): Record<string, unknown> {
  const url = projectUrl(state, project);
  const commits = newCommits(project, move);
  return {
    object_kind: "push",
    event_name: "push",
    before: move.from ?? NO_COMMIT,
    after: move.to ?? NO_COMMIT,
    ref: `refs/heads/${move.branch}`,
    ref_protected: project.protectedBranches.some((one) => one.name === move.branch),
    checkout_sha: move.to,
    message: null,
    user_id: user.id,
    user_name: user.name,
    user_username: user.username,
    user_email: "",
    user_avatar: null,
    project_id: project.id,
    project: hookProject(state, project),
    commits: commits.slice(0, 20).map((commit) => ({
      id: commit.id,
      message: commit.message,
      title: commit.message.split("\n")[0],
      timestamp: commit.committedDate,
      url: `${url}/-/commit/${commit.id}`,
      author: { name: commit.authorName, email: "[REDACTED]" },
      added: commit.changes.filter((file) => file.new_file).map((file) => file.new_path),
      modified: commit.changes
        .filter((file) => !file.new_file && !file.deleted_file)
        .map((file) => file.new_path),
      removed: commit.changes.filter((file) => file.deleted_file).map((file) => file.new_path),
    })),
    total_commits_count: commits.length,
    push_options: {},
    repository: hookRepository(state, project),
  };
}

function newCommits(project: Project, move: BranchMove) {
  const repository = repositoryOf(project);
  if (repository === null || move.to === null) return [];
  const known = move.from ?? repository.branchHead(project.defaultBranch ?? "") ?? undefined;
  const exclude = known === move.to ? undefined : known;
  const commits = exclude === undefined ? [] : repository.log({ ref: move.to, exclude });
  return commits.map((commit) => ({
    ...commit,
    changes: commit.parents[0] === undefined ? [] : repository.diff(commit.parents[0], commit.id),
  }));
}
