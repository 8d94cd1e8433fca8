// git, for commands that read a local clone offline. The only file that runs it: plumbing commands, no shell.
import { execFile } from "node:child_process";
import { codeOf } from "./gitlab/gitlab-error.ts";

export type GitClone = {
  /** Commits of the branch in this clone, its remote-tracking copies too: name of the ref → commit. */
  readonly branch: (name: string) => Promise<ReadonlyMap<string, string>>;
  /** Commits that changed the file, newest first, from this commit back. */
  readonly commitsOf: (commit: string, path: string) => Promise<readonly string[]>;
  /** Messages of all commits of all refs that hold this text, by commit. */
  readonly messagesWith: (text: string) => Promise<ReadonlyMap<string, string>>;
  /** The bytes of a file at a commit; null when the commit does not have it. */
  readonly file: (commit: string, path: string) => Promise<Uint8Array | null>;
  /** The commit that a person names by branch, tag or id; null when there is none. */
  readonly commit: (revision: string) => Promise<string | null>;
  /** The newest commit that both have in their past; null when they share none. */
  readonly mergeBase: (one: string, other: string) => Promise<string | null>;
  /** Where the directory lies in its repository: `policies/`, empty for the root. */
  readonly prefix: () => Promise<string>;
  /** The bytes of all files below a folder at a commit, by path. */
  readonly filesBelow: (commit: string, folder: string) => Promise<ReadonlyMap<string, Uint8Array>>;
};

const OUTPUT_LIMIT = 64 * 1024 * 1024;
const DEADLINE_MS = 60_000;
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * @param directory a clone or a bare repository
 * @param env where git is found (`PATH`) and whose settings it has (`HOME`)
 * @throws Error when it is none, or git cannot be run
 */
export async function openClone(
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitClone> {
  const git = (words: readonly string[]) => run(directory, env, words);
  const lines = async (words: readonly string[]) =>
    text(await git(words))
      .split("\n")
      .filter((line) => line !== "");
  await git(["rev-parse", "--git-dir"]);
  return {
    branch: async (name) => {
      const refs = [`refs/heads/${name}`, `refs/remotes/*/${name}`];
      const found = await lines(["for-each-ref", "--format=%(objectname) %(refname)", ...refs]);
      return new Map(
        found.map((line) => {
          const at = line.indexOf(" ");
          return [line.slice(at + 1), commitIn(line.slice(0, at))];
        }),
      );
    },
    commitsOf: async (commit, path) =>
      (await lines(["rev-list", "--full-history", commitIn(commit), "--", path])).map(commitIn),
    messagesWith: async (wanted) => {
      const commits = await lines(["rev-list", "--all", "--fixed-strings", `--grep=${wanted}`]);
      const messages = new Map<string, string>();
      for (const commit of commits.map(commitIn)) {
        const raw = text(await git(["cat-file", "commit", commit]));
        messages.set(commit, raw.slice(raw.indexOf("\n\n") + 2));
      }
      return messages;
    },
    file: async (commit, path) => {
      const listed = await lines(["ls-tree", "--full-tree", commitIn(commit), "--", path]);
      const blob = /^100\d{3} blob ([0-9a-f]+)\t/.exec(listed[0] ?? "")?.[1];
      return blob === undefined ? null : git(["cat-file", "blob", commitIn(blob)]);
    },
    commit: (revision) =>
      git(["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`]).then(
        firstCommit,
        () => null,
      ),
    mergeBase: (one, other) =>
      git(["merge-base", commitIn(one), commitIn(other)]).then(firstCommit, () => null),
    prefix: async () => (await lines(["rev-parse", "--show-prefix"]))[0] ?? "",
    filesBelow: async (commit, folder) => {
      const listed = await lines(["ls-tree", "-r", "--full-tree", commitIn(commit), "--", folder]);
      const files = listed.flatMap((line) => {
        const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/.exec(line);
        return match === null ? [] : [{ blob: commitIn(String(match[1])), path: String(match[2]) }];
      });
      const ids = files.map(({ blob }) => `${blob}\n`).join("");
      const contents = splitBatch(await run(directory, env, ["cat-file", "--batch"], ids));
      return new Map(files.map(({ path }, at) => [path, contents[at] ?? new Uint8Array()]));
    },
  };
}

const firstCommit = (bytes: Uint8Array): string => commitIn(text(bytes).trim());

/** `<id> blob <size>` and the bytes, for one object after the other, as `git cat-file --batch` prints them. */
function splitBatch(bytes: Uint8Array): readonly Uint8Array[] {
  const contents: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const size = Number(text(bytes.subarray(at, end)).split(" ")[2]);
    contents.push(bytes.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

function commitIn(word: string): string {
  if (!COMMIT.test(word)) throw new Error("git answered with something that is no object id");
  return word;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function run(
  directory: string,
  { PATH, HOME }: Readonly<Record<string, string | undefined>>,
  words: readonly string[],
  input = "",
): Promise<Uint8Array> {
  const options = {
    cwd: directory,
    encoding: "buffer" as const,
    maxBuffer: OUTPUT_LIMIT,
    timeout: DEADLINE_MS,
    // Nothing else of the environment: GIT_DIR and the like would lead elsewhere, and tokens are none of git's business.
    env: {
      LC_ALL: "C",
      GIT_LITERAL_PATHSPECS: "1",
      GIT_NO_REPLACE_OBJECTS: "1",
      ...(PATH === undefined ? {} : { PATH }),
      ...(HOME === undefined ? {} : { HOME }),
    },
  };
  return new Promise((resolve, reject) => {
    const child = execFile("git", ["--no-optional-locks", ...words], options, (...told) => {
      const [error, stdout, stderr] = told;
      if (error === null) return resolve(stdout);
      const first = text(stderr).trim().split("\n")[0] ?? "";
      reject(new Error(`git ${words[0]}: ${first === "" ? codeOf(error) : first}`));
    });
    // What git had to say about an input that it did not read to its end is told by its exit code.
    child.stdin?.on("error", () => undefined).end(input);
  });
}
