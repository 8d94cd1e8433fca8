// The `Merge Request Hook`: its payload and when it is sent.
import { repositoryOf } from "../git/project-repository.ts";
import {
  type HookChanges,
  hookLabels,
  hookProject,
  hookRepository,
  hookUser,
} from "../hook-payloads.ts";
import type { MergeRequest, User } from "../model.ts";
import { noteableUrl } from "../presenters.ts";
import type { State } from "../state.ts";
import { isDraft } from "./draft.ts";

export type MergeRequestHookAction =
  | "open"
  | "update"
  | "close"
  | "reopen"
  | "merge"
  | "approval"
  | "approved"
  | "unapproval"
  | "unapproved";

type Extra = {
  /** Set for a push: where the source branch stood before. */
  readonly oldrev?: string;
  readonly changes?: HookChanges;
};

/** Queues the event for the target project's hooks. */
export function sendMergeRequestHook(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  action: MergeRequestHookAction,
  extra: Extra,
): void {
  const project = state.projectById(mergeRequest.projectId);
  state.hook(project, "merge_requests", {
    object_kind: "merge_request",
    event_type: "merge_request",
    user: hookUser(user),
    project: hookProject(state, project),
    object_attributes: {
      ...hookMergeRequest(state, mergeRequest),
      action,
      ...(extra.oldrev === undefined ? {} : { oldrev: extra.oldrev }),
    },
    labels: hookLabels(state, mergeRequest.labelIds),
    changes: extra.changes ?? {},
    repository: hookRepository(state, project),
    assignees: mergeRequest.assigneeIds.map((id) => hookUser(state.user(id))),
    reviewers: mergeRequest.reviewerIds.map((id) => hookUser(state.user(id))),
  });
}

/** A merge request as hooks carry it: `object_attributes` of its own events, `merge_request` of note events. */
export function hookMergeRequest(
  state: State,
  mergeRequest: MergeRequest,
): Record<string, unknown> {
  const head = mergeRequest.versions.at(-1)?.headSha ?? null;
  const target = state.projectById(mergeRequest.projectId);
  const source = state.projectById(mergeRequest.sourceProjectId);
  const commit = head === null ? null : (repositoryOf(target)?.commit(head) ?? null);
  const draft = isDraft(mergeRequest.title);
  return {
    id: mergeRequest.id,
    iid: mergeRequest.iid,
    title: mergeRequest.title,
    description: mergeRequest.description,
    state: mergeRequest.state,
    author_id: mergeRequest.authorId,
    assignee_id: mergeRequest.assigneeIds[0] ?? null,
    assignee_ids: mergeRequest.assigneeIds,
    reviewer_ids: mergeRequest.reviewerIds,
    source_branch: mergeRequest.sourceBranch,
    target_branch: mergeRequest.targetBranch,
    source_project_id: mergeRequest.sourceProjectId,
    target_project_id: mergeRequest.projectId,
    source: hookProject(state, source),
    target: hookProject(state, target),
    created_at: mergeRequest.createdAt,
    updated_at: mergeRequest.updatedAt,
    draft,
    work_in_progress: draft,
    merge_commit_sha: mergeRequest.mergeCommitSha,
    merge_user_id: mergeRequest.mergeUserId,
    merge_when_pipeline_succeeds: false,
    merge_status: "checking",
    detailed_merge_status: "checking",
    blocking_discussions_resolved: true,
    labels: hookLabels(state, mergeRequest.labelIds),
    url: noteableUrl(state, mergeRequest),
    last_commit:
      commit === null
        ? null
        : {
            id: commit.id,
            message: commit.message,
            title: commit.message.split("\n")[0],
            timestamp: commit.committedDate,
            url: `${state.url}/${target.fullPath}/-/commit/${commit.id}`,
            author: { name: commit.authorName, email: "[REDACTED]" },
          },
  };
}
