// Approvals: give, take back, reset, read; the rules of projects and merge requests; the project's settings.
import { fail, notFound } from "../errors.ts";
import { type App, type Ctx, paginate, pathId, projectFor, requireUser, userOf } from "../http.ts";
import {
  mayApproveHere,
  projectRulesFor,
  rulesAvailable,
} from "../merge-requests/approval-rules.ts";
import { approveMergeRequest, unapproveMergeRequest } from "../merge-requests/approve.ts";
import { mergeRequestOf } from "../merge-requests/find.ts";
import {
  presentApprovalState,
  presentApprovals,
  presentMergeRequestRule,
  presentRule,
} from "../merge-requests/present.ts";
import { latestVersion } from "../merge-requests/versions.ts";
import { ACCESS, type ApprovalRule, type MergeRequest, type Project } from "../model.ts";
import type { Params } from "../params.ts";
import type { Json } from "../presenters.ts";
import type { State } from "../state.ts";

const ONE = "/projects/:id/merge_requests/:iid";

export function registerApprovals(app: App, state: State): void {
  app.get(`${ONE}/approvals`, (c) =>
    c.json(presentApprovals(state, mergeRequestOf(c, state), userOf(c))),
  );
  app.get(`${ONE}/approval_state`, (c) =>
    c.json(presentApprovalState(state, mergeRequestOf(c, state))),
  );
  app.post(`${ONE}/approve`, (c) => approve(c, state));
  app.post(`${ONE}/unapprove`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const user = requireUser(c);
    if (!unapproveMergeRequest(state, mergeRequest, user)) notFound();
    return c.json(presentApprovals(state, mergeRequest, user), 201);
  });
  app.put(`${ONE}/reset_approvals`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const user = requireUser(c);
    const project = state.projectById(mergeRequest.projectId);
    const allowed = user.bot && state.accessLevel(user, project) >= ACCESS.developer;
    if (!allowed) fail(401, "401 Unauthorized");
    mergeRequest.approvals = [];
    return c.json({ message: "202 Accepted" }, 202);
  });
  registerProjectRules(app, state);
  registerMergeRequestRules(app, state);
  registerSettings(app, state);
}

function approve(c: Ctx, state: State): Response {
  const mergeRequest = mergeRequestOf(c, state);
  const user = requireUser(c);
  if (!mayApproveHere(state, mergeRequest, user)) fail(403, "403 Forbidden");
  const head = latestVersion(mergeRequest).headSha;
  const sha = c.var.params.text("sha");
  if (sha !== undefined && sha !== head) {
    fail(409, `SHA does not match HEAD of source branch: ${head}`);
  }
  const settings = state.projectById(mergeRequest.projectId).approvalSettings;
  const password = c.var.params.text("approval_password") ?? "";
  if (settings.require_password_to_approve && password === "") fail(401, "401 Unauthorized");
  if (!approveMergeRequest(state, mergeRequest, user)) fail(401, "401 Unauthorized");
  return c.json(presentApprovals(state, mergeRequest, user), 201);
}

/** The project for somebody who manages its rules; plans without rules refuse. */
function rulesProject(c: Ctx, state: State): Project {
  const { project } = projectFor(c, state, ACCESS.maintainer);
  return rulesAvailable(state, project) ? project : fail(403, "403 Forbidden");
}

function registerProjectRules(app: App, state: State): void {
  const base = "/projects/:id/approval_rules";
  const present = (project: Project, rule: ApprovalRule): Json => ({
    ...presentRule(state, null, rule),
    applies_to_all_protected_branches: rule.appliesToAllProtectedBranches,
    protected_branches: project.protectedBranches
      .filter((one) => rule.protectedBranchIds.includes(one.id))
      .map((one) => ({ id: one.id, name: one.name })),
  });
  const one = (c: Ctx, project: Project): ApprovalRule => {
    const id = pathId(c, "rule");
    return project.approvalRules.find((rule) => rule.id === id) ?? notFound();
  };
  app.get(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.developer);
    return c.json(paginate(c, project.approvalRules).map((rule) => present(project, rule)));
  });
  app.get(`${base}/:rule`, (c) => {
    const { project } = projectFor(c, state, ACCESS.developer);
    return c.json(present(project, one(c, project)));
  });
  app.post(base, (c) => {
    const project = rulesProject(c, state);
    const rule = newRule(state, c.var.params);
    if (project.approvalRules.some((known) => known.name === rule.name)) {
      fail(400, { message: { name: ["has already been taken"] } });
    }
    project.approvalRules.push(rule);
    return c.json(present(project, rule), 201);
  });
  app.put(`${base}/:rule`, (c) => {
    const project = rulesProject(c, state);
    const rule = one(c, project);
    changeRule(state, rule, c.var.params);
    return c.json(present(project, rule));
  });
  app.delete(`${base}/:rule`, (c) => {
    const project = rulesProject(c, state);
    const rule = one(c, project);
    project.approvalRules = project.approvalRules.filter((known) => known !== rule);
    return c.body(null, 204);
  });
}

function newRule(state: State, params: Params, source: ApprovalRule | null = null): ApprovalRule {
  const rule: ApprovalRule = {
    id: state.nextId("approval_rule"),
    name: source?.name ?? params.required("name"),
    ruleType:
      params.oneOf("rule_type", ["regular", "any_approver"]) ?? source?.ruleType ?? "regular",
    approvalsRequired: params.requiredInt("approvals_required"),
    userIds: [...(source?.userIds ?? [])],
    groupIds: [...(source?.groupIds ?? [])],
    protectedBranchIds: [],
    appliesToAllProtectedBranches: false,
    sourceRuleId: source?.id ?? null,
  };
  changeRule(state, rule, params);
  return rule;
}

