/** The fixture world: what a sandbox holds when it starts, and how a seed of the same shape is put in. */
import { readFile } from "node:fs/promises";
import {
  addMember,
  createGroup,
  createLabel,
  createProject,
  createToken,
  createUser,
} from "./factory.ts";
import { initialiseRepository } from "./git/project-repository.ts";
import { createIssue } from "./issues.ts";
import { resolveLabels } from "./labelling.ts";
import { ACCESS, type Group, type Member, type User, type Visibility } from "./model.ts";
import { installProject, type SeedInstallation } from "./seed-installation.ts";
import type { State } from "./state.ts";

type Level = Exclude<keyof typeof ACCESS, "none" | "admin">;

interface SeedUser {
  readonly username: string;
  readonly id?: number;
  readonly name?: string;
  readonly email?: string;
  readonly admin?: boolean;
  readonly bot?: boolean;
  readonly external?: boolean;
  /** A word for what this user stands for; shown by the `sandbox` command. */
  readonly role?: string;
  /** Fixed token; a fresh one otherwise. */
  readonly token?: string;
  /** Scopes of the token; those of a person at work otherwise. */
  readonly scopes?: readonly string[];
}

interface SeedGroup {
  readonly path: string;
  readonly id?: number;
  readonly name?: string;
  readonly visibility?: Visibility;
  readonly plan?: string;
  readonly trial?: boolean;
  /** Further answers of the system of record. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly members?: Readonly<Record<string, Level>>;
}

interface SeedIssue {
  readonly title: string;
  readonly author: string;
  readonly description?: string;
  readonly confidential?: boolean;
  readonly labels?: readonly string[];
  readonly created_at?: string;
}

interface SeedProject {
  readonly path: string;
  readonly id?: number;
  readonly visibility?: Visibility;
  readonly description?: string;
  readonly default_branch?: string;
  readonly members?: Readonly<Record<string, Level>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** First commit: a map of path to text, or a directory on disk; a README when neither is given. */
  readonly files?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Without a repository. */
  readonly empty?: boolean;
  readonly issues?: readonly SeedIssue[];
  /** Branch protection, approval settings, CI variables and schedules. */
  readonly installation?: SeedInstallation;
}

export interface Seed {
  readonly users: readonly SeedUser[];
  readonly groups: readonly SeedGroup[];
  readonly projects: readonly SeedProject[];
}

/** What a sound installation of the product has in its project. Nothing reads the values of the variables. */
const SECLOG_INSTALLATION: SeedInstallation = {
  protected_branches: { custody: "maintainer" },
  approvals: { disable_overriding_approvers_per_merge_request: true },
  variables: [
    { key: "SECLOG_TOKEN", scope: "*" },
    { key: "SECLOG_TOKEN", scope: "log-dive" },
    { key: "SECLOG_READ_TOKEN", scope: "log-dive" },
    { key: "SECLOG_MARKER_KEY", scope: "*" },
    { key: "SECLOG_ACCOUNTS", scope: "*", secret: false },
    { key: "SECLOG_LOG_STORE", scope: "log-dive", secret: false },
    { key: "SECLOG_PSEUDONYM_KEY", scope: "log-dive" },
    { key: "SECLOG_ARTEFACT_KEY", scope: "hand-over" },
  ],
  schedules: [{ description: "Requests", cron: "*/10 * * * *", owner: "seclog-bot" }],
};

/** The world of the demo and of most tests. */
export const DEFAULT_SEED: Seed = {
  users: [
    { id: 1, username: "root", name: "Administrator", admin: true, role: "admin" },
    { id: 10, username: "seclog-bot", name: "seclog", bot: true, role: "bot", scopes: ["api"] },
    { id: 11, username: "mira", name: "Mira Maintainer", role: "maintainer" },
    { id: 21, username: "lena", name: "Lena Legal", role: "legal" },
    { id: 22, username: "noor", name: "Noor Legal", role: "legal" },
    { id: 31, username: "sam", name: "Sam Security", role: "security" },
    { id: 32, username: "ines", name: "Ines Security", role: "security" },
    { id: 41, username: "sofia", name: "Sofia Support", role: "support" },
    { id: 51, username: "diego", name: "Diego Sirt", role: "sirt" },
    { id: 501, username: "acme-jdoe", name: "J. Doe", external: true, role: "customer" },
    { id: 601, username: "otto", name: "Otto Other", external: true, role: "outsider" },
  ],
  groups: [
    {
      path: "sec",
      plan: "ultimate",
      members: {
        mira: "maintainer",
        "seclog-bot": "maintainer",
        lena: "developer",
        noor: "developer",
        sam: "developer",
        ines: "developer",
        sofia: "reporter",
        diego: "developer",
      },
    },
    { path: "sec/legal", members: { lena: "developer", noor: "developer" } },
    { path: "sec/security", members: { sam: "developer", ines: "developer" } },
    { path: "sec/support", members: { sofia: "developer" } },
    { path: "sec/sirt", members: { diego: "developer" } },
    {
      id: 12345,
      path: "acme-corp",
      plan: "ultimate",
      members: { "acme-jdoe": "owner" },
      facts: { requester_owns_account: true, resources_owned: "all" },
    },
    { id: 12346, path: "acme-corp/payments" },
    { id: 23456, path: "other-co", plan: "premium", members: { otto: "owner" } },
  ],
  projects: [
    {
      path: "sec/seclog",
      description: "Request workflows of the security organisation",
      settings: {
        ci_pipeline_variables_minimum_override_role: "no_one_allowed",
        protect_merge_request_pipelines: false,
        public_jobs: false,
        forking_access_level: "disabled",
      },
      files: {
        "README.md": "# seclog\n",
        ".gitlab/CODEOWNERS": "* @mira\n\n[Security]\n/policies/ @sec/security\n",
      },
      installation: SECLOG_INSTALLATION,
    },
    { path: "sec/gap-tracker", description: "Gaps in Audit Events" },
    { id: 9001, path: "acme-corp/payments/api", empty: true },
    { id: 9002, path: "other-co/secret", empty: true },
  ],
};

