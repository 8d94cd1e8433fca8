// What happens to a merge request outside its code: creation, changes, closing, with notes, events and hooks.
import { crossReference } from "../cross-references.ts";
import type { HookChanges } from "../hook-payloads.ts";
import { setLabels } from "../labelling.ts";
import type { MergeRequest, Project, User } from "../model.ts";
import { labelNames } from "../presenters.ts";
import type { State } from "../state.ts";
import { isDraft } from "./draft.ts";
import { sendMergeRequestHook } from "./events.ts";
import { addVersion, latestVersion } from "./versions.ts";

/** Fields that can be written; labels as ids. */
export type MergeRequestChanges = {
  readonly title?: string | undefined;
  readonly description?: string | null | undefined;
  readonly targetBranch?: string | undefined;
  readonly labelIds?: readonly number[] | undefined;
  readonly assigneeIds?: readonly number[] | undefined;
  readonly reviewerIds?: readonly number[] | undefined;
  readonly squash?: boolean | undefined;
  readonly removeSourceBranch?: boolean | undefined;
  readonly discussionLocked?: boolean | undefined;
  readonly stateEvent?: "close" | "reopen" | undefined;
};

export type NewMergeRequest = MergeRequestChanges & {
  readonly title: string;
  readonly sourceProject: Project;
  readonly sourceBranch: string;
  readonly sourceHead: string;
  readonly targetBranch: string;
};

/** Opens a merge request into a project; the caller has checked branches and rights. */
export function createMergeRequest(
  state: State,
  target: Project,
  author: User,
  wish: NewMergeRequest,
): MergeRequest {
  const stamp = state.stamp();
  const mergeRequest: MergeRequest = {
    kind: "MergeRequest",
    id: state.nextId("merge_request"),
    iid: Math.max(0, ...target.mergeRequests.map((one) => one.iid)) + 1,
    projectId: target.id,
    sourceProjectId: wish.sourceProject.id,
    sourceBranch: wish.sourceBranch,
    targetBranch: wish.targetBranch,
    title: wish.title,
    description: wish.description ?? null,
    authorId: author.id,
    assigneeIds: [...(wish.assigneeIds ?? [])],
    reviewerIds: [...(wish.reviewerIds ?? [])],
    labelIds: [],
    discussionLocked: false,
    state: "opened",
    squash: wish.squash ?? false,
    removeSourceBranch: wish.removeSourceBranch ?? false,
    createdAt: stamp,
    updatedAt: stamp,
    closedAt: null,
    closedById: null,
    mergedAt: null,
    mergeUserId: null,
    mergeCommitSha: null,
    squashCommitSha: null,
    preparedAt: null,
    statusReads: 0,
    versions: [],
    approvals: [],
    approvalRules: null,
    notes: [],
    labelEvents: [],
    stateEvents: [],
    awards: [],
  };
  addVersion(state, mergeRequest, wish.sourceHead);
  target.mergeRequests.push(mergeRequest);
  setLabels(state, mergeRequest, author, wish.labelIds ?? []);
  crossReference(state, author, mergeRequest, mergeRequest.description ?? "");
  sendMergeRequestHook(state, mergeRequest, author, "open", {});
  return mergeRequest;
}

/** Applies changes with their events, system notes and one webhook. */
export function updateMergeRequest(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  wish: MergeRequestChanges,
): void {
  const changes: HookChanges = {};
  changeTitle(state, mergeRequest, user, wish.title, changes);
  changeDescription(state, mergeRequest, user, wish.description, changes);
  changeTarget(state, mergeRequest, user, wish.targetBranch, changes);
  changePeople(state, mergeRequest, user, wish, changes);
  changeFlags(mergeRequest, wish, changes);
  if (wish.labelIds !== undefined) {
    const previous = labelNames(state, mergeRequest.labelIds);
    if (setLabels(state, mergeRequest, user, wish.labelIds)) {
      changes["labels"] = { previous, current: labelNames(state, mergeRequest.labelIds) };
    }
  }
  const action = changeState(state, mergeRequest, user, wish.stateEvent, changes);
  if (Object.keys(changes).length === 0) return;
  const previous = mergeRequest.updatedAt;
  mergeRequest.updatedAt = state.stamp();
  changes["updated_at"] = { previous, current: mergeRequest.updatedAt };
  sendMergeRequestHook(state, mergeRequest, user, action, { changes });
}

