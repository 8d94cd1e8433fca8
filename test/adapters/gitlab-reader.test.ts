import { expect, test } from "vitest";
import { connectGitLab } from "../../scripts/adapters/gitlab/connection.ts";
import { createReader } from "../../scripts/adapters/gitlab/reader.ts";
import { json, serve } from "./gitlab-fault-server.ts";

const user = (id: number, username = `user${id}`) => ({ id, username, name: "N", state: "active" });
const TIMES = { created_at: "2026-11-20T12:00:00Z", updated_at: "2026-11-20T12:00:00Z" };
const HEAD = "a".repeat(40);
const mergeRequest = (iid: number, change: Record<string, unknown> = {}) => ({
  iid,
  title: "t",
  description: null,
  state: "opened",
  source_branch: "request/IR-2026-0042",
  target_branch: "main",
  source_project_id: 1,
  target_project_id: 1,
  author: user(7),
  sha: HEAD,
  web_url: "x",
  changes_count: "1",
  ...change,
});
const note = (id: number, author: number, body: string, created_at: string, system = true) => ({
  id,
  body,
  author: user(author),
  system,
  created_at,
  updated_at: created_at,
});

/** A reader of a GitLab that knows these answers by path (without `/api/v4/` and query); 404 for all else. */
async function reading(answers: Record<string, unknown>) {
  const { url, seen } = await serve((one, response) => {
    const path = one.url.replace("/api/v4/", "").replace(/\?.*/, "");
    const answer = answers[path];
    if (answer === undefined) json(response, { message: "404 Not found" }, 404);
    else json(response, answer);
  });
  return { reader: createReader(connectGitLab({ url, token: "not-a-real-token" })), seen };
}

const DETAIL = {
  "projects/1/merge_requests/2": mergeRequest(2),
  "projects/1/merge_requests/2/diffs": [{ old_path: "a.yaml", new_path: "a.yaml" }],
  "projects/1/merge_requests/2/commits": [{ id: HEAD, committed_date: "2026-11-20T11:00:00Z" }],
  "projects/1/merge_requests/2/versions": [
    { id: 1, head_commit_sha: "b".repeat(40), created_at: "2026-11-20T10:00:00Z" },
    { id: 2, head_commit_sha: HEAD, created_at: "2026-11-20T11:00:00Z" },
  ],
  "projects/1/merge_requests/2/approvals": { approved: true, approved_by: [{ user: user(3) }] },
  "projects/1/merge_requests/2/notes": [],
};

test("the last push is the newest version, when it is the head", async () => {
  const { reader } = await reading(DETAIL);
  expect((await reader.mergeRequestDetail("1", 2)).lastPushAt).toBe("2026-11-20T11:00:00Z");
  const { reader: behind } = await reading({
    ...DETAIL,
    "projects/1/merge_requests/2": mergeRequest(2, { sha: "c".repeat(40) }),
  });
  expect((await behind.mergeRequestDetail("1", 2)).lastPushAt).toBeNull();
  const { reader: none } = await reading({ ...DETAIL, "projects/1/merge_requests/2/versions": [] });
  expect((await none.mergeRequestDetail("1", 2)).lastPushAt).toBeNull();
});

test.each([
  ["1", true],
  ["1000+", false],
  ["2", false],
  [null, false],
  [undefined, false],
])("with a count of changes %j the paths are complete: %s", async (count, complete) => {
  const { reader } = await reading({
    ...DETAIL,
    "projects/1/merge_requests/2": mergeRequest(2, { changes_count: count }),
  });
  expect((await reader.mergeRequestDetail("1", 2)).pathsComplete).toBe(complete);
});

test("both names of a renamed file are changed paths", async () => {
  const { reader } = await reading({
    ...DETAIL,
    "projects/1/merge_requests/2/diffs": [{ old_path: "policies/x.yaml", new_path: "a.yaml" }],
  });
  const { changedPaths } = await reader.mergeRequestDetail("1", 2);
  expect(changedPaths).toEqual(["a.yaml", "policies/x.yaml"]);
});

