// Real `git clone` and `git push` against the sandbox: tokens, roles, protected branches, what a push sets off.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createToken } from "./factory.ts";
import { type Fixture, openMergeRequest, startFixture } from "./merge-requests/fixture.ts";

let fixture: Fixture;
const root = mkdtempSync(join(tmpdir(), "sandbox-clone-"));
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => {
  fixture.close();
  rmSync(root, { recursive: true, force: true });
});

type Run = { readonly code: number | null; readonly output: string };

/** The server answers in this process, so git must not block it. */
function git(directory: string, ...args: readonly string[]): Promise<Run> {
  const child = spawn(
    "git",
    ["-c", "user.name=Sofia", "-c", "user.email=sofia@example.com", ...args],
    {
      cwd: directory,
      env: {
        PATH: process.env["PATH"],
        HOME: root,
        GIT_TERMINAL_PROMPT: "0",
        GIT_CONFIG_NOSYSTEM: "1",
        LC_ALL: "C",
      },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += String(chunk);
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

function remote(token: string): string {
  return `${fixture.url.replace("//", `//oauth2:${token}@`)}/sec/seclog.git`;
}

let clones = 0;
async function clone(token: string): Promise<string> {
  clones += 1;
  const directory = join(root, `clone-${clones}`);
  expect(await git(root, "clone", "--quiet", remote(token), directory)).toMatchObject({ code: 0 });
  return directory;
}

async function change(directory: string, file: string, text: string): Promise<void> {
  writeFileSync(join(directory, file), text);
  await git(directory, "add", "--all");
  expect((await git(directory, "commit", "--quiet", "--message", `Change ${file}`)).code).toBe(0);
}

test("a Developer clones and pushes a branch, which the API then shows", async () => {
  const directory = await clone(fixture.tokens.sofia);
  await git(directory, "switch", "--quiet", "--create", "topic");
  await change(directory, "README.md", "# pushed\n");
  expect((await git(directory, "push", "--quiet", "origin", "topic")).code).toBe(0);
  const branch = await fixture.as.bot(
    "GET",
    `/projects/${fixture.project.id}/repository/branches/topic`,
  );
  expect(branch.body.commit).toMatchObject({ title: "Change README.md", author_name: "Sofia" });
});

test.each<[string, () => string]>([
  ["no token", () => ""],
  ["a wrong token", () => "glpat-wrong"],
  ["a stranger's token", () => fixture.tokens.outsider],
  [
    "a token that only reads the API",
    () =>
      createToken(fixture.state, {
        kind: "personal",
        userId: fixture.users.sofia.id,
        scopes: ["read_api"],
      }).value,
  ],
])("a clone is refused with %s", async (_name, token) => {
  const run = await git(root, "clone", "--quiet", remote(token()), join(root, "refused"));
  expect(run.code).not.toBe(0);
});

test("a Reporter clones but cannot push", async () => {
  const directory = await clone(fixture.tokens.reader);
  await change(directory, "README.md", "# reader\n");
  const run = await git(directory, "push", "origin", "HEAD:refs/heads/readers");
  expect(run.code).not.toBe(0);
  expect(run.output).toContain("403");
});

test("the protected branch refuses Developers and force pushes, in GitLab's words", async () => {
  const developer = await clone(fixture.tokens.sofia);
  await change(developer, "README.md", "# main\n");
  const refused = await git(developer, "push", "origin", "main");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain(
    "GitLab: You are not allowed to push code to protected branches on this project.",
  );
  const bot = await clone(fixture.tokens.bot);
  await change(bot, "README.md", "# by the bot\n");
  expect((await git(bot, "push", "origin", "main")).code).toBe(0);
  await git(bot, "reset", "--quiet", "--hard", "HEAD~1");
  await change(bot, "README.md", "# rewritten\n");
  const forced = await git(bot, "push", "--force", "origin", "main");
  expect(forced.code).not.toBe(0);
  expect(forced.output).toContain("You are not allowed to force push code to a protected branch");
});

test("two clones that push the same branch: the second one is told to fetch first", async () => {
  const one = await clone(fixture.tokens.bot);
  const two = await clone(fixture.tokens.bot);
  await change(one, "README.md", "# one\n");
  await change(two, "README.md", "# two\n");
  expect((await git(one, "push", "origin", "main")).code).toBe(0);
  const late = await git(two, "push", "origin", "main");
  expect(late.code).not.toBe(0);
  expect(late.output).toContain("rejected");
});

test("a push to the source branch is a new version of its merge request", async () => {
  const { path, sha } = await openMergeRequest(fixture, "versions", "sofia");
  const directory = await clone(fixture.tokens.sofia);
  await git(directory, "switch", "--quiet", "versions");
  await change(directory, "extra.txt", "more\n");
  await git(directory, "push", "--quiet", "origin", "versions");
  const versions = (await fixture.as.bot("GET", `${path}/versions`)).body;
  expect(versions).toHaveLength(2);
  expect(versions[1].head_commit_sha).toBe(sha);
  const notes = (await fixture.as.bot("GET", `${path}/notes`)).body;
  expect(notes[0]).toMatchObject({ system: true });
  expect(notes[0].body).toContain("added 1 commit");
  const fetched = await git(directory, "fetch", "origin", "refs/merge-requests/1/head");
  expect(fetched.code).toBe(0);
});
