import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { command } from "../../scripts/commands/verify.ts";
import {
  appendCustody,
  type CustodyRecord,
  custodyPath,
  readCustody,
} from "../../scripts/domain/information-request/custody.ts";
import { withHeadTrailer } from "../../scripts/domain/information-request/custody-verification.ts";
import { testTerminal } from "../terminal.ts";

const ID = "IR-2026-0042";
const AT = "2026-11-20T12:00:00Z";
const RECORDS: readonly CustodyRecord[] = [
  { event: "verdict", data: { verdict: "accept" } },
  { event: "log-dive", data: { rows: 7 } },
  { event: "review", data: { head_sha: "abc" } },
  { event: "hand-over", data: { expires_at: AT } },
];
const logOf = (count: number): string => appendCustody("", [], RECORDS.slice(0, count), AT, sha256);
const entriesOf = (count: number) => readCustody(logOf(count), sha256).entries;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seclog-verify-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function git(repo: string, ...words: readonly string[]): string {
  return execFileSync("git", ["-C", repo, ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      GIT_AUTHOR_NAME: "seclog",
      GIT_AUTHOR_EMAIL: "bot@example.com",
      GIT_COMMITTER_NAME: "seclog",
      GIT_COMMITTER_EMAIL: "bot@example.com",
    },
  }).trim();
}

async function write(repo: string, path: string, text: string, message: string): Promise<void> {
  await mkdir(dirname(join(repo, path)), { recursive: true });
  await writeFile(join(repo, path), text);
  git(repo, "add", path);
  git(repo, "commit", "-q", "-m", message);
}

/** A repository as the pipeline leaves it: the log on its branch, the log's heads in the commits of the merge request. */
async function repositoryOf(name: string): Promise<string> {
  const repo = join(folder, name);
  await mkdir(repo);
  git(repo, "init", "-q", "-b", "main");
  await write(repo, "README.md", "tracker\n", "Begin");
  git(repo, "checkout", "-q", "-b", "custody");
  for (const count of [1, 2, 4])
    await write(repo, custodyPath(ID), logOf(count), `Record ${count}`);
  git(repo, "checkout", "-q", "-b", `request/${ID}`, "main");
  const manifest = withHeadTrailer(`Add the manifest of ${ID}`, ID, entriesOf(1));
  await write(repo, "manifest.json", "{}\n", manifest);
  git(repo, "checkout", "-q", "main");
  const merged = withHeadTrailer(`Merge the release of ${ID}`, ID, entriesOf(2));
  git(repo, "merge", "-q", "--no-ff", "-m", merged, `request/${ID}`);
  return repo;
}

async function verify(
  words: Record<string, string | boolean | readonly string[]>,
  positionals: readonly string[] = [ID],
) {
  const terminal = { ...testTerminal(), env: process.env };
  const exit = await command.run(terminal, { json: true, ...words }, positionals);
  return { exit, out: terminal.written(), err: terminal.complaints() };
}

test("a clone: the log verifies against the heads in the commits", async () => {
  const repo = await repositoryOf("whole");
  const clone = join(folder, "clone");
  git(folder, "clone", "-q", repo, clone);
  for (const at of [repo, clone, join(repo, ".git")]) {
    const { exit, out } = await verify({ repo: at });
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      id: ID,
      ok: true,
      head: `${entriesOf(4)[3]?.hash}:4`,
      faults: [],
      witnesses: [
        { head: expect.stringMatching(/:[12]$/) },
        { head: expect.stringMatching(/:[12]$/) },
      ],
      entries: RECORDS.map(({ event }, at) => ({ seq: at + 1, at: AT, event })),
    });
  }
  const shown = await verify({ repo, json: false });
  expect(shown.out).toMatch(
    /^IR-2026-0042: 4 entries, as they were written\.\n {4}1 {2}2026-11-20T12:00:00Z {2}verdict\n[\s\S]*Head [0-9a-f]{16}:4\. 2 witnesses agree/,
  );
});

