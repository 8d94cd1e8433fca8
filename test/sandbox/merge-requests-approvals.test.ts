// Approvals as GitLab judges them: who may, what resets them, and where its rules fail open.
import { afterAll, beforeAll, expect, test } from "vitest";
import { addMember, createToken, createUser } from "./factory.ts";
import { type Fixture, openMergeRequest, startFixture } from "./merge-requests/fixture.ts";
import { ACCESS } from "./model.ts";

let fixture: Fixture;
let base = "";
beforeAll(async () => {
  fixture = await startFixture();
  base = `/projects/${fixture.project.id}`;
  await rule("Legal", fixture.legal.id);
  await rule("Security", fixture.security.id);
});
afterAll(() => fixture.close());

async function rule(name: string, group: number): Promise<number> {
  const made = await fixture.as.bot("POST", `${base}/approval_rules`, {
    name,
    approvals_required: 1,
    group_ids: [group],
  });
  expect(made.status).toBe(201);
  return made.body.id;
}

async function approvals(path: string) {
  return (await fixture.as.bot("GET", `${path}/approvals`)).body;
}

test("two people of two groups satisfy two rules; merging is refused until then", async () => {
  const { path, sha } = await openMergeRequest(fixture, "both");
  expect((await fixture.as.bot("PUT", `${path}/merge`)).status).toBe(405);
  expect((await fixture.as.lena("POST", `${path}/approve`, { sha })).status).toBe(201);
  expect(await approvals(path)).toMatchObject({
    approved: false,
    approvals_required: 2,
    approvals_left: 1,
    approval_rules_left: [{ name: "Security" }],
    suggested_approvers: [{ username: "sam" }],
    approved_by: [{ user: { username: "lena" } }],
  });
  expect((await fixture.as.sam("POST", `${path}/approve`)).body.approved).toBe(true);
  const state = (await fixture.as.bot("GET", `${path}/approval_state`)).body;
  expect(state).toMatchObject({
    approval_rules_overwritten: false,
    rules: [
      { name: "Legal", approved: true, approved_by: [{ username: "lena" }] },
      { name: "Security", approved: true, eligible_approvers: [{ username: "sam" }] },
    ],
  });
  expect((await fixture.as.bot("PUT", `${path}/merge`, { sha })).status).toBe(200);
});

test("refusals: wrong sha 409, author 401, twice 401, Reporter 403, stranger 404", async () => {
  const { path, sha } = await openMergeRequest(fixture, "refusals", "sofia");
  const approve = (who: "lena" | "sofia" | "reader" | "outsider", body: object = {}) =>
    fixture.as[who]("POST", `${path}/approve`, body);
  expect(await approve("lena", { sha: "0".repeat(40) })).toMatchObject({
    status: 409,
    body: { message: `SHA does not match HEAD of source branch: ${sha}` },
  });
  expect((await approve("sofia")).status).toBe(401);
  expect((await approve("lena")).status).toBe(201);
  expect((await approve("lena")).status).toBe(401);
  expect((await approve("reader")).status).toBe(403);
  expect((await approve("outsider")).status).toBe(404);
  expect((await fixture.as.lena("POST", `${path}/unapprove`)).status).toBe(201);
  expect((await fixture.as.lena("POST", `${path}/unapprove`)).status).toBe(404);
  const notes = (await fixture.as.bot("GET", `${path}/notes?sort=asc`)).body;
  expect(notes.map((one: { body: string }) => one.body)).toEqual([
    "approved this merge request",
    "unapproved this merge request",
  ]);
});

test("a push that changes the patch takes approvals back; a rebase keeps them", async () => {
  const { path, sha } = await openMergeRequest(fixture, "reset");
  await fixture.as.lena("POST", `${path}/approve`);
  await fixture.as.bot("POST", `${base}/repository/commits`, {
    branch: "main",
    commit_message: "Move main",
    actions: [{ action: "create", file_path: "elsewhere.txt", content: "" }],
  });
  expect((await fixture.as.bot("PUT", `${path}/rebase`)).status).toBe(202);
  expect((await fixture.as.bot("GET", path)).body.sha).not.toBe(sha);
  expect((await approvals(path)).approved_by).toHaveLength(1);
  const push = (content: string) =>
    fixture.as.bot("POST", `${base}/repository/commits`, {
      branch: "reset",
      commit_message: "Change",
      actions: [{ action: "update", file_path: "requests/reset.yaml", content }],
    });
  await push("id: 2\n");
  expect((await approvals(path)).approved_by).toHaveLength(0);
  const notes = (await fixture.as.bot("GET", `${path}/notes`)).body;
  expect(notes[0].body).toBe("reset approvals from @lena by pushing to the branch");
  await fixture.as.lena("POST", `${path}/approve`);
  await fixture.as.bot("POST", `${base}/approvals`, { reset_approvals_on_push: false });
  await push("id: 3\n");
  expect((await approvals(path)).approved_by).toHaveLength(1);
  await fixture.as.bot("POST", `${base}/approvals`, { reset_approvals_on_push: true });
});

test("only a bot resets approvals", async () => {
  const { path } = await openMergeRequest(fixture, "bot-reset");
  await fixture.as.lena("POST", `${path}/approve`);
  expect((await fixture.as.sofia("PUT", `${path}/reset_approvals`)).status).toBe(401);
  expect((await fixture.as.bot("PUT", `${path}/reset_approvals`)).status).toBe(202);
  expect((await approvals(path)).approved_by).toEqual([]);
});