/** The seed's account of who may use the sandbox: shown when it is ready. */
export interface SeededUser {
  readonly username: string;
  readonly id: number;
  readonly token: string;
  readonly role: string;
}

export async function readSeed(file: string): Promise<Seed> {
  const parsed: Partial<Seed> = JSON.parse(await readFile(file, "utf8"));
  return {
    users: parsed.users ?? [],
    groups: parsed.groups ?? [],
    projects: parsed.projects ?? [],
  };
}

function userNamed(state: State, username: string): User {
  const user = state.userNamed(username);
  if (user === undefined) throw new Error(`seed: there is no user ${username}`);
  return user;
}

/** Before every request: a story may set the clock back to a day of its own. */
const MEMBERS_SINCE = "2026-01-05T09:00:00.000Z";

function seedMembers(
  state: State,
  members: Map<number, Member>,
  wished: Readonly<Record<string, Level>> | undefined,
): void {
  for (const [username, level] of Object.entries(wished ?? {})) {
    addMember(state, members, userNamed(state, username).id, ACCESS[level], {
      createdAt: MEMBERS_SINCE,
    });
  }
}

/** `a/b/c` in its parent group and its own part; the parent has to stand before it in the seed. */
function splitPath(
  state: State,
  path: string,
): { readonly parent: Group | null; readonly own: string } {
  const cut = path.lastIndexOf("/");
  if (cut < 0) return { parent: null, own: path };
  const parent = state.group(path.slice(0, cut));
  if (parent === undefined) throw new Error(`seed: ${path} has no parent group`);
  return { parent, own: path.slice(cut + 1) };
}

function seedUsers(state: State, users: readonly SeedUser[]): SeededUser[] {
  return users.map(({ role, token, scopes, ...wish }) => {
    const user = createUser(state, wish);
    const made = createToken(state, {
      userId: user.id,
      kind: "personal",
      name: "seed",
      scopes: scopes ?? ["api", "read_repository", "write_repository", "sudo"],
      ...(token === undefined ? {} : { value: token }),
    });
    const known = role ?? (user.admin ? "admin" : "user");
    return { username: user.username, id: user.id, token: made.value, role: known };
  });
}

function seedProject(state: State, wish: SeedProject, creator: User): void {
  const { parent, own } = splitPath(state, wish.path);
  const project = createProject(state, creator, {
    path: own,
    id: wish.id,
    group: parent,
    visibility: wish.visibility,
    description: wish.description,
  });
  Object.assign(project.settings, wish.settings ?? {});
  seedMembers(state, project.members, wish.members);
  for (const [name, color] of Object.entries(wish.labels ?? {})) {
    createLabel(state, { projectId: project.id }, { name, color });
  }
  if (wish.empty !== true) {
    project.defaultBranch = wish.default_branch ?? "main";
    const files = wish.files ?? { "README.md": `# ${project.name}\n` };
    const first = wish.directory === undefined ? { files } : { directory: wish.directory };
    initialiseRepository(state, project, creator, first);
  }
  if (wish.installation !== undefined) installProject(state, project, wish.installation);
  for (const one of wish.issues ?? []) {
    const author = userNamed(state, one.author);
    createIssue(state, project, author, {
      title: one.title,
      description: one.description ?? null,
      confidential: one.confidential ?? false,
      labelIds: resolveLabels(state, project, creator, one.labels ?? []),
      ...(one.created_at === undefined ? {} : { createdAt: one.created_at }),
    });
  }
}

/** Fills an empty state; an administrator is added when the seed has none. */
export function applySeed(state: State, seed: Seed): SeededUser[] {
  const hasAdmin = seed.users.some((one) => one.admin === true);
  const root: SeedUser = { username: "root", name: "Administrator", admin: true, role: "admin" };
  const users = seedUsers(state, hasAdmin ? seed.users : [root, ...seed.users]);
  const admin = [...state.users.values()].find((one) => one.admin);
  if (admin === undefined) throw new Error("seed: there is no administrator");
  for (const { path, members, facts, ...wish } of seed.groups) {
    const { parent, own } = splitPath(state, path);
    const group = createGroup(state, {
      ...wish,
      path: own,
      parentId: parent?.id ?? null,
      facts: { ...facts },
    });
    seedMembers(state, group.members, members);
  }
  for (const project of seed.projects) seedProject(state, project, admin);
  return users.map((one) => (one.id === admin.id ? { ...one, role: "admin" } : one));
}
