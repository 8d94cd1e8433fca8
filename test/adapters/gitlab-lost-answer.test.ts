// Each write whose answer is lost, before or after its effect: sent once, read back, and told as it is.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connectGitLab } from "../../scripts/adapters/gitlab/connection.ts";
import { createReader } from "../../scripts/adapters/gitlab/reader.ts";
import { createWriter } from "../../scripts/adapters/gitlab/writer.ts";
import type { Action } from "../../scripts/domain/plan.ts";
import type { ForgeReader } from "../../scripts/ports/forge.ts";
import { startSandbox } from "../sandbox/start.ts";
import { json, type Seen, serve } from "./gitlab-fault-server.ts";

const PROJECT = "sec/seclog";
const BRANCH = "request/IR-2026-0042";
const SECOND = "request/IR-2026-0043";
const BOT = "seclog-bot";

/** What reaches the client instead of the answer. */
type Loss = (response: ServerResponse, answer: string) => void;

/** A sandbox with one issue and one request branch, behind a proxy that loses the answers to the writes it is told to. */
async function scene() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const token = sandbox.users.find((one) => one.username === BOT)?.token ?? "";
  let loss: {
    readonly path: RegExp;
    readonly spoil: Loss;
    readonly when: "before" | "after";
  } | null = null;
  let hidden = false;
  const forward = async (one: Seen, response: ServerResponse) => {
    const spoilt = one.method !== "GET" && loss?.path.test(one.url) ? loss : null;
    if (hidden && one.method === "GET")
      return json(response, { message: "404 Project Not Found" }, 404);
    if (spoilt?.when === "before") return spoilt.spoil(response, "{}");
    const answer = await fetch(`${sandbox.url}${one.url}`, {
      method: one.method,
      headers: {
        "private-token": token,
        "content-type": one.headers["content-type"] ?? "application/json",
      },
      ...(one.method === "GET" ? {} : { body: new Uint8Array(one.body) }),
    });
    const text = await answer.text();
    if (spoilt !== null) return spoilt.spoil(response, text);
    const type = answer.headers.get("content-type") ?? "application/json";
    response.writeHead(answer.status, { "content-type": type }).end(text);
  };
  const { url } = await serve((one, response) => void forward(one, response));
  const connection = connectGitLab({ url, token, deadlineMs: 1000 });
  const writer = createWriter(connection, PROJECT);
  for (const action of [ISSUE, ISSUE, { ...ISSUE, confidential: false }, COMMIT])
    expect((await writer.perform(action)).ok).toBe(true);
  return {
    sandbox,
    writer,
    world: () => createReader(connection),
    lose: (path: RegExp, spoil: Loss | null, when: "before" | "after" = "after") => {
      loss = spoil === null ? null : { path, spoil, when };
    },
    hide: (now: boolean) => {
      hidden = now;
    },
  };
}

const ISSUE: Action = {
  kind: "create-issue",
  project: PROJECT,
  tag: "scene",
  title: "t",
  description: "d",
  labels: [],
  confidential: true,
};
const NOTE: Action = { kind: "write-note", issue: 1, tag: "status", note: null, body: "y" };
const FILE = { path: "a.yaml", content: "a: 1\n", lastCommit: null };
const COMMIT = {
  kind: "commit-files",
  branch: BRANCH,
  startBranch: "main",
  message: "m",
  files: [FILE],
} as const satisfies Action;
const OPEN: Action = {
  kind: "open-merge-request",
  sourceBranch: BRANCH,
  targetBranch: "main",
  title: "t",
  description: "d",
};

/** How often the effect is there. */
type Count = (world: ForgeReader) => Promise<number>;
const is = (there: boolean | undefined): number => (there === true ? 1 : 0);
const onBranch = async (world: ForgeReader, path: string): Promise<number> =>
  is((await world.file(PROJECT, path, BRANCH)) !== null);
const mergeRequest = async (world: ForgeReader) =>
  (await world.requestMergeRequests(PROJECT)).get(BRANCH);
const count =
  <T>(list: (world: ForgeReader) => Promise<readonly T[]>, holds: (item: T) => boolean): Count =>
  async (world) =>
    (await list(world)).filter(holds).length;

