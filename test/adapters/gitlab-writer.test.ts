import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { connectGitLab } from "../../scripts/adapters/gitlab/connection.ts";
import { createWriter } from "../../scripts/adapters/gitlab/writer.ts";
import { BRAKES } from "../../scripts/domain/brake.ts";
import type { Action } from "../../scripts/domain/plan.ts";
import { json, jumpingClock, serve } from "./gitlab-fault-server.ts";

const AUTHOR = { id: 7, username: "seclog-bot", name: "SecLog", state: "active" };
const TIMES = { created_at: "2026-11-20T12:00:00Z", updated_at: "2026-11-20T12:00:00Z" };
const ISSUE = {
  id: 10,
  iid: 1,
  title: "t",
  description: "",
  state: "opened",
  confidential: false,
  labels: ["old"],
  author: AUTHOR,
  web_url: "https://gitlab.example.com/sec/seclog/-/issues/1",
  ...TIMES,
};
const MERGE_REQUEST = {
  iid: 2,
  title: "t",
  description: "d",
  state: "opened",
  source_branch: "request/IR-2026-0042",
  target_branch: "main",
  source_project_id: 1,
  target_project_id: 1,
  author: AUTHOR,
  web_url: "https://gitlab.example.com/sec/seclog/-/merge_requests/2",
};
const NOTE = { id: 5, author: AUTHOR, ...TIMES };
const MARKED = "<!-- seclog:v1 status -->\n\nhello";

const STANDING = { ...NOTE, body: MARKED, system: false, noteable_id: 10 };

const labels = (add: string[], remove: string[]): Action => ({
  kind: "change-labels",
  issue: 1,
  add,
  remove,
});
const FILE = { path: "a.yaml", content: "a", lastCommit: null };
const note: Action = { kind: "write-note", issue: 1, tag: "status", note: null, body: MARKED };
const noteEdit: Action = { ...note, note: 5 };
const aside: Action = {
  kind: "write-merge-request-note",
  mergeRequest: 2,
  tag: "preview",
  note: null,
  body: MARKED,
};
const gap: Action = {
  kind: "create-issue",
  project: "sec/gap",
  tag: "gap/x",
  title: "t",
  description: "d",
  labels: ["new"],
  confidential: true,
};
const opened: Action = {
  kind: "open-merge-request",
  sourceBranch: "request/IR-2026-0042",
  targetBranch: "main",
  title: "t",
  description: "d",
};

async function perform(action: Action, status: number, answer: unknown) {
  const { url, seen } = await serve((_seen, response) => json(response, answer, status));
  const writer = createWriter(
    connectGitLab({ url, token: "not-a-real-token", clock: jumpingClock().clock }),
    "sec/seclog",
  );
  return { result: await writer.perform(action), seen };
}

