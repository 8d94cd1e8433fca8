// Merge requests over HTTP: lists, edits, statuses, merging and rebasing, notes, hooks and forks.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject } from "./factory.ts";
import { createIssue } from "./issues.ts";
import { type Fixture, openMergeRequest, startFixture } from "./merge-requests/fixture.ts";

let fixture: Fixture;
let base = "";
beforeAll(async () => {
  fixture = await startFixture();
  base = `/projects/${fixture.project.id}`;
});
afterAll(() => fixture.close());

async function settle(path: string): Promise<string> {
  for (let read = 0; read < 3; read += 1) await fixture.as.bot("GET", path);
  return (await fixture.as.bot("GET", path)).body.detailed_merge_status;
}

test("creating refuses a second one, the same branch and missing branches", async () => {
  const { iid } = await openMergeRequest(fixture, "first");
  const create = (source: string, target: string) =>
    fixture.as.bot("POST", `${base}/merge_requests`, {
      source_branch: source,
      target_branch: target,
      title: "Again",
    });
  expect(await create("first", "main")).toMatchObject({
    status: 409,
    body: {
      message: [`Another open merge request already exists for this source branch: !${iid}`],
    },
  });
  expect((await create("main", "main")).status).toBe(422);
  expect((await create("nowhere", "main")).status).toBe(400);
  const untitled = await fixture.as.bot("POST", `${base}/merge_requests`, {
    source_branch: "first",
  });
  expect(untitled).toMatchObject({ status: 400, body: { error: "title is missing" } });
  const reader = await fixture.as.reader("POST", `${base}/merge_requests`, { title: "x" });
  expect(reader.status).toBe(403);
});

test("the status passes through preparing and checking, again after each push", async () => {
  const { path } = await openMergeRequest(fixture, "status");
  const status = async () => (await fixture.as.bot("GET", path)).body.detailed_merge_status;
  expect([await status(), await status(), await status()]).toEqual([
    "preparing",
    "checking",
    "mergeable",
  ]);
  await fixture.as.bot("POST", `${base}/repository/commits`, {
    branch: "status",
    commit_message: "More",
    actions: [{ action: "create", file_path: "more.txt", content: "" }],
  });
  expect([await status(), await status(), await status()]).toEqual([
    "preparing",
    "checking",
    "mergeable",
  ]);
});

test("lists filter by state, branch, label, person, draft and negation", async () => {
  const { path } = await openMergeRequest(fixture, "listed", "sofia");
  await fixture.as.sofia("PUT", path, {
    title: "Draft: listed",
    add_labels: "SecLog::Review,area",
    reviewer_ids: [fixture.users.lena.id],
  });
  const found = async (query: string) =>
    (await fixture.as.bot("GET", `${base}/merge_requests?${query}`)).body.map(
      (one: { source_branch: string }) => one.source_branch,
    );
  for (const query of [
    "source_branch=listed",
    "labels=SecLog::Review,area",
    "labels[]=area&state=opened",
    "author_username=sofia",
    `reviewer_id=${fixture.users.lena.id}`,
    "wip=yes",
    "search=LISTED&in=title",
    "not[author_username]=bot",
  ]) {
    expect(await found(query), query).toEqual(["listed"]);
  }
  expect(await found("state=merged")).toEqual([]);
  const bad = await fixture.as.bot("GET", `${base}/merge_requests?state=odd`);
  expect(bad.body).toEqual({ error: "state does not have a valid value" });
  const mine = await fixture.as.sofia("GET", "/merge_requests");
  expect(mine.body).toHaveLength(1);
  expect((await fixture.as.outsider("GET", "/merge_requests?scope=all")).body).toEqual([]);
  expect((await fixture.as.lena("GET", "/groups/sec/merge_requests")).body.length).toBeGreaterThan(
    0,
  );
});

