// A repository in memory for simulations that make thousands of them: git's object ids, no process and no disk.
import { createHash } from "node:crypto";
import type { CommitOrder, NewCommit, StagedFile } from "./commit-actions.ts";
import type { FileDiff } from "./diff.ts";
import { signature } from "./fast-import.ts";
import { type CommitInfo, type TreeEntry, treesFirst } from "./git-output.ts";
import { EMPTY_TREE, type LogFilter, NO_COMMIT, Repository } from "./repository.ts";

type Files = ReadonlyMap<string, TreeEntry>;
type Commit = { readonly info: CommitInfo; readonly files: Files };

/**
 * Answers as {@link Repository} does where GitLab's API needs it. Simpler in three things: a diff shows whole files and no
 * renames, two changes of one file conflict, and there are no archives and no tags other than those set as refs.
 */
export class MemoryRepository extends Repository {
  readonly #blobs = new Map<string, Buffer>();
  readonly #trees = new Map<string, Files>([[EMPTY_TREE, new Map()]]);
  readonly #stored = new Map<string, Commit>();
  readonly #names = new Map<string, string>();

  override resolve(ref: string): string | null {
    if (this.#stored.has(ref)) return ref;
    for (const name of [`refs/heads/${ref}`, `refs/tags/${ref}`, ref]) {
      const found = this.#names.get(name);
      if (found !== undefined) return found;
    }
    return null;
  }

  override branches(): ReadonlyMap<string, string> {
    return this.#below("refs/heads/");
  }

  override branchHead(branch: string): string | null {
    return this.#names.get(`refs/heads/${branch}`) ?? null;
  }

  override tags(): ReadonlyMap<string, string> {
    return this.#below("refs/tags/");
  }

  #below(prefix: string): ReadonlyMap<string, string> {
    const refs = [...this.#names].filter(([name]) => name.startsWith(prefix));
    return new Map(refs.sort().map(([name, id]) => [name.slice(prefix.length), id]));
  }

  override forgetRefs(): void {}

  override validBranchName(name: string): boolean {
    return /^(?!-|refs\/|.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[^\s~^:?*[\\]+$/.test(name);
  }

  override updateRef(ref: string, to: string, from: string): boolean {
    if ((this.#names.get(ref) ?? NO_COMMIT) !== from) return false;
    this.#names.set(ref, to);
    return true;
  }

  override deleteRef(ref: string, from: string): boolean {
    return this.#names.get(ref) === from && this.#names.delete(ref);
  }

  override setRef(ref: string, to: string): void {
    this.#names.set(ref, to);
  }

  override commit(ref: string): CommitInfo | null {
    return this.#stored.get(this.resolve(ref) ?? "")?.info ?? null;
  }

  override log(filter: LogFilter): readonly CommitInfo[] {
    const starts = filter.all === true ? [...this.#names.values()] : [this.resolve(filter.ref)];
    const left = this.#ancestors(
      filter.exclude === undefined ? [] : [this.resolve(filter.exclude)],
    );
    const { path, author, since, until } = filter;
    return this.#byDate(starts, left, filter.firstParent === true)
      .map((id) => this.#must(id))
      .filter((commit) => path === undefined || this.#touches(commit, path))
      .map(({ info }) => info)
      .filter(
        (info) =>
          author === undefined || `${info.authorName} <${info.authorEmail}>`.includes(author),
      )
      .filter((info) => since === undefined || Date.parse(info.committedDate) >= Date.parse(since))
      .filter((info) => until === undefined || Date.parse(info.committedDate) <= Date.parse(until));
  }

  /** Newest first; of two of the same second, the one found first. */
  #byDate(
    starts: readonly (string | null)[],
    left: ReadonlySet<string>,
    firstParent: boolean,
  ): readonly string[] {
    const open = [...new Set(starts.filter((id) => id !== null))];
    const seen = new Set([...open, ...left]);
    const order: string[] = [];
    while (open.length > 0) {
      const dates = open.map((id) => Date.parse(this.#must(id).info.committedDate));
      const [id = ""] = open.splice(dates.indexOf(Math.max(...dates)), 1);
      if (left.has(id)) continue;
      order.push(id);
      const { parents } = this.#must(id).info;
      for (const parent of firstParent ? parents.slice(0, 1) : parents) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        open.push(parent);
      }
    }
    return order;
  }

  #ancestors(starts: readonly (string | null)[]): ReadonlySet<string> {
    const seen = new Set(starts.filter((id) => id !== null));
    for (const id of seen) for (const parent of this.#must(id).info.parents) seen.add(parent);
    return seen;
  }

  #must(id: string): Commit {
    const commit = this.#stored.get(id);
    if (commit === undefined) throw new Error(`no commit ${id}`);
    return commit;
  }

  #touches({ info, files }: Commit, path: string): boolean {
    const own = files.get(path)?.id;
    const before = info.parents.map((parent) => this.#must(parent).files.get(path)?.id);
    return before.length === 0 ? own !== undefined : before.every((id) => id !== own);
  }

  override entry(ref: string, path: string): TreeEntry | null {
    const files = this.#filesAt(ref);
    if (files === null) return null;
    return (
      files.get(path) ??
      this.tree(ref, parentOf(path), false)?.find((one) => one.path === path) ??
      null
    );
  }

  #filesAt(ref: string): Files | null {
    return this.#trees.get(ref) ?? this.#stored.get(this.resolve(ref) ?? "")?.files ?? null;
  }

  override tree(ref: string, path: string, recursive: boolean): readonly TreeEntry[] | null {
    const files = this.#filesAt(ref);
    const clean = path.replace(/^\/+|\/+$/g, "");
    const prefix = clean === "" ? "" : `${clean}/`;
    const inside = [...(files ?? [])].filter(([name]) => name.startsWith(prefix));
    if (files === null || (inside.length === 0 && clean !== "")) return null;
    const entries = new Map<string, TreeEntry>();
    for (const [name, file] of inside) {
      const parts = name.slice(prefix.length).split("/");
      for (const depth of parts.slice(1).keys()) {
        const folder = `${prefix}${parts.slice(0, depth + 1).join("/")}`;
        entries.set(folder, this.#folder(files, folder));
      }
      entries.set(name, file);
    }
    const rows = [...entries.values()];
    if (recursive) return rows.sort((a, b) => (gitKey(a) < gitKey(b) ? -1 : 1));
    return rows.filter((one) => parentOf(one.path) === clean).sort(treesFirst);
  }

  #folder(files: Files, path: string): TreeEntry {
    const inside = [...files].filter(([name]) => name.startsWith(`${path}/`));
    const own = new Map(inside.map(([name, file]) => [name.slice(path.length + 1), file]));
    return { id: treeId(own), name: nameOf(path), type: "tree", path, mode: "040000" };
  }

  override files(ref: string): Files {
    const files = this.#filesAt(ref);
    if (files === null) throw new Error(`no tree ${ref}`);
    return files;
  }

  override blob(id: string): Buffer | null {
    return this.#blobs.get(id) ?? null;
  }

  override lastCommitFor(ref: string, path: string): string | null {
    let id = this.resolve(ref);
    while (id !== null) {
      const commit = this.#must(id);
      const own = commit.files.get(path)?.id;
      const { parents } = commit.info;
      const same: string | undefined = parents.find(
        (parent) => this.#must(parent).files.get(path)?.id === own,
      );
      if (same === undefined) return parents.length === 0 && own === undefined ? null : id;
      id = same;
    }
    return null;
  }

  override diff(from: string, to: string): readonly FileDiff[] {
    const [before, after] = [this.files(from), this.files(to)];
    return [...new Set([...before.keys(), ...after.keys()])]
      .sort()
      .filter((path) => before.get(path)?.id !== after.get(path)?.id)
      .map((path) => this.#fileDiff(path, before.get(path), after.get(path)));
  }

  #fileDiff(path: string, old: TreeEntry | undefined, fresh: TreeEntry | undefined): FileDiff {
    const lines = (entry: TreeEntry | undefined, sign: string): readonly string[] => {
      const text = entry === undefined ? "" : (this.blob(entry.id)?.toString("utf8") ?? "");
      return text
        .split("\n")
        .flatMap((line, at, all) =>
          at === all.length - 1 && line === "" ? [] : [`${sign}${line}`],
        );
    };
    const [gone, come] = [lines(old, "-"), lines(fresh, "+")];
    const start = (count: number): string => (count === 0 ? "0,0" : `1,${count}`);
    return {
      diff: [`@@ -${start(gone.length)} +${start(come.length)} @@`, ...gone, ...come, ""].join(
        "\n",
      ),
      collapsed: false,
      too_large: false,
      new_path: path,
      old_path: path,
      a_mode: old?.mode ?? "0",
      b_mode: fresh?.mode ?? "0",
      new_file: old === undefined,
      renamed_file: false,
      deleted_file: fresh === undefined,
      generated_file: false,
    };
  }

  override mergeBase(refs: readonly string[]): string | null {
    const sets = refs.map((ref) => this.#ancestors([this.resolve(ref)]));
    const common = [...(sets[0] ?? [])].filter((id) => sets.every((set) => set.has(id)));
    const below = new Set(
      common.flatMap((id) => [...this.#ancestors([id])].filter((one) => one !== id)),
    );
    return common.find((id) => !below.has(id)) ?? null;
  }

  override isAncestor(ancestor: string, descendant: string): boolean {
    const id = this.resolve(ancestor);
    return id !== null && this.#ancestors([this.resolve(descendant)]).has(id);
  }

  override patchId(from: string, to: string): string {
    return sha1(JSON.stringify(this.diff(from, to)));
  }

  override importCommit(
    order: CommitOrder,
    _before: ReadonlyMap<string, StagedFile>,
    after: ReadonlyMap<string, StagedFile>,
  ): string {
    const files = new Map<string, TreeEntry>();
    for (const [path, file] of after) {
      const id = "content" in file ? this.#keepBlob(file.content) : file.id;
      files.set(path, { id, name: nameOf(path), type: "blob", path, mode: file.mode });
    }
    const { author, committer, date, message, parent } = order;
    const parents = parent === null ? [] : [parent];
    return this.writeCommit({
      tree: this.#keepTree(files),
      parents,
      message,
      author,
      committer,
      date,
    });
  }

  #keepBlob(content: Buffer): string {
    const id = objectId("blob", content);
    this.#blobs.set(id, content);
    return id;
  }

  #keepTree(files: Files): string {
    const id = treeId(files);
    this.#trees.set(id, files);
    return id;
  }

  override writeCommit(commit: NewCommit): string {
    const { tree, parents, message, author, committer } = commit;
    const files = this.#trees.get(tree);
    if (files === undefined) throw new Error(`no tree ${tree}`);
    const committed = Math.floor(commit.date.getTime() / 1000);
    const authored =
      commit.authoredDate === undefined
        ? committed
        : Math.floor(Date.parse(commit.authoredDate) / 1000);
    const text = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${signature(author)} ${authored} +0000`,
      `committer ${signature(committer)} ${committed} +0000`,
      "",
      message,
    ].join("\n");
    const id = objectId("commit", Buffer.from(text));
    const info: CommitInfo = {
      id,
      tree,
      parents,
      authorName: author.name,
      authorEmail: author.email,
      authoredDate: isoOf(authored),
      committerName: committer.name,
      committerEmail: committer.email,
      committedDate: isoOf(committed),
      message: message.replace(/\n+$/, ""),
    };
    this.#stored.set(id, { info, files });
    return id;
  }

  override mergedTree(ours: string, theirs: string): string | null {
    const base = this.mergeBase([ours, theirs]);
    const [from, left, right] = [base === null ? EMPTY_TREE : base, ours, theirs].map((ref) =>
      this.files(ref),
    ) as [Files, Files, Files];
    const merged = new Map<string, TreeEntry>();
    for (const path of new Set([...left.keys(), ...right.keys()])) {
      const [was, mine, yours] = [from.get(path), left.get(path), right.get(path)];
      if (mine?.id !== was?.id && yours?.id !== was?.id && mine?.id !== yours?.id) return null;
      const kept = mine?.id === was?.id ? yours : mine;
      if (kept !== undefined) merged.set(path, kept);
    }
    return this.#keepTree(merged);
  }

  override archive(): Buffer {
    throw new Error("a repository in memory makes no archives");
  }

  override shareCommit(to: Repository, commit: string): void {
    if (!(to instanceof MemoryRepository)) throw new Error("commits stay in memory");
    for (const id of this.#ancestors([commit])) {
      const { info, files } = this.#must(id);
      to.#stored.set(id, { info, files });
      to.#trees.set(info.tree, files);
      for (const { id: blob } of files.values())
        to.#blobs.set(blob, this.blob(blob) ?? Buffer.alloc(0));
    }
  }
}

/** Folders sort as if their names ended with a slash. */
const gitKey = ({ path, type }: TreeEntry): string => (type === "tree" ? `${path}/` : path);
const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const isoOf = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19)}+00:00`;
const sha1 = (bytes: Uint8Array | string): string => createHash("sha1").update(bytes).digest("hex");
const objectId = (kind: string, bytes: Buffer): string =>
  sha1(Buffer.concat([Buffer.from(`${kind} ${bytes.length}\0`), bytes]));

/** The id of the tree object that holds these files; folders sort as if their names ended with a slash. */
function treeId(files: Files): string {
  const entries = new Map<string, { readonly mode: string; readonly id: string }>();
  const folders = new Map<string, Map<string, TreeEntry>>();
  for (const [path, file] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) entries.set(path, file);
    else {
      const folder = path.slice(0, slash);
      const inside = folders.get(folder) ?? new Map<string, TreeEntry>();
      folders.set(folder, inside.set(path.slice(slash + 1), file));
    }
  }
  for (const [name, inside] of folders)
    entries.set(`${name}/`, { mode: "40000", id: treeId(inside) });
  const rows = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return objectId(
    "tree",
    Buffer.concat(
      rows.flatMap(([name, { mode, id }]) => [
        Buffer.from(`${mode} ${name.replace(/\/$/, "")}\0`),
        Buffer.from(id, "hex"),
      ]),
    ),
  );
}
