// Runs the system's git in a clean environment: no configuration of the machine, no prompt, no hooks of the user.
import { spawnSync } from "node:child_process";

/** The environment of every git process the sandbox starts. */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
};

/** git ended with a code other than 0; `stderr` says why. */
class GitError extends Error {
  readonly code: number;
  readonly stderr: string;
  readonly stdout: Buffer;

  constructor(args: readonly string[], code: number, stderr: string, stdout: Buffer) {
    super(`git ${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
    this.code = code;
    this.stderr = stderr;
    this.stdout = stdout;
  }
}

export type GitOptions = {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
};

/** Runs git on a repository and returns its bytes; throws {@link GitError} when it fails. */
export function git(directory: string, args: readonly string[], options: GitOptions = {}): Buffer {
  const result = spawnSync("git", args, {
    cwd: directory,
    env: { ...GIT_ENVIRONMENT, ...options.env },
    input: options.input ?? "",
    maxBuffer: 512 * 1024 * 1024,
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) {
    throw new GitError(args, result.status ?? -1, result.stderr.toString("utf8"), result.stdout);
  }
  return result.stdout;
}

/** The same as {@link git}, as text. */
export function gitText(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): string {
  return git(directory, args, options).toString("utf8");
}

/** The same as {@link gitText}; `null` when git refuses (a name that does not resolve, a merge that conflicts). */
export function gitTry(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): string | null {
  try {
    return gitText(directory, args, options);
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}
