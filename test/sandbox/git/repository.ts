// A bare repository of the sandbox, read through the system's git; what a commit id names is read once and kept.
import { mkdirSync } from "node:fs";
import type { CommitOrder, NewCommit, StagedFile } from "./commit-actions.ts";
import { diffTrees, type FileDiff } from "./diff.ts";
import { fastImport } from "./fast-import.ts";
import {
  COMMIT_FORMAT,
  type CommitInfo,
  parseCommits,
  parseTree,
  type TreeEntry,
  treesFirst,
} from "./git-output.ts";
import { git, gitText, gitTry } from "./run-git.ts";

/** Git's name for "no commit". */
export const NO_COMMIT = "0".repeat(40);
/** The empty tree, which every repository knows. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

export type LogFilter = {
  readonly ref: string;
  readonly path?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly author?: string | undefined;
  readonly firstParent?: boolean | undefined;
  readonly all?: boolean | undefined;
  readonly exclude?: string | undefined;
};

/** Reads of one bare repository. Names that do not resolve answer `null`; writes are in `commit-actions.ts` and `merge.ts`. */
export class Repository {
  readonly directory: string;
  readonly #commits = new Map<string, CommitInfo>();
  readonly #diffs = new Map<string, readonly FileDiff[]>();
  readonly #patchIds = new Map<string, string>();
  /** Two commits always merge to the same tree; lists of merge requests ask often. */
  readonly #mergedTrees = new Map<string, string | null>();
  readonly #entries = new Map<string, TreeEntry | null>();
  readonly #blobs = new Map<string, Buffer>();
  readonly #ancestry = new Map<string, boolean>();
  readonly #lastCommits = new Map<string, string | null>();
  #refs: ReadonlyMap<string, string> | null = null;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Creates the bare repository on disk, without a commit. */
  static create(directory: string, defaultBranch: string): Repository {
    mkdirSync(directory, { recursive: true });
    git(directory, ["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, "."]);
    git(directory, ["config", "http.receivepack", "true"]);
    git(directory, ["config", "http.uploadpack", "true"]);
    git(directory, ["config", "uploadpack.allowAnySHA1InWant", "true"]);
    git(directory, ["config", "transfer.hideRefs", "refs/sandbox"]);
    git(directory, ["config", "core.logAllRefUpdates", "false"]);
    return new Repository(directory);
  }

  /** The commit id a branch, tag, `refs/…` or (short) id names. */
  resolve(ref: string): string | null {
    if (ref === "" || ref.startsWith("-")) return null;
    if (/^[0-9a-f]{40}$/.test(ref) && this.#commits.has(ref)) return ref;
    const branch = this.branchHead(ref);
    if (branch !== null) return branch;
    for (const name of [`refs/tags/${ref}`, ref]) {
      const found = gitTry(this.directory, [
        "rev-parse",
        "--quiet",
        "--verify",
        "--end-of-options",
        `${name}^{commit}`,
      ]);
      if (found !== null) return found.trim();
    }
    return null;
  }

  /** Branch names with their heads, sorted by name. */
  branches(): ReadonlyMap<string, string> {
    return this.#refsBelow("refs/heads/");
  }

  branchHead(branch: string): string | null {
    return this.#allRefs().get(`refs/heads/${branch}`) ?? null;
  }

  tags(): ReadonlyMap<string, string> {
    return this.#refsBelow("refs/tags/");
  }

  #refsBelow(prefix: string): ReadonlyMap<string, string> {
    const refs = [...this.#allRefs()].filter(([name]) => name.startsWith(prefix));
    return new Map(refs.map(([name, id]) => [name.slice(prefix.length), id]));
  }

  /** Every ref, read once until one of them moves. */
  #allRefs(): ReadonlyMap<string, string> {
    if (this.#refs !== null) return this.#refs;
    const lines = gitText(this.directory, [
      "for-each-ref",
      "--format=%(objectname) %(refname)",
      "refs/heads/",
      "refs/tags/",
    ]);
    const refs = lines.split("\n").filter((line) => line !== "");
    this.#refs = new Map(refs.map((line) => [line.slice(41), line.slice(0, 40)]));
    return this.#refs;
  }

  /** Says that somebody else (a push) may have moved refs. */
  forgetRefs(): void {
    this.#refs = null;
  }

  /** `git check-ref-format --branch` without its shorthand for previous branches. */
  validBranchName(name: string): boolean {
    if (name === "" || name.startsWith("-") || name.startsWith("refs/") || name === "HEAD") {
      return false;
    }
    return gitTry(this.directory, ["check-ref-format", `refs/heads/${name}`]) !== null;
  }

  /** Moves a ref by compare-and-swap; `false` when it did not stand at `from` any more. */
  updateRef(ref: string, to: string, from: string): boolean {
    this.forgetRefs();
    return gitTry(this.directory, ["update-ref", ref, to, from]) !== null;
  }

  deleteRef(ref: string, from: string): boolean {
    this.forgetRefs();
    return gitTry(this.directory, ["update-ref", "-d", ref, from]) !== null;
  }

  /** One commit, by anything {@link resolve} takes. */
  commit(ref: string): CommitInfo | null {
    const id = this.resolve(ref);
    if (id === null) return null;
    return this.#commits.get(id) ?? this.#readCommits(["--max-count=1", id])[0] ?? null;
  }

  /** Commits reachable from a ref, newest first, all of them: the caller pages. */
  log(filter: LogFilter): readonly CommitInfo[] {
    const args: string[] = [];
    if (filter.since !== undefined) args.push(`--since=${filter.since}`);
    if (filter.until !== undefined) args.push(`--until=${filter.until}`);
    if (filter.author !== undefined) args.push("--fixed-strings", `--author=${filter.author}`);
    if (filter.firstParent === true) args.push("--first-parent");
    if (filter.all === true) args.push("--branches", "--tags");
    else args.push(filter.ref);
    if (filter.exclude !== undefined) args.push(`^${filter.exclude}`);
    args.push("--");
    if (filter.path !== undefined) args.push(`:(literal)${filter.path}`);
    return this.#readCommits(args);
  }

  #readCommits(args: readonly string[]): readonly CommitInfo[] {
    const text = gitText(this.directory, ["log", `--format=tformat:${COMMIT_FORMAT}`, ...args]);
    const commits = parseCommits(text);
    for (const commit of commits) this.#commits.set(commit.id, commit);
    return commits;
  }

  /** The entry at a path, `null` when there is none; the path `""` is the root tree. */
  entry(ref: string, path: string): TreeEntry | null {
    return this.#once(this.#entries, ref, path, () => this.#readEntry(ref, path));
  }

  /** Reads once what a commit id fixes for good; what another name stands for is read each time. */
  #once<T>(known: Map<string, T>, ref: string, path: string, read: () => T): T {
    if (!this.#commits.has(ref)) return read();
    const key = `${ref}:${path}`;
    const value = known.has(key) ? (known.get(key) as T) : read();
    known.set(key, value);
    return value;
  }

  #readEntry(ref: string, path: string): TreeEntry | null {
    const lines = gitTry(this.directory, ["ls-tree", "-z", "--full-tree", ref, "--", path]);
    const entry = parseTree(lines ?? "")[0];
    return entry === undefined || entry.path !== path ? null : entry;
  }

  /** The entries of a directory, trees first as GitLab shows them; `null` when the ref or directory does not exist. */
  tree(ref: string, path: string, recursive: boolean): readonly TreeEntry[] | null {
    const clean = path.replace(/^\/+|\/+$/g, "");
    const args = ["ls-tree", "-z", "--full-tree"];
    if (recursive) args.push("-r", "-t");
    const lines = gitTry(this.directory, [...args, `${ref}:${clean}`]);
    if (lines === null) return null;
    const prefix = clean === "" ? "" : `${clean}/`;
    const entries = parseTree(lines).map((entry) => ({ ...entry, path: `${prefix}${entry.path}` }));
    return recursive ? entries : [...entries].sort(treesFirst);
  }

  /** Every file of a tree by path: what the checks of a commit's actions look at. */
  files(ref: string): ReadonlyMap<string, TreeEntry> {
    const lines = gitText(this.directory, ["ls-tree", "-z", "-r", "--full-tree", ref]);
    return new Map(parseTree(lines).map((entry) => [entry.path, entry]));
  }

  /** The bytes of a blob by its id. */
  blob(id: string): Buffer | null {
    if (!/^[0-9a-f]{40}$/.test(id)) return null;
    const known = this.#blobs.get(id);
    if (known !== undefined) return known;
    if (gitTry(this.directory, ["cat-file", "-t", id])?.trim() !== "blob") return null;
    const bytes = git(this.directory, ["cat-file", "blob", id]);
    this.#blobs.set(id, bytes);
    return bytes;
  }

  /** A file's bytes at a ref. */
  read(ref: string, path: string): Buffer | null {
    const entry = this.entry(ref, path);
    return entry?.type === "blob" ? this.blob(entry.id) : null;
  }

  /** The newest commit that touched a path. */
  lastCommitFor(ref: string, path: string): string | null {
    return this.#once(this.#lastCommits, ref, path, () => {
      const text = gitTry(this.directory, ["rev-list", "-1", ref, "--", `:(literal)${path}`]);
      return text === null || text.trim() === "" ? null : text.trim();
    });
  }

  diff(from: string, to: string): readonly FileDiff[] {
    const key = `${from} ${to}`;
    const known = this.#diffs.get(key);
    if (known !== undefined) return known;
    const files = diffTrees(this.directory, from, to);
    this.#diffs.set(key, files);
    return files;
  }

  mergeBase(refs: readonly string[]): string | null {
    const found = gitTry(this.directory, ["merge-base", "--octopus", ...refs]);
    return found === null ? null : found.trim();
  }

  isAncestor(ancestor: string, descendant: string): boolean {
    return this.#once(
      this.#ancestry,
      descendant,
      ancestor,
      () => gitTry(this.directory, ["merge-base", "--is-ancestor", ancestor, descendant]) !== null,
    );
  }

  /** The stable patch id of a change: what GitLab compares to decide whether a push resets the approvals. */
  patchId(from: string, to: string): string {
    const key = `${from} ${to}`;
    const known = this.#patchIds.get(key);
    if (known !== undefined) return known;
    const patch = git(this.directory, ["diff-tree", "-p", "--full-index", "--binary", from, to]);
    const id = gitText(this.directory, ["patch-id", "--stable"], { input: patch }).slice(0, 40);
    this.#patchIds.set(key, id);
    return id;
  }

  /** Writes a commit of the files in `after`, on its parent with those in `before`; no branch moves. */
  importCommit(
    order: CommitOrder,
    before: ReadonlyMap<string, StagedFile>,
    after: ReadonlyMap<string, StagedFile>,
  ): string {
    return fastImport(this.directory, order, before, after);
  }

  /** Writes a commit object of a tree that is known; no ref moves. */
  writeCommit(commit: NewCommit): string {
    const date = `${Math.floor(commit.date.getTime() / 1000)} +0000`;
    const parents = commit.parents.flatMap((parent) => ["-p", parent]);
    const env = {
      GIT_AUTHOR_NAME: commit.author.name,
      GIT_AUTHOR_EMAIL: commit.author.email,
      GIT_AUTHOR_DATE: commit.authoredDate ?? date,
      GIT_COMMITTER_NAME: commit.committer.name,
      GIT_COMMITTER_EMAIL: commit.committer.email,
      GIT_COMMITTER_DATE: date,
    };
    return gitText(this.directory, ["commit-tree", commit.tree, ...parents], {
      input: commit.message,
      env,
    }).trim();
  }

  /** The tree of both sides merged, `null` when they conflict. */
  mergedTree(ours: string, theirs: string): string | null {
    const key = `${ours} ${theirs}`;
    const known = this.#mergedTrees.get(key);
    if (known !== undefined) return known;
    const args = ["merge-tree", "--write-tree", "--no-messages", ours, theirs];
    const tree = gitTry(this.directory, args)?.split("\n")[0] ?? null;
    this.#mergedTrees.set(key, tree);
    return tree;
  }

  archive(ref: string, format: "tar" | "tar.gz" | "zip", prefix: string): Buffer {
    return git(this.directory, ["archive", `--format=${format}`, `--prefix=${prefix}/`, ref]);
  }

  /** Sets a ref whatever it was. */
  setRef(ref: string, to: string): void {
    git(this.directory, ["update-ref", ref, to]);
  }

  /** Makes a commit known in another repository: how a fork's branch reaches the target of its merge request. */
  shareCommit(to: Repository, commit: string): void {
    git(to.directory, ["fetch", "--quiet", "--no-tags", this.directory, commit]);
  }
}