test("an approval is dated by the API, without asking for notes", async () => {
  const { reader, seen } = await reading({
    ...DETAIL,
    "projects/1/merge_requests/2/approvals": {
      approved: false,
      approved_by: [{ user: user(3), approved_at: "2026-11-20T11:30:00Z" }],
    },
  });
  const detail = await reader.mergeRequestDetail("1", 2);
  expect(detail.approvals).toMatchObject([{ user: { id: 3 }, at: "2026-11-20T11:30:00Z" }]);
  expect(detail.gitlabSaysApproved).toBe(false);
  expect(seen).toHaveLength(5);
});

test("else by the latest system note of that user's approval, which nobody can write by hand", async () => {
  const approved = "approved this merge request";
  const { reader, seen } = await reading({
    ...DETAIL,
    "projects/1/merge_requests/2/notes": [
      note(1, 3, approved, "2026-11-20T11:10:00Z"),
      note(4, 3, approved, "2026-11-20T11:20:00Z"),
      note(2, 3, "unapproved this merge request", "2026-11-20T11:15:00Z"),
      note(5, 4, approved, "2026-11-20T11:25:00Z"),
      note(6, 3, approved, "2026-11-20T11:40:00Z", false),
    ],
  });
  const [approval] = (await reader.mergeRequestDetail("1", 2)).approvals;
  expect(approval?.at).toBe("2026-11-20T11:20:00Z");
  expect(seen).toHaveLength(6);
});

test("else it has no date", async () => {
  const { reader } = await reading(DETAIL);
  expect((await reader.mergeRequestDetail("1", 2)).approvals[0]?.at).toBeNull();
});

test("a part that cannot be read fails the whole", async () => {
  for (const path of Object.keys(DETAIL)) {
    const { reader } = await reading({ ...DETAIL, [path]: undefined });
    await expect(reader.mergeRequestDetail("1", 2)).rejects.toThrow("404");
  }
});

test("one merge request a request branch: the merged one first, forks and other branches left out", async () => {
  const { reader } = await reading({
    "projects/1/merge_requests": [
      mergeRequest(1, { state: "closed" }),
      mergeRequest(2),
      mergeRequest(3, { state: "merged" }),
      mergeRequest(4),
      mergeRequest(5, { source_project_id: 99 }),
      mergeRequest(6, { source_project_id: null }),
      mergeRequest(7, { source_branch: "feature" }),
      mergeRequest(8, { source_branch: "request/IR-2026-0043" }),
      mergeRequest(9, { source_branch: "request/IR-2026-0043", state: "closed" }),
    ],
  });
  const found = await reader.requestMergeRequests("1");
  expect([...found].map(([branch, one]) => [branch, one.iid]).sort()).toEqual([
    ["request/IR-2026-0042", 3],
    ["request/IR-2026-0043", 8],
  ]);
  const doubled = await reader.doubledMergeRequests("1");
  expect(doubled.map(({ iid }) => iid)).toEqual([2, 4]);
});

test("every question is asked once, at the same time or later; another question is another", async () => {
  const { reader, seen } = await reading({ "projects/1/issues": [], "projects/2/issues": [] });
  await Promise.all([reader.openIssues("1"), reader.openIssues("1"), reader.openIssues("2")]);
  await reader.openIssues("1");
  await reader.filedIssues("1", 21);
  await reader.filedIssues("1", 21);
  expect(seen.map((one) => one.url)).toEqual([
    "/api/v4/projects/1/issues?state=opened&order_by=created_at&sort=asc&per_page=100",
    "/api/v4/projects/2/issues?state=opened&order_by=created_at&sort=asc&per_page=100",
    "/api/v4/projects/1/issues?author_id=21&order_by=created_at&sort=asc&per_page=100",
  ]);
});

test("a listing that failed stays failed for the reading", async () => {
  const { reader, seen } = await reading({});
  await expect(reader.openIssues("1")).rejects.toThrow("404");
  await expect(reader.openIssues("1")).rejects.toThrow("404");
  expect(seen).toHaveLength(1);
});

