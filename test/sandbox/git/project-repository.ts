// The repository that belongs to a project: made on first need, in the sandbox's working directory.
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import type { Project, User } from "../model.ts";
import type { State } from "../state.ts";
import { commitActions, type FileAction, type Signature } from "./commit-actions.ts";
import { MemoryRepository } from "./memory-repository.ts";
import { Repository } from "./repository.ts";

const repositories = new WeakMap<Project, Repository>();

/** The project's repository, `null` while the project is empty. */
export function repositoryOf(project: Project): Repository | null {
  if (project.repositoryDir === null) return null;
  const known = repositories.get(project);
  if (known !== undefined) return known;
  const opened = new Repository(project.repositoryDir);
  repositories.set(project, opened);
  return opened;
}

/** The project's repository; makes an empty one for a project that has none. */
export function ensureRepository(state: State, project: Project): Repository {
  const present = repositoryOf(project);
  if (present !== null) return present;
  if (state.workDir === "" && !state.inMemory)
    state.workDir = mkdtempSync(join(tmpdir(), "sandbox-gitlab-"));
  const directory = join(state.workDir, "repositories", `${project.id}.git`);
  const made = state.inMemory
    ? new MemoryRepository(directory)
    : Repository.create(directory, project.defaultBranch ?? "main");
  repositories.set(project, made);
  project.repositoryDir = directory;
  return made;
}

/** After the records were replaced by a copy: the copied project keeps what is known of its repository. */
export function inheritRepository(project: Project, from: Project | undefined): void {
  const known = from === undefined ? undefined : repositories.get(from);
  if (known === undefined || known.directory !== project.repositoryDir) return;
  known.forgetRefs();
  repositories.set(project, known);
}

export function signatureOf(user: User): Signature {
  return { name: user.name, email: user.email };
}

/** Where the first commit's files come from: a map of path to text, or a directory on disk (`.git` and `node_modules` left out). */
export type FirstFiles =
  | { readonly files: Readonly<Record<string, string | Uint8Array>> }
  | { readonly directory: string };

/** Gives a project its repository with one commit on the default branch, which becomes protected as in GitLab; returns the commit. */
export function initialiseRepository(
  state: State,
  project: Project,
  author: User,
  first: FirstFiles,
  message = "Initial commit",
): string {
  const repository = ensureRepository(state, project);
  const branch = project.defaultBranch ?? "main";
  project.defaultBranch = branch;
  const id = commitActions(repository, {
    branch,
    parent: null,
    head: null,
    message,
    author: signatureOf(author),
    committer: signatureOf(author),
    date: state.now(),
    actions: "files" in first ? fromMap(first.files) : fromDirectory(first.directory),
  });
  protectDefaultBranch(state, project);
  return id;
}

/** What GitLab does with the default branch of a new project: Maintainers push and merge, nobody forces. */
export function protectDefaultBranch(state: State, project: Project): void {
  const name = project.defaultBranch ?? "main";
  if (project.protectedBranches.some((one) => one.name === name)) return;
  const maintainers = () => [
    { id: state.nextId("access_rule"), accessLevel: 40, userId: null, groupId: null },
  ];
  project.protectedBranches.push({
    id: state.nextId("protected_branch"),
    name,
    pushAccess: maintainers(),
    mergeAccess: maintainers(),
    unprotectAccess: [],
    allowForcePush: false,
    codeOwnerApprovalRequired: false,
  });
}

function fromMap(files: Readonly<Record<string, string | Uint8Array>>): readonly FileAction[] {
  return Object.entries(files).map(([filePath, content]) => ({
    action: "create",
    filePath,
    content: Buffer.from(content as Uint8Array),
  }));
}

const LEFT_OUT = new Set([".git", "node_modules", "coverage"]);

function fromDirectory(root: string): readonly FileAction[] {
  const actions: FileAction[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (LEFT_OUT.has(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) {
        actions.push({
          action: "create",
          filePath: relative(root, path).split(sep).join("/"),
          content: readFileSync(path),
          executable: (statSync(path).mode & 0o100) !== 0,
        });
      }
    }
  };
  walk(root);
  return actions;
}