/** One action of each kind, in the order of a life; `of` makes it from what stands by then. */
const writes: readonly (readonly [(world: ForgeReader) => Promise<Action> | Action, Count])[] = [
  [
    () => ({ kind: "write-note", issue: 1, tag: "status", note: null, body: "x" }),
    count(
      (world) => world.issueNotes(PROJECT, 1),
      ({ body }) => body === "x",
    ),
  ],
  [
    async (world) => ({ ...NOTE, note: (await ownNote(world)) ?? 0 }),
    count(
      (world) => world.issueNotes(PROJECT, 1),
      ({ body }) => body === "y",
    ),
  ],
  [
    async (world) => ({
      kind: "delete-note",
      issue: 1,
      tag: "status",
      note: (await ownNote(world)) ?? 0,
    }),
    async (world) => is((await ownNote(world)) === undefined),
  ],
  [
    () => ({ ...ISSUE, description: "gap", labels: ["SIRT"] }),
    count(
      async (world) => world.filedIssues(PROJECT, (await world.currentUser()).id),
      ({ description }) => description === "gap",
    ),
  ],
  [
    () => ({ kind: "change-labels", issue: 1, add: ["SIRT"], remove: [] }),
    async (world) => is((await world.issue(PROJECT, 1))?.labels.includes("SIRT")),
  ],
  [
    () => ({ kind: "change-labels", issue: 1, add: [], remove: ["SIRT"] }),
    async (world) => is((await world.issue(PROJECT, 1))?.labels.includes("SIRT") === false),
  ],
  [
    () => ({ kind: "edit-issue", project: PROJECT, issue: 1, description: "new" }),
    async (world) => is((await world.issue(PROJECT, 1))?.description === "new"),
  ],
  [
    () => ({ kind: "edit-issue", project: PROJECT, issue: 2, description: "b", close: true }),
    async (world) => is((await world.issue(PROJECT, 2))?.state === "closed"),
  ],
  [
    () => ({ kind: "set-confidential", issue: 3 }),
    async (world) => is((await world.issue(PROJECT, 3))?.confidential),
  ],
  [
    () => ({ ...COMMIT, startBranch: null, files: [{ ...FILE, path: "b.yaml" }] }),
    (world) => onBranch(world, "b.yaml"),
  ],
  [() => OPEN, async (world) => is((await mergeRequest(world))?.title === "t")],
  [
    () => ({ kind: "edit-merge-request", mergeRequest: 1, title: "t2", description: "d2" }),
    async (world) => is((await mergeRequest(world))?.title === "t2"),
  ],
  [
    async (world) => ({
      kind: "merge",
      mergeRequest: 1,
      sha: (await mergeRequest(world))?.sha ?? "",
    }),
    async (world) => is((await mergeRequest(world))?.state === "merged"),
  ],
  [
    () => ({ ...COMMIT, branch: SECOND, files: [{ ...FILE, path: "c.yaml" }] }),
    async (world) => is((await world.file(PROJECT, "c.yaml", SECOND)) !== null),
  ],
  [
    () => ({ ...OPEN, sourceBranch: SECOND }),
    async (world) => (await world.requestMergeRequests(PROJECT)).size - 1,
  ],
  [
    () => ({ kind: "close-merge-request", mergeRequest: 2 }),
    async (world) =>
      is((await world.requestMergeRequests(PROJECT)).get(SECOND)?.state === "closed"),
  ],
];

async function ownNote(world: ForgeReader): Promise<number | undefined> {
  const [bot, notes] = await Promise.all([world.currentUser(), world.issueNotes(PROJECT, 1)]);
  return notes.find(({ author, system }) => author.id === bot.id && !system)?.id;
}

