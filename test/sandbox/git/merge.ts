// Rebases in a bare repository: no working copy is needed.
import type { Signature } from "./commit-actions.ts";
import type { CommitInfo } from "./git-output.ts";
import type { Repository } from "./repository.ts";

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
  const sibling = repository.writeCommit({
    tree: tipTree,
    parents: commit.parents,
    message: "sibling",
    author,
    committer,
    date,
  });
  const tree = repository.mergedTree(sibling, commit.id);
  if (tree === null) return null;
  return repository.writeCommit({
    tree,
    parents: [tip],
    message: commit.message,
    author,
    committer,
    date,
    authoredDate: commit.authoredDate,
  });
}
