// GitLab's own judgement of approvals, with its gaps: a rule that nobody can satisfy counts as approved,
// and one person satisfies every rule they are eligible for.
import { ACCESS, type ApprovalRule, type MergeRequest, type Project, type User } from "../model.ts";
import type { State } from "../state.ts";
import { targetRepository, versionCommits } from "./versions.ts";

export type JudgedRule = {
  readonly rule: ApprovalRule;
  readonly eligible: readonly User[];
  readonly approvedBy: readonly User[];
  /** More approvals needed than there are people who could give them. */
  readonly invalid: boolean;
  readonly approved: boolean;
  readonly left: number;
};

/** Approval rules are a paid feature: the plan of the top group decides, people's own projects have none. */
export function rulesAvailable(state: State, project: Project): boolean {
  const top = state.groupChain(project.groupId).at(-1);
  return top !== undefined && top.plan !== "free";
}

/** The rules that apply now: the merge request's own ones if it has any, else the project's. */
function applicableRules(state: State, mergeRequest: MergeRequest): readonly ApprovalRule[] {
  const project = state.projectById(mergeRequest.projectId);
  if (!rulesAvailable(state, project)) return [];
  return mergeRequest.approvalRules ?? projectRulesFor(project, mergeRequest.targetBranch);
}

/** The project's rules that cover a target branch. */
export function projectRulesFor(project: Project, branch: string): readonly ApprovalRule[] {
  const covering = project.protectedBranches.filter((one) => one.name === branch);
  return project.approvalRules.filter((rule) => {
    if (rule.appliesToAllProtectedBranches) return covering.length > 0;
    if (rule.protectedBranchIds.length === 0) return true;
    return covering.some((one) => rule.protectedBranchIds.includes(one.id));
  });
}

/** Each rule with who may satisfy it and who did. */
export function judgeRules(state: State, mergeRequest: MergeRequest): readonly JudgedRule[] {
  return applicableRules(state, mergeRequest).map((rule) => judgeRule(state, mergeRequest, rule));
}

function judgeRule(state: State, mergeRequest: MergeRequest, rule: ApprovalRule): JudgedRule {
  const any = rule.ruleType === "any_approver";
  const eligible = any ? [] : eligibleApprovers(state, mergeRequest, rule);
  const gave = mergeRequest.approvals
    .map((one) => state.user(one.userId))
    .filter((user) => user.state === "active");
  const approvedBy = any ? gave : gave.filter((user) => eligible.includes(user));
  const left = Math.max(0, rule.approvalsRequired - approvedBy.length);
  const invalid = !any && eligible.length < rule.approvalsRequired;
  return { rule, eligible, approvedBy, invalid, left, approved: left === 0 || invalid };
}

/** The active users and direct members of the rule's groups, less the author and committers where the settings say so. */
export function eligibleApprovers(
  state: State,
  mergeRequest: MergeRequest | null,
  rule: ApprovalRule,
): readonly User[] {
  const ids = new Set(rule.userIds);
  for (const groupId of rule.groupIds) {
    const group = state.groups.get(groupId);
    const members = state.membersOf(group?.members ?? new Map(), []);
    for (const member of members.values()) ids.add(member.userId);
  }
  const barred = mergeRequest === null ? new Set<number>() : barredApprovers(state, mergeRequest);
  return [...ids]
    .map((id) => state.user(id))
    .filter((user) => user.state === "active" && !barred.has(user.id));
}

/** Whom the project's settings keep from approving this merge request: the author, on demand the committers. */
function barredApprovers(state: State, mergeRequest: MergeRequest): ReadonlySet<number> {
  const settings = state.projectById(mergeRequest.projectId).approvalSettings;
  const barred = new Set<number>();
  if (!settings.merge_requests_author_approval) barred.add(mergeRequest.authorId);
  if (!settings.merge_requests_disable_committers_approval) return barred;
  const emails = committerEmails(state, mergeRequest);
  for (const user of state.users.values()) {
    if (emails.has(user.email.toLowerCase())) barred.add(user.id);
  }
  return barred;
}

function committerEmails(state: State, mergeRequest: MergeRequest): ReadonlySet<string> {
  const version = mergeRequest.versions.at(-1);
  if (version === undefined) return new Set();
  const commits = versionCommits(targetRepository(state, mergeRequest), version);
  return new Set(commits.map((commit) => commit.committerEmail.toLowerCase()));
}

/** Is approving open to this user at all (Developers, and people named by a rule)? Refusal is a 403. */
export function mayApproveHere(state: State, mergeRequest: MergeRequest, user: User): boolean {
  const level = state.accessLevel(user, state.projectById(mergeRequest.projectId));
  if (level >= ACCESS.developer) return true;
  if (level < ACCESS.reporter) return false;
  return judgeRules(state, mergeRequest).some((one) => one.eligible.includes(user));
}

/** Would an approval by this user be taken now? Refusal is a 401. */
export function canApprove(state: State, mergeRequest: MergeRequest, user: User): boolean {
  return (
    mergeRequest.state === "opened" &&
    mayApproveHere(state, mergeRequest, user) &&
    !mergeRequest.approvals.some((one) => one.userId === user.id) &&
    !barredApprovers(state, mergeRequest).has(user.id)
  );
}

/** GitLab's verdict on the whole merge request. */
export function isApproved(state: State, mergeRequest: MergeRequest): boolean {
  return judgeRules(state, mergeRequest).every((one) => one.approved);
}