/** Answers of 2xx that did not do what was asked. */
const unapplied: readonly (readonly [string, Action, number, unknown, RegExp])[] = [
  ["the issue stays public", { kind: "set-confidential", issue: 1 }, 200, ISSUE, /still public/],
  ["a label is not set", labels(["new", "old"], []), 200, ISSUE, /not set: new;/],
  ["a label is not removed", labels([], ["old"]), 200, ISSUE, /still there: old/],
  ["the note is commands", note, 202, { commands_changes: {}, summary: [] }, /no note/],
  ["the edited note is commands", noteEdit, 202, { summary: [] }, /no note/],
  [
    "the note ran commands",
    note,
    201,
    { ...NOTE, body: MARKED, commands_changes: { state_event: "close" } },
    /ran quick actions in it: state_event/,
  ],
  ["the note is another", noteEdit, 200, { ...NOTE, body: "old" }, /another text/],
  ["the note on the merge request is commands", aside, 202, { summary: [] }, /no note/],
  [
    "the edited note on the merge request is another",
    { ...aside, note: 5 },
    200,
    { ...NOTE, body: "old" },
    /another text/,
  ],
  ["the issue is created public", gap, 201, ISSUE, /made #1 public; make it confidential by hand/],
  ["the issue lacks a label", gap, 201, { ...ISSUE, confidential: true }, /not set: new/],
  [
    "the issue has another description",
    gap,
    201,
    { ...ISSUE, confidential: true, labels: ["new"] },
    /another description/,
  ],
  [
    "the description is not edited",
    { kind: "edit-issue", project: "sec/gap", issue: 1, description: "d" },
    200,
    ISSUE,
    /another description/,
  ],
  ["the title is another", opened, 201, { ...MERGE_REQUEST, title: "x" }, /another title/],
  [
    "the description is another",
    { kind: "edit-merge-request", mergeRequest: 2, title: "t", description: "new" },
    200,
    MERGE_REQUEST,
    /another description/,
  ],
  [
    "the merge request stays open",
    { kind: "close-merge-request", mergeRequest: 2 },
    200,
    MERGE_REQUEST,
    /is opened, not closed/,
  ],
  [
    "the merge waits",
    { kind: "merge", mergeRequest: 2, sha: "a".repeat(40) },
    200,
    MERGE_REQUEST,
    /is opened, not merged/,
  ],
];

const COMMIT = { id: "f".repeat(40), message: "m", web_url: "https://gitlab.example.com/c" };
const committing: Action = {
  kind: "commit-files",
  branch: "b",
  startBranch: null,
  message: "m",
  files: [{ ...FILE, lastCommit: "c".repeat(40) }],
};
const standing = (text: string) => ({
  file_path: FILE.path,
  content: Buffer.from(text).toString("base64"),
  encoding: "base64",
  last_commit_id: COMMIT.id,
  blob_id: "b".repeat(40),
});

/** Answers of 2xx that do not tell of the commit that was asked for. */
const foreignCommits: readonly (readonly [string, number, unknown])[] = [
  ["another commit", 201, { ...COMMIT, message: "Somebody else's" }],
  ["the commit that stood there before", 201, { ...COMMIT, id: "c".repeat(40) }],
  ["a commit that it did not make", 200, COMMIT],
  ["a commit without a message", 201, { id: COMMIT.id }],
];

/** Answers after which the effect has to be read, and is not there. */
const unread: readonly (readonly [string, Action, number, unknown, unknown])[] = [
  ["delete-note", { kind: "delete-note", issue: 1, tag: "status", note: 5 }, 200, {}, [STANDING]],
  [
    "delete-merge-request-note",
    { kind: "delete-merge-request-note", mergeRequest: 2, tag: "preview", note: 5 },
    200,
    {},
    [STANDING],
  ],
  [
    "delete-package",
    { kind: "delete-package", project: "sec/seclog", package: 3, name: "n", version: "1" },
    200,
    {},
    [{ id: 3, name: "n", version: "1", package_type: "generic", created_at: TIMES.created_at }],
  ],
  ...foreignCommits.map(
    ([name, status, answer]) =>
      [
        `commit-files (${name})`,
        committing,
        status,
        answer,
        standing("not what was asked"),
      ] as const,
  ),
];

/** Performs the action against a GitLab that answers its write so, and shows `stands` to every read. */
async function performAgainst(action: Action, status: number, answer: unknown, stands: unknown) {
  const { url, seen } = await serve((one, response) =>
    one.method === "GET"
      ? json(response, one.url.endsWith("/user") ? AUTHOR : stands)
      : json(response, answer, status),
  );
  const connection = connectGitLab({
    url,
    token: "not-a-real-token",
    clock: jumpingClock().clock,
  });
  return { result: await createWriter(connection, "sec/seclog").perform(action), seen };
}

test.each(unread)(
  "notices that %s was answered with another tale and not done",
  async (_name, action, status, answer, stands) => {
    const { result } = await performAgainst(action, status, answer, stands);
    expect(result.ok ? "" : result.error).toMatch(/the effect is not there/);
  },
);

test.each(foreignCommits)(
  "an answer that tells of %s is settled by the files on the branch",
  async (_name, status, answer) => {
    const { result, seen } = await performAgainst(committing, status, answer, standing("a"));
    expect(result).toEqual({ ok: true, action: committing, url: null });
    expect(seen.map(({ method }) => method)).toEqual(["POST", "GET"]);
    expect(seen[1]?.url).toContain("ref=b");
  },
);

test("each kind of write has an answer of 2xx after which it counts as not done", () => {
  const shown = new Set([...unapplied, ...unread].map(([, action]) => action.kind));
  // The files of a package are compared by digest, one by one: below.
  expect([...shown, "publish-package"].sort()).toEqual(Object.keys(BRAKES).sort());
});

test.each(unapplied)("notices that %s", async (_name, action, status, answer, reason) => {
  const { result, seen } = await perform(action, status, answer);
  expect(result.ok ? "" : result.error).toMatch(reason);
  expect(seen).toHaveLength(1);
});

test("takes a note for stored although GitLab dropped the white space at its end", async () => {
  const { result } = await perform({ ...note, body: `${MARKED}\r\n\n` }, 201, {
    ...NOTE,
    body: MARKED,
    commands_changes: {},
  });
  expect(result.ok).toBe(true);
});

/** Refusals, each with what to do. */
const refusals: readonly (readonly [Action, number, RegExp])[] = [
  [note, 401, /^#1 create note status: 401 .*expired or revoked: set a new one/],
  [{ kind: "set-confidential", issue: 1 }, 403, /403 .*the role Reporter/],
  [labels(["new"], []), 404, /404 .*may not see it/],
  [{ kind: "merge", mergeRequest: 2, sha: "a" }, 409, /409 .*decides anew/],
  [
    { kind: "commit-files", branch: "b", startBranch: null, message: "m", files: [FILE] },
    400,
    /400 .*decides anew/,
  ],
  [gap, 422, /^create issue gap\/x in sec\/gap: 422 No$/],
  [opened, 500, /500 .*unclear and the effect is not there/],
];

test.each(refusals)("says what to do: %o, %i", async (action, status, line) => {
  const { result } = await perform(action, status, { message: "No" });
  expect(result.ok ? "" : result.error).toMatch(line);
  expect(result.ok ? "" : result.error).not.toContain("\n");
});

test("sends labels as deltas, and confidential in the call that creates", async () => {
  const changed = await perform(labels(["new", "a b"], ["gone"]), 200, {
    ...ISSUE,
    labels: ["new", "a b"],
  });
  expect(JSON.parse(String(changed.seen[0]?.body))).toEqual({
    add_labels: "new,a b",
    remove_labels: "gone",
  });
  const created = await perform(gap, 201, ISSUE);
  expect(JSON.parse(String(created.seen[0]?.body))).toEqual({
    title: "t",
    description: "d",
    confidential: true,
    labels: "new",
  });
});

test("a label with a comma is not sent: GitLab would make two of it", async () => {
  const { result, seen } = await perform(labels(["a,b"], []), 200, ISSUE);
  expect(result.ok ? "" : result.error).toContain("comma");
  expect(seen).toEqual([]);
});

test("sends the head and the last commits, on which GitLab's locks rest", async () => {
  const merged = await perform({ kind: "merge", mergeRequest: 2, sha: "a".repeat(40) }, 200, {
    ...MERGE_REQUEST,
    state: "merged",
  });
  expect(merged.result).toMatchObject({ ok: true, url: MERGE_REQUEST.web_url });
  expect(JSON.parse(String(merged.seen[0]?.body))).toEqual({ sha: "a".repeat(40) });
  const committed = await perform(
    {
      kind: "commit-files",
      branch: "request/IR-2026-0042",
      startBranch: "main",
      message: "m",
      files: [
        { path: "a.yaml", content: "x", lastCommit: null },
        { path: "b.yaml", content: "y", lastCommit: "c0ffee" },
      ],
    },
    201,
    COMMIT,
  );
  expect(committed.result.ok).toBe(true);
  expect(JSON.parse(String(committed.seen[0]?.body))).toEqual({
    branch: "request/IR-2026-0042",
    start_branch: "main",
    commit_message: "m",
    actions: [
      { action: "create", file_path: "a.yaml", content: "x" },
      { action: "update", file_path: "b.yaml", content: "y", last_commit_id: "c0ffee" },
    ],
  });
});

async function directory(files: Record<string, Buffer>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "seclog-package-"));
  onTestFinished(() => rm(path, { recursive: true }));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return path;
}
const published = (path: string, files: string[]): Action => ({
  kind: "publish-package",
  project: "1",
  name: "IR-2026-0042",
  version: "1.0.0",
  directory: path,
  files,
});

