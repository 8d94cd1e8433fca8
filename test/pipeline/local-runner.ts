// Runs the repository's pipeline on this machine with gitlab-ci-local, in a checkout of its own.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import { ROOT } from "./pipeline-files.ts";
import type { Variables } from "./rule-expression.ts";

const require = createRequire(import.meta.url);
const RUNNER = require.resolve("gitlab-ci-local/dist/index.js");
/** What a job of the product needs of the repository. */
const PRODUCT = [".gitlab-ci.yml", ".gitlab", "scripts", "policies", "templates", "package.json"];

/** Why pipelines cannot be run here; null = they can. */
export const missingTool = (): string | null =>
  ["git", "rsync"].find((tool) => spawnSync(tool, ["--version"]).status !== 0) ?? null;

export type Checkout = { readonly directory: string; readonly remove: () => void };

/**
 * A committed copy of the product with a remote that looks like GitLab's. `overlay` becomes `overlay.yml`, which may
 * include `.gitlab-ci.yml`; `configure` may change the copy as an installation would. The working copy is never touched.
 */
export function checkOut(overlay: string, configure = (_: string): void => {}): Checkout {
  const directory = mkdtempSync(join(tmpdir(), "seclog-pipeline-"));
  for (const path of PRODUCT) cpSync(join(ROOT, path), join(directory, path), { recursive: true });
  writeFileSync(join(directory, "overlay.yml"), overlay);
  writeFileSync(join(directory, ".gitignore"), "node_modules\n.gitlab-ci-local\nhome\n");
  configure(directory);
  const git = (...words: string[]) => {
    const { status, stderr } = spawnSync("git", words, { cwd: directory, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${words.join(" ")}: ${stderr}`);
  };
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Pipeline");
  git("config", "user.email", "pipeline@example.com");
  git("add", "--all");
  git("commit", "--quiet", "--message=Copy");
  git("remote", "add", "origin", "git@gitlab.example.com:sec/seclog.git");
  git("update-ref", "refs/remotes/origin/main", "HEAD");
  git("remote", "set-head", "origin", "main");
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs gitlab-ci-local with these words; a job sees these variables and nothing of the caller's environment. */
export function runLocally(
  { directory }: Checkout,
  words: readonly string[],
  variables: Variables,
): Promise<Ran> {
  const set = Object.entries(variables).filter(([, value]) => value !== undefined);
  const child = spawn(
    process.execPath,
    [
      RUNNER,
      "--force-shell-executor",
      "--shell-isolation",
      "--no-artifacts-to-source",
      "--file=overlay.yml",
      `--ignore-predefined-vars=${set.map(([name]) => name).join(",")}`,
      ...set.map(([name, value]) => `--variable=${name}=${value}`),
      ...words,
    ],
    {
      cwd: directory,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
        HOME: join(directory, "home"),
      },
    },
  );
  return new Promise((resolve, reject) => {
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

const Listed = z.array(z.looseObject({ name: z.string(), when: z.string() }));

/** Names of the jobs that would run. */
export async function listedJobs(
  checkout: Checkout,
  variables: Variables,
): Promise<readonly string[]> {
  const { code, out, err } = await runLocally(checkout, ["--list-json"], variables);
  if (code !== 0) throw new Error(`gitlab-ci-local refuses the pipeline: ${out}${err}`);
  const jobs = Listed.parse(JSON.parse(out.slice(out.indexOf("\n[") + 1)));
  return jobs.filter(({ when }) => when !== "never").map(({ name }) => name);
}

/** The repository's own pipeline; its jobs take the installed packages by a link, where `npm ci` would need the network. */
export const OFFLINE_PIPELINE = `include:
  - local: .gitlab-ci.yml
.request:
  before_script:
    - ln -s "${join(ROOT, "node_modules")}" node_modules
.queue:
  before_script:
    - ln -s "${join(ROOT, "node_modules")}" node_modules
policy-preview:
  before_script:
    - ln -s "${join(ROOT, "node_modules")}" node_modules
`;
