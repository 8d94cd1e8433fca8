// A new marker key, with the old one beside it and then alone: one comment and one gap issue all the way.
import { afterEach, beforeEach, expect, test } from "vitest";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

let life: Life;
beforeEach(async () => {
  life = await beginLife();
});
afterEach(() => life.stage.close());

const NEXT = "n".repeat(32);
const JOBS = ["intake", "eligibility", "routing", "redaction", "review", "status-update"];
const keyed = (key: string) => life.run(JOBS, { env: { SECLOG_MARKER_KEY: key } });
const notesOfBot = async (): Promise<readonly string[]> => {
  const { state } = life.stage.sandbox;
  const bot = state.userNamed("seclog-bot")?.id;
  const tracker = state.project(decodeURIComponent(API.replace("/projects/", "")));
  const notes = tracker?.issues.flatMap((issue) => issue.notes) ?? [];
  return notes.filter((note) => note.authorId === bot && !note.system).map(({ body }) => body);
};

test("a change of the marker key by way of both keys edits the comment once, and makes no second one", async () => {
  await fileRequest(life);
  await life.run(JOBS);
  const [signed] = await notesOfBot();
  const old = life.stage.environment["SECLOG_MARKER_KEY"] ?? "";

  const changed = await keyed(`${NEXT},${old}`);
  expect(changed.plan.map(({ kind }) => kind)).toEqual(["write-note"]);
  const [anew, ...more] = await notesOfBot();
  expect(more).toEqual([]);
  expect(anew?.split("\n")[0]).not.toBe(signed?.split("\n")[0]);
  expect(anew?.split("\n").slice(1)).toEqual(signed?.split("\n").slice(1));

  expect((await keyed(`${NEXT},${old}`)).plan).toEqual([]);
  expect((await keyed(NEXT)).plan).toEqual([]);
});

test("where a new key alone has made a second comment, both keys bring it back to one", async () => {
  await fileRequest(life);
  await life.run(JOBS);
  await keyed(NEXT);
  expect(await notesOfBot()).toHaveLength(2);
  await keyed(`${NEXT},${life.stage.environment["SECLOG_MARKER_KEY"]}`);
  expect(await notesOfBot()).toHaveLength(1);
});

test("a key that is too short beside a good one is named, not used", async () => {
  await expect(keyed(`${NEXT},short`)).rejects.toThrow(/SECLOG_MARKER_KEY.*at least 32 characters/);
});
