// Protected branches: who may push, merge and unprotect; by level, by user, by group.
import { fail, notFound } from "../errors.ts";
import { type App, type Ctx, paginate, pathParam, projectFor } from "../http.ts";
import { ACCESS, type AccessRule, type Project, type ProtectedBranch } from "../model.ts";
import type { Params } from "../params.ts";
import type { Json } from "../presenters.ts";
import type { State } from "../state.ts";

const LEVELS: readonly number[] = [ACCESS.none, ACCESS.developer, ACCESS.maintainer, ACCESS.admin];
const NAMES: Readonly<Record<number, string>> = {
  [ACCESS.none]: "No one",
  [ACCESS.developer]: "Developers + Maintainers",
  [ACCESS.maintainer]: "Maintainers",
  [ACCESS.admin]: "Instance admins",
};

export function registerProtectedBranches(app: App, state: State): void {
  app.get("/projects/:id/protected_branches", (c) => {
    const { project } = projectFor(c, state, ACCESS.developer);
    const search = c.var.params.text("search") ?? "";
    const found = project.protectedBranches.filter((one) => one.name.includes(search));
    return c.json(paginate(c, found).map((one) => present(state, one)));
  });
  app.get("/projects/:id/protected_branches/:name", (c) => {
    const { project } = projectFor(c, state, ACCESS.developer);
    return c.json(present(state, named(c, project)));
  });
  app.post("/projects/:id/protected_branches", (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    return c.json(present(state, protect(state, project, c.var.params)), 201);
  });
  app.patch("/projects/:id/protected_branches/:name", (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    const branch = named(c, project);
    change(state, branch, c.var.params);
    return c.json(present(state, branch));
  });
  app.delete("/projects/:id/protected_branches/:name", (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    const branch = named(c, project);
    project.protectedBranches = project.protectedBranches.filter((one) => one !== branch);
    return c.body(null, 204);
  });
}

function named(c: Ctx, project: Project): ProtectedBranch {
  const name = pathParam(c, "name");
  return project.protectedBranches.find((one) => one.name === name) ?? notFound();
}

function protect(state: State, project: Project, params: Params): ProtectedBranch {
  const name = params.required("name");
  if (project.protectedBranches.some((one) => one.name === name)) {
    fail(409, `Protected branch '${name}' already exists`);
  }
  const branch: ProtectedBranch = {
    id: state.nextId("protected_branch"),
    name,
    pushAccess: initialAccess(state, params, "push_access_level", "allowed_to_push"),
    mergeAccess: initialAccess(state, params, "merge_access_level", "allowed_to_merge"),
    unprotectAccess: initialAccess(state, params, "unprotect_access_level", "allowed_to_unprotect"),
    allowForcePush: params.flag("allow_force_push") ?? false,
    codeOwnerApprovalRequired: params.flag("code_owner_approval_required") ?? false,
  };
  project.protectedBranches.push(branch);
  return branch;
}

/** Maintainers, where neither a level nor a list is given. */
function initialAccess(state: State, params: Params, level: string, list: string): AccessRule[] {
  const given = params.int(level);
  const listed = (params.hashes(list) ?? []).map((one) => rule(state, one));
  if (given === undefined && listed.length > 0) return listed;
  return [levelRule(state, given ?? ACCESS.maintainer, level), ...listed];
}

function levelRule(state: State, accessLevel: number, parameter: string): AccessRule {
  if (!LEVELS.includes(accessLevel))
    fail(400, { error: `${parameter} does not have a valid value` });
  return { id: state.nextId("access_rule"), accessLevel, userId: null, groupId: null };
}

function rule(state: State, params: Params): AccessRule {
  const userId = params.int("user_id") ?? null;
  const groupId = params.int("group_id") ?? null;
  if (userId !== null && !state.users.has(userId)) fail(422, { message: ["user does not exist"] });
  if (groupId !== null && !state.groups.has(groupId)) {
    fail(422, { message: ["group does not exist"] });
  }
  if (userId === null && groupId === null) {
    return levelRule(state, params.int("access_level") ?? ACCESS.maintainer, "access_level");
  }
  return { id: state.nextId("access_rule"), accessLevel: null, userId, groupId };
}

function change(state: State, branch: ProtectedBranch, params: Params): void {
  branch.allowForcePush = params.flag("allow_force_push") ?? branch.allowForcePush;
  branch.codeOwnerApprovalRequired =
    params.flag("code_owner_approval_required") ?? branch.codeOwnerApprovalRequired;
  branch.pushAccess = changedAccess(state, branch.pushAccess, params.hashes("allowed_to_push"));
  branch.mergeAccess = changedAccess(state, branch.mergeAccess, params.hashes("allowed_to_merge"));
  branch.unprotectAccess = changedAccess(
    state,
    branch.unprotectAccess,
    params.hashes("allowed_to_unprotect"),
  );
}

/** `{id, _destroy: true}` takes a rule away, `{id, …}` changes it, one without an id is added. */
function changedAccess(
  state: State,
  rules: readonly AccessRule[],
  changes: readonly Params[] = [],
): AccessRule[] {
  let result = [...rules];
  for (const one of changes) {
    const id = one.int("id");
    if (id === undefined) result.push(rule(state, one));
    else if (one.flag("_destroy") === true) result = result.filter((known) => known.id !== id);
    else result = result.map((known) => (known.id === id ? { ...rule(state, one), id } : known));
  }
  return result;
}

function present(state: State, branch: ProtectedBranch): Json {
  const access = (rules: readonly AccessRule[]): Json[] =>
    rules.map((one) => ({
      id: one.id,
      access_level: one.accessLevel ?? ACCESS.maintainer,
      access_level_description: describe(state, one),
      deploy_key_id: null,
      user_id: one.userId,
      group_id: one.groupId,
    }));
  return {
    id: branch.id,
    name: branch.name,
    push_access_levels: access(branch.pushAccess),
    merge_access_levels: access(branch.mergeAccess),
    allow_force_push: branch.allowForcePush,
    unprotect_access_levels: access(branch.unprotectAccess),
    code_owner_approval_required: branch.codeOwnerApprovalRequired,
    inherited: false,
  };
}

function describe(state: State, one: AccessRule): string {
  if (one.userId !== null) return state.user(one.userId).name;
  if (one.groupId !== null) return state.groups.get(one.groupId)?.name ?? "";
  return NAMES[one.accessLevel ?? ACCESS.maintainer] ?? "";
}