test("publishes raw bytes, the manifest last", async () => {
  const bytes = Buffer.from([0, 255, 13, 10]);
  const path = await directory({ "manifest.json": Buffer.from("{}"), "rows.age": bytes });
  const action = published(path, ["manifest.json", "rows.age"]);
  const { url, seen } = await serve((one, response) =>
    json(response, { size: one.body.length, file_sha256: sha256(one.body) }, 201),
  );
  const writer = createWriter(connectGitLab({ url, token: "not-a-real-token" }), "sec/seclog");
  expect((await writer.perform(action)).ok).toBe(true);
  expect(seen.map((one) => `${one.method} ${one.url}`)).toEqual([
    "PUT /api/v4/projects/1/packages/generic/IR-2026-0042/1.0.0/rows.age?select=package_file",
    "PUT /api/v4/projects/1/packages/generic/IR-2026-0042/1.0.0/manifest.json?select=package_file",
  ]);
  expect(seen[0]?.body).toEqual(bytes);
});

test.each([
  ["is there", 200, true],
  ["is not there", 404, false],
])("an answer that names no digest is no proof: the file %s", async (_name, status, done) => {
  const path = await directory({ "rows.age": Buffer.from("x") });
  const { url, seen } = await serve((one, response) =>
    one.method === "PUT"
      ? json(response, { message: "201 Created" }, 201)
      : response.writeHead(status).end("x"),
  );
  const writer = createWriter(connectGitLab({ url, token: "not-a-real-token" }), "sec/seclog");
  expect((await writer.perform(published(path, ["rows.age"]))).ok).toBe(done);
  expect(seen.map(({ method }) => method)).toEqual(["PUT", "GET"]);
});

test.each([
  ["another digest", { file_sha256: "0".repeat(64) }],
  ["another size", { size: 3 }],
])("a stored file with %s stops the package before its manifest", async (_name, answer) => {
  const path = await directory({
    "manifest.json": Buffer.from("{}"),
    "rows.age": Buffer.from("x"),
  });
  const { result, seen } = await perform(
    published(path, ["rows.age", "manifest.json"]),
    201,
    answer,
  );
  expect(result.ok ? "" : result.error).toContain("other bytes for rows.age");
  expect(seen).toHaveLength(1);
});

test.each(["missing.age", "../secret", "..", ""])("does not send the file %j", async (file) => {
  const path = await directory({});
  const { result, seen } = await perform(published(path, [file]), 201, {});
  expect(result.ok ? "" : result.error).toContain("not sent");
  expect(seen).toEqual([]);
});
