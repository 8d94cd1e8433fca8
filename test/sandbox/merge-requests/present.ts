// The JSON of merge requests, their approvals and their rules.
import { ACCESS, type ApprovalRule, type Group, type MergeRequest, type User } from "../model.ts";
import {
  type Json,
  noteableUrl,
  presentLabels,
  presentReferences,
  presentUser,
  presentUserId,
  TIME_STATS,
} from "../presenters.ts";
import { presentPipelineBasic } from "../routes/pipelines.ts";
import type { State } from "../state.ts";
import {
  canApprove,
  eligibleApprovers,
  isApproved,
  type JudgedRule,
  judgeRules,
} from "./approval-rules.ts";
import { isDraft } from "./draft.ts";
import { allResolved, hasConflicts, headPipeline, mergeStatus, shownStatus } from "./status.ts";
import { latestVersion, targetRepository } from "./versions.ts";

/** A merge request as in lists. */
export function presentMergeRequest(
  state: State,
  mergeRequest: MergeRequest,
  options: { readonly labelDetails: boolean } = { labelDetails: false },
): Json {
  const people = (ids: readonly number[]): Json[] =>
    ids.map((id) => presentUser(state, state.user(id)));
  const draft = isDraft(mergeRequest.title);
  const mergedBy = presentUserId(state, mergeRequest.mergeUserId);
  return {
    id: mergeRequest.id,
    iid: mergeRequest.iid,
    project_id: mergeRequest.projectId,
    title: mergeRequest.title,
    description: mergeRequest.description,
    state: mergeRequest.state,
    created_at: mergeRequest.createdAt,
    updated_at: mergeRequest.updatedAt,
    merged_by: mergedBy,
    merge_user: mergedBy,
    merged_at: mergeRequest.mergedAt,
    merge_after: null,
    closed_by: presentUserId(state, mergeRequest.closedById),
    closed_at: mergeRequest.closedAt,
    target_branch: mergeRequest.targetBranch,
    source_branch: mergeRequest.sourceBranch,
    user_notes_count: mergeRequest.notes.filter((note) => !note.system).length,
    upvotes: 0,
    downvotes: 0,
    author: presentUserId(state, mergeRequest.authorId),
    assignees: people(mergeRequest.assigneeIds),
    assignee: people(mergeRequest.assigneeIds)[0] ?? null,
    reviewers: people(mergeRequest.reviewerIds),
    source_project_id: mergeRequest.sourceProjectId,
    target_project_id: mergeRequest.projectId,
    labels: presentLabels(state, mergeRequest.labelIds, options.labelDetails),
    draft,
    imported: false,
    imported_from: "none",
    work_in_progress: draft,
    milestone: null,
    merge_when_pipeline_succeeds: false,
    merge_status: mergeStatus(state, mergeRequest),
    detailed_merge_status: shownStatus(state, mergeRequest),
    sha: latestVersion(mergeRequest).headSha,
    merge_commit_sha: mergeRequest.mergeCommitSha,
    squash_commit_sha: mergeRequest.squashCommitSha,
    discussion_locked: mergeRequest.discussionLocked ? true : null,
    should_remove_source_branch: null,
    force_remove_source_branch: mergeRequest.removeSourceBranch,
    prepared_at: mergeRequest.preparedAt,
    reference: `!${mergeRequest.iid}`,
    references: presentReferences(state, mergeRequest),
    web_url: noteableUrl(state, mergeRequest),
    time_stats: TIME_STATS,
    squash: mergeRequest.squash,
    squash_on_merge: mergeRequest.squash,
    task_completion_status: taskCompletion(mergeRequest.description ?? ""),
    has_conflicts: hasConflicts(state, mergeRequest),
    blocking_discussions_resolved: allResolved(mergeRequest),
    approvals_before_merge: null,
  };
}

function taskCompletion(description: string): Json {
  const boxes = [...description.matchAll(/^\s*[-*+] \[([ xX])\] /gm)];
  const done = boxes.filter((box) => box[1] !== " ");
  return { count: boxes.length, completed_count: done.length };
}

/** A merge request shown alone: with its diff refs, counts and the asker's rights. */
export function presentMergeRequestAlone(
  state: State,
  mergeRequest: MergeRequest,
  asker: User | null,
): Json {
  const version = latestVersion(mergeRequest);
  const project = state.projectById(mergeRequest.projectId);
  const files = targetRepository(state, mergeRequest).diff(version.baseSha, version.headSha);
  const pipeline = headPipeline(state, mergeRequest);
  const shown = pipeline === null ? null : presentPipelineBasic(state, project, pipeline);
  return {
    ...presentMergeRequest(state, mergeRequest),
    subscribed: asker?.id === mergeRequest.authorId,
    changes_count: files.length === 0 ? null : String(files.length),
    latest_build_started_at: null,
    latest_build_finished_at: null,
    first_deployed_to_production_at: null,
    pipeline: shown,
    head_pipeline: shown,
    diff_refs: {
      base_sha: version.baseSha,
      head_sha: version.headSha,
      start_sha: version.startSha,
    },
    merge_error: null,
    first_contribution: false,
    user: { can_merge: state.accessLevel(asker, project) >= ACCESS.developer },
  };
}

