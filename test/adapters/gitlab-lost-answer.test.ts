// Each write whose answer is lost after its effect: sent once, reported, in place, and found by the next reading.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connectGitLab } from "../../scripts/adapters/gitlab/connection.ts";
import { createReader } from "../../scripts/adapters/gitlab/reader.ts";
import { createWriter } from "../../scripts/adapters/gitlab/writer.ts";
import { findOwn, findOwnIssue } from "../../scripts/domain/note-marker.ts";
import type { Action } from "../../scripts/domain/plan.ts";
import type { ForgeReader } from "../../scripts/ports/forge.ts";
import { startSandbox } from "../sandbox/start.ts";
import { json, type Seen, serve } from "./gitlab-fault-server.ts";

const PROJECT = "sec/seclog";
const BRANCH = "request/IR-2026-0042";
const BOT = "seclog-bot";

/** What reaches the client instead of the answer. */
type Loss = (response: ServerResponse, answer: string) => void;

/** A sandbox with one issue and one request branch, behind a proxy that loses the answers to the writes it is told to. */
async function scene() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const token = sandbox.users.find((one) => one.username === BOT)?.token ?? "";
  let loss: { readonly path: RegExp; readonly spoil: Loss } | null = null;
  const forward = async (one: Seen, response: ServerResponse) => {
    const answer = await fetch(`${sandbox.url}${one.url}`, {
      method: one.method,
      headers: {
        "private-token": token,
        "content-type": one.headers["content-type"] ?? "application/json",
      },
      ...(one.method === "GET" ? {} : { body: new Uint8Array(one.body) }),
    });
    const text = await answer.text();
    if (one.method !== "GET" && loss?.path.test(one.url)) return loss.spoil(response, text);
    const type = answer.headers.get("content-type") ?? "application/json";
    response.writeHead(answer.status, { "content-type": type }).end(text);
  };
  const { url } = await serve((one, response) => void forward(one, response));
  const connection = connectGitLab({ url, token, deadlineMs: 1000 });
  const writer = createWriter(connection, PROJECT);
  for (const action of [ISSUE, COMMIT]) expect((await writer.perform(action)).ok).toBe(true);
  return {
    sandbox,
    writer,
    world: () => createReader(connection),
    lose: (path: RegExp, spoil: Loss | null) => {
      loss = spoil === null ? null : { path, spoil };
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
const COMMIT: Action = {
  kind: "commit-files",
  branch: BRANCH,
  startBranch: "main",
  message: "m",
  files: [{ path: "a.yaml", content: "a: 1\n", lastCommit: null }],
};

/** How often the effect is there. */
type Count = (world: ForgeReader) => Promise<number>;
const is = (there: boolean): number => (there ? 1 : 0);

const writes: readonly (readonly [Action, Count])[] = [
  [
    { kind: "write-note", issue: 1, tag: "status", note: null, body: "x" },
    async (world) => {
      const notes = await world.issueNotes(PROJECT, 1);
      const own = findOwn(notes, (await world.currentUser()).id, "status");
      return own === null ? 0 : notes.filter((note) => note.body === own.body).length;
    },
  ],
  [
    { ...ISSUE, tag: "gap/x" },
    async (world) => {
      const issues = await world.openIssues(PROJECT);
      const own = findOwnIssue(issues, (await world.currentUser()).id, "gap/x");
      return issues.filter((issue) => issue.description === own?.description).length;
    },
  ],
  [
    { kind: "change-labels", issue: 1, add: ["SIRT"], remove: [] },
    async (world) => is((await world.issue(PROJECT, 1))?.labels.includes("SIRT") === true),
  ],
  [
    { kind: "edit-issue", project: PROJECT, issue: 1, description: "new" },
    async (world) => is((await world.issue(PROJECT, 1))?.description === "new"),
  ],
  [
    { ...COMMIT, branch: "request/IR-2026-0043" },
    async (world) => is((await world.branchHead(PROJECT, "request/IR-2026-0043")) !== null),
  ],
  [
    {
      kind: "open-merge-request",
      sourceBranch: BRANCH,
      targetBranch: "main",
      title: "t",
      description: "d",
    },
    async (world) => (await world.requestMergeRequests(PROJECT)).size,
  ],
];

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

test.each(losses)("an answer lost by %s leaves each effect once", async (_name, spoil) => {
  const { sandbox, writer, world, lose } = await scene();
  for (const [action, count] of writes) {
    const sent = sandbox.state.writes.length;
    lose(/./, spoil);
    const result = await writer.perform(action);
    lose(/./, null);
    expect(result.ok ? action.kind : result.error).toMatch(/the next run reads before it writes/);
    expect(sandbox.state.writes.length - sent).toBe(1);
    expect(await count(world())).toBe(1);
  }
});

test("a package whose answer is lost has no manifest, and can be published again", async () => {
  const { writer, world, lose } = await scene();
  const directory = await mkdtemp(join(tmpdir(), "seclog-package-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "rows.age"), "rows");
  await writeFile(join(directory, "manifest.json"), "{}");
  const name = "IR-2026-0042";
  const version = "1.0.0";
  const files = ["rows.age", "manifest.json"];
  const action: Action = {
    kind: "publish-package",
    project: PROJECT,
    name,
    version,
    directory,
    files,
  };
  lose(/rows/, (response) => response.socket?.destroy());
  expect((await writer.perform(action)).ok).toBe(false);
  expect(await world().packageFile(PROJECT, name, version, "manifest.json")).toBeNull();
  lose(/rows/, null);
  expect((await writer.perform(action)).ok).toBe(true);
  expect(await world().packages(PROJECT)).toHaveLength(1);
});
