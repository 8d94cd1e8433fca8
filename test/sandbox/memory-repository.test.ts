// The repository in memory answers as the system's git does.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { CommitRefused, commitActions, type FileAction } from "./git/commit-actions.ts";
import { MemoryRepository } from "./git/memory-repository.ts";
import { EMPTY_TREE, Repository } from "./git/repository.ts";

const root = mkdtempSync(join(tmpdir(), "memory-repository-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const WHO = { name: "Lena Legal", email: "lena@example.com" };
const PATHS = ["README.md", "a/b.txt", "a/c/d.txt", "a.b", "a-b/x"];

type Step = {
  readonly branch: string;
  readonly path: string;
  readonly text: string;
  readonly merge: boolean;
};
const steps = fc.array(
  fc.record({
    branch: fc.constantFrom("main", "side"),
    path: fc.constantFrom(...PATHS),
    text: fc.constantFrom("one\n", "two\n", "ä\n\nthree"),
    merge: fc.boolean(),
  }),
  { minLength: 1, maxLength: 7 },
);

/** Plays the steps on a repository; every answer it gave on the way. */
function play(repository: Repository, order: readonly Step[]): unknown[] {
  const told: unknown[] = [];
  const first: Step = { branch: "main", path: "first", text: "first\n", merge: false };
  for (const [at, { branch, path, text, merge }] of [first, ...order].entries()) {
    const date = new Date(Date.UTC(2026, 10, 20, 9, at));
    const head = repository.branchHead(branch);
    const parent = head ?? repository.branchHead("main");
    const other = repository.branchHead(branch === "main" ? "side" : "main");
    if (merge && head !== null && other !== null && !repository.isAncestor(other, head)) {
      const base = repository.mergeBase([head, other]);
      const mine = repository.diff(base ?? EMPTY_TREE, head).map((file) => file.new_path);
      const both = repository
        .diff(base ?? EMPTY_TREE, other)
        .some((file) => mine.includes(file.new_path));
      told.push(base);
      if (both) continue;
      const tree = repository.mergedTree(head, other);
      told.push(tree);
      const parents = [head, other];
      const commit = {
        tree: tree ?? "",
        parents,
        message: "Merge",
        author: WHO,
        committer: WHO,
        date,
      };
      repository.updateRef(`refs/heads/${branch}`, repository.writeCommit(commit), head);
    } else {
      const known = parent !== null && repository.entry(parent, path) !== null;
      const action: FileAction = {
        action: known ? "update" : "create",
        filePath: path,
        content: Buffer.from(text),
      };
      const message = `Change ${at}\n\nWith a body\n`;
      const change = { branch, parent, head, message, author: WHO, committer: WHO, date };
      try {
        told.push(commitActions(repository, { ...change, actions: [action] }));
      } catch (error) {
        if (!(error instanceof CommitRefused)) throw error;
        told.push(error.message);
      }
    }
  }
  const refs = [...repository.branches()];
  return [
    ...told,
    refs,
    ...refs.flatMap(([name, id]) => [
      repository.commit(name),
      repository.log({ ref: name }),
      repository.tree(name, "", true),
      repository.tree(id, "a", false),
      ...PATHS.flatMap((path) => [
        repository.read(id, path)?.toString("utf8"),
        repository.lastCommitFor(id, path),
      ]),
      ...refs.map(([, to]) => [
        repository.isAncestor(id, to),
        repository.log({ ref: id, exclude: to }).length,
        // Only git itself sees a rename in what is gone and come: the paths that it touches are the same.
        [
          ...new Set(
            repository.diff(id, to).flatMap(({ old_path, new_path }) => [old_path, new_path]),
          ),
        ].sort(),
      ]),
    ]),
  ];
}

test("the same histories have the same ids, trees, logs and merges", () => {
  let made = 0;
  fc.assert(
    fc.property(steps, (order) => {
      made += 1;
      const onDisk = Repository.create(join(root, `${made}.git`), "main");
      expect(play(new MemoryRepository(""), order)).toEqual(play(onDisk, order));
    }),
    { numRuns: 12 },
  );
}, 120_000);
