// Plays two runs of one pipeline job against each other, and says what is left of it after at most two quiet runs.
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { applyPlan } from "../../scripts/apply.ts";
import { type JobName, planJobs } from "../../scripts/job-list.ts";
import { openWorld, type Settings, type Wire } from "../../scripts/open-world.ts";
import { differences, projectionOf } from "../faults/projection.ts";
import type { Rig, Scene } from "../faults/rig.ts";
import { restoreSnapshot } from "../sandbox/snapshot.ts";
import { createBaton, type Schedule } from "./baton.ts";

/** Runs that may follow until everything is as without a race. */
const FURTHER_RUNS = 2;

export type Raced = {
  /** Calls of the two runs, the writes among them. */
  readonly calls: readonly { readonly by: "first" | "second"; readonly method: string }[];
  /** What differs from the end without a race; empty when nothing does. */
  readonly left: readonly string[];
  readonly furtherRuns: number;
};

type Stage = Rig["stage"];

async function workDirectory(stage: Stage, name: string): Promise<string> {
  const base = stage.environment["SECLOG_WORK"] ?? "";
  const directory = `${base}-${name}`;
  await mkdir(directory, { recursive: true });
  // Two runners have one pseudonym key.
  await copyFile(join(base, "pseudonym.key"), join(directory, "pseudonym.key")).catch(() => {});
  return directory;
}

/** One run of the job, as `seclog run` does it. What fails is left to the next run. */
async function runOnce(
  stage: Stage,
  settings: Settings,
  scene: Scene,
  name: string,
  wire: Wire,
): Promise<void> {
  const environment = { ...stage.environment, SECLOG_WORK: await workDirectory(stage, name) };
  const terminal = {
    write: () => {},
    complain: () => {},
    input: process.stdin,
    env: environment,
    now: scene.now,
    interactive: false,
    signal: new AbortController().signal,
  };
  const opened = await openWorld(
    terminal,
    { gitlab: null, project: null, issue: null },
    settings,
    wire,
  );
  if (!opened.ok) throw new Error(opened.faults.join("; "));
  const planned = await planJobs(opened, scene.job.words as readonly JobName[], () => {});
  await applyPlan(planned.groups, opened.writer, () => {});
}

export async function race(
  rig: Rig,
  settings: Settings,
  scene: Scene,
  schedule: Schedule,
): Promise<Raced> {
  const { stage } = rig;
  const { state } = stage.sandbox;
  restoreSnapshot(state, scene.before);
  state.setClock(scene.now);
  const baton = createBaton(schedule);
  const quick: Wire = { random: () => 0, clock: { now: Date.now, wait: async () => {} } };
  await Promise.all(
    (["first", "second"] as const).map((name) =>
      runOnce(stage, settings, scene, name, { ...quick, fetch: baton.carrierOf(name) }).finally(
        () => baton.over(name),
      ),
    ),
  );
  for (let furtherRuns = 0; ; furtherRuns += 1) {
    const left = differences(scene.end, projectionOf(state));
    if (left.length === 0 || furtherRuns === FURTHER_RUNS)
      return { calls: baton.calls, left, furtherRuns };
    await runOnce(stage, settings, scene, "first", quick);
  }
}
