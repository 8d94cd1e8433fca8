// Reads `git diff --patch --raw -z` into the list of changed files that GitLab's API shows.
import { git } from "./run-git.ts";

/** One changed file in the shape of `GET …/diffs`; `diff` is the hunks without git's header lines. */
export type FileDiff = {
  readonly diff: string;
  readonly collapsed: boolean;
  readonly too_large: boolean;
  readonly new_path: string;
  readonly old_path: string;
  readonly a_mode: string;
  readonly b_mode: string;
  readonly new_file: boolean;
  readonly renamed_file: boolean;
  readonly deleted_file: boolean;
  readonly generated_file: boolean;
};

/** GitLab.com's limit for one file's patch, in bytes: beyond it the diff is not shown. */
const PATCH_LIMIT = 200 * 1024;

type RawEntry = {
  readonly oldMode: string;
  readonly newMode: string;
  readonly status: string;
  readonly oldPath: string;
  readonly newPath: string;
};

/** The changed files between two trees or commits, renames found, in path order. */
export function diffTrees(directory: string, from: string, to: string): readonly FileDiff[] {
  const options = ["-r", "-M", "--no-color", "--no-ext-diff", "--full-index"];
  const raw = git(directory, ["diff-tree", ...options, "--raw", "-z", from, to]).toString("utf8");
  const entries = parseRaw(raw);
  if (entries.length === 0) return [];
  const patches = splitPatches(
    git(directory, ["diff-tree", ...options, "--patch", from, to]).toString("utf8"),
  );
  return entries.map((entry, position) => toFileDiff(entry, patches[position] ?? ""));
}

function parseRaw(raw: string): readonly RawEntry[] {
  const fields = raw.split("\0");
  const entries: RawEntry[] = [];
  let position = 0;
  while (fields[position]?.startsWith(":")) {
    const [oldMode = "", newMode = "", , , status = ""] = (fields[position] ?? "")
      .slice(1)
      .split(" ");
    const twoPaths = status.startsWith("R") || status.startsWith("C");
    const oldPath = fields[position + 1] ?? "";
    const newPath = twoPaths ? (fields[position + 2] ?? "") : oldPath;
    entries.push({ oldMode, newMode, status: status.slice(0, 1), oldPath, newPath });
    position += twoPaths ? 3 : 2;
  }
  return entries;
}

/** Cuts the output of several files at the lines that begin one; such a line cannot occur inside a hunk. */
function splitPatches(text: string): readonly string[] {
  return text.split(/^(?=diff --git )/m).filter((part) => part.startsWith("diff --git "));
}

function toFileDiff(entry: RawEntry, patch: string): FileDiff {
  const hunks = patch.search(/^(?:@@ |Binary files )/m);
  const diff = hunks < 0 ? "" : patch.slice(hunks);
  const tooLarge = Buffer.byteLength(diff) > PATCH_LIMIT;
  return {
    diff: tooLarge ? "" : diff,
    collapsed: false,
    too_large: tooLarge,
    new_path: entry.newPath,
    old_path: entry.oldPath,
    a_mode: entry.oldMode.padStart(6, "0"),
    b_mode: entry.newMode.padStart(6, "0"),
    new_file: entry.status === "A",
    renamed_file: entry.status === "R",
    deleted_file: entry.status === "D",
    generated_file: false,
  };
}
