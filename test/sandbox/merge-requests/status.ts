// `detailed_merge_status`: why a merge request can or cannot be merged, in the order GitLab checks.
import type { MergeRequest, Pipeline } from "../model.ts";
import type { State } from "../state.ts";
import { isApproved } from "./approval-rules.ts";
import { isDraft } from "./draft.ts";
import { latestVersion, targetRepository } from "./versions.ts";

export type DetailedStatus =
  | "preparing"
  | "checking"
  | "not_open"
  | "draft_status"
  | "commits_status"
  | "discussions_not_resolved"
  | "ci_must_pass"
  | "ci_still_running"
  | "not_approved"
  | "conflict"
  | "need_rebase"
  | "mergeable";

/** The status as a reader sees it: after a push the first two reads meet GitLab still at work. */
export function shownStatus(state: State, mergeRequest: MergeRequest): DetailedStatus {
  if (mergeRequest.state !== "opened") return "not_open";
  if (mergeRequest.statusReads === 0) return "preparing";
  return mergeRequest.statusReads === 1 ? "checking" : trueStatus(state, mergeRequest);
}

/** Counts a read of the single merge request: GitLab's background work goes on while the client waits. */
export function countRead(state: State, mergeRequest: MergeRequest): void {
  mergeRequest.statusReads += 1;
  if (mergeRequest.statusReads > 0) mergeRequest.preparedAt ??= state.stamp();
}

/** The status once GitLab has finished checking. */
export function trueStatus(state: State, mergeRequest: MergeRequest): DetailedStatus {
  if (mergeRequest.state !== "opened") return "not_open";
  if (isDraft(mergeRequest.title)) return "draft_status";
  const version = latestVersion(mergeRequest);
  if (version.headSha === version.baseSha) return "commits_status";
  if (!discussionsSettled(state, mergeRequest)) return "discussions_not_resolved";
  const ci = ciStatus(state, mergeRequest);
  if (ci !== null) return ci;
  if (!isApproved(state, mergeRequest)) return "not_approved";
  if (hasConflicts(state, mergeRequest)) return "conflict";
  if (needsRebase(state, mergeRequest)) return "need_rebase";
  return "mergeable";
}

/** The older, coarser word. */
export function mergeStatus(state: State, mergeRequest: MergeRequest): string {
  if (mergeRequest.state === "opened" && mergeRequest.statusReads < 2) {
    return mergeRequest.statusReads === 0 ? "preparing" : "checking";
  }
  return hasConflicts(state, mergeRequest) ? "cannot_be_merged" : "can_be_merged";
}

export function hasConflicts(state: State, mergeRequest: MergeRequest): boolean {
  if (mergeRequest.state !== "opened") return false;
  const repository = targetRepository(state, mergeRequest);
  const target = repository.branchHead(mergeRequest.targetBranch);
  if (target === null) return true;
  return repository.mergedTree(target, latestVersion(mergeRequest).headSha) === null;
}

function needsRebase(state: State, mergeRequest: MergeRequest): boolean {
  const method = state.projectById(mergeRequest.projectId).settings["merge_method"];
  if (method !== "ff" && method !== "rebase_merge") return false;
  const repository = targetRepository(state, mergeRequest);
  const target = repository.branchHead(mergeRequest.targetBranch) ?? "";
  return !repository.isAncestor(target, latestVersion(mergeRequest).headSha);
}

function discussionsSettled(state: State, mergeRequest: MergeRequest): boolean {
  const settings = state.projectById(mergeRequest.projectId).settings;
  if (settings["only_allow_merge_if_all_discussions_are_resolved"] !== true) return true;
  return allResolved(mergeRequest);
}

export function allResolved(mergeRequest: MergeRequest): boolean {
  return mergeRequest.notes.every((note) => !note.resolvable || note.resolved);
}

/** The newest pipeline of the head commit. */
export function headPipeline(state: State, mergeRequest: MergeRequest): Pipeline | null {
  const head = latestVersion(mergeRequest).headSha;
  const projects = [mergeRequest.projectId, mergeRequest.sourceProjectId];
  const pipelines = projects.flatMap((id) => state.projectById(id).pipelines);
  return pipelines.filter((one) => one.sha === head).sort((a, b) => b.id - a.id)[0] ?? null;
}

function ciStatus(state: State, mergeRequest: MergeRequest): DetailedStatus | null {
  const project = state.projectById(mergeRequest.projectId);
  if (project.settings["only_allow_merge_if_pipeline_succeeds"] !== true) return null;
  const head = latestVersion(mergeRequest).headSha;
  const external = project.statuses.filter((one) => one.sha === head).map((one) => one.status);
  const pipeline = headPipeline(state, mergeRequest)?.status;
  const all = pipeline === undefined ? external : [...external, pipeline];
  if (all.length > 0 && all.every((one) => one === "success" || one === "skipped")) return null;
  return all.some((one) => ["running", "pending", "created"].includes(one))
    ? "ci_still_running"
    : "ci_must_pass";
}
