/** Makes users, tokens, groups, projects and labels: the one place that routes and seed share. */
import type { Group, Label, Member, Project, Token, User, Visibility } from "./model.ts";
import type { State } from "./state.ts";

export function createUser(
  state: State,
  wish: Partial<Omit<User, "createdAt">> & { readonly username: string },
): User {
  const user: User = {
    name: wish.username,
    email: `${wish.username}@example.com`,
    state: "active",
    admin: false,
    bot: false,
    external: false,
    createdAt: state.stamp(),
    ...wish,
    id: state.takeId("user", wish.id),
  };
  state.users.set(user.id, user);
  return user;
}

const TOKEN_PREFIXES = {
  personal: "glpat-",
  impersonation: "glpat-",
  project: "glpat-",
  group: "glpat-",
  job: "glcbt-",
} as const;

export function createToken(
  state: State,
  wish: Partial<Token> & Pick<Token, "userId" | "kind">,
): Token {
  const token: Token = {
    id: state.nextId("token"),
    value: state.newSecret(TOKEN_PREFIXES[wish.kind]),
    name: wish.kind,
    scopes: ["api"],
    expiresAt: null,
    revoked: false,
    createdAt: state.stamp(),
    lastUsedAt: null,
    projectId: null,
    groupId: null,
    accessLevel: null,
    ...wish,
  };
  state.tokens.push(token);
  return token;
}

/** A token of a CI job of the project, with the rights of the user the pipeline runs as. */
export function createJobToken(state: State, user: User, project: Project): Token {
  return createToken(state, { kind: "job", userId: user.id, projectId: project.id });
}

export function createGroup(
  state: State,
  wish: Partial<Omit<Group, "fullPath" | "members">> & { readonly path: string },
): Group {
  const parent =
    wish.parentId === undefined || wish.parentId === null
      ? undefined
      : state.groups.get(wish.parentId);
  const group: Group = {
    name: wish.path,
    parentId: null,
    visibility: parent?.visibility ?? "private",
    description: "",
    createdAt: state.stamp(),
    plan: "free",
    trial: false,
    facts: {},
    ...wish,
    id: state.takeId("group", wish.id),
    fullPath: parent === undefined ? wish.path : `${parent.fullPath}/${wish.path}`,
    members: new Map(),
  };
  state.groups.set(group.id, group);
  return group;
}

export function createProject(
  state: State,
  creator: User,
  wish: {
    readonly id?: number | undefined;
    readonly path: string;
    readonly name?: string | undefined;
    readonly group: Group | null;
    readonly visibility?: Visibility | undefined;
    readonly description?: string | null | undefined;
  },
): Project {
  const stamp = state.stamp();
  const home = wish.group?.fullPath ?? creator.username;
  const project: Project = {
    id: state.takeId("project", wish.id),
    name: wish.name ?? wish.path,
    path: wish.path,
    fullPath: `${home}/${wish.path}`,
    groupId: wish.group?.id ?? null,
    ownerId: wish.group === null ? creator.id : null,
    creatorId: creator.id,
    description: wish.description ?? null,
    visibility: wish.visibility ?? "private",
    archived: false,
    defaultBranch: null,
    repositoryDir: null,
    createdAt: stamp,
    lastActivityAt: stamp,
    settings: {},
    members: new Map(),
    variables: [],
    issues: [],
    mergeRequests: [],
    protectedBranches: [],
    approvalRules: [],
    approvalSettings: {
      reset_approvals_on_push: true,
      selective_code_owner_removals: false,
      disable_overriding_approvers_per_merge_request: false,
      merge_requests_author_approval: false,
      merge_requests_disable_committers_approval: false,
      require_password_to_approve: false,
    },
    statuses: [],
    hooks: [],
    triggers: [],
    pipelines: [],
    schedules: [],
    packages: [],
  };
  state.projects.set(project.id, project);
  return project;
}

export function addMember(
  state: State,
  members: Map<number, Member>,
  userId: number,
  accessLevel: number,
  extra: {
    readonly createdAt?: string;
    readonly expiresAt?: string | null;
    readonly createdById?: number | null;
  } = {},
): Member {
  const member: Member = {
    userId,
    accessLevel,
    expiresAt: extra.expiresAt ?? null,
    createdAt: extra.createdAt ?? state.stamp(),
    createdById: extra.createdById ?? null,
  };
  members.set(userId, member);
  return member;
}

export function createLabel(
  state: State,
  home: { readonly projectId: number } | { readonly groupId: number },
  wish: {
    readonly name: string;
    readonly color?: string | undefined;
    readonly description?: string | null | undefined;
    readonly priority?: number | null | undefined;
  },
): Label {
  const label: Label = {
    id: state.nextId("label"),
    name: wish.name,
    color: wish.color ?? "#6699cc",
    description: wish.description ?? null,
    priority: wish.priority ?? null,
    projectId: "projectId" in home ? home.projectId : null,
    groupId: "groupId" in home ? home.groupId : null,
  };
  state.labels.set(label.id, label);
  return label;
}
