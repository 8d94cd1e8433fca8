// What a late or doubled write leaves behind is taken back by the next run, and nothing else is touched.
import { afterEach, beforeEach, expect, test } from "vitest";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

let life: Life;
beforeEach(async () => {
  life = await beginLife();
});
afterEach(() => life.stage.close());

const DECIDE = ["intake", "eligibility", "routing", "redaction", "review", "status-update"];
const kinds = (plan: readonly { readonly kind: string }[]) => plan.map(({ kind }) => kind);
const asBot = (method: "POST" | "PUT", path: string, body: object) =>
  life.person("seclog-bot").send(method, path, body);
const list = (path: string) =>
  life.person("mira").get(path) as Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Nothing is left to do, and nothing is done. */
async function expectQuiet(jobs: readonly string[]): Promise<void> {
  const { exit, plan, writes } = await life.run(jobs);
  expect([exit, plan, writes]).toEqual([0, [], []]);
}

async function untilReview(): Promise<void> {
  await fileRequest(life);
  await life.run(DECIDE);
  await life.run(["log-dive"]);
  await life.run(["redaction", "review", "status-update"]);
}

test("a second comment of the bot is deleted; a copied, a forged and a foreign one stay", async () => {
  await fileRequest(life);
  await life.run(DECIDE);
  const body = await life.note();
  await asBot("POST", `${API}/issues/1/notes`, { body });
  const copied = body.replace(/[0-9a-f]{16} -->/, "0123456789abcdef -->");
  await asBot("POST", `${API}/issues/1/notes`, { body: copied });
  await life.person("sofia").send("POST", `${API}/issues/1/notes`, { body });
  const { plan, exit } = await life.run(["status-update"]);
  expect(exit).toBe(0);
  expect(kinds(plan)).toContain("delete-note");
  const notes = (await list(`${API}/issues/1/notes?per_page=100`)).map((note) => note["body"]);
  expect(notes.filter((one) => one === copied)).toHaveLength(1);
  // The bot's own, kept current since a person wrote, and the one that only looks like it.
  expect(notes.filter((one) => String(one).startsWith(body.slice(0, 40)))).toHaveLength(2);
  await expectQuiet(["status-update"]);
});

test("a comment of the time before signatures is adopted and signed", async () => {
  await fileRequest(life);
  await asBot("POST", `${API}/issues/1/notes`, { body: "<!-- seclog:v1 status -->\n\nold" });
  const { plan } = await life.run(DECIDE);
  expect(plan.find(({ kind }) => kind === "write-note")).toMatchObject({
    note: expect.any(Number),
  });
  expect(await life.note()).toMatch(/^<!-- seclog:v1 status [0-9a-f]{16} -->/);
  await expectQuiet(DECIDE);
});

test("a second merge request of the branch is closed, the first one stays", async () => {
  await fileRequest(life);
  await life.run(DECIDE);
  const project = life.stage.sandbox.state.project("sec/seclog");
  const [first] = project?.mergeRequests ?? [];
  if (project === undefined || first === undefined) throw new Error("no merge request");
  project.mergeRequests.push({ ...first, id: first.id + 1000, iid: 2, notes: [] });
  const { plan, exit } = await life.run(DECIDE);
  expect([exit, plan]).toEqual([0, [{ kind: "close-merge-request", mergeRequest: 2 }]]);
  const states = (await list(`${API}/merge_requests?state=all`)).map((one) => [
    one["iid"],
    one["state"],
  ]);
  expect(states).toEqual(
    expect.arrayContaining([
      [1, "opened"],
      [2, "closed"],
    ]),
  );
  await expectQuiet(DECIDE);
});

test("an upload that never ended goes after a day, with a receipt; one under way stays", async () => {
  await untilReview();
  const state = life.stage.sandbox.state;
  const project = state.project("sec/seclog");
  const whole = project?.packages[0];
  if (project === undefined || whole === undefined) throw new Error("no package");
  const without = whole.files.filter(({ fileName }) => fileName !== "manifest.json");
  project.packages.push({ ...whole, id: whole.id + 1000, version: "0123456789ab", files: without });
  await expectQuiet(["hand-over"]);
  life.at("2026-11-21T09:30:00Z");
  const { plan, exit } = await life.run(["hand-over"]);
  expect([exit, kinds(plan).toSorted()]).toEqual([0, ["commit-files", "delete-package"]]);
  expect((await list(`${API}/packages`)).map((one) => one["version"])).toEqual([whole.version]);
  await expectQuiet(["hand-over"]);
});

test("two gap issues of one event type become one with the demand of both", async () => {
  await untilReview();
  life.at("2026-11-20T10:40:00Z");
  for (const person of ["lena", "sam"])
    await life.person(person).send("POST", `${API}/merge_requests/1/approve`, {});
  await life.pipeline();
  const gaps = "/projects/sec%2Fgap-tracker/issues";
  const [first] = await list(gaps);
  const description = String(first?.["description"]);
  const other = description.replace(
    /<!-- demand ([a-z_]+) [0-9a-f]{12}/,
    "<!-- demand $1 0123456789ab",
  );
  await asBot("POST", gaps, {
    title: "again",
    description: other,
    labels: "Category:Audit Events",
  });
  const { plan, exit } = await life.run(["gap"]);
  expect([exit, kinds(plan)]).toEqual([0, ["edit-issue", "edit-issue"]]);
  const after = await list(`${gaps}?state=all&order_by=created_at&sort=asc`);
  expect(after.map((one) => one["state"])).toEqual(["opened", "closed"]);
  expect(after[0]?.["description"]).toMatch(/<!-- demand [a-z_]+ [0-9a-f]{12} [0-9a-f]{12} -->/);
  expect(after[1]?.["description"]).toContain(String(first?.["web_url"]));
  await expectQuiet(["gap"]);
});