/** `GET …/approvals`. */
export function presentApprovals(
  state: State,
  mergeRequest: MergeRequest,
  asker: User | null,
): Json {
  const rules = judgeRules(state, mergeRequest);
  const left = rules.filter((one) => !one.approved);
  const suggested = new Set(left.flatMap((one) => one.eligible));
  const required = rules.reduce((sum, one) => sum + one.rule.approvalsRequired, 0);
  return {
    id: mergeRequest.id,
    iid: mergeRequest.iid,
    project_id: mergeRequest.projectId,
    title: mergeRequest.title,
    description: mergeRequest.description,
    state: mergeRequest.state,
    created_at: mergeRequest.createdAt,
    updated_at: mergeRequest.updatedAt,
    merge_status: mergeStatus(state, mergeRequest),
    approved: isApproved(state, mergeRequest),
    approvals_required: required,
    approvals_left: left.reduce((sum, one) => sum + one.left, 0),
    require_password_to_approve: false,
    approved_by: mergeRequest.approvals.map((one) => ({
      user: presentUserId(state, one.userId),
      approved_at: one.approvedAt,
    })),
    suggested_approvers: [...suggested]
      .filter((user) => canApprove(state, mergeRequest, user))
      .map((user) => presentUser(state, user)),
    approvers: [],
    approver_groups: [],
    user_has_approved: mergeRequest.approvals.some((one) => one.userId === asker?.id),
    user_can_approve: asker !== null && canApprove(state, mergeRequest, asker),
    approval_rules_left: left.map(({ rule }) => ({
      id: rule.id,
      name: rule.name,
      rule_type: rule.ruleType,
      approvals_required: rule.approvalsRequired,
    })),
    has_approval_rules: rules.length > 0,
    merge_request_approvers_available: true,
    multiple_approval_rules_available: true,
    invalid_approvers_rules: rules
      .filter((one) => one.invalid)
      .map(({ rule }) => ({ id: rule.id, name: rule.name, rule_type: rule.ruleType })),
  };
}

/** `GET …/approval_state`. */
export function presentApprovalState(state: State, mergeRequest: MergeRequest): Json {
  return {
    approval_rules_overwritten: mergeRequest.approvalRules !== null,
    rules: judgeRules(state, mergeRequest).map((one) => presentJudged(state, mergeRequest, one)),
  };
}

function presentJudged(state: State, mergeRequest: MergeRequest, judged: JudgedRule): Json {
  return {
    ...presentMergeRequestRule(state, mergeRequest, judged.rule),
    code_owner: judged.rule.ruleType === "code_owner",
    approved_by: judged.approvedBy.map((user) => presentUser(state, user)),
    approved: judged.approved,
  };
}

export function presentMergeRequestRule(
  state: State,
  mergeRequest: MergeRequest,
  rule: ApprovalRule,
): Json {
  const source = state
    .projectById(mergeRequest.projectId)
    .approvalRules.find((one) => one.id === rule.sourceRuleId);
  return {
    ...presentRule(state, mergeRequest, rule),
    section: null,
    source_rule:
      source === undefined ? null : { id: source.id, approvals_required: source.approvalsRequired },
    overridden: source !== undefined && !sameRule(source, rule),
  };
}

function sameRule(a: ApprovalRule, b: ApprovalRule): boolean {
  const core = (rule: ApprovalRule): string =>
    JSON.stringify([rule.name, rule.approvalsRequired, rule.userIds, rule.groupIds]);
  return core(a) === core(b);
}

/** A rule as the project's list shows it; with a merge request, those barred there are left out of the eligible. */
export function presentRule(
  state: State,
  mergeRequest: MergeRequest | null,
  rule: ApprovalRule,
): Json {
  const eligible =
    rule.ruleType === "any_approver" ? [] : eligibleApprovers(state, mergeRequest, rule);
  return {
    id: rule.id,
    name: rule.name,
    rule_type: rule.ruleType,
    report_type: null,
    eligible_approvers: eligible.map((user) => presentUser(state, user)),
    approvals_required: rule.approvalsRequired,
    users: rule.userIds.map((id) => presentUserId(state, id)),
    groups: rule.groupIds.flatMap((id) => {
      const group = state.groups.get(id);
      return group === undefined ? [] : [presentGroup(state, group)];
    }),
    contains_hidden_groups: false,
  };
}

function presentGroup(state: State, group: Group): Json {
  return {
    id: group.id,
    web_url: `${state.url}/groups/${group.fullPath}`,
    name: group.name,
    path: group.path,
    description: group.description,
    visibility: group.visibility,
    avatar_url: null,
    full_name: group.name,
    full_path: group.fullPath,
    parent_id: group.parentId,
  };
}
