// One broken setting after the other: what doctor must find, and how somebody would have broken it.
import type { Token, User } from "./sandbox/model.ts";
import { API, type Installed } from "./sound-installation.ts";

const GAP = `/projects/${encodeURIComponent("sec/gap-tracker")}`;
const BOT = 10;
const MIRA = 11;
const group = (name: string) => `/groups/${encodeURIComponent(`sec/${name}`)}/members`;

/** As the administrator. */
const put = (path: string, body: object) => (on: Installed) => on.call("root", "PUT", path, body);
const setting = (body: object) => put(API, body);
const hook = (body: object) => async (on: Installed) => {
  const [one] = (await on.call("root", "GET", `${API}/hooks`)) as { id: number }[];
  await on.call("root", "PUT", `${API}/hooks/${one?.id}`, body);
};
/** A protected branch with other settings than before. */
const protect = (name: string, body: object) => async (on: Installed) => {
  const path = `${API}/protected_branches`;
  await on.call("root", "DELETE", `${path}/${encodeURIComponent(name)}`);
  await on.call("root", "POST", path, { name, ...body });
};
const MAIN = { push_access_level: 0, merge_access_level: 40, code_owner_approval_required: true };
const ALONE = { allowed_to_push: [{ user_id: BOT }], allowed_to_merge: [{ user_id: BOT }] };
const unprotect = (name: string) => (on: Installed) =>
  on.call("root", "DELETE", `${API}/protected_branches/${encodeURIComponent(name)}`);
const project = (on: Installed) => {
  const found = on.stage.sandbox.state.project("sec/seclog");
  if (found === undefined) throw new Error("there is no tracker");
  return found;
};
const user = (on: Installed, username: string): User => {
  const found = on.stage.sandbox.state.userNamed(username);
  if (found === undefined) throw new Error(`there is no ${username}`);
  return found;
};
/** The token of the run; the read token has another value. */
const ownToken =
  (change: (token: Token) => void, read = false) =>
  (on: Installed) => {
    for (const token of on.stage.sandbox.state.tokens)
      if (token.userId === BOT && (token.value === on.readToken) === read) change(token);
  };
const variable = (key: string, change: object) => (on: Installed) => {
  for (const one of project(on).variables) if (one.key === key) Object.assign(one, change);
};
const policy = (name: string, edit: (text: string) => string) => (on: Installed) =>
  on.editPolicy(name, edit);
const recipients = (edit: (all: Record<string, string[]>) => object) =>
  policy("teams.yaml", (text) => {
    const teams = JSON.parse(text);
    return JSON.stringify({
      ...teams,
      recipients: { ...teams.recipients, ...edit(teams.recipients) },
    });
  });
/** Main is closed to pushes: it is opened and closed again. */
const commitOwners = (change: object) => async (on: Installed) => {
  await protect("main", { ...MAIN, allowed_to_push: [{ user_id: 1 }] })(on);
  await on.call("root", "POST", `${API}/repository/commits`, {
    branch: "main",
    commit_message: "Change owners",
    actions: [{ file_path: ".gitlab/CODEOWNERS", ...change }],
  });
  await protect("main", MAIN)(on);
};
const leave = (team: string, ids: readonly number[]) => async (on: Installed) => {
  for (const id of ids) await on.call("root", "DELETE", `${group(team)}/${id}`);
};