test("changes leave system notes, label events and participants", async () => {
  const { path } = await openMergeRequest(fixture, "changes");
  await fixture.as.bot("PUT", path, { title: "Renamed", labels: "a::b" });
  await fixture.as.bot("PUT", path, { add_labels: "a::c" });
  await fixture.as.bot("PUT", path, { state_event: "close" });
  await fixture.as.bot("PUT", path, {
    state_event: "reopen",
    reviewer_ids: [fixture.users.sam.id],
  });
  const shown = (await fixture.as.bot("GET", path)).body;
  expect(shown).toMatchObject({ title: "Renamed", labels: ["a::c"], state: "opened" });
  const notes = (await fixture.as.bot("GET", `${path}/notes?sort=asc`)).body;
  expect(notes.map((one: { body: string }) => one.body)).toEqual([
    "changed title from **Request changes** to **Renamed**",
    "requested review from @sam",
  ]);
  const events = (await fixture.as.bot("GET", `${path}/resource_label_events`)).body;
  expect(
    events.map((one: { action: string; label: { name: string } }) => [one.action, one.label.name]),
  ).toEqual([
    ["add", "a::b"],
    ["add", "a::c"],
    ["remove", "a::b"],
  ]);
  const people = (await fixture.as.bot("GET", `${path}/participants`)).body;
  expect(people.map((one: { username: string }) => one.username)).toEqual(["bot", "sam"]);
});

test("merging: 401 without the right, 409 for another head, 405 for a draft, then done", async () => {
  const { path, sha } = await openMergeRequest(fixture, "merged");
  expect((await fixture.as.sofia("PUT", `${path}/merge`)).status).toBe(401);
  const moved = await fixture.as.bot("PUT", `${path}/merge`, { sha: "0".repeat(40) });
  expect(moved).toMatchObject({
    status: 409,
    body: { message: `SHA does not match HEAD of source branch: ${sha}` },
  });
  await fixture.as.bot("PUT", path, { title: "Draft: merged" });
  expect(await fixture.as.bot("PUT", `${path}/merge`, { sha })).toMatchObject({
    status: 405,
    body: { message: "405 Method Not Allowed" },
  });
  await fixture.as.bot("PUT", path, { title: "merged" });
  const done = await fixture.as.bot("PUT", `${path}/merge`, {
    sha,
    should_remove_source_branch: true,
  });
  expect(done).toMatchObject({
    status: 200,
    body: { state: "merged", merged_by: { username: "bot" }, detailed_merge_status: "not_open" },
  });
  const main = (await fixture.as.bot("GET", `${base}/repository/commits/main`)).body;
  expect(main.id).toBe(done.body.merge_commit_sha);
  expect(main.parent_ids[1]).toBe(sha);
  expect(main.message).toContain("Merge branch 'merged' into 'main'");
  expect((await fixture.as.bot("GET", `${base}/repository/branches/merged`)).status).toBe(404);
  expect((await fixture.as.bot("PUT", `${path}/merge`)).status).toBe(405);
  expect((await fixture.as.bot("GET", `${path}/diffs`)).body).toHaveLength(1);
});

test("a squash is one commit; a fast-forward project asks for a rebase first", async () => {
  const squashed = await openMergeRequest(fixture, "squashed");
  const done = await fixture.as.bot("PUT", `${squashed.path}/merge`, {
    squash: true,
    squash_commit_message: "One",
  });
  expect(done.body.squash_commit_sha).toMatch(/^[0-9a-f]{40}$/);
  const behind = await openMergeRequest(fixture, "behind");
  const ahead = await openMergeRequest(fixture, "ahead");
  fixture.project.settings["merge_method"] = "ff";
  const first = await fixture.as.bot("PUT", `${ahead.path}/merge`);
  expect(first.body.merge_commit_sha).toBe(ahead.sha);
  expect(await settle(behind.path)).toBe("need_rebase");
  expect((await fixture.as.bot("PUT", `${behind.path}/rebase`)).status).toBe(202);
  expect(await settle(behind.path)).toBe("mergeable");
  fixture.project.settings["merge_method"] = "merge";
});

test("a conflict is told, cannot be merged and cannot be rebased", async () => {
  const write = (branch: string, text: string, start?: string) =>
    fixture.as.bot("POST", `${base}/repository/commits`, {
      branch,
      ...(start === undefined ? {} : { start_branch: start }),
      commit_message: "Write",
      actions: [{ action: "update", file_path: "docs/guide.md", content: text }],
    });
  await write("clash", "mine\n", "main");
  await write("main", "theirs\n");
  const made = await fixture.as.bot("POST", `${base}/merge_requests`, {
    source_branch: "clash",
    target_branch: "main",
    title: "Clash",
  });
  const path = `${base}/merge_requests/${made.body.iid}`;
  expect(await settle(path)).toBe("conflict");
  expect((await fixture.as.bot("PUT", `${path}/merge`)).status).toBe(405);
  expect((await fixture.as.bot("PUT", `${path}/rebase`)).status).toBe(409);
});

