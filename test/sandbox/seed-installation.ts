/** The part of a seed that Maintainers set up by hand: branch protection, approval settings, CI variables, schedules. */
import { ACCESS, type Project } from "./model.ts";
import type { State } from "./state.ts";

export interface SeedInstallation {
  /** Branch name or pattern → the least level that may push and merge. */
  readonly protected_branches?: Readonly<Record<string, "developer" | "maintainer">>;
  readonly approvals?: Partial<Project["approvalSettings"]>;
  readonly variables?: readonly {
    readonly key: string;
    readonly scope: string;
    /** Protected, masked and hidden: unless this is false. */
    readonly secret?: boolean;
  }[];
  readonly schedules?: readonly {
    readonly description: string;
    readonly cron: string;
    /** User name. */
    readonly owner: string;
  }[];
}

/** @throws Error when a schedule names a user that does not exist */
export function installProject(state: State, project: Project, wish: SeedInstallation): void {
  for (const [name, level] of Object.entries(wish.protected_branches ?? {})) {
    const rules = () => [
      {
        id: state.nextId("access_rule"),
        accessLevel: ACCESS[level],
        userId: null,
        groupId: null,
      },
    ];
    project.protectedBranches.push({
      id: state.nextId("protected_branch"),
      name,
      pushAccess: rules(),
      mergeAccess: rules(),
      unprotectAccess: [],
      allowForcePush: false,
      codeOwnerApprovalRequired: false,
    });
  }
  Object.assign(project.approvalSettings, wish.approvals ?? {});
  for (const { key, scope, secret = true } of wish.variables ?? []) {
    project.variables.push({
      key,
      value: `value-of-${key}`,
      variable_type: "env_var",
      protected: secret,
      masked: secret,
      hidden: secret,
      raw: true,
      environment_scope: scope,
      description: null,
    });
  }
  for (const { description, cron, owner } of wish.schedules ?? []) {
    const user = state.userNamed(owner);
    if (user === undefined) throw new Error(`seed: there is no user ${owner}`);
    project.schedules.push({
      id: state.nextId("schedule"),
      description,
      ref: `refs/heads/${project.defaultBranch ?? "main"}`,
      cron,
      cronTimezone: "UTC",
      active: true,
      ownerId: user.id,
      variables: [],
      createdAt: state.stamp(),
      updatedAt: state.stamp(),
    });
  }
}