/** Each breaks one setting: the id of the finding, and how. */
export const DANGEROUS: readonly (readonly [string, (on: Installed) => unknown])[] = [
  ["tracker-not-private", setting({ visibility: "internal" })],
  ["tracker-not-private", setting({ visibility: "public" })],
  ["artefacts-not-private", setting({ package_registry_access_level: "public" })],
  [
    "pipeline-variables-open",
    setting({ ci_pipeline_variables_minimum_override_role: "developer" }),
  ],
  ["merge-request-pipelines-with-secrets", setting({ protect_merge_request_pipelines: true })],
  ["default-branch-unprotected", unprotect("main")],
  ["default-branch-force-push", protect("main", { ...MAIN, allow_force_push: true })],
  ["default-branch-open", protect("main", { ...MAIN, push_access_level: 30 })],
  ["default-branch-open", protect("main", { ...MAIN, merge_access_level: 30 })],
  ["custody-branch-unprotected", unprotect("custody")],
  ["custody-branch-force-push", protect("custody", { ...ALONE, allow_force_push: true })],
  [
    "custody-branch-open",
    protect("custody", { ...ALONE, allowed_to_push: [{ user_id: BOT }, { access_level: 30 }] }),
  ],
  ["secret-unprotected", variable("SECLOG_TOKEN", { protected: false })],
  ["secret-unprotected", variable("SECLOG_ARTEFACT_KEY", { protected: false })],
  ["token-of-administrator", put(`/users/${BOT}`, { admin: true })],
  ["token-acts-for-others", ownToken((token) => Object.assign(token, { scopes: ["api", "sudo"] }))],
];
export const UNSAFE: readonly (readonly [string, (on: Installed) => unknown])[] = [
  ["jobs-public", setting({ public_jobs: true })],
  ["job-token-may-push", setting({ ci_push_repository_for_job_token_allowed: true })],
  [
    "job-token-open",
    (on: Installed) => on.call("root", "PATCH", `${API}/job_token_scope`, { enabled: false }),
  ],
  ["forking-allowed", setting({ forking_access_level: "private" })],
  ["pages-public", setting({ pages_access_level: "public" })],
  ["service-desk-on", setting({ service_desk_enabled: true })],
  ["ci-config-elsewhere", setting({ ci_config_path: "ci/other.yml" })],
  ["tracker-without-issues", setting({ issues_access_level: "disabled" })],
  [
    "settings-untold",
    (on: Installed) => Object.assign(project(on).settings, { forking_access_level: null }),
  ],
  ["review-branch-differs", policy("review.yaml", (text) => text.replace("[main]", "[trunk]"))],
  ["gap-project-not-writable", put(GAP, { issues_access_level: "disabled" })],
  ["packages-off", setting({ packages_enabled: false })],
  ["default-branch-shut-to-bot", protect("main", { ...MAIN, merge_access_level: 0 })],
  [
    "custody-branch-shut-to-bot",
    protect("custody", { push_access_level: 0, allowed_to_merge: [{ user_id: BOT }] }),
  ],
  ["secret-unmasked", variable("SECLOG_READ_TOKEN", { masked: false, hidden: false })],
  ["secret-readable", variable("SECLOG_TOKEN", { hidden: false })],
  ["secret-in-every-job", variable("SECLOG_ARTEFACT_KEY", { environment_scope: "*" })],
  [
    "write-token-in-log-dive",
    (on: Installed) => {
      const { variables } = project(on);
      variables.splice(
        variables.findIndex((one) => one.environment_scope === "log-dive"),
        1,
      );
    },
  ],
  [
    "variable-missing",
    (on: Installed) => on.call("root", "DELETE", `${API}/variables/SECLOG_MARKER_KEY`),
  ],
  [
    "variable-treacherous",
    (on: Installed) =>
      on.call("root", "POST", `${API}/variables`, { key: "CI_DEBUG_TRACE", value: "true" }),
  ],
  [
    "token-scopes-too-wide",
    ownToken((token) => Object.assign(token, { scopes: ["api", "write_repository"] })),
  ],
  ["token-ends-soon", ownToken((token) => Object.assign(token, { expiresAt: "2026-12-04" }))],
  [
    "read-token-ends-soon",
    ownToken((token) => Object.assign(token, { expiresAt: "2026-11-21" }), true),
  ],
  ["read-token-writes", ownToken((token) => Object.assign(token, { scopes: ["api"] }), true)],
  ["tokens-of-two-users", ownToken((token) => Object.assign(token, { userId: MIRA }), true)],
  [
    "token-of-a-project",
    (on: Installed) => Object.assign(user(on, "seclog-bot"), { username: "project_1_bot_ab12" }),
  ],
  ["unreadable-read-token", ownToken((token) => Object.assign(token, { revoked: true }), true)],
  ["role-too-large", put(`/groups/sec/members/${BOT}`, { access_level: 50 })],
  ["team-unreadable", policy("teams.yaml", (text) => text.replace('"sec/sirt"', '"sec/nowhere"'))],
  ["approvers-missing", leave("legal", [21, 22])],
  [
    "approvers-not-people",
    async (on: Installed) => {
      await leave("legal", [21])(on);
      await on.call("root", "POST", "/users/22/block");
    },
  ],
  [
    "approvers-too-few",
    async (on: Installed) => {
      await leave("legal", [21, 22])(on);
      await leave("security", [32])(on);
      await on.call("root", "POST", group("legal"), { user_id: 31, access_level: 30 });
    },
  ],
  ["support-missing", leave("support", [41])],
  [
    "bot-in-a-team",
    (on: Installed) =>
      on.call("root", "POST", group("security"), { user_id: BOT, access_level: 30 }),
  ],
  [
    "approvals-by-author",
    (on: Installed) =>
      on.call("root", "POST", `${API}/approvals`, { merge_requests_author_approval: true }),
  ],
  [
    "approvals-editable",
    (on: Installed) =>
      on.call("root", "POST", `${API}/approvals`, {
        disable_overriding_approvers_per_merge_request: false,
      }),
  ],
  [
    "approvals-kept-on-push",
    (on: Installed) =>
      on.call("root", "POST", `${API}/approvals`, { reset_approvals_on_push: false }),
  ],
  ["schedule-missing", (on: Installed) => project(on).schedules.splice(0)],
  [
    "schedule-missing",
    (on: Installed) =>
      project(on).schedules[0]?.variables.push({
        key: "SECLOG_TASK",
        value: "queue",
        variable_type: "env_var",
      }),
  ],
  [
    "schedule-inactive",
    (on: Installed) => Object.assign(project(on).schedules[0] ?? {}, { active: false }),
  ],
  [
    "schedule-owner-gone",
    (on: Installed) => {
      Object.assign(project(on).schedules[0] ?? {}, { ownerId: 601 });
      Object.assign(user(on, "otto"), { state: "blocked" });
    },
  ],
  ["code-owners-missing", commitOwners({ action: "delete" })],
  [
    "code-owner-nobody",
    commitOwners({ action: "update", content: "* @sec/security @sec/nobody\n" }),
  ],
  [
    "schedule-of-a-person",
    (on: Installed) => Object.assign(project(on).schedules[0] ?? {}, { ownerId: MIRA }),
  ],
  [
    "schedule-late",
    (on: Installed) => {
      project(on).pipelines.splice(0);
      Object.assign(project(on).schedules[0] ?? {}, { createdAt: "2026-11-20T06:59:00.000Z" });
    },
  ],
  [
    "webhook-disabled",
    (on: Installed) =>
      Object.assign(project(on).hooks[0] ?? {}, { disabledUntil: "2026-11-21T00:00:00Z" }),
  ],
  ["webhook-hears-not-all", hook({ confidential_issues_events: false })],
  ["webhook-full-payload", hook({ custom_webhook_template: "" })],
  ["webhook-without-tls", hook({ enable_ssl_verification: false })],
  [
    "webhook-token-in-url",
    hook({
      url: "https://gitlab.example.com/api/v4/projects/1/ref/main/trigger/pipeline?token=abc",
    }),
  ],
  ["webhook-wakes-itself", hook({ pipeline_events: true })],
  [
    "webhook-elsewhere",
    (on: Installed) =>
      on.call("root", "POST", `${API}/hooks`, {
        url: "https://chat.example.com/in",
        confidential_issues_events: true,
      }),
  ],
  [
    "trigger-owner-gone",
    (on: Installed) => {
      const one = project(on).triggers[0];
      if (one !== undefined) one.ownerId = 601;
      Object.assign(user(on, "otto"), { state: "blocked" });
    },
  ],
  [
    "trigger-of-a-person",
    (on: Installed) => Object.assign(project(on).triggers[0] ?? {}, { ownerId: MIRA }),
  ],
  ["recipients-missing", recipients(() => ({ evidence: [] }))],
  ["evidence-key-shared", recipients(({ hand_over = [] }) => ({ evidence: hand_over }))],
];
export const ADVICE: readonly (readonly [string, (on: Installed) => unknown])[] = [
  [
    "pipeline-variables-by-maintainers",
    setting({ ci_pipeline_variables_minimum_override_role: "maintainer" }),
  ],
  ["default-branch-pushed-directly", protect("main", { ...MAIN, push_access_level: 40 })],
  ["code-owners-not-required", protect("main", { ...MAIN, code_owner_approval_required: false })],
  ["custody-branch-shared", protect("custody", {})],
  ["request-branches-unprotected", unprotect("request/*")],
  ["token-without-end", ownToken((token) => Object.assign(token, { expiresAt: null }))],
  ["token-of-a-person", (on: Installed) => Object.assign(user(on, "seclog-bot"), { bot: false })],
  ["webhook-missing", (on: Installed) => project(on).hooks.splice(0)],
  [
    "labels-missing",
    (on: Installed) =>
      on.call("root", "DELETE", `${API}/labels/${encodeURIComponent("Stage::Review")}`),
  ],
  [
    "labels-made-by-gitlab",
    (on: Installed) =>
      on.call("root", "PUT", `${API}/labels/${encodeURIComponent("Stage::Review")}`, {
        description: "",
      }),
  ],
];
