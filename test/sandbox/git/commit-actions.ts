// Writes one atomic commit from GitLab's list of file actions: all of them, or none.

import { NO_COMMIT, type Repository } from "./repository.ts";

export type Signature = { readonly name: string; readonly email: string };

export type FileAction = {
  readonly action: "create" | "update" | "delete" | "move" | "chmod";
  readonly filePath: string;
  readonly previousPath?: string | undefined;
  readonly content?: Buffer | undefined;
  /** The last commit of the file as the writer knew it; another one refuses the whole commit. */
  readonly lastCommitId?: string | undefined;
  readonly executable?: boolean | undefined;
};

export type CommitOrder = {
  readonly branch: string;
  /** The commit to build on; `null` for the first one of an empty repository. */
  readonly parent: string | null;
  /** Where the branch stands now; `null` when this commit makes it. */
  readonly head: string | null;
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
  readonly date: Date;
  readonly actions: readonly FileAction[];
};

export type NewCommit = {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
  readonly date: Date;
  /** The author's own date, ISO 8601, when it is not `date` (a rebase keeps it). */
  readonly authoredDate?: string;
};

/** The commit was refused, nothing was written; the message is GitLab's. */
export class CommitRefused extends Error {
  readonly stale: boolean;

  constructor(message: string, stale = false) {
    super(message);
    this.stale = stale;
  }
}

/** A file of the tree to come: one that is known already, or new bytes. */
export type StagedFile =
  | { readonly mode: string; readonly id: string }
  | { mode: string; content: Buffer };
type Staged = Map<string, StagedFile>;

/** Commits the actions and moves the branch; returns the new commit's id, throws {@link CommitRefused}. */
export function commitActions(repository: Repository, order: CommitOrder): string {
  const before: Staged = new Map(
    order.parent === null
      ? []
      : [...repository.files(order.parent)].map(([path, file]) => [path, file]),
  );
  const after: Staged = new Map(before);
  for (const action of order.actions) {
    refuseStale(repository, order, action);
    applyAction(after, action);
  }
  const id = repository.importCommit(order, before, after);
  const ref = `refs/heads/${order.branch}`;
  if (!repository.updateRef(ref, id, order.head ?? NO_COMMIT)) {
    throw new CommitRefused(`Could not update ${ref}. Please refresh and try again.`);
  }
  return id;
}

function refuseStale(repository: Repository, order: CommitOrder, action: FileAction): void {
  if (action.lastCommitId === undefined || order.parent === null) return;
  const path = action.previousPath ?? action.filePath;
  if (repository.lastCommitFor(order.parent, path) === action.lastCommitId) return;
  throw new CommitRefused(`The file has changed since you started editing it: ${path}`, true);
}

function applyAction(files: Staged, action: FileAction): void {
  const path = checkedPath(action.filePath);
  const present = files.get(path);
  const content = action.content ?? Buffer.alloc(0);
  switch (action.action) {
    case "create":
      refuseTaken(files, path);
      files.set(path, { mode: action.executable === true ? "100755" : "100644", content });
      return;
    case "update":
      files.set(path, { mode: required(present).mode, content });
      return;
    case "delete":
      required(present);
      files.delete(path);
      return;
    case "chmod":
      files.set(path, {
        ...required(present),
        mode: action.executable === true ? "100755" : "100644",
      });
      return;
    case "move": {
      const from = checkedPath(action.previousPath ?? "");
      const moved = required(files.get(from));
      refuseTaken(files, path);
      files.delete(from);
      files.set(path, action.content === undefined ? moved : { mode: moved.mode, content });
    }
  }
}

function required(file: StagedFile | undefined): StagedFile {
  if (file === undefined) throw new CommitRefused("A file with this name doesn't exist");
  return file;
}

function refuseTaken(files: Staged, path: string): void {
  if (files.has(path)) throw new CommitRefused("A file with this name already exists");
  for (const other of files.keys()) {
    if (other.startsWith(`${path}/`)) {
      throw new CommitRefused("A directory with this name already exists");
    }
    if (path.startsWith(`${other}/`)) {
      throw new CommitRefused("A file with this name already exists");
    }
  }
}

function checkedPath(path: string): string {
  if (path === "") throw new CommitRefused("You must provide a file path");
  const parts = path.split("/");
  if (parts.includes("..")) throw new CommitRefused("Path cannot include directory traversal");
  const bad = parts.some((part) => part === "" || part === "." || part.toLowerCase() === ".git");
  if (bad || path.includes("\0")) throw new CommitRefused(`invalid path: '${path}'`);
  return path;
}
