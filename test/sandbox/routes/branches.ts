// Branches: list, show, create, delete.

import { fail, notFound } from "../errors.ts";
import { gitDate, presentCommit, type Readable, readable, writable } from "../git/access.ts";
import { mayForce, mayPush, protectionsOf } from "../git/branch-protection.ts";
import { afterPush } from "../git/push.ts";
import { NO_COMMIT } from "../git/repository.ts";
import { type App, type Ctx, paginate, pathParam, userOf } from "../http.ts";
import { ACCESS, type AccessRule } from "../model.ts";
import { type Json, projectUrl } from "../presenters.ts";
import type { State } from "../state.ts";

export function registerBranches(app: App, state: State): void {
  app.get("/projects/:id/repository/branches", (c) => {
    const where = readable(c, state);
    const search = c.var.params.text("search");
    const pattern = c.var.params.text("regex");
    const names = [...where.repository.branches().keys()]
      .filter((name) => search === undefined || matchesSearch(name, search))
      .filter((name) => pattern === undefined || new RegExp(pattern).test(name));
    return c.json(paginate(c, names).map((name) => presentBranch(c, state, where, name)));
  });
  app.get("/projects/:id/repository/branches/:branch", (c) => {
    const where = readable(c, state);
    const name = pathParam(c, "branch");
    if (where.repository.branchHead(name) === null) notFound("Branch");
    return c.json(presentBranch(c, state, where, name));
  });
  app.post("/projects/:id/repository/branches", (c) => createBranch(c, state));
  app.delete("/projects/:id/repository/branches/:branch", (c) => deleteBranch(c, state));
  app.delete("/projects/:id/repository/merged_branches", (c) => deleteMerged(c, state));
}

/** GitLab's branch search: `^start`, `end$`, `with*star`, or any part; case does not matter. */
function matchesSearch(name: string, search: string): boolean {
  const wanted = search.toLowerCase();
  const text = name.toLowerCase();
  if (wanted.startsWith("^")) return text.startsWith(wanted.slice(1));
  if (wanted.endsWith("$")) return text.endsWith(wanted.slice(0, -1));
  return text.includes(wanted);
}

function createBranch(c: Ctx, state: State): Response {
  const { project, repository, user } = writable(c, state);
  const name = c.var.params.required("branch");
  const ref = c.var.params.required("ref");
  if (!repository.validBranchName(name)) fail(400, "Branch name is invalid");
  if (repository.branchHead(name) !== null) fail(400, "Branch already exists");
  const from = repository.resolve(ref) ?? fail(400, `Invalid reference name: ${ref}`);
  if (!mayPush(state, project, name, user)) {
    fail(403, "403 Forbidden - You are not allowed to create this branch");
  }
  repository.updateRef(`refs/heads/${name}`, from, NO_COMMIT);
  afterPush(state, project, { branch: name, from: null, to: from }, user);
  return c.json(presentBranch(c, state, { project, repository }, name), 201);
}

function deleteBranch(c: Ctx, state: State): Response {
  const { project, repository, user } = writable(c, state);
  const name = pathParam(c, "branch");
  const head = repository.branchHead(name) ?? notFound("Branch");
  if (name === project.defaultBranch) fail(400, "Cannot remove HEAD branch");
  if (protectionsOf(project, name).length > 0) {
    const allowed = state.accessLevel(user, project) >= ACCESS.maintainer;
    if (!allowed) fail(403, "403 Forbidden - Protected branch can't be removed");
  }
  repository.deleteRef(`refs/heads/${name}`, head);
  afterPush(state, project, { branch: name, from: head, to: null }, user);
  return c.body(null, 204);
}

function deleteMerged(c: Ctx, state: State): Response {
  const { project, repository, user } = writable(c, state);
  const main = repository.branchHead(project.defaultBranch ?? "main") ?? notFound("Branch");
  for (const [name, head] of repository.branches()) {
    if (name === project.defaultBranch || protectionsOf(project, name).length > 0) continue;
    if (!repository.isAncestor(head, main)) continue;
    repository.deleteRef(`refs/heads/${name}`, head);
    afterPush(state, project, { branch: name, from: head, to: null }, user);
  }
  return c.json({ message: "202 Accepted" }, 202);
}

function presentBranch(c: Ctx, state: State, where: Readable, name: string): Json {
  const { project, repository } = where;
  const head = repository.branchHead(name) ?? notFound("Branch");
  const main = repository.branchHead(project.defaultBranch ?? "");
  const commit = repository.commit(head) ?? notFound("Commit");
  const protections = protectionsOf(project, name);
  const developers = (rules: readonly AccessRule[]): boolean =>
    rules.some((rule) => rule.accessLevel === ACCESS.developer);
  const user = userOf(c);
  return {
    name,
    commit: { ...presentCommit(state, project, commit), created_at: gitDate(commit.committedDate) },
    merged: main !== null && name !== project.defaultBranch && repository.isAncestor(head, main),
    protected: protections.length > 0,
    developers_can_push: protections.some((one) => developers(one.pushAccess)),
    developers_can_merge: protections.some((one) => developers(one.mergeAccess)),
    can_push: user !== null && mayPush(state, project, name, user),
    default: name === project.defaultBranch,
    web_url: `${projectUrl(state, project)}/-/tree/${name}`,
    ...(protections.length > 0 ? { allow_force_push: mayForce(project, name) } : {}),
  };
}