/** Lists that are sent replace the old ones whole: who is not named any more is out. */
function changeRule(state: State, rule: ApprovalRule, params: Params): void {
  rule.name = params.text("name") ?? rule.name;
  rule.approvalsRequired = params.int("approvals_required") ?? rule.approvalsRequired;
  const named = params.list("usernames")?.flatMap((name) => state.userNamed(name)?.id ?? []);
  const users = params.ints("user_ids")?.filter((id) => state.users.has(id));
  if (users !== undefined || named !== undefined) {
    rule.userIds = [...new Set([...(users ?? []), ...(named ?? [])])];
  }
  const groups = params.ints("group_ids")?.filter((id) => state.groups.has(id));
  rule.groupIds = groups ?? rule.groupIds;
  rule.protectedBranchIds = params.ints("protected_branch_ids") ?? rule.protectedBranchIds;
  rule.appliesToAllProtectedBranches =
    params.flag("applies_to_all_protected_branches") ?? rule.appliesToAllProtectedBranches;
}

function registerMergeRequestRules(app: App, state: State): void {
  const base = `${ONE}/approval_rules`;
  const editable = (c: Ctx): { mergeRequest: MergeRequest; rules: ApprovalRule[] } => {
    const mergeRequest = mergeRequestOf(c, state);
    const user = requireUser(c);
    const project = state.projectById(mergeRequest.projectId);
    const level = state.accessLevel(user, project);
    const closed =
      !rulesAvailable(state, project) ||
      project.approvalSettings.disable_overriding_approvers_per_merge_request;
    if (closed || (level < ACCESS.developer && user.id !== mergeRequest.authorId)) {
      fail(403, "403 Forbidden");
    }
    return { mergeRequest, rules: ownRules(state, project, mergeRequest) };
  };
  const named = (c: Ctx, rules: readonly ApprovalRule[]): ApprovalRule => {
    const id = pathId(c, "rule");
    return rules.find((rule) => rule.id === id || rule.sourceRuleId === id) ?? notFound();
  };
  app.get(base, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const project = state.projectById(mergeRequest.projectId);
    const rules = mergeRequest.approvalRules ?? projectRulesFor(project, mergeRequest.targetBranch);
    return c.json(
      paginate(c, rules).map((rule) => presentMergeRequestRule(state, mergeRequest, rule)),
    );
  });
  app.post(base, (c) => {
    const { mergeRequest, rules } = editable(c);
    const sourceId = c.var.params.int("approval_project_rule_id");
    const project = state.projectById(mergeRequest.projectId);
    const source = project.approvalRules.find((one) => one.id === sourceId) ?? null;
    const rule = newRule(state, c.var.params, source);
    const replaced = rules.filter((one) => source === null || one.sourceRuleId !== source.id);
    mergeRequest.approvalRules = [...replaced, rule];
    return c.json(presentMergeRequestRule(state, mergeRequest, rule), 201);
  });
  app.put(`${base}/:rule`, (c) => {
    const { mergeRequest, rules } = editable(c);
    const rule = named(c, rules);
    changeRule(state, rule, c.var.params);
    mergeRequest.approvalRules = rules;
    return c.json(presentMergeRequestRule(state, mergeRequest, rule));
  });
  app.delete(`${base}/:rule`, (c) => {
    const { mergeRequest, rules } = editable(c);
    const rule = named(c, rules);
    mergeRequest.approvalRules = rules.filter((one) => one !== rule);
    return c.body(null, 204);
  });
}

/** The merge request's own rules: as long as it has none, copies of the project's. */
function ownRules(state: State, project: Project, mergeRequest: MergeRequest): ApprovalRule[] {
  return (
    mergeRequest.approvalRules ??
    projectRulesFor(project, mergeRequest.targetBranch).map((rule) => ({
      ...rule,
      id: state.nextId("approval_rule"),
      userIds: [...rule.userIds],
      groupIds: [...rule.groupIds],
      sourceRuleId: rule.id,
    }))
  );
}

const FLAGS = [
  "reset_approvals_on_push",
  "selective_code_owner_removals",
  "disable_overriding_approvers_per_merge_request",
  "merge_requests_author_approval",
  "merge_requests_disable_committers_approval",
  "require_password_to_approve",
] as const;

function registerSettings(app: App, state: State): void {
  const present = (project: Project): Json => ({
    approvers: [],
    approver_groups: [],
    approvals_before_merge: 0,
    ...project.approvalSettings,
    require_reauthentication_to_approve: project.approvalSettings.require_password_to_approve,
  });
  app.get("/projects/:id/approvals", (c) => {
    const { project } = projectFor(c, state, ACCESS.developer);
    return rulesAvailable(state, project) ? c.json(present(project)) : notFound();
  });
  app.post("/projects/:id/approvals", (c) => {
    const project = rulesProject(c, state);
    const settings = project.approvalSettings;
    for (const flag of FLAGS) settings[flag] = c.var.params.flag(flag) ?? settings[flag];
    settings.require_password_to_approve =
      c.var.params.flag("require_reauthentication_to_approve") ??
      settings.require_password_to_approve;
    // Closing the rules to edits takes the edits of open merge requests back.
    if (settings.disable_overriding_approvers_per_merge_request) {
      for (const one of project.mergeRequests) {
        if (one.state === "opened") one.approvalRules = null;
      }
    }
    return c.json(present(project), 201);
  });
}