test("GitLab fails open: a rule whose group has nobody left counts as approved", async () => {
  const { path } = await openMergeRequest(fixture, "open");
  await fixture.as.lena("POST", `${path}/approve`);
  fixture.users.sam.state = "blocked";
  expect(await approvals(path)).toMatchObject({
    approved: true,
    approvals_left: 0,
    invalid_approvers_rules: [{ name: "Security" }],
  });
  fixture.users.sam.state = "active";
  expect((await approvals(path)).approved).toBe(false);
});

test("GitLab fails open: one person in both groups satisfies both rules", async () => {
  const { state, project, legal, security } = fixture;
  const both = createUser(state, { username: "both" });
  const token = createToken(state, { userId: both.id, kind: "personal" }).value;
  for (const members of [legal.members, security.members, project.members]) {
    addMember(state, members, both.id, ACCESS.developer);
  }
  const { path } = await openMergeRequest(fixture, "one-person");
  const answer = await fetch(`${fixture.url}/api/v4${path}/approve`, {
    method: "POST",
    headers: { "private-token": token },
  });
  expect(await answer.json()).toMatchObject({ approved: true, approvals_left: 0 });
  both.state = "blocked";
  expect((await approvals(path)).approved).toBe(false);
});

test("a developer weakens the rules inside a merge request, unless the project forbids it", async () => {
  const { path } = await openMergeRequest(fixture, "weakened", "sofia");
  const rules = (await fixture.as.sofia("GET", `${path}/approval_rules`)).body;
  expect(rules.map((one: { name: string }) => one.name)).toEqual(["Legal", "Security"]);
  const weaker = await fixture.as.sofia("PUT", `${path}/approval_rules/${rules[0].id}`, {
    approvals_required: 0,
    group_ids: [],
  });
  expect(weaker.body).toMatchObject({ approvals_required: 0, groups: [], overridden: true });
  const state = async () => (await fixture.as.bot("GET", `${path}/approval_state`)).body;
  expect(await state()).toMatchObject({ approval_rules_overwritten: true });
  await fixture.as.bot("POST", `${base}/approvals`, {
    disable_overriding_approvers_per_merge_request: true,
  });
  expect(await state()).toMatchObject({
    approval_rules_overwritten: false,
    rules: [{ approvals_required: 1 }, { approvals_required: 1 }],
  });
  const again = await fixture.as.sofia("POST", `${path}/approval_rules`, {
    name: "Mine",
    approvals_required: 0,
  });
  expect(again.status).toBe(403);
  await fixture.as.bot("POST", `${base}/approvals`, {
    disable_overriding_approvers_per_merge_request: false,
  });
});

test("committers are kept out only where the project says so", async () => {
  const { path } = await openMergeRequest(fixture, "committers");
  await fixture.as.lena("POST", `${base}/repository/commits`, {
    branch: "committers",
    commit_message: "By lena",
    actions: [{ action: "create", file_path: "lena.txt", content: "" }],
  });
  await fixture.as.bot("POST", `${base}/approvals`, {
    merge_requests_disable_committers_approval: true,
  });
  expect((await fixture.as.lena("POST", `${path}/approve`)).status).toBe(401);
  await fixture.as.bot("POST", `${base}/approvals`, {
    merge_requests_disable_committers_approval: false,
  });
  expect((await fixture.as.lena("POST", `${path}/approve`)).status).toBe(201);
});

test("rules are edited and deleted by Maintainers; lists that are sent replace the old ones", async () => {
  const id = await rule("Temporary", fixture.legal.id);
  const path = `${base}/approval_rules/${id}`;
  expect((await fixture.as.sofia("PUT", path, { name: "x" })).status).toBe(403);
  const changed = await fixture.as.bot("PUT", path, {
    user_ids: [fixture.users.sofia.id],
    group_ids: [],
    approvals_required: 2,
  });
  expect(changed.body).toMatchObject({
    users: [{ username: "sofia" }],
    groups: [],
    eligible_approvers: [{ username: "sofia" }],
  });
  expect((await fixture.as.bot("DELETE", path)).status).toBe(204);
  expect((await fixture.as.bot("GET", path)).status).toBe(404);
  const twice = await fixture.as.bot("POST", `${base}/approval_rules`, {
    name: "Legal",
    approvals_required: 1,
  });
  expect(twice.body).toEqual({ message: { name: ["has already been taken"] } });
});

test("on the free plan anybody may approve, nothing is required, and rules are refused", async () => {
  const free = await startFixture("free");
  const path = `/projects/${free.project.id}`;
  const refused = await free.as.bot("POST", `${path}/approval_rules`, {
    name: "Legal",
    approvals_required: 1,
  });
  expect(refused.status).toBe(403);
  const opened = await openMergeRequest(free, "free");
  await free.as.lena("POST", `${opened.path}/approve`);
  const shown = (await free.as.bot("GET", `${opened.path}/approvals`)).body;
  expect(shown).toMatchObject({ approved: true, approvals_required: 0 });
  expect(shown.approved_by).toMatchObject([{ user: { username: "lena" } }]);
  free.close();
});
