/** The records the sandbox GitLab keeps: plain data, ids as GitLab gives them, times as ISO 8601 UTC strings. */

/** GitLab's access levels; a level is compared with `>=`. */
export const ACCESS = {
  none: 0,
  minimal: 5,
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
  admin: 60,
} as const;

export type Visibility = "private" | "internal" | "public";
type Plan = "free" | "premium" | "ultimate" | string;

export interface User {
  readonly id: number;
  username: string;
  name: string;
  email: string;
  state: "active" | "blocked";
  admin: boolean;
  bot: boolean;
  external: boolean;
  createdAt: string;
}

type TokenKind = "personal" | "impersonation" | "project" | "group" | "job";

export interface Token {
  readonly id: number;
  readonly userId: number;
  readonly kind: TokenKind;
  readonly value: string;
  name: string;
  scopes: readonly string[];
  expiresAt: string | null;
  revoked: boolean;
  createdAt: string;
  lastUsedAt: string | null;
  /** Project of a project or job token. */
  projectId: number | null;
  groupId: number | null;
  accessLevel: number | null;
}

export interface Member {
  readonly userId: number;
  accessLevel: number;
  /** Date `YYYY-MM-DD`; the membership ends when that day begins. */
  expiresAt: string | null;
  createdAt: string;
  createdById: number | null;
}

export interface Group {
  readonly id: number;
  name: string;
  path: string;
  fullPath: string;
  parentId: number | null;
  visibility: Visibility;
  description: string;
  createdAt: string;
  plan: Plan;
  trial: boolean;
  members: Map<number, Member>;
  /** Further answers of the system of record about this account, shown by the control API. */
  facts: Record<string, unknown>;
}

export interface Variable {
  key: string;
  value: string;
  variable_type: "env_var" | "file";
  protected: boolean;
  masked: boolean;
  hidden: boolean;
  raw: boolean;
  environment_scope: string;
  description: string | null;
}

export interface Label {
  readonly id: number;
  name: string;
  color: string;
  description: string | null;
  priority: number | null;
  /** Exactly one of the two is set. */
  readonly projectId: number | null;
  readonly groupId: number | null;
}

interface LabelEvent {
  readonly id: number;
  readonly userId: number;
  readonly createdAt: string;
  readonly labelId: number;
  readonly action: "add" | "remove";
}

interface StateEvent {
  readonly id: number;
  readonly userId: number;
  readonly createdAt: string;
  readonly state: "closed" | "reopened" | "merged" | "locked";
}

export interface AwardEmoji {
  readonly id: number;
  readonly name: string;
  readonly userId: number;
  readonly createdAt: string;
}

/** What issues and merge requests have in common; `kind` tells them apart. */
interface NoteableBase {
  readonly id: number;
  readonly iid: number;
  title: string;
  description: string | null;
  readonly authorId: number;
  assigneeIds: number[];
  labelIds: number[];
  discussionLocked: boolean;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedById: number | null;
  notes: Note[];
  labelEvents: LabelEvent[];
  stateEvents: StateEvent[];
  awards: AwardEmoji[];
}

export interface Issue extends NoteableBase {
  readonly kind: "Issue";
  projectId: number;
  state: "opened" | "closed";
  confidential: boolean;
  issueType: "issue" | "incident" | "task" | "test_case";
  dueDate: string | null;
  weight: number | null;
  severity: string;
  movedToId: number | null;
  duplicatedToId: number | null;
  /** Mail addresses added by `/invite_email`: people outside who receive the issue by mail. */
  emailParticipants: string[];
}

export interface MergeRequestVersion {
  readonly id: number;
  readonly headSha: string;
  readonly baseSha: string;
  readonly startSha: string;
  readonly createdAt: string;
  readonly patchId: string;
}

interface Approval {
  readonly userId: number;
  readonly approvedAt: string;
  readonly sha: string;
}

export interface ApprovalRule {
  readonly id: number;
  name: string;
  ruleType: "regular" | "any_approver" | "code_owner" | "report_approver";
  approvalsRequired: number;
  userIds: number[];
  groupIds: number[];
  protectedBranchIds: number[];
  appliesToAllProtectedBranches: boolean;
  /** For a merge request's rule: the project rule it was copied from. */
  sourceRuleId: number | null;
}

interface ApprovalSettings {
  reset_approvals_on_push: boolean;
  selective_code_owner_removals: boolean;
  disable_overriding_approvers_per_merge_request: boolean;
  merge_requests_author_approval: boolean;
  merge_requests_disable_committers_approval: boolean;
  require_password_to_approve: boolean;
}

export interface MergeRequest extends NoteableBase {
  readonly kind: "MergeRequest";
  /** The target project. */
  readonly projectId: number;
  readonly sourceProjectId: number;
  readonly sourceBranch: string;
  targetBranch: string;
  state: "opened" | "closed" | "merged" | "locked";
  reviewerIds: number[];
  squash: boolean;
  removeSourceBranch: boolean;
  mergedAt: string | null;
  mergeUserId: number | null;
  mergeCommitSha: string | null;
  squashCommitSha: string | null;
  preparedAt: string | null;
  /** How often the merge status was read since the last push: it starts as `preparing`, `checking`. */
  statusReads: number;
  versions: MergeRequestVersion[];
  approvals: Approval[];
  /** `null`: the project's rules apply. */
  approvalRules: ApprovalRule[] | null;
}

