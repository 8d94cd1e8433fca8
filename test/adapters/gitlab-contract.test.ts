// Every read and every write of the adapter, against the sandbox GitLab over HTTP.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountsFrom } from "../../scripts/adapters/accounts.ts";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { connectGitLab } from "../../scripts/adapters/gitlab/connection.ts";
import { createInventory } from "../../scripts/adapters/gitlab/inventory.ts";
import { effectOf } from "../../scripts/adapters/gitlab/read-back.ts";
import { createReader } from "../../scripts/adapters/gitlab/reader.ts";
import { createWriter } from "../../scripts/adapters/gitlab/writer.ts";
import { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import { markerOf, ownIssues, ownNotes, withMarker } from "../../scripts/domain/note-marker.ts";
import type { Action } from "../../scripts/domain/plan.ts";
import { startSandbox } from "../sandbox/start.ts";

const sign = (text: string) => [sha256(text).slice(0, 16)];
const PROJECT = "sec/seclog";
const GAPS = "sec/gap-tracker";
const BRANCH = "request/IR-2026-0042";
const FILE = "requests/information-request/2026/IR-2026-0042.yaml";

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

function tokenOf(username: string): string {
  const user = sandbox.users.find((one) => one.username === username);
  if (user === undefined) throw new Error(`the sandbox has no ${username}`);
  return user.token;
}
const connect = (username = "seclog-bot") =>
  connectGitLab({ url: sandbox.url, token: tokenOf(username) });
/** A new reading of the world by the bot. */
const world = () => createReader(connect());

/** A person at work: one call to the API. */
async function asPerson(username: string, method: string, path: string, body: object = {}) {
  const response = await fetch(`${sandbox.url}/api/v4/${path}`, {
    method,
    headers: { "private-token": tokenOf(username), "content-type": "application/json" },
    ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { readonly iid: number };
}
const project = encodeURIComponent(PROJECT);

async function perform(action: Action): Promise<void> {
  const result = await createWriter(connect(), PROJECT).perform(action);
  expect(result).toMatchObject({ ok: true });
}
async function refused(action: Action, username = "seclog-bot"): Promise<string> {
  const result = await createWriter(connect(username), PROJECT).perform(action);
  return result.ok ? "it was done" : result.error;
}
const commit = (
  content: string,
  lastCommit: string | null,
  startBranch: string | null,
): Action => ({
  kind: "commit-files",
  branch: BRANCH,
  startBranch,
  message: "Add request IR-2026-0042",
  files: [{ path: FILE, content, lastCommit }],
});

test("the bot knows itself, its project, its members and its branches", async () => {
  const reader = world();
  const bot = await reader.currentUser();
  expect(bot).toMatchObject({ username: "seclog-bot", state: "active" });
  expect(await reader.user(bot.id)).toEqual(bot);
  expect(await reader.user(987_654)).toBeNull();
  const { path, defaultBranch, visibility } = await reader.project(PROJECT);
  expect({ path, defaultBranch, visibility }).toEqual({
    path: PROJECT,
    defaultBranch: "main",
    visibility: "private",
  });
  const members = await reader.projectMembers(PROJECT);
  expect(members.find((member) => member.id === bot.id)?.accessLevel).toBe(40);
  const legal = await reader.groupMembers("sec/legal");
  expect(legal?.map((member) => member.username)).toEqual(expect.arrayContaining(["lena", "noor"]));
  expect(await reader.groupMembers("no/such/group")).toBeNull();
  expect(await reader.branchProtected(PROJECT, "main")).toBe(true);
  expect(await reader.branchHead(PROJECT, "main")).toMatch(/^[0-9a-f]{40}$/);
  expect(await reader.branchHead(PROJECT, "no-such-branch")).toBeNull();
});

describe("an issue", () => {
  let issue = 0;
  beforeAll(async () => {
    const created = await asPerson("sofia", "POST", `projects/${project}/issues`, {
      title: "Information request: Acme",
      description: "Please look into /close it",
      confidential: false,
    });
    issue = created.iid;
  });

  test("is made confidential and labelled, by deltas", async () => {
    await perform({ kind: "set-confidential", issue });
    await perform({ kind: "change-labels", issue, add: ["SIRT", "seclog::intake"], remove: [] });
    await perform({ kind: "change-labels", issue, add: ["seclog::review"], remove: ["SIRT"] });
    const read = await world().issue(PROJECT, issue);
    expect(read).toMatchObject({
      confidential: true,
      author: { username: "sofia" },
      state: "opened",
    });
    expect(read?.labels).toContain("seclog::review");
    expect(read?.labels).not.toContain("SIRT");
    const open = await world().openIssues(PROJECT);
    expect(open.map((one) => one.iid)).toContain(issue);
    expect(await world().issue(PROJECT, 98_765)).toBeNull();
  });

  test("carries one note of the bot, which is kept current", async () => {
    const marker = markerOf({ project: 1, kind: "note", parent: issue, tag: "status" }, sign);
    const write = (note: number | null, text: string) =>
      perform({
        kind: "write-note",
        issue,
        tag: marker.tag,
        note,
        body: withMarker(marker, text),
      });
    const bot = await world().currentUser();
    const standing = async () =>
      ownNotes(await world().issueNotes(PROJECT, issue), bot.id, marker).map(({ id }) => id);
    await write(null, "First");
    await write(null, "First");
    const [first = 0, second = 0] = await standing();
    await perform({ kind: "delete-note", issue, tag: marker.tag, note: second });
    // Gone already: a second run that deletes it too has nothing to complain about.
    await perform({ kind: "delete-note", issue, tag: marker.tag, note: second });
    expect(await standing()).toEqual([first]);
    await write(first, "Second");
    const notes = await world().issueNotes(PROJECT, issue);
    const own = notes.filter((one) => one.author.id === bot.id && !one.system);
    expect(own.map((one) => one.body)).toEqual([withMarker(marker, "Second")]);
    expect(notes.some((one) => one.system)).toBe(true);
    const people = await world().issueParticipants(PROJECT, issue);
    expect(people.map((one) => one.username).sort()).toEqual(["seclog-bot", "sofia"]);
  });

  test("tells of quick actions that acted in a note", async () => {
    const note = { kind: "write-note", issue, tag: "other", note: null } as const;
    expect(await refused({ ...note, body: "Text\n\n/label ~SIRT" })).toMatch(/quick actions/);
  });

  test("cannot be written by somebody who may not", async () => {
    const line = await refused({ kind: "set-confidential", issue }, "acme-jdoe");
    expect(line).toMatch(/^#\d+ make confidential: 40[34] /);
  });
});

test("a gap issue is found again by its marker and its label", async () => {
  const tag = "gap/deploy_key_added";
  const marker = markerOf({ project: 2, kind: "issue", parent: 0, tag }, sign);
  await perform({
    kind: "create-issue",
    project: GAPS,
    tag,
    title: "Audit event for deploy keys",
    description: withMarker(marker, "Missing"),
    labels: ["Category:Audit Events", "Enterprise Edition"],
    confidential: true,
  });
  const bot = await world().currentUser();
  const find = async () => ownIssues(await world().filedIssues(GAPS, bot.id), bot.id, marker)[0];
  const found = await find();
  expect(found).toMatchObject({ confidential: true });
  const description = `${found?.description}, asked for twice`;
  await perform({ kind: "edit-issue", project: GAPS, issue: found?.iid ?? 0, description });
  expect(await find()).toMatchObject({ description, state: "opened" });
  await perform({
    kind: "edit-issue",
    project: GAPS,
    issue: found?.iid ?? 0,
    description,
    close: true,
  });
  expect(await find()).toMatchObject({ description, state: "closed" });
});

test("a note on a gap issue is written, read back and deleted in the project of gap issues", async () => {
  const bot = await world().currentUser();
  const issue = (await world().filedIssues(GAPS, bot.id))[0]?.iid ?? 0;
  const standing = async () =>
    (await world().issueNotes(GAPS, issue)).filter(({ system }) => !system);
  const write = { kind: "write-note", project: GAPS, issue, tag: "gap-shipped/x" } as const;
  const elsewhere = await world().issueNotes(PROJECT, issue);
  await perform({ ...write, note: null, body: "In view." });
  const [made] = await standing();
  const edited = { ...write, note: made?.id ?? 0, body: "In view now." };
  expect(await effectOf(world(), PROJECT, edited)).toBe(false);
  await perform(edited);
  expect(await standing()).toMatchObject([{ id: made?.id, body: "In view now." }]);
  expect(await effectOf(world(), PROJECT, edited)).toBe(true);
  const removal = { ...write, kind: "delete-note", note: made?.id ?? 0 } as const;
  expect(await effectOf(world(), PROJECT, removal)).toBe(false);
  await perform(removal);
  expect(await standing()).toEqual([]);
  expect(await effectOf(world(), PROJECT, removal)).toBe(true);
  expect(await world().issueNotes(PROJECT, issue)).toEqual(elsewhere);
});

describe("a request's merge request", () => {
  test("is opened from a new branch, and its file is read back", async () => {
    expect(await world().file(PROJECT, FILE, "main")).toBeNull();
    await perform(commit("id: IR-2026-0042\n", null, "main"));
    await perform({
      kind: "open-merge-request",
      sourceBranch: BRANCH,
      targetBranch: "main",
      title: "IR-2026-0042",
      description: "Scope and counts",
    });
    const file = await world().file(PROJECT, FILE, BRANCH);
    expect(file).toMatchObject({ path: FILE, content: "id: IR-2026-0042\n" });
    expect(file?.lastCommitId).toBe(await world().branchHead(PROJECT, BRANCH));
    expect(await refused(commit("x\n", null, "main"))).toMatch(/40[09] .*decides anew/);
  });

  test("changes its file only from the commit that was read", async () => {
    const stale = (await world().file(PROJECT, FILE, BRANCH))?.lastCommitId ?? "";
    await perform(commit("id: IR-2026-0042\nissue: 42\n", stale, null));
    expect(await refused(commit("other\n", stale, null))).toMatch(/40[09] .*decides anew/);
    expect((await world().file(PROJECT, FILE, BRANCH))?.content).toContain("issue: 42");
  });

  test("shows the release gate its paths, commits, push and approvals", async () => {
    const found = (await world().requestMergeRequests(PROJECT)).get(BRANCH);
    expect(found).toMatchObject({ state: "opened", targetBranch: "main", draft: false });
    const iid = found?.iid ?? 0;
    const before = await world().mergeRequestDetail(PROJECT, iid);
    expect(before).toMatchObject({ changedPaths: [FILE], pathsComplete: true, approvals: [] });
    expect(before.commits).toHaveLength(2);
    expect(before.mergeRequest.sha).toBe(await world().branchHead(PROJECT, BRANCH));
    await asPerson("lena", "POST", `projects/${project}/merge_requests/${iid}/approve`);
    const [approval] = (await world().mergeRequestDetail(PROJECT, iid)).approvals;
    expect(approval?.user.username).toBe("lena");
    expect(Date.parse(approval?.at ?? "")).toBeGreaterThanOrEqual(
      Date.parse(before.lastPushAt ?? "none"),
    );
  });

  test("is described anew, and merged at its head alone", async () => {
    const found = (await world().requestMergeRequests(PROJECT)).get(BRANCH);
    const mergeRequest = found?.iid ?? 0;
    const title = "IR-2026-0042: released";
    await perform({ kind: "edit-merge-request", mergeRequest, title, description: "New" });
    expect(await refused({ kind: "merge", mergeRequest, sha: "0".repeat(40) })).toMatch(/409 /);
    await perform({ kind: "merge", mergeRequest, sha: found?.sha ?? "" });
    const merged = (await world().requestMergeRequests(PROJECT)).get(BRANCH);
    expect(merged).toMatchObject({ state: "merged", title });
    expect(await world().file(PROJECT, FILE, "main")).not.toBeNull();
  });
});

test("a package is stored, read back byte for byte, and deleted", async () => {
  const directory = await mkdtemp(join(tmpdir(), "seclog-package-"));
  const rows = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));
  await writeFile(join(directory, "rows.age"), rows);
  await writeFile(join(directory, "manifest.json"), "{}");
  const name = "IR-2026-0042";
  const version = "1.0.0";
  const files = ["rows.age", "manifest.json"];
  await perform({ kind: "publish-package", project: PROJECT, name, version, directory, files });
  await rm(directory, { recursive: true });
  const [stored] = await world().packages(PROJECT);
  expect(stored).toMatchObject({ name, version });
  expect(
    Buffer.from((await world().packageFile(PROJECT, name, version, "rows.age")) ?? []),
  ).toEqual(rows);
  expect(await world().packageFile(PROJECT, name, version, "none")).toBeNull();
  const id = stored?.id ?? 0;
  await perform({ kind: "delete-package", project: PROJECT, package: id, name, version });
  expect(await world().packages(PROJECT)).toEqual([]);
});

test("the inventory gives the ids of exactly the paths asked for", async () => {
  const inventory = createInventory(
    connect(sandbox.users.find((one) => one.role === "admin")?.username),
  );
  expect(await inventory.group("acme-corp")).toBe(12345);
  expect(await inventory.project("acme-corp/payments/api")).toBe(9001);
  expect(await inventory.user("acme-jdoe")).toBe(501);
  expect(await inventory.group("acme-corp/none")).toBeNull();
  expect(await inventory.project("acme-corp/payments")).toBeNull();
  expect(await inventory.user("acme")).toBeNull();
});

test("facts come from the system of record, and from nowhere else when it knows nothing", async () => {
  const accounts = accountsFrom(`${sandbox.url}/-/sandbox`, {
    inventory: createInventory(connect()),
    logSourcesOf: async () => ["audit"],
  });
  const request = InformationRequest.parse({
    apiVersion: "v1",
    kind: "information_request",
    id: "IR-2026-0042",
    issue: 42,
    account: { path: "acme-corp", id: 12345 },
    window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
    resources: { groups: ["acme-corp/payments"], projects: [], users: [] },
    event_types: ["deploy_key_added"],
  });
  const facts = await accounts.facts(request, "sofia");
  expect(facts).toMatchObject({ namespace_exists: true, author_is_team_member: true });
  const nobody = { ...request, account: { path: "no-such-account", id: 1 } };
  expect(await accounts.facts(nobody, "sofia")).toMatchObject({ plan: null, paying: null });
});

test("a reading of one open issue costs what its questions cost, however often they are asked", async () => {
  const connection = connect();
  const reader = createReader(connection);
  for (const _round of [1, 2, 3]) {
    const [open, requests] = await Promise.all([
      reader.openIssues(PROJECT),
      reader.requestMergeRequests(PROJECT),
      reader.currentUser(),
      reader.project(PROJECT),
      reader.projectMembers(PROJECT),
      reader.groupMembers("sec/legal"),
      reader.groupMembers("sec/security"),
    ]);
    await Promise.all(open.slice(0, 1).map((issue) => reader.issueNotes(PROJECT, issue.iid)));
    await reader.mergeRequestDetail(PROJECT, requests.get(BRANCH)?.iid ?? 0);
  }
  // Seven listings, the notes of one issue, and five questions on one merge request whose approvals carry their time.
  expect(connection.requests.count).toBe(13);
});