const losses: readonly (readonly [string, Loss])[] = [
  ["502", (response) => response.writeHead(502, { "content-type": "text/html" }).end("<html>")],
  ["500", (response) => json(response, { message: "500 Internal Server Error" }, 500)],
  ["504", (response) => response.writeHead(504).end()],
  ["reset", (response) => response.socket?.destroy()],
  ["time-out", () => {}],
  ["empty", (response) => json(response, undefined)],
  ["login page", (response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>")],
  [
    "truncated",
    (response, answer) => {
      response.writeHead(201, { "content-type": "application/json" });
      response.end(answer.slice(0, answer.length / 2));
    },
  ],
];

test.each(losses)(
  "an answer lost by %s after its effect is read back as done",
  async (_, spoil) => {
    const { sandbox, writer, world, lose } = await scene();
    for (const [of, count] of writes) {
      const action = await of(world());
      const sent = sandbox.state.writes.length;
      lose(/./, spoil);
      const result = await writer.perform(action);
      lose(/./, null);
      expect([action.kind, result.ok ? "" : result.error]).toEqual([action.kind, ""]);
      expect([action.kind, sandbox.state.writes.length - sent]).toEqual([action.kind, 1]);
      expect([action.kind, await count(world())]).toEqual([action.kind, 1]);
    }
  },
);

test.each(losses.filter(([name]) => name !== "truncated"))(
  "a write that %s kept from its effect failed, and is not sent again",
  async (_, spoil) => {
    const { sandbox, writer, world, lose } = await scene();
    for (const [of, count] of writes) {
      const action = await of(world());
      const sent = sandbox.state.writes.length;
      lose(/./, spoil, "before");
      const result = await writer.perform(action);
      lose(/./, null);
      expect([action.kind, result.ok ? "" : result.error]).toEqual([
        action.kind,
        expect.stringContaining("unclear and the effect is not there"),
      ]);
      expect([action.kind, sandbox.state.writes.length - sent]).toEqual([action.kind, 0]);
      expect([action.kind, (await writer.perform(action)).ok]).toEqual([action.kind, true]);
      expect([action.kind, await count(world())]).toEqual([action.kind, 1]);
    }
  },
);

test("what cannot be read back does not count as done", async () => {
  const { writer, lose, hide } = await scene();
  lose(/./, (response) => response.socket?.destroy());
  hide(true);
  const result = await writer.perform({
    kind: "change-labels",
    issue: 1,
    add: ["SIRT"],
    remove: [],
  });
  expect(result.ok ? "" : result.error).toContain("the effect is not there");
});

test("what is there already is adopted when it is exactly ours, else a failure", async () => {
  const { writer } = await scene();
  expect(await writer.perform(COMMIT)).toMatchObject({ ok: true });
  const other = { ...COMMIT, files: [{ ...FILE, content: "a: 2\n" }] };
  expect(await writer.perform(other)).toMatchObject({ ok: false });
  expect(await writer.perform(OPEN)).toMatchObject({ ok: true });
  expect(await writer.perform(OPEN)).toMatchObject({ ok: true });
  const foreign = await writer.perform({ ...OPEN, title: "u" });
  expect(foreign.ok ? "" : foreign.error).toMatch(/409 .*already exists/i);
});

const losing: readonly (readonly [string, boolean])[] = [
  ["after", true],
  ["before", false],
];
test.each(losing)("a package file whose answer is lost %s its effect", async (when, done) => {
  const { writer, world, lose } = await scene();
  const directory = await mkdtemp(join(tmpdir(), "seclog-package-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "rows.age"), "rows");
  await writeFile(join(directory, "manifest.json"), "{}");
  const name = "IR-2026-0042";
  const version = "1.0.0";
  const action: Action = {
    kind: "publish-package",
    project: PROJECT,
    name,
    version,
    directory,
    files: ["rows.age", "manifest.json"],
  };
  lose(/rows/, (response) => response.socket?.destroy(), when as "after" | "before");
  expect((await writer.perform(action)).ok).toBe(done);
  const manifest = await world().packageFile(PROJECT, name, version, "manifest.json");
  expect(manifest !== null).toBe(done);
  lose(/rows/, null);
  expect((await writer.perform(action)).ok).toBe(true);
  expect(await world().packages(PROJECT)).toHaveLength(1);
  const [one] = await world().packages(PROJECT);
  const remove = { kind: "delete-package", project: PROJECT, name, version } as const;
  lose(/packages/, (response) => response.socket?.destroy());
  expect((await writer.perform({ ...remove, package: one?.id ?? 0 })).ok).toBe(true);
  lose(/packages/, null);
  expect((await writer.perform({ ...remove, package: one?.id ?? 0 })).ok).toBe(true);
  expect(await world().packages(PROJECT)).toEqual([]);
});