export type Noteable = Issue | MergeRequest;

export interface Note {
  readonly id: number;
  readonly authorId: number;
  body: string;
  readonly system: boolean;
  internal: boolean;
  readonly discussionId: string;
  createdAt: string;
  updatedAt: string;
  resolvable: boolean;
  resolved: boolean;
  resolvedById: number | null;
  /** `DiscussionNote` for a note of a thread, `DiffNote` for one on a line. */
  type: "DiscussionNote" | "DiffNote" | null;
  position: Record<string, unknown> | null;
  awards: AwardEmoji[];
}

export interface IssueLink {
  readonly id: number;
  readonly sourceId: number;
  readonly targetId: number;
  linkType: "relates_to" | "blocks" | "is_blocked_by";
  createdAt: string;
}

export interface AccessRule {
  readonly id: number;
  accessLevel: number | null;
  userId: number | null;
  groupId: number | null;
}

export interface ProtectedBranch {
  readonly id: number;
  /** A name or a pattern with `*`. */
  name: string;
  pushAccess: AccessRule[];
  mergeAccess: AccessRule[];
  unprotectAccess: AccessRule[];
  allowForcePush: boolean;
  codeOwnerApprovalRequired: boolean;
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly ref: string | null;
  readonly name: string;
  status: string;
  targetUrl: string | null;
  description: string | null;
  readonly authorId: number;
  readonly pipelineId: number | null;
  readonly createdAt: string;
}

/** The event flags of a hook, named as in the API. */
export const HOOK_FLAGS = [
  "push_events",
  "tag_push_events",
  "issues_events",
  "confidential_issues_events",
  "note_events",
  "confidential_note_events",
  "merge_requests_events",
  "job_events",
  "pipeline_events",
  "wiki_page_events",
  "deployment_events",
  "releases_events",
] as const;
export type HookFlag = (typeof HOOK_FLAGS)[number];

interface HookDelivery {
  readonly at: string;
  readonly event: string;
  readonly status: number | null;
  readonly error: string | null;
}

export interface Hook {
  readonly id: number;
  url: string;
  name: string | null;
  token: string | null;
  enable_ssl_verification: boolean;
  push_events_branch_filter: string | null;
  /** Values for `{key}` in the URL, never shown. */
  urlVariables: Record<string, string>;
  /** GitLab's `custom_webhook_template`: JSON text with `{{field.path}}`. */
  template: string | null;
  customHeaders: Record<string, string>;
  flags: Record<HookFlag, boolean>;
  createdAt: string;
  failures: number;
  disabledUntil: string | null;
  deliveries: HookDelivery[];
}

export interface TriggerToken {
  readonly id: number;
  description: string;
  readonly value: string;
  ownerId: number;
  createdAt: string;
  lastUsed: string | null;
}

export interface PipelineVariable {
  readonly key: string;
  readonly value: string;
  readonly variable_type: "env_var" | "file";
}

export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  readonly ref: string;
  readonly sha: string;
  readonly source: string;
  status: string;
  readonly userId: number;
  readonly variables: readonly PipelineVariable[];
  readonly scheduleId: number | null;
  readonly createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
}

export interface PipelineSchedule {
  readonly id: number;
  description: string;
  ref: string;
  cron: string;
  cronTimezone: string;
  active: boolean;
  ownerId: number;
  variables: PipelineVariable[];
  createdAt: string;
  updatedAt: string;
}

export interface PackageFile {
  readonly id: number;
  readonly fileName: string;
  readonly content: Uint8Array;
  readonly sha256: string;
  readonly createdAt: string;
  readonly pipelineId: number | null;
}

export interface GenericPackage {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  status: string;
  readonly creatorId: number;
  readonly createdAt: string;
  files: PackageFile[];
}

export interface AuditEvent {
  readonly id: number;
  readonly author_id: number;
  readonly entity_id: number;
  readonly entity_type: "Project" | "Group" | "User";
  readonly event_name: string;
  readonly details: Record<string, unknown>;
  readonly created_at: string;
}

export interface Project {
  readonly id: number;
  name: string;
  path: string;
  fullPath: string;
  /** The group it lives in, or `null` for a user's own namespace. */
  groupId: number | null;
  /** Owner when it lives in a user's own namespace. */
  ownerId: number | null;
  readonly creatorId: number;
  description: string | null;
  visibility: Visibility;
  archived: boolean;
  defaultBranch: string | null;
  /** Absolute path of the bare repository; `null` while the project is empty. */
  repositoryDir: string | null;
  createdAt: string;
  lastActivityAt: string;
  /** Every other writable attribute, under its API name. */
  settings: Record<string, unknown>;
  members: Map<number, Member>;
  variables: Variable[];
  issues: Issue[];
  mergeRequests: MergeRequest[];
  protectedBranches: ProtectedBranch[];
  approvalRules: ApprovalRule[];
  approvalSettings: ApprovalSettings;
  statuses: CommitStatus[];
  hooks: Hook[];
  triggers: TriggerToken[];
  pipelines: Pipeline[];
  schedules: PipelineSchedule[];
  packages: GenericPackage[];
}
