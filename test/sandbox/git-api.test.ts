// Branches, commits, files and trees over HTTP, with the statuses and texts GitLab answers.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fixture, startFixture } from "./merge-requests/fixture.ts";

let fixture: Fixture;
let base = "";
beforeAll(async () => {
  fixture = await startFixture();
  base = `/projects/${fixture.project.id}/repository`;
});
afterAll(() => fixture.close());

const commit = (branch: string, actions: readonly unknown[], more: object = {}) => ({
  branch,
  commit_message: "Change",
  actions,
  ...more,
});

test("a commit of many actions is atomic and shows up everywhere", async () => {
  const { bot } = fixture.as;
  const actions = [
    { action: "create", file_path: "a b/ü.txt", content: "aGk=", encoding: "base64" },
    { action: "update", file_path: "README.md", content: "# new\n" },
  ];
  const made = await bot(
    "POST",
    `${base}/commits`,
    commit("work", actions, { start_branch: "main" }),
  );
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    title: "Change",
    author_name: "bot",
    stats: { additions: 2, deletions: 1, total: 3 },
  });
  const encoded = encodeURIComponent("a b/ü.txt");
  const file = await bot("GET", `${base}/files/${encoded}?ref=work`);
  expect(file.body).toMatchObject({
    file_name: "ü.txt",
    size: 2,
    content: "aGk=",
    last_commit_id: made.body.id,
    commit_id: made.body.id,
    content_sha256: "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
  });
  expect((await bot("GET", `${base}/files/${encoded}/raw?ref=work`)).body).toBe("hi");
  const compared = await bot("GET", `${base}/compare?from=main&to=work`);
  expect(compared.body.commits).toHaveLength(1);
  expect(compared.body.diffs.map((one: { new_path: string }) => one.new_path)).toEqual([
    "README.md",
    "a b/ü.txt",
  ]);
  const diff = await bot("GET", `${base}/commits/${made.body.id}/diff`);
  expect(diff.body[0].diff).toBe("@@ -1 +1 @@\n-# seclog\n+# new\n");
});

test.each<[string, "bot" | "sofia" | "reader", object, number, string]>([
  [
    "a Developer on the protected branch",
    "sofia",
    commit("main", [{ action: "create", file_path: "x", content: "" }]),
    403,
    "403 Forbidden - You are not allowed to push into this branch",
  ],
  ["a Reporter", "reader", commit("other", []), 403, "403 Forbidden"],
  [
    "a branch that does not exist",
    "bot",
    commit("nowhere", [{ action: "create", file_path: "x", content: "" }]),
    400,
    "You can only create or edit files when you are on a branch",
  ],
  [
    "a start branch for a branch that exists",
    "bot",
    commit("main", [], { start_branch: "work" }),
    400,
    "A branch called 'main' already exists. Switch to that branch in order to make changes",
  ],
  [
    "a file that exists",
    "bot",
    commit("main", [{ action: "create", file_path: "README.md", content: "" }]),
    400,
    "A file with this name already exists",
  ],
  [
    "a stale last commit",
    "bot",
    commit("main", [
      { action: "update", file_path: "README.md", content: "", last_commit_id: "0".repeat(40) },
    ]),
    400,
    "The file has changed since you started editing it: README.md",
  ],
])("a commit is refused for %s", async (_name, who, body, status, message) => {
  const answer = await fixture.as[who]("POST", `${base}/commits`, body);
  expect(answer).toMatchObject({ status, body: { message } });
});

test("parameters of actions are named when they are missing or wrong", async () => {
  const { bot } = fixture.as;
  const missing = await bot("POST", `${base}/commits`, commit("main", [{ action: "create" }]));
  expect(missing).toMatchObject({
    status: 400,
    body: { error: "actions[0][file_path] is missing" },
  });
  const wrong = await bot("POST", `${base}/commits`, commit("main", [{ action: "burn" }]));
  expect(wrong.body).toEqual({ error: "actions[0][action] does not have a valid value" });
});

test("single files are created, updated with a check of the last commit, and deleted", async () => {
  const { bot, sofia } = fixture.as;
  const file = `${base}/files/${encodeURIComponent("notes/one.txt")}`;
  const body = { branch: "main", commit_message: "Write", content: "1" };
  expect(await sofia("POST", file, body)).toMatchObject({
    status: 400,
    body: { message: "You are not allowed to push into this branch" },
  });
  expect(await bot("POST", file, body)).toMatchObject({
    status: 201,
    body: { file_path: "notes/one.txt", branch: "main" },
  });
  const seen = (await bot("GET", `${file}?ref=main`)).body.last_commit_id;
  expect(await bot("PUT", file, { ...body, content: "2", last_commit_id: seen })).toMatchObject({
    status: 200,
  });
  expect(await bot("PUT", file, { ...body, content: "3", last_commit_id: seen })).toMatchObject({
    status: 400,
    body: {
      message: "You are attempting to update a file that has changed since you started editing it.",
    },
  });
  expect((await bot("DELETE", file, { ...body, last_commit_id: seen })).body.message).toBe(
    "You are attempting to delete a file that has been previously updated.",
  );
  expect((await bot("DELETE", file, body)).status).toBe(204);
  expect(await bot("GET", `${file}?ref=main`)).toMatchObject({
    status: 404,
    body: { message: "404 File Not Found" },
  });
  expect((await bot("GET", file)).body).toEqual({ error: "ref is missing" });
  expect((await bot("GET", `${file}?ref=gone`)).body).toEqual({ message: "404 Commit Not Found" });
});

