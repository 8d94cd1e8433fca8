/** Issues, confidentiality, labels, notes, quick actions and links, over real HTTP with gitbeaker. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, control, gitbeaker } from "./sandbox-fixture.ts";
import { type Sandbox, startSandbox } from "./start.ts";

let sandbox: Sandbox;
const PATH = "sec/seclog";
const P = "/projects/sec%2Fseclog";

beforeAll(async () => {
  sandbox = await startSandbox({ clock: "2026-11-20T10:00:00Z" });
});
afterAll(() => sandbox.close());

async function open(username: string, fields: object): Promise<number> {
  const answer = await ask(sandbox, username, "POST", `${P}/issues`, fields);
  expect(answer.status).toBe(201);
  return answer.body.iid;
}

const show = async (iid: number) => (await ask(sandbox, "mira", "GET", `${P}/issues/${iid}`)).body;

describe("confidential issues", () => {
  test("are for author, assignees and Planners; everybody else gets 404 everywhere", async () => {
    const api = gitbeaker(sandbox, "root");
    const project = await api.Projects.create({
      name: "open",
      visibility: "public",
      namespaceId: 2,
    });
    const at = `/projects/${project.id}`;
    await ask(sandbox, "root", "POST", `${at}/members`, { username: "otto", access_level: 10 });
    const made = await ask(sandbox, "otto", "POST", `${at}/issues`, {
      title: "own",
      confidential: true,
    });
    const other = await ask(sandbox, "root", "POST", `${at}/issues`, {
      title: "secret",
      confidential: true,
    });
    const iid = other.body.iid;
    const seen = async (user: string, path: string) =>
      (await ask(sandbox, user, "GET", `${at}${path}`)).status;
    expect(await seen("otto", `/issues/${made.body.iid}`)).toBe(200);
    for (const path of [
      "",
      "/notes",
      "/links",
      "/resource_label_events",
      "/resource_state_events",
      "/participants",
      "/discussions",
    ]) {
      expect([path, await seen("otto", `/issues/${iid}${path}`)]).toEqual([path, 404]);
    }
    expect(
      (await ask(sandbox, "acme-jdoe", "POST", `${at}/issues/${iid}/notes`, { body: "x" })).status,
    ).toBe(404);
    expect((await ask(sandbox, "otto", "GET", `${at}/issues`)).body).toHaveLength(1);
    const search = await ask(sandbox, "otto", "GET", `${at}/search?scope=issues&search=secret`);
    expect([search.status, search.body]).toEqual([200, []]);
    const counts = (await ask(sandbox, "acme-jdoe", "GET", `${at}/issues_statistics`)).body
      .statistics.counts;
    expect(counts).toEqual({ all: 0, closed: 0, opened: 0 });
    // An assignment opens it, taking it away closes it again.
    await ask(sandbox, "root", "PUT", `${at}/issues/${iid}`, { assignee_ids: [601] });
    expect(await seen("otto", `/issues/${iid}`)).toBe(200);
    await ask(sandbox, "root", "PUT", `${at}/issues/${iid}`, { assignee_ids: [] });
    expect(await seen("otto", `/issues/${iid}`)).toBe(404);
  });

  test("the change leaves a system note", async () => {
    const iid = await open("mira", { title: "toggle" });
    await ask(sandbox, "mira", "PUT", `${P}/issues/${iid}`, { confidential: true });
    const notes = await ask(
      sandbox,
      "mira",
      "GET",
      `${P}/issues/${iid}/notes?activity_filter=only_activity`,
    );
    expect(notes.body.map((one: { body: string }) => one.body)).toEqual([
      "made the issue confidential",
    ]);
  });
});

describe("labels", () => {
  test("scope is what stands before the last ::", async () => {
    const iid = await open("mira", { title: "scopes", labels: "a::b::c,a::x,plain" });
    await ask(sandbox, "mira", "PUT", `${P}/issues/${iid}`, { add_labels: "a::b::d" });
    expect((await show(iid)).labels).toEqual(["a::b::d", "a::x", "plain"]);
    await ask(sandbox, "mira", "PUT", `${P}/issues/${iid}`, {
      add_labels: ["a::y"],
      remove_labels: ["plain"],
    });
    expect((await show(iid)).labels).toEqual(["a::b::d", "a::y"]);
    const events = await gitbeaker(sandbox, "mira").IssueLabelEvents.all(PATH, iid);
    expect(events.map((one) => `${one.action} ${(one["label"] as { name: string }).name}`)).toEqual(
      [
        "add a::b::c",
        "add a::x",
        "add plain",
        "add a::b::d",
        "remove a::b::c",
        "add a::y",
        "remove a::x",
        "remove plain",
      ],
    );
  });

  test("a guest's label wish falls away without a word", async () => {
    await ask(sandbox, "mira", "POST", `${P}/members`, { username: "otto", access_level: 10 });
    const iid = await open("otto", { title: "guest", labels: "invented" });
    expect((await show(iid)).labels).toEqual([]);
    const edit = await ask(sandbox, "otto", "PUT", `${P}/issues/${iid}`, {
      title: "renamed",
      add_labels: "plain",
      confidential: true,
    });
    expect([edit.status, edit.body.title, edit.body.labels, edit.body.confidential]).toEqual([
      200,
      "renamed",
      [],
      false,
    ]);
    await ask(sandbox, "mira", "DELETE", `${P}/members/601`);
  });
});

describe("lists", () => {
  test("filters work alone and together", async () => {
    await control(sandbox, "PUT", "/clock", { now: "2026-11-21T10:00:00Z" });
    const one = await open("mira", {
      title: "Alpha",
      labels: ["f::1", "queue"],
      confidential: true,
    });
    await control(sandbox, "PUT", "/clock", { now: "2026-11-22T10:00:00Z" });
    const two = await open("sofia", {
      title: "Beta",
      labels: ["f::2", "queue"],
      description: "alpha inside",
    });
    await ask(sandbox, "mira", "PUT", `${P}/issues/${two}`, { state_event: "close" });
    const found = async (query: string): Promise<number[]> =>
      (await ask(sandbox, "mira", "GET", `${P}/issues?labels=queue&${query}`)).body.map(
        (row: { iid: number }) => row.iid,
      );
    expect(await found("")).toEqual([two, one]);
    expect(await found("sort=asc")).toEqual([one, two]);
    expect(await found("state=opened")).toEqual([one]);
    expect(await found("confidential=true")).toEqual([one]);
    expect(await found("author_username=sofia")).toEqual([two]);
    expect(await found("not[labels]=f::1")).toEqual([two]);
    expect(await found("not[labels][]=f::1&not[labels][]=f::2")).toEqual([]);
    expect(await found("search=alpha")).toEqual([two, one]);
    expect(await found("search=alpha&in=title")).toEqual([one]);
    expect(await found("updated_after=2026-11-22T10:00:00Z")).toEqual([two]);
    expect(await found("created_before=2026-11-21T10:00:00Z")).toEqual([one]);
    expect(await found(`iids[]=${one}&iids[]=${two}`)).toEqual([two, one]);
    const wild = await ask(sandbox, "mira", "GET", `${P}/issues?labels=f::*`);
    expect(wild.body).toHaveLength(2);
    const group = await gitbeaker(sandbox, "mira").Issues.all({ groupId: "sec", labels: "queue" });
    expect(group).toHaveLength(2);
    const global = await ask(sandbox, "sofia", "GET", "/issues?labels=queue");
    expect(global.body.map((row: { iid: number }) => row.iid)).toEqual([two]);
  });
});

describe("notes and quick actions", () => {
  const note = (iid: number, body: string, user = "mira") =>
    ask(sandbox, user, "POST", `${P}/issues/${iid}/notes`, { body });

  test("commands alone 202, mixed 201 without the commands, failed 400", async () => {
    const iid = await open("mira", { title: "quick" });
    await ask(sandbox, "mira", "POST", `${P}/labels`, { name: "bug", color: "#ff0000" });
    const alone = await note(iid, "/label ~bug\n/due 2026-12-01");
    expect([alone.status, alone.body.summary]).toEqual([
      202,
      ["Added ~bug label.", "Set the due date to 2026-12-01."],
    ]);
    const mixed = await note(iid, "Please.\n/close");
    expect([mixed.status, mixed.body.body, mixed.body.commands_changes]).toEqual([
      201,
      "Please.",
      { state_event: "close" },
    ]);
    const failed = await note(iid, "/close");
    expect([failed.status, failed.body.message]).toEqual([
      400,
      "400 Bad request - Could not apply close command.",
    ]);
    const fenced = await note(iid, "```\n/reopen\n```");
    expect([fenced.status, (await show(iid)).state]).toEqual([201, "closed"]);
    const blank = await note(iid, " ");
    expect(blank.body.message).toBe(`400 Bad request - Note {:note=>["can't be blank"]}`);
    expect(await show(iid)).toMatchObject({ labels: ["bug"], due_date: "2026-12-01" });
  });

  test.each([
    ["/title New name", { title: "New name" }],
    ["/confidential", { confidential: true }],
    ["/lock", { discussion_locked: true }],
    ["/assign @sofia", { assignees: [expect.objectContaining({ username: "sofia" })] }],
    ["/relabel ~bug", { labels: ["bug"] }],
    ["/CLOSE", { state: "closed" }],
  ])("%s", async (command, effect) => {
    const iid = await open("mira", { title: "command", labels: "plain" });
    expect((await note(iid, command)).status).toBe(202);
    expect(await show(iid)).toMatchObject(effect);
  });

  test("clone, move, duplicate and invite_email reach further", async () => {
    const iid = await open("mira", { title: "far", confidential: true });
    const first = await open("mira", { title: "first" });
    await note(iid, "to be copied");
    expect((await note(iid, "/clone sec/gap-tracker --with_notes")).status).toBe(202);
    const copy = sandbox.state.project("sec/gap-tracker")?.issues.at(-1);
    expect(copy?.notes.map((one) => one.body)).toContain("to be copied");
    expect((await note(iid, "/invite_email eve@example.org")).status).toBe(202);
    const issue = sandbox.state.project(PATH)?.issues.find((one) => one.iid === iid);
    expect(issue?.emailParticipants).toEqual(["eve@example.org"]);
    expect((await note(iid, "/move acme-corp/payments/api")).status).toBe(400);
    expect((await note(iid, "/move sec/gap-tracker")).status).toBe(202);
    expect(await show(iid)).toMatchObject({ state: "closed", moved_to_id: expect.any(Number) });
    const twin = await open("mira", { title: "twin" });
    await note(twin, `/duplicate #${first}`);
    expect((await show(twin)).state).toBe("closed");
  });

  test("commands of a description run with the writer's role", async () => {
    const iid = await open("sofia", {
      title: "described",
      description: "Text\n\n/confidential\n/label ~bug",
    });
    expect(await show(iid)).toMatchObject({
      description: "Text",
      confidential: true,
      labels: ["bug"],
    });
  });

  test("internal notes are hidden after the page was cut", async () => {
    await ask(sandbox, "mira", "POST", `${P}/members`, { username: "otto", access_level: 10 });
    const iid = await open("mira", { title: "internal" });
    await ask(sandbox, "mira", "POST", `${P}/issues/${iid}/notes`, { body: "open" });
    await ask(sandbox, "mira", "POST", `${P}/issues/${iid}/notes`, {
      body: "inside",
      internal: true,
    });
    const page = await ask(sandbox, "otto", "GET", `${P}/issues/${iid}/notes?per_page=1`);
    expect([page.body, page.headers.get("x-total")]).toEqual([[], "2"]);
    await ask(sandbox, "mira", "DELETE", `${P}/members/601`);
  });

  test("a live mention makes a participant and a reference leaves a note, quoted ones do not", async () => {
    const target = await open("mira", { title: "target" });
    const iid = await open("mira", { title: "refers" });
    await note(iid, `\`@sofia #${target}\``);
    expect((await ask(sandbox, "mira", "GET", `${P}/issues/${target}/notes`)).body).toEqual([]);
    await note(iid, `&#64;sofia see #${target}`);
    const people = await ask(sandbox, "mira", "GET", `${P}/issues/${iid}/participants`);
    expect(people.body.map((one: { username: string }) => one.username)).toEqual(["mira", "sofia"]);
    const notes = await ask(sandbox, "mira", "GET", `${P}/issues/${target}/notes`);
    expect(notes.body[0]).toMatchObject({ system: true, body: `mentioned in issue #${iid}` });
  });
});

test("links are one of a pair, seen from both sides", async () => {
  const api = gitbeaker(sandbox, "mira");
  const a = await open("mira", { title: "a" });
  const b = await open("mira", { title: "b" });
  await api.IssueLinks.create(PATH, a, PATH, b, { linkType: "blocks" });
  const twice = await ask(sandbox, "mira", "POST", `${P}/issues/${b}/links`, {
    target_project_id: 1,
    target_issue_iid: a,
  });
  expect(twice.status).toBe(409);
  const seen = await api.IssueLinks.all(PATH, b);
  expect(seen.map((one) => [one.iid, one.link_type])).toEqual([[a, "is_blocked_by"]]);
});
