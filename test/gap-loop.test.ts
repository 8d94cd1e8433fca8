// The circle of a gap, in the sandbox: filed, in view at last, told once, and counted again when it is a gap once more.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { beginLife, fileRequest, type Life } from "./life.ts";

const GAPS = "/projects/sec%2Fgap-tracker/issues";
type Row = Readonly<Record<string, unknown>>;
const list = (path: string) => life.person("mira").get(path) as Promise<readonly Row[]>;
const gaps = () => list(`${GAPS}?state=all&order_by=created_at&sort=asc`);
const comments = async () => {
  const notes = await list(`${GAPS}/1/notes?per_page=100`);
  return notes.filter(({ system }) => system === false).map(({ body }) => String(body));
};

let life: Life;
let catalogue: string;
let asFiled: string;
let eventType: string;
const LOOP = ["hand-over", "gap", "gap-shipped", "status-update"];

beforeAll(async () => {
  life = await beginLife();
  catalogue = join(String(life.stage.environment["SECLOG_POLICIES"]), "event-types.yaml");
  asFiled = await readFile(catalogue, "utf8");
  await fileRequest(life);
  await life.pipeline();
  life.at("2026-11-20T10:40:00Z");
  for (const person of ["lena", "sam"])
    await life.person(person).send("POST", "/projects/sec%2Fseclog/merge_requests/1/approve", {});
  await life.pipeline();
  const [filed] = await gaps();
  eventType = /gap\/(\w+) /.exec(String(filed?.["description"]))?.[1] ?? "";
}, 120_000);
afterAll(() => life.stage.close());

/** The catalogue of the day on which the type is saved: in view, or for the instance only. */
async function ship(since: string, scope = "Group"): Promise<void> {
  const entry = `  - { name: ${eventType}, category: Any, saved: true, streamed: true, scope: [${scope}], since: "${since}" }\n`;
  const without = asFiled
    .split("\n")
    .filter((line) => !new RegExp(`(?:name: |- )${eventType}\\b(?!:)`).test(line))
    .join("\n");
  await writeFile(catalogue, without.replace("audit_events:\n", `audit_events:\n${entry}`));
}

test("while it is a gap, nothing is said", async () => {
  expect(eventType).not.toBe("");
  const { exit, plan, writes } = await life.run(["gap-shipped"]);
  expect([exit, plan, writes]).toEqual([0, [], []]);
});

test("in view: one signed comment says since when, proposes to close, and closes nothing", async () => {
  await ship("18.7");
  const dry = await life.run(LOOP, { dryRun: true });
  expect([dry.exit, dry.writes]).toEqual([0, []]);
  expect(await comments()).toEqual([]);
  const real = await life.run(LOOP);
  expect([real.exit, real.failures]).toEqual([0, []]);
  expect(real.plan.filter(({ kind }) => kind === "write-note")).toEqual(
    dry.plan.filter(({ kind }) => kind === "write-note"),
  );
  expect(real.plan).toContainEqual(
    expect.objectContaining({ kind: "write-note", project: "sec/gap-tracker", issue: 1 }),
  );
  const [body, ...more] = await comments();
  expect(more).toEqual([]);
  expect(body).toMatch(new RegExp(`^<!-- seclog:v1 gap-shipped/${eventType} [0-9a-f]{16} -->`));
  expect(body).toContain("saved, since GitLab 18.7; group: Secure &gt; Audit events");
  expect(body).toContain("this issue can be closed");
  expect(body).not.toMatch(/acme|IR-2026|ZD-4711|jdoe/);
  expect((await gaps()).map(({ state }) => state)).toEqual(["opened"]);
});

test("a second run writes nothing; another version edits the one comment", async () => {
  const again = await life.run(LOOP);
  expect([again.exit, again.plan, again.writes]).toEqual([0, [], []]);
  await ship("18.8");
  expect((await life.run(["gap-shipped"])).writes.map(({ method }) => method)).toEqual(["PUT"]);
  expect(await comments()).toEqual([expect.stringContaining("since GitLab 18.8")]);
});

test("an issue that a person closed is left alone", async () => {
  await life.person("seclog-bot").send("PUT", `${GAPS}/1`, { state_event: "close" });
  await ship("18.9");
  const { exit, plan } = await life.run(["gap-shipped"]);
  expect([exit, plan]).toEqual([0, []]);
});

test("a gap once more: the next request is counted on the same issue, by the kind of that day", async () => {
  await ship("18.9", "Instance");
  const [issue] = await gaps();
  // The count of another request, as this one's has stood so far.
  const description = String(issue?.["description"]).replace(
    /(<!-- demand [a-z_]+) [0-9a-f]{12}/,
    "$1 0123456789ab",
  );
  await life.person("seclog-bot").send("PUT", `${GAPS}/1`, { description });
  const { exit, plan } = await life.run(["gap", "gap-shipped"]);
  expect([exit, plan.map(({ kind }) => kind)]).toEqual([0, ["edit-issue"]]);
  const after = await gaps();
  expect(after).toHaveLength(1);
  expect(after[0]?.["description"]).toContain(
    "this gap: **2**\n\n- streamed only: 1\n- saved, but out of view: 1\n",
  );
  expect(after[0]?.["description"]).toContain("an owner of the customer's group cannot see it");
  expect((await life.run(["gap", "gap-shipped"])).writes).toEqual([]);
});
