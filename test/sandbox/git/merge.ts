// Merges, squashes and rebases in a bare repository: `git merge-tree` finds the tree, no working copy is needed.
import type { Signature } from "./commit-actions.ts";
import type { CommitInfo } from "./git-output.ts";
import type { Repository } from "./repository.ts";
import { gitText, gitTry } from "./run-git.ts";

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

/** Writes a commit object; no ref moves. */
export function writeCommit(repository: Repository, commit: NewCommit): string {
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
  return gitText(repository.directory, ["commit-tree", commit.tree, ...parents], {
    input: commit.message,
    env,
  }).trim();
}

/** The tree of both sides merged, `null` when they conflict. */
export function mergedTree(repository: Repository, ours: string, theirs: string): string | null {
  const known = mergedTrees.get(repository) ?? new Map<string, string | null>();
  mergedTrees.set(repository, known);
  const key = `${ours} ${theirs}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const args = ["merge-tree", "--write-tree", "--no-messages", ours, theirs];
  const tree = gitTry(repository.directory, args)?.split("\n")[0] ?? null;
  known.set(key, tree);
  return tree;
}

/** Two commits always merge to the same tree; lists of merge requests ask often. */
const mergedTrees = new WeakMap<Repository, Map<string, string | null>>();

/** Replays the commits of `head` that `onto` lacks; the new head, or `null` when one of them conflicts. */
export function rebase(
  repository: Repository,
  head: string,
  onto: string,
  committer: Signature,
  date: Date,
): string | null {
  const own = repository
    .log({ ref: head, exclude: onto })
    .filter((commit) => commit.parents.length === 1)
    .reverse();
  let tip = onto;
  for (const commit of own) {
    const next = pick(repository, commit, tip, committer, date);
    if (next === null) return null;
    tip = next;
  }
  return tip;
}

/** One commit on top of another: the tip is dressed as a sibling of the commit, so that their merge base is its parent. */
function pick(
  repository: Repository,
  commit: CommitInfo,
  tip: string,
  committer: Signature,
  date: Date,
): string | null {
  const tipTree = repository.commit(tip)?.tree ?? "";
  const author = { name: commit.authorName, email: commit.authorEmail };
  const sibling = writeCommit(repository, {
    tree: tipTree,
    parents: commit.parents,
    message: "sibling",
    author,
    committer,
    date,
  });
  const tree = mergedTree(repository, sibling, commit.id);
  if (tree === null) return null;
  return writeCommit(repository, {
    tree,
    parents: [tip],
    message: commit.message,
    author,
    committer,
    date,
    authoredDate: commit.authoredDate,
  });
}