test.each<[string, (repo: string) => Promise<void>, RegExp]>([
  [
    "edited",
    (repo) => write(repo, custodyPath(ID), logOf(4).replace('"rows":7', '"rows":8'), "edit"),
    /line 2 was changed/,
  ],
  [
    "cut by a commit",
    (repo) => write(repo, custodyPath(ID), logOf(3), "cut"),
    /refs\/heads\/custody is shorter than it was/,
  ],
  [
    "cut, and its history rewritten",
    async (repo) => {
      git(repo, "reset", "-q", "--hard", "main~1");
      await write(repo, custodyPath(ID), logOf(1), "Record 1");
    },
    /commit [0-9a-f]{12} knows 2 entries, the log has 1: its end was cut/,
  ],
  [
    "written anew with other entries",
    async (repo) => {
      git(repo, "reset", "-q", "--hard", "main~1");
      const other = appendCustody("", [], RECORDS.toReversed(), AT, sha256);
      await write(repo, custodyPath(ID), other, "Record");
    },
    /commit [0-9a-f]{12} knows another entry 1/,
  ],
  [
    "removed",
    async (repo) => {
      git(repo, "rm", "-q", custodyPath(ID));
      git(repo, "commit", "-q", "-m", "gone");
    },
    /there is no entry/,
  ],
])("a log that was %s", async (name, harm, fault) => {
  const repo = await repositoryOf(name.replaceAll(/\W+/g, "-"));
  git(repo, "checkout", "-q", "custody");
  await harm(repo);
  const { exit, out } = await verify({ repo });
  expect([exit, JSON.parse(out).ok]).toEqual([3, false]);
  expect(JSON.parse(out).faults.join("; ")).toMatch(fault);
});

test("a copy that went another way than its remote is found", async () => {
  const repo = await repositoryOf("origin");
  const clone = join(folder, "another-way");
  git(folder, "clone", "-q", repo, clone);
  git(clone, "checkout", "-q", "custody");
  await write(clone, custodyPath(ID), logOf(4).replace("hand-over", "gap"), "edit");
  const { exit, out } = await verify({ repo: clone });
  expect([exit, JSON.parse(out).faults.join()]).toEqual([
    3,
    expect.stringMatching(/says something else than the longest copy/),
  ]);
});

test("a file, with a head that a person kept", async () => {
  const file = join(folder, "log.jsonl");
  const [, second, , last] = entriesOf(4);
  await writeFile(file, logOf(4));
  const heads = [`${last?.hash}:4`, `${second?.hash.slice(0, 16)}:2`];
  expect((await verify({ file, head: heads })).exit).toBe(0);
  expect((await verify({ file })).exit).toBe(0);
  const alone = await verify({ file, json: false });
  expect(alone.out).toMatch(
    /No witness: a log that was cut at the end of a line would look the same/,
  );
  await writeFile(file, logOf(3));
  expect((await verify({ file })).exit).toBe(0);
  const cut = await verify({ file, head: heads, json: false });
  expect(cut.exit).toBe(3);
  expect(cut.out).toMatch(
    /✗ --head [0-9a-f]{64}:4 knows 4 entries, the log has 3: its end was cut/,
  );
});

test("no log of the request is no pass", async () => {
  const repo = await repositoryOf("other-request");
  expect((await verify({ repo }, ["IR-2026-0043"])).exit).toBe(3);
});

test.each<[string, Record<string, string | readonly string[]>, readonly string[], RegExp]>([
  ["no id", {}, [], /give one ID such as IR-2026-0042/],
  ["a path as id", {}, ["../../etc/passwd"], /give one ID/],
  ["two ids", {}, [ID, ID], /give one ID/],
  ["both places", { repo: ".", file: "x" }, [ID], /--repo or --file, not both/],
  ["a head that is none", { head: ["abc"] }, [ID], /--head "abc" is not HASH:COUNT/],
  ["no such file", { file: "/nonexistent/log.jsonl" }, [ID], /ENOENT/],
  ["no such folder", { repo: "/nonexistent" }, [ID], /cannot be read|ENOENT|no such/i],
  ["no repository", { repo: tmpdir() }, [ID], /git rev-parse: fatal: not a git repository/],
])("bad input: %s", async (_, words, positionals, message) => {
  const { exit, err } = await verify(words, positionals);
  expect(exit).toBe(2);
  expect(err).toMatch(message);
});