test("notes run quick actions; a command alone is 202 and no note", async () => {
  const { path } = await openMergeRequest(fixture, "commands");
  const alone = await fixture.as.lena("POST", `${path}/notes`, { body: "/approve" });
  expect(alone.status).toBe(202);
  expect((await fixture.as.lena("GET", `${path}/approvals`)).body.approved_by).toHaveLength(1);
  const quoted = await fixture.as.sam("POST", `${path}/notes`, { body: "```\n/approve\n```" });
  expect(quoted.status).toBe(201);
  expect((await fixture.as.sam("POST", `${path}/notes`, { body: "/merge" })).status).toBe(400);
  const mixed = await fixture.as.bot("POST", `${path}/notes`, { body: "Done.\n\n/merge" });
  expect(mixed).toMatchObject({ status: 201, body: { body: "Done." } });
  expect((await fixture.as.bot("GET", path)).body.state).toBe("merged");
});

test("merging closes the issues that the description names", async () => {
  const { state, project, users } = fixture;
  const issue = createIssue(state, project, users.sofia, { title: "Close me" });
  const { path } = await openMergeRequest(fixture, "closing");
  await fixture.as.bot("PUT", path, { description: `Closes #${issue.iid}` });
  const named = await fixture.as.bot("GET", `${path}/closes_issues`);
  expect(named.body).toMatchObject([{ iid: issue.iid }]);
  await fixture.as.bot("PUT", `${path}/merge`);
  expect(issue.state).toBe("closed");
});

test("a fork's branch can be proposed; its commits are readable in the target", async () => {
  const { state, users, project } = fixture;
  const fork = createProject(state, users.sofia, { path: "seclog-fork", group: null });
  await fixture.as.sofia("POST", `/projects/${fork.id}/repository/commits`, {
    branch: "main",
    commit_message: "From the fork",
    start_project: project.id,
    start_branch: "main",
    actions: [{ action: "create", file_path: "fork.txt", content: "f" }],
  });
  const made = await fixture.as.sofia("POST", `/projects/${fork.id}/merge_requests`, {
    source_branch: "main",
    target_branch: "main",
    target_project_id: project.id,
    title: "From outside",
  });
  expect(made).toMatchObject({
    status: 201,
    body: { source_project_id: fork.id, target_project_id: project.id },
  });
  const path = `${base}/merge_requests/${made.body.iid}`;
  expect((await fixture.as.bot("GET", `${path}/diffs`)).body).toMatchObject([
    { new_path: "fork.txt", new_file: true },
  ]);
});

test("hooks receive pushes with their files, and merge requests with action and old head", async () => {
  type Received = { readonly event: unknown; readonly body: Record<string, unknown> };
  const seen: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      seen.push({ event: request.headers["x-gitlab-event"], body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const flags = { push_events: true, merge_requests_events: true };
  const hook = await fixture.as.bot("POST", `${base}/hooks`, { url, ...flags });
  expect(hook.status).toBe(201);
  const { sha } = await openMergeRequest(fixture, "hooked");
  await fixture.as.bot("POST", `${base}/repository/commits`, {
    branch: "hooked",
    commit_message: "More",
    actions: [{ action: "create", file_path: "hook.txt", content: "" }],
  });
  await fixture.state.settled();
  await fixture.as.bot("DELETE", `${base}/hooks/${hook.body.id}`);
  server.close();
  const of = (event: string) => seen.filter((one) => one.event === event).map((one) => one.body);
  expect(of("Push Hook")).toMatchObject([
    { ref: "refs/heads/hooked", after: sha, before: "0".repeat(40) },
    { before: sha, commits: [{ title: "More", added: ["hook.txt"], modified: [], removed: [] }] },
  ]);
  expect(of("Merge Request Hook")).toMatchObject([
    {
      object_kind: "merge_request",
      object_attributes: { action: "open", source_branch: "hooked", last_commit: { id: sha } },
    },
    { object_attributes: { action: "update", oldrev: sha } },
  ]);
});

test("only one of many concurrent merges of the same head wins", async () => {
  const { path, sha } = await openMergeRequest(fixture, "race");
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => fixture.as.bot("PUT", `${path}/merge`, { sha })),
  );
  expect(answers.map((one) => one.status).sort()).toEqual([200, 405, 405, 405, 405]);
});