function changeTitle(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  title: string | undefined,
  changes: HookChanges,
): void {
  const before = mergeRequest.title;
  if (title === undefined || title === before) return;
  mergeRequest.title = title;
  changes["title"] = { previous: before, current: title };
  if (isDraft(before) !== isDraft(title)) {
    const word = isDraft(title) ? "draft" : "ready";
    changes["draft"] = { previous: isDraft(before), current: isDraft(title) };
    state.systemNote(mergeRequest, user, `marked this merge request as **${word}**`);
  } else state.systemNote(mergeRequest, user, `changed title from **${before}** to **${title}**`);
}

function changeDescription(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  description: string | null | undefined,
  changes: HookChanges,
): void {
  if (description === undefined || description === mergeRequest.description) return;
  changes["description"] = { previous: mergeRequest.description, current: description };
  mergeRequest.description = description;
  state.systemNote(mergeRequest, user, "changed the description");
  crossReference(state, user, mergeRequest, description ?? "");
}

function changeTarget(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  branch: string | undefined,
  changes: HookChanges,
): void {
  const before = mergeRequest.targetBranch;
  if (branch === undefined || branch === before) return;
  changes["target_branch"] = { previous: before, current: branch };
  mergeRequest.targetBranch = branch;
  addVersion(state, mergeRequest, latestVersion(mergeRequest).headSha);
  state.systemNote(mergeRequest, user, `changed target branch from \`${before}\` to \`${branch}\``);
}

function changePeople(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  wish: MergeRequestChanges,
  changes: HookChanges,
): void {
  const lists = [
    { key: "assigneeIds", name: "assignees", add: "assigned to", drop: "unassigned" },
    {
      key: "reviewerIds",
      name: "reviewers",
      add: "requested review from",
      drop: "removed review request for",
    },
  ] as const;
  for (const { key, name, add, drop } of lists) {
    const before = mergeRequest[key];
    const wanted = [...new Set(wish[key] ?? before)];
    const added = wanted.filter((id) => !before.includes(id));
    const removed = before.filter((id) => !wanted.includes(id));
    if (added.length + removed.length === 0) continue;
    mergeRequest[key] = wanted;
    changes[name] = { previous: before, current: wanted };
    const handles = (ids: readonly number[]): string =>
      ids.map((id) => `@${state.user(id).username}`).join(" ");
    const parts = [
      ...(added.length > 0 ? [`${add} ${handles(added)}`] : []),
      ...(removed.length > 0 ? [`${drop} ${handles(removed)}`] : []),
    ];
    state.systemNote(mergeRequest, user, parts.join(" and "));
  }
}

function changeFlags(
  mergeRequest: MergeRequest,
  wish: MergeRequestChanges,
  changes: HookChanges,
): void {
  for (const key of ["squash", "removeSourceBranch", "discussionLocked"] as const) {
    const wanted = wish[key];
    if (wanted === undefined || wanted === mergeRequest[key]) continue;
    changes[key] = { previous: mergeRequest[key], current: wanted };
    mergeRequest[key] = wanted;
  }
}

function changeState(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
  event: MergeRequestChanges["stateEvent"],
  changes: HookChanges,
): "close" | "reopen" | "update" {
  const closes = event === "close" && mergeRequest.state === "opened";
  const reopens = event === "reopen" && mergeRequest.state === "closed";
  if (!closes && !reopens) return "update";
  changes["state_id"] = { previous: closes ? 1 : 2, current: closes ? 2 : 1 };
  mergeRequest.state = closes ? "closed" : "opened";
  mergeRequest.closedAt = closes ? state.stamp() : null;
  mergeRequest.closedById = closes ? user.id : null;
  mergeRequest.stateEvents.push({
    id: state.nextId("state_event"),
    userId: user.id,
    createdAt: state.stamp(),
    state: closes ? "closed" : "reopened",
  });
  return closes ? "close" : "reopen";
}
