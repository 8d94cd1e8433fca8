// Reads what git prints: commits of `git log`, entries of `git ls-tree`.

export type CommitInfo = {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  /** ISO 8601 with the offset that git stored. */
  readonly authoredDate: string;
  readonly committerName: string;
  readonly committerEmail: string;
  readonly committedDate: string;
  readonly message: string;
};

export type TreeEntry = {
  readonly id: string;
  readonly name: string;
  readonly type: "tree" | "blob" | "commit";
  readonly path: string;
  readonly mode: string;
};

/** Fields apart by a NUL, a commit ended by two: byte pairs that no message can hold. */
export const COMMIT_FORMAT =
  "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x00";

/** The commits of a log in {@link COMMIT_FORMAT}. */
export function parseCommits(text: string): readonly CommitInfo[] {
  return text
    .split("\0\0\n")
    .filter((record) => record !== "")
    .map(parseCommit);
}

function parseCommit(record: string): CommitInfo {
  const [id, tree, parents, authorName, authorEmail, authored, committerName, committerEmail] =
    record.split("\0") as [string, string, string, string, string, string, string, string];
  const [committed, ...message] = record.split("\0").slice(8) as [string, ...string[]];
  return {
    id,
    tree,
    parents: parents === "" ? [] : parents.split(" "),
    authorName,
    authorEmail,
    authoredDate: authored,
    committerName,
    committerEmail,
    committedDate: committed,
    message: message.join("\0").replace(/\n+$/, ""),
  };
}

/** The entries of `ls-tree -z`. */
export function parseTree(lines: string): readonly TreeEntry[] {
  return lines
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", type = "", id = ""] = line.slice(0, tab).split(" ");
      const path = line.slice(tab + 1);
      return {
        id,
        name: path.slice(path.lastIndexOf("/") + 1),
        type: type as TreeEntry["type"],
        path,
        mode,
      };
    });
}

/** Directories before files, each by name, as GitLab shows them. */
export function treesFirst(a: TreeEntry, b: TreeEntry): number {
  if ((a.type === "tree") !== (b.type === "tree")) return a.type === "tree" ? -1 : 1;
  return a.path < b.path ? -1 : 1;
}
