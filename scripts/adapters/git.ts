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
  };
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
    execFile("git", ["--no-optional-locks", ...words], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const told = text(stderr).trim().split("\n")[0] ?? "";
      reject(new Error(`git ${words[0]}: ${told === "" ? codeOf(error) : told}`));
    });
  });
}
