// Giving and taking back approvals, with their system notes and hooks.
import type { MergeRequest, User } from "../model.ts";
import type { State } from "../state.ts";
import { canApprove, isApproved } from "./approval-rules.ts";
import { sendMergeRequestHook } from "./events.ts";
import { latestVersion } from "./versions.ts";

/** Approves the head as it is now; `false` when GitLab would not take it (author, twice, barred, not open). */
export function approveMergeRequest(state: State, mergeRequest: MergeRequest, user: User): boolean {
  if (!canApprove(state, mergeRequest, user)) return false;
  mergeRequest.approvals.push({
    userId: user.id,
    approvedAt: state.stamp(),
    sha: latestVersion(mergeRequest).headSha,
  });
  state.systemNote(mergeRequest, user, "approved this merge request");
  const action = isApproved(state, mergeRequest) ? "approved" : "approval";
  sendMergeRequestHook(state, mergeRequest, user, action, {});
  return true;
}

/** Takes the user's approval back; `false` when there is none. */
export function unapproveMergeRequest(
  state: State,
  mergeRequest: MergeRequest,
  user: User,
): boolean {
  const left = mergeRequest.approvals.filter((one) => one.userId !== user.id);
  if (left.length === mergeRequest.approvals.length) return false;
  const wasApproved = isApproved(state, mergeRequest);
  mergeRequest.approvals = left;
  state.systemNote(mergeRequest, user, "unapproved this merge request");
  const falls = wasApproved && !isApproved(state, mergeRequest);
  sendMergeRequestHook(state, mergeRequest, user, falls ? "unapproved" : "unapproval", {});
  return true;
}
