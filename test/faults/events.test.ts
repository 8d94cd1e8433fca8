// Events only wake a run: lost, doubled, reordered, late or forged, the end state is the one that a schedule alone comes to.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TRACKER } from "../../scripts/demo/stage.ts";
import type { Pipeline } from "../sandbox/model.ts";
import { restoreSnapshot, type Snapshot, takeSnapshot } from "../sandbox/snapshot.ts";
import { differences, projectionOf } from "./projection.ts";
import { buildRig, type Rig } from "./rig.ts";
import { file, jobsOfPipeline } from "./story.ts";

const NOW = "2026-11-20T09:00:00Z";
const API = `/projects/${encodeURIComponent(TRACKER)}`;
const WINDOW = { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" };
let rig: Rig;
let work: string;
let fresh: Snapshot;
let alone: readonly string[];
let token: string;

beforeAll(async () => {
  rig = await buildRig();
  work = await mkdtemp(join(tmpdir(), "seclog-events-"));
  rig.stage.sandbox.state.setClock(NOW);
  token = await wireUp();
  fresh = takeSnapshot(rig.stage.sandbox.state);
  withoutHooks();
  await people();
  await pipeline();
  alone = projectionOf(rig.stage.sandbox.state);
}, 120_000);
afterAll(async () => {
  await rig.close();
  await rm(work, { recursive: true, force: true });
});

/** The trigger token, the webhook and the closed variables of docs/setup.md. */
async function wireUp(): Promise<string> {
  const bot = rig.helpers.person("seclog-bot");
  const made = await bot.send("POST", `${API}/triggers`, { description: "wake up" });
  const { token } = made as { readonly token: string };
  await bot.send("POST", `${API}/hooks`, {
    url: `${rig.stage.sandbox.url}/api/v4${API}/ref/main/trigger/pipeline?token=${token}`,
    issues_events: true,
    confidential_issues_events: true,
    note_events: true,
    confidential_note_events: true,
    push_events: false,
  });
  await rig.helpers
    .person("root")
    .send("PUT", API, { ci_pipeline_variables_minimum_override_role: "no_one_allowed" });
  return token;
}

function withoutHooks(): void {
  for (const project of rig.stage.sandbox.state.projects.values()) project.hooks = [];
}

/** A request of a customer, and an issue of the Security Logging queue. */
async function people(): Promise<void> {
  const { state } = rig.stage.sandbox;
  await file(WINDOW)(rig.helpers);
  await rig.helpers
    .person("diego")
    .send("POST", `${API}/issues`, { title: "Please ingest the VPN logs" });
  await state.settled();
}

/** All jobs of one pipeline; its variables are the environment, a file variable is a path. */
async function pipeline(made?: Pipeline): Promise<void> {
  const env: Record<string, string> = {};
  for (const { key, value, variable_type } of made?.variables ?? []) {
    const path = join(work, `${key}-${made?.id}`);
    if (variable_type === "file") await writeFile(path, value);
    env[key] = variable_type === "file" ? path : value;
  }
  for (const job of await jobsOfPipeline()) {
    const { failures } = await rig.run(job, NOW, { env });
    expect([job.name, failures]).toEqual([job.name, []]);
  }
}

/** Plays the episode with a listener for pipelines, then the schedule; the lines in which its end differs. */
async function episode(
  onPipeline: (pipeline: Pipeline) => Promise<void>,
  forged?: object,
): Promise<readonly string[]> {
  const { state } = rig.stage.sandbox;
  restoreSnapshot(state, fresh);
  // A forged event is the only one.
  if (forged !== undefined) withoutHooks();
  let last: Promise<void> = Promise.resolve();
  state.onPipeline = (made) => {
    last = last.then(() => onPipeline(made));
    return last;
  };
  await people();
  if (forged !== undefined) expect(await fire(forged)).toBe(201);
  await state.settled();
  await pipeline();
  await state.settled();
  state.onPipeline = null;
  return differences(alone, projectionOf(state));
}

async function fire(body: object): Promise<number> {
  const address = `${rig.stage.sandbox.url}/api/v4${API}/ref/main/trigger/pipeline?token=${token}`;
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

test("a schedule alone finds everything", () => {
  expect(alone.filter((line) => line.includes("merge request request/"))).toHaveLength(1);
  expect(alone.filter((line) => line.includes("note by seclog-bot"))).toHaveLength(1);
  expect(alone.join("\n")).toMatch(/VPN logs: .*SecLog::Incoming-Requests/);
});

test("webhooks change the waiting time alone", async () => {
  let woken = 0;
  const different = await episode(async (made) => {
    woken += 1;
    await pipeline(made);
  });
  expect(different).toEqual([]);
  expect(woken).toBeGreaterThan(1);
}, 120_000);

test("doubled", async () => {
  const twice = async (made: Pipeline) => {
    await pipeline(made);
    await pipeline(made);
  };
  expect(await episode(twice)).toEqual([]);
}, 120_000);

test("reordered, and later than the schedule", async () => {
  const held: Pipeline[] = [];
  await episode(async (made) => void held.push(made));
  for (const made of held.reverse().slice(0, 8)) await pipeline(made);
  await rig.stage.sandbox.state.settled();
  expect(differences(alone, projectionOf(rig.stage.sandbox.state))).toEqual([]);
}, 120_000);

const issueEvent = (fields: object) => ({
  object_kind: "issue",
  project: { path_with_namespace: TRACKER },
  object_attributes: fields,
});
test.each<readonly [string, object]>([
  ["another issue", issueEvent({ iid: 2, confidential: false, title: "approved" })],
  ["an issue that is not there", issueEvent({ iid: 4711 })],
  ["a number that is no number", issueEvent({ iid: "1; curl evil.example" })],
  ["another project", { ...issueEvent({ iid: 1 }), project: { path_with_namespace: "acme/x" } }],
  [
    "labels and approvals of its own",
    { ...issueEvent({ iid: 1, state: "closed" }), labels: [{ title: "Legal::Approved" }] },
  ],
  [
    "a merge request",
    { object_kind: "merge_request", object_attributes: { iid: 1, state: "merged" } },
  ],
  ["a branch of nobody", issueEvent({ source_branch: "request/../../main" })],
  ["ten megabytes", issueEvent({ iid: 1, description: "x".repeat(10_000_000) })],
  ["a list where an object stands", { object_attributes: [1, 2], issue: 3 }],
])(
  "forged with the trigger token: %s",
  async (_name, payload) => {
    expect(await episode((made) => pipeline(made), payload)).toEqual([]);
  },
  120_000,
);

test.each(["DRY_RUN", "NODE_OPTIONS", "GIT_STRATEGY", "GITLAB_URL", "SECLOG_POLICIES"])(
  "a trigger that sets %s makes no pipeline",
  async (key) => {
    const { state } = rig.stage.sandbox;
    restoreSnapshot(state, fresh);
    const before = state.projectById(1).pipelines.length;
    expect(await fire({ variables: { [key]: "x" } })).toBe(400);
    expect(state.projectById(1).pipelines).toHaveLength(before);
  },
);
