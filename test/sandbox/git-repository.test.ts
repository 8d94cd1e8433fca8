// The git backend on a real bare repository: commits, refusals, diffs, patch ids, merges and rebases.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { commitActions, type FileAction } from "./git/commit-actions.ts";
import { rebase } from "./git/merge.ts";
import { Repository } from "./git/repository.ts";

const root = mkdtempSync(join(tmpdir(), "sandbox-git-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const LENA = { name: "Lena", email: "lena@example.com" };
let made = 0;

function fresh(): Repository {
  made += 1;
  return Repository.create(join(root, `${made}.git`), "main");
}

function commit(
  repository: Repository,
  actions: readonly FileAction[],
  branch = "main",
  from = branch,
): string {
  return commitActions(repository, {
    branch,
    parent: repository.branchHead(from),
    head: repository.branchHead(branch),
    message: `Change ${branch}\n\nwith a body`,
    author: LENA,
    committer: LENA,
    date: new Date("2026-11-20T10:00:00Z"),
    actions,
  });
}

function create(filePath: string, text: string): FileAction {
  return { action: "create", filePath, content: Buffer.from(text) };
}

test("a commit holds its files, names and message, byte for byte", () => {
  const repository = fresh();
  const odd = 'dir/a "b"\\c é.txt';
  const id = commit(repository, [create("README.md", "# one\n"), create(odd, "bytes\0\r\n")]);
  expect(repository.commit("main")).toMatchObject({
    id,
    parents: [],
    authorName: "Lena",
    message: "Change main\n\nwith a body",
  });
  expect(repository.read("main", odd)?.toString()).toBe("bytes\0\r\n");
  expect(repository.tree("main", "", true)?.map((one) => one.path)).toEqual([
    "README.md",
    "dir",
    odd,
  ]);
  expect(repository.tree("main", "nowhere", false)).toBeNull();
  expect(repository.resolve("nothing")).toBeNull();
  expect(repository.resolve("--all")).toBeNull();
});

test.each<[string, readonly FileAction[], string]>([
  ["create what exists", [create("a", "2")], "A file with this name already exists"],
  ["create below a file", [create("a/b", "2")], "A file with this name already exists"],
  ["create over a directory", [create("d", "2")], "A directory with this name already exists"],
  [
    "update what is missing",
    [{ action: "update", filePath: "x" }],
    "A file with this name doesn't exist",
  ],
  [
    "delete what is missing",
    [{ action: "delete", filePath: "x" }],
    "A file with this name doesn't exist",
  ],
  ["climb out", [create("../x", "")], "Path cannot include directory traversal"],
  ["write into .git", [create(".git/config", "")], "invalid path: '.git/config'"],
  [
    "a stale last commit",
    [{ action: "update", filePath: "a", lastCommitId: "0".repeat(40) }],
    "The file has changed since you started editing it: a",
  ],
  [
    "one bad action among good ones",
    [create("fine", ""), { action: "delete", filePath: "x" }],
    "A file with this name doesn't exist",
  ],
])("%s is refused and nothing moves", (_name, actions, message) => {
  const repository = fresh();
  const id = commit(repository, [create("a", "1"), create("d/e", "1")]);
  expect(() => commit(repository, actions)).toThrow(message);
  expect(repository.branchHead("main")).toBe(id);
});

test("update, move, chmod and delete in one commit", () => {
  const repository = fresh();
  const first = commit(repository, [create("a", "1\n2\n3\n"), create("b", "b"), create("c", "c")]);
  const second = commit(repository, [
    { action: "move", filePath: "moved/a", previousPath: "a" },
    { action: "chmod", filePath: "b", executable: true },
    { action: "delete", filePath: "c" },
  ]);
  const changed = repository.diff(first, second).map((file) => ({
    path: file.new_path,
    renamed: file.renamed_file,
    deleted: file.deleted_file,
    mode: file.b_mode,
  }));
  expect(changed).toEqual([
    { path: "b", renamed: false, deleted: false, mode: "100755" },
    { path: "c", renamed: false, deleted: true, mode: "000000" },
    { path: "moved/a", renamed: true, deleted: false, mode: "100644" },
  ]);
});

test("a diff line that looks like a file header stays inside its file", () => {
  const repository = fresh();
  const first = commit(repository, [create("a", "x\n"), create("z", "x\n")]);
  const text = "diff --git a/q b/q\n@@ -1 +1 @@\n";
  const second = commit(repository, [
    { action: "update", filePath: "a", content: Buffer.from(text) },
    { action: "update", filePath: "z", content: Buffer.from("y\n") },
  ]);
  const [a, z] = repository.diff(first, second);
  expect(a?.diff).toBe("@@ -1 +1,2 @@\n-x\n+diff --git a/q b/q\n+@@ -1 +1 @@\n");
  expect(z?.diff).toBe("@@ -1 +1 @@\n-x\n+y\n");
});

test("a clean rebase keeps the patch id and the author, a changed line does not", () => {
  const repository = fresh();
  const base = commit(repository, [create("a", "1\n"), create("b", "1\n")]);
  const work = commit(
    repository,
    [{ action: "update", filePath: "a", content: Buffer.from("2\n") }],
    "work",
    "main",
  );
  const main = commit(repository, [
    { action: "update", filePath: "b", content: Buffer.from("2\n") },
  ]);
  const rebased = rebase(repository, work, main, { name: "Bot", email: "b@x" }, new Date());
  expect(rebased).not.toBeNull();
  expect(repository.patchId(main, rebased ?? "")).toBe(repository.patchId(base, work));
  expect(repository.commit(rebased ?? "")).toMatchObject({
    authorName: "Lena",
    committerName: "Bot",
    parents: [main],
  });
  const other = commit(
    repository,
    [{ action: "update", filePath: "a", content: Buffer.from("3\n") }],
    "work",
  );
  expect(repository.patchId(base, other)).not.toBe(repository.patchId(base, work));
});

test("a merge joins both sides; a conflict is no tree and no rebase", () => {
  const repository = fresh();
  commit(repository, [create("a", "1\n"), create("b", "1\n")]);
  const update = (text: string): FileAction => ({
    action: "update",
    filePath: "a",
    content: Buffer.from(text),
  });
  const side = commit(repository, [update("side\n")], "side", "main");
  const clean = commit(repository, [create("c", "c")]);
  const tree = repository.mergedTree(clean, side);
  const merged = repository.writeCommit({
    tree: tree ?? "",
    parents: [clean, side],
    message: "Merge",
    author: LENA,
    committer: LENA,
    date: new Date("2026-11-20T10:00:00Z"),
  });
  expect(repository.read(merged, "a")?.toString()).toBe("side\n");
  expect(repository.read(merged, "c")?.toString()).toBe("c");
  const clash = commit(repository, [update("main\n")]);
  expect(repository.mergedTree(clash, side)).toBeNull();
  expect(rebase(repository, side, clash, LENA, new Date())).toBeNull();
});
