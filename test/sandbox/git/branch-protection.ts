// Who may push to, merge into and force a branch: protected branches with their access levels, users and groups.
import {
  ACCESS,
  type AccessRule,
  type Project,
  type ProtectedBranch,
  type User,
} from "../model.ts";
import type { State } from "../state.ts";

/** The protections that cover a branch: its own name, or patterns with `*`. */
export function protectionsOf(project: Project, branch: string): readonly ProtectedBranch[] {
  return project.protectedBranches.filter((one) => covers(one.name, branch));
}

function covers(pattern: string, branch: string): boolean {
  if (!pattern.includes("*")) return pattern === branch;
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(branch);
}

export function mayPush(state: State, project: Project, branch: string, user: User): boolean {
  return allowed(state, project, branch, user, (one) => one.pushAccess);
}

/** May the user merge a merge request into the branch? Whoever may push there may merge, too. */
export function mayMerge(state: State, project: Project, branch: string, user: User): boolean {
  return (
    allowed(state, project, branch, user, (one) => one.mergeAccess) ||
    mayPush(state, project, branch, user)
  );
}

/** May a push rewrite the branch's history? On an unprotected branch always. */
export function mayForce(project: Project, branch: string): boolean {
  const protections = protectionsOf(project, branch);
  return protections.every((one) => one.allowForcePush);
}

function allowed(
  state: State,
  project: Project,
  branch: string,
  user: User,
  rulesOf: (one: ProtectedBranch) => readonly AccessRule[],
): boolean {
  const level = state.accessLevel(user, project);
  if (project.archived || level < ACCESS.developer) return false;
  const protections = protectionsOf(project, branch);
  if (protections.length === 0) return true;
  return protections.some((one) =>
    rulesOf(one).some((rule) => ruleAdmits(state, rule, user, level)),
  );
}

function ruleAdmits(state: State, rule: AccessRule, user: User, level: number): boolean {
  if (rule.userId !== null) return rule.userId === user.id;
  if (rule.groupId !== null) {
    const group = state.groups.get(rule.groupId);
    const members = state.membersOf(new Map(), state.groupChain(group?.id ?? null));
    return (members.get(user.id)?.accessLevel ?? ACCESS.none) >= ACCESS.developer;
  }
  if (rule.accessLevel === null || rule.accessLevel === ACCESS.none) return false;
  if (rule.accessLevel === ACCESS.admin) return user.admin;
  return level >= rule.accessLevel;
}