test("404 is null for what may be missing, and an error for what must be there", async () => {
  const { reader } = await reading({});
  expect(await reader.issue("1", 1)).toBeNull();
  expect(await reader.file("1", "a.yaml", "main")).toBeNull();
  expect(await reader.branchHead("1", "custody")).toBeNull();
  expect(await reader.user(1)).toBeNull();
  expect(await reader.groupMembers("sec/legal")).toBeNull();
  expect(await reader.packageFile("1", "n", "1", "f")).toBeNull();
  const answers = await Promise.allSettled([
    reader.project("1"),
    reader.currentUser(),
    reader.openIssues("1"),
    reader.issueNotes("1", 1),
    reader.issueParticipants("1", 1),
    reader.requestMergeRequests("1"),
    reader.branchProtected("1", "main"),
    reader.projectMembers("1"),
    reader.packages("1"),
  ]);
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set(["rejected"]));
});

test("a project that cannot be seen any more says nothing of its content", async () => {
  const { url } = await serve((_seen, response) =>
    json(response, { message: "404 Project Not Found" }, 404),
  );
  const reader = createReader(connectGitLab({ url, token: "not-a-real-token" }));
  await expect(reader.issue("1", 1)).rejects.toThrow("404 Project Not Found");
  await expect(reader.file("1", "a", "main")).rejects.toThrow("404 Project Not Found");
});

test.each([
  ["project_12_bot_0a1b", undefined, true],
  ["group_3_bot", undefined, true],
  ["project_12_bot2", undefined, true],
  ["service_account_group_3_ab", undefined, true],
  ["support-bot", undefined, true],
  ["lena", true, true],
  ["lena", false, false],
  ["lena", undefined, false],
  ["project_manager_bot", undefined, false],
])("the user %s with bot: %j is a bot: %s", async (username, bot, expected) => {
  const { reader } = await reading({ "users/1": { ...user(1, username), bot } });
  expect((await reader.user(1))?.bot).toBe(expected);
});

test("a membership that waits for its activation is not active", async () => {
  const { reader } = await reading({
    "groups/sec%2Flegal/members": [
      { ...user(2), access_level: 30, membership_state: "awaiting" },
      {
        ...user(1),
        access_level: 30,
        created_at: "2026-01-05T09:00:00Z",
        membership_state: "active",
        expires_at: "2027-01-31",
      },
    ],
  });
  expect(await reader.groupMembers("sec/legal")).toEqual([
    {
      ...user(1),
      bot: false,
      accessLevel: 30,
      since: "2026-01-05T09:00:00Z",
      expiresAt: "2027-01-31",
    },
    { ...user(2), bot: false, state: "awaiting", accessLevel: 30, since: null, expiresAt: null },
  ]);
});

test("a file is UTF-8 text, byte for byte, or an error", async () => {
  const file = (bytes: Buffer) => ({
    file_path: "a.yaml",
    encoding: "base64",
    content: bytes.toString("base64"),
    last_commit_id: HEAD,
    blob_id: "b",
  });
  const { reader } = await reading({
    "projects/1/repository/files/a.yaml": file(Buffer.from("\uFEFFü: 1\r\n")),
    "projects/1/repository/files/b.yaml": file(Buffer.from([0xff])),
  });
  expect((await reader.file("1", "a.yaml", HEAD))?.content).toBe("\uFEFFü: 1\r\n");
  await expect(reader.file("1", "b.yaml", HEAD)).rejects.toThrow("not UTF-8");
});

test("only generic packages are ours", async () => {
  const one = { id: 1, name: "IR-2026-0042", version: "1.0.0", ...TIMES };
  const { reader } = await reading({
    "projects/1/packages": [
      { ...one, package_type: "generic" },
      { ...one, id: 2, package_type: "npm" },
    ],
  });
  expect(await reader.packages("1")).toEqual([
    { id: 1, name: "IR-2026-0042", version: "1.0.0", createdAt: TIMES.created_at },
  ]);
});
