// GitLab's answers about settings, as open schemas in our words. A value of a CI/CD variable never gets past this file.
import * as z from "zod";
import { UserAnswer } from "./schemas.ts";

/** Absent = this GitLab does not say. */
const word = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? null);
const access = z.looseObject({ access_level: z.int() }).nullish();

export const ProjectSettingsAnswer = z
  .looseObject({
    path_with_namespace: z.string(),
    visibility: z.string(),
    archived: z.boolean().nullish(),
    default_branch: word,
    issues_access_level: word,
    packages_enabled: flag,
    package_registry_access_level: word,
    forking_access_level: word,
    pages_access_level: word,
    public_jobs: flag,
    service_desk_enabled: flag,
    // Null means the usual file; absent means that we are not told.
    ci_config_path: z.string().nullable().optional(),
    ci_push_repository_for_job_token_allowed: flag,
    ci_pipeline_variables_minimum_override_role: word,
    protect_merge_request_pipelines: flag,
    permissions: z.looseObject({ project_access: access, group_access: access }).nullish(),
  })
  .transform((raw) => ({
    path: raw.path_with_namespace,
    visibility: raw.visibility,
    archived: raw.archived === true,
    defaultBranch: raw.default_branch ?? "",
    issues: raw.issues_access_level,
    packages: raw.packages_enabled,
    packageRegistry: raw.package_registry_access_level,
    forking: raw.forking_access_level,
    pages: raw.pages_access_level,
    publicJobs: raw.public_jobs,
    serviceDesk: raw.service_desk_enabled,
    ciConfigPath: raw.ci_config_path === undefined ? null : (raw.ci_config_path ?? ""),
    jobTokenMayPush: raw.ci_push_repository_for_job_token_allowed,
    variablesRole: raw.ci_pipeline_variables_minimum_override_role,
    secretsInMergeRequests: raw.protect_merge_request_pipelines,
    ownLevel: Math.max(
      raw.permissions?.project_access?.access_level ?? 0,
      raw.permissions?.group_access?.access_level ?? 0,
    ),
  }));

const id = z
  .int()
  .nullish()
  .transform((value) => value ?? null);
const rules = z.array(
  z
    .looseObject({ access_level: z.int().nullish(), user_id: id, group_id: id, deploy_key_id: id })
    .transform((raw) => ({
      level: raw.access_level ?? 0,
      user: raw.user_id,
      group: raw.group_id,
      deployKey: raw.deploy_key_id,
    })),
);

export const ProtectionAnswer = z
  .looseObject({
    name: z.string(),
    push_access_levels: rules,
    merge_access_levels: rules,
    allow_force_push: z.boolean().nullish(),
    code_owner_approval_required: z.boolean().nullish(),
  })
  .transform((raw) => ({
    name: raw.name,
    push: raw.push_access_levels,
    merge: raw.merge_access_levels,
    forcePush: raw.allow_force_push === true,
    codeOwners: raw.code_owner_approval_required === true,
  }));

export const TokenAnswer = z
  .looseObject({ user_id: z.int(), scopes: z.array(z.string()), expires_at: word })
  .transform((raw) => ({
    user: raw.user_id,
    scopes: raw.scopes,
    expiresAt: raw.expires_at === null ? null : raw.expires_at.slice(0, 10),
  }));

export const AccountAnswer = z
  .looseObject({ is_admin: z.boolean().nullish() })
  .and(UserAnswer)
  .transform((raw) => ({
    id: raw.id,
    username: raw.username,
    bot: raw.bot,
    administrator: raw.is_admin === true,
  }));

export const VariableAnswer = z
  .looseObject({
    key: z.string(),
    protected: z.boolean().nullish(),
    masked: z.boolean().nullish(),
    hidden: z.boolean().nullish(),
    environment_scope: z.string().nullish(),
  })
  .transform((raw) => ({
    key: raw.key,
    protected: raw.protected === true,
    masked: raw.masked === true,
    hidden: raw.hidden === true,
    scope: raw.environment_scope ?? "*",
  }));

export const ApprovalSettingsAnswer = z
  .looseObject({
    merge_requests_author_approval: z.boolean().nullish(),
    disable_overriding_approvers_per_merge_request: z.boolean().nullish(),
    reset_approvals_on_push: z.boolean().nullish(),
  })
  .transform((raw) => ({
    authorMayApprove: raw.merge_requests_author_approval === true,
    editable: raw.disable_overriding_approvers_per_merge_request !== true,
    removedOnPush: raw.reset_approvals_on_push === true,
  }));

/** The owner is gone when GitLab names none. */
const owner = UserAnswer.nullish().transform((user) => ({
  id: user?.id ?? 0,
  active: user?.state === "active",
}));

export const ScheduleAnswer = z
  .looseObject({
    id: z.int(),
    description: z.string(),
    ref: z.string(),
    active: z.boolean(),
    created_at: z.string(),
    owner,
    last_pipeline: z.looseObject({ created_at: word }).nullish(),
    variables: z.array(z.looseObject({ key: z.string() })).nullish(),
  })
  .transform((raw) => ({
    description: raw.description,
    branch: raw.ref.replace(/^refs\/heads\//, ""),
    requests: !(raw.variables ?? []).some(({ key }) => key === "SECLOG_TASK"),
    active: raw.active,
    owner: raw.owner,
    lastRunAt: raw.last_pipeline?.created_at ?? null,
    createdAt: raw.created_at,
  }));

const event = z.boolean().nullish();
export const HookAnswer = z
  .looseObject({
    id: z.int(),
    url: z.string(),
    alert_status: z.string().nullish(),
    disabled_until: z.string().nullish(),
    enable_ssl_verification: z.boolean().nullish(),
    custom_webhook_template: z.string().nullish(),
    issues_events: event,
    confidential_issues_events: event,
    note_events: event,
    confidential_note_events: event,
    pipeline_events: event,
    job_events: event,
    deployment_events: event,
  })
  .transform((raw) => ({
    id: raw.id,
    url: raw.url,
    enabled: (raw.alert_status ?? "executable") === "executable" && !raw.disabled_until,
    verifiesTls: raw.enable_ssl_verification !== false,
    template: (raw.custom_webhook_template ?? "") !== "",
    issues: raw.issues_events === true,
    confidentialIssues: raw.confidential_issues_events === true,
    notes: raw.note_events === true,
    confidentialNotes: raw.confidential_note_events === true,
    pipelines: [raw.pipeline_events, raw.job_events, raw.deployment_events].includes(true),
  }));

export const TriggerAnswer = z
  .looseObject({ id: z.int(), description: z.string().nullish(), owner })
  .transform((raw) => ({ description: raw.description ?? "", owner: raw.owner }));

export const JobTokenScopeAnswer = z.looseObject({ inbound_enabled: z.boolean() });
export const LabelAnswer = z
  .looseObject({ name: z.string(), description: z.string().nullish() })
  .transform(({ name, description }) => ({ name, described: (description ?? "") !== "" }));
export const MetadataAnswer = z.looseObject({ version: z.string() });