test("branches are created, found, refused and deleted", async () => {
  const { bot, sofia } = fixture.as;
  const branches = `${base}/branches`;
  const create = (branch: string, ref: string) => sofia("POST", branches, { branch, ref });
  expect(await create("request/IR-1", "main")).toMatchObject({
    status: 201,
    body: { name: "request/IR-1", protected: false, default: false, can_push: true },
  });
  expect((await create("request/IR-1", "main")).body.message).toBe("Branch already exists");
  expect((await create("x", "nothing")).body.message).toBe("Invalid reference name: nothing");
  expect((await create("a..b", "main")).body.message).toBe("Branch name is invalid");
  const found = await bot("GET", `${branches}?search=^request`);
  expect(found.body.map((one: { name: string }) => one.name)).toEqual(["request/IR-1"]);
  const one = `${branches}/${encodeURIComponent("request/IR-1")}`;
  expect((await bot("GET", one)).body.commit.parent_ids).toBeInstanceOf(Array);
  expect((await sofia("DELETE", one)).status).toBe(204);
  expect((await bot("GET", one)).body).toEqual({ message: "404 Branch Not Found" });
  expect((await bot("DELETE", `${branches}/main`)).status).toBe(400);
});

test("protection by level, by user and with a pattern decides who writes", async () => {
  const { bot, sofia, lena } = fixture.as;
  const protect = `/projects/${fixture.project.id}/protected_branches`;
  expect((await bot("GET", protect)).body).toMatchObject([
    { name: "main", push_access_levels: [{ access_level: 40 }], allow_force_push: false },
  ]);
  const made = await bot("POST", protect, {
    name: "custody*",
    allowed_to_push: [{ user_id: fixture.users.sofia.id }],
    merge_access_level: 0,
  });
  expect(made.status).toBe(201);
  expect((await bot("POST", protect, { name: "custody*" })).body.message).toBe(
    "Protected branch 'custody*' already exists",
  );
  const write = (name: string) =>
    commit("custody-2026", [{ action: "create", file_path: name, content: "" }], {
      start_branch: "main",
    });
  expect((await lena("POST", `${base}/commits`, write("l"))).status).toBe(403);
  expect((await sofia("POST", `${base}/commits`, write("s"))).status).toBe(201);
  expect((await sofia("DELETE", `${base}/branches/custody-2026`)).status).toBe(403);
  expect((await lena("POST", protect, { name: "x" })).status).toBe(403);
  expect((await bot("DELETE", `${protect}/${encodeURIComponent("custody*")}`)).status).toBe(204);
  expect((await bot("GET", `${protect}/gone`)).status).toBe(404);
});

test("the tree pages by offset and by key, over all entries once", async () => {
  const { bot } = fixture.as;
  const actions = Array.from({ length: 25 }, (_, n) => ({
    action: "create",
    file_path: `many/${n}.txt`,
    content: "same",
  }));
  await bot("POST", `${base}/commits`, commit("many", actions, { start_branch: "main" }));
  const offset = await bot("GET", `${base}/tree?ref=many&path=many&per_page=10&page=3`);
  expect(offset.body).toHaveLength(5);
  expect(offset.headers.get("x-total")).toBe("25");
  const seen: string[] = [];
  let path = `${base}/tree?ref=many&path=many&per_page=10&pagination=keyset`;
  while (path !== "") {
    const page = await bot("GET", path);
    seen.push(...page.body.map((one: { path: string }) => one.path));
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    path = next === undefined ? "" : next.slice(next.indexOf("/projects"));
  }
  expect(new Set(seen).size).toBe(25);
  expect(seen).toHaveLength(25);
  expect((await bot("GET", `${base}/tree?path=nowhere`)).status).toBe(404);
});

test("who may not see the project gets 404, a Reporter reads", async () => {
  expect(await fixture.as.outsider("GET", `${base}/tree`)).toMatchObject({
    status: 404,
    body: { message: "404 Project Not Found" },
  });
  expect((await fixture.as.reader("GET", `${base}/tree`)).status).toBe(200);
});

test("statuses, merge bases, blobs and references of commits", async () => {
  const { bot } = fixture.as;
  const { id } = (await bot("GET", `${base}/commits/main`)).body;
  const status = await bot("POST", `/projects/${fixture.project.id}/statuses/${id}`, {
    state: "success",
    name: "gate",
  });
  expect(status).toMatchObject({ status: 201, body: { sha: id, status: "success", name: "gate" } });
  expect((await bot("GET", `${base}/commits/${id}/statuses`)).body).toHaveLength(1);
  const merge = await bot("GET", `${base}/merge_base?refs[]=main&refs[]=work`);
  expect(merge.body.id).toMatch(/^[0-9a-f]{40}$/);
  const entry = (await bot("GET", `${base}/tree`)).body.find(
    (one: { path: string }) => one.path === "README.md",
  );
  expect((await bot("GET", `${base}/blobs/${entry.id}/raw`)).body).toBe("# seclog\n");
  expect((await bot("GET", `${base}/commits/${id}/refs`)).body).toContainEqual({
    type: "branch",
    name: "main",
  });
});
