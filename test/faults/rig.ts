// One sandbox and one product in one process: runs jobs over the cable, and keeps what each story came to without any fault.
import { applyPlan } from "../../scripts/apply.ts";
import { demoForm } from "../../scripts/demo/form.ts";
import { personAt } from "../../scripts/demo/people.ts";
import { type Stage, setStage } from "../../scripts/demo/stage.ts";
import { describeFinding } from "../../scripts/domain/doctor/diagnosis.ts";
import { type JobName, planJobs } from "../../scripts/job-list.ts";
import { openWorld, readSettings, type Settings, type Wire } from "../../scripts/open-world.ts";
import { restoreSnapshot, type Snapshot, takeSnapshot } from "../sandbox/snapshot.ts";
import { type CablePlan, type Call, plugIn } from "./cable.ts";
import { projectionOf } from "./projection.ts";
import { type Helpers, type Job, jobsOfPipeline, type Story } from "./story.ts";

export type Ran = {
  readonly calls: readonly Call[];
  readonly strays: readonly string[];
  readonly died: boolean;
  /** What the run complained of; empty when all went well. */
  readonly failures: readonly string[];
};

/** One job at one moment of a story. */
export type Scene = {
  readonly name: string;
  readonly now: string;
  readonly job: Job;
  readonly before: Snapshot;
  /** The world as it was one job earlier: what a stale answer shows. */
  readonly earlier: Snapshot;
  readonly calls: readonly Call[];
  readonly end: readonly string[];
};

export type Rig = {
  readonly stage: Stage;
  readonly helpers: Helpers;
  readonly run: (job: Job, now: string, options?: RunOptions) => Promise<Ran>;
  readonly scenes: (stories: readonly Story[]) => Promise<readonly Scene[]>;
  readonly close: () => Promise<void>;
};

export type RunOptions = {
  readonly plan?: CablePlan;
  /** What the pipeline adds to the environment. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Waits pass at once, and are counted as if they had been waited. */
function quickClock(): NonNullable<Wire["clock"]> {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    wait: async (milliseconds) => {
      ahead += milliseconds;
    },
  };
}

export async function buildRig(): Promise<Rig> {
  const stage = await setStage({ port: 0 });
  const settings = await readSettings(stage.environment["SECLOG_POLICIES"] ?? "");
  const form = await demoForm();
  const { state, url, users } = stage.sandbox;
  const helpers: Helpers = {
    form,
    person: (username) => {
      const user = users.find((candidate) => candidate.username === username);
      if (user === undefined) throw new Error(`the sandbox has no ${username}`);
      return personAt(url, username, user.token);
    },
  };
  const run: Rig["run"] = (job, now, options = {}) =>
    runJob({ ...stage.environment, ...options.env }, settings, job, now, options);
  const first = takeSnapshot(state);
  return {
    stage,
    helpers,
    run,
    scenes: async (stories) => {
      const scenes: Scene[] = [];
      for (const story of stories) {
        restoreSnapshot(state, first);
        scenes.push(...(await play(story, stage, helpers, run)));
      }
      return scenes;
    },
    close: () => stage.close(),
  };
}

async function play(
  story: Story,
  stage: Stage,
  helpers: Helpers,
  run: Rig["run"],
): Promise<readonly Scene[]> {
  const { state } = stage.sandbox;
  const scenes: Scene[] = [];
  const jobs = await jobsOfPipeline();
  let earlier = takeSnapshot(state);
  for (const { name, now, act, strike } of story.points) {
    state.setClock(now);
    await act(helpers);
    for (const job of jobs) {
      const before = takeSnapshot(state);
      const { calls, failures } = await run(job, now);
      const scene = `${story.name}/${name}/${job.name}`;
      if (failures.length > 0) throw new Error(`${scene} fails by itself: ${failures.join("; ")}`);
      if (strike.includes(job.name)) {
        scenes.push({ name: scene, now, job, before, earlier, calls, end: projectionOf(state) });
      }
      earlier = before;
    }
  }
  return scenes;
}

/** One run of a job, as its process would do it. */
export async function runJob(
  env: Readonly<Record<string, string>>,
  settings: Settings,
  job: Job,
  now: string,
  { plan = {} }: RunOptions,
): Promise<Ran> {
  const cable = plugIn(new URL(env["GITLAB_URL"] ?? "").origin, plan);
  const failures: string[] = [];
  try {
    const terminal = {
      write: () => {},
      complain: (text: string) => void failures.push(text),
      input: process.stdin,
      env,
      now,
      interactive: false,
      signal: cable.dead,
    };
    const flags = { gitlab: null, project: null, issue: null };
    const wire = { clock: quickClock(), random: () => 0 };
    const opened = await openWorld(terminal, flags, settings, wire);
    if (!opened.ok) throw new Error(opened.faults.join("; "));
    const dangers = await opened.dangers();
    if (dangers.length > 0) throw new Error(dangers.map(describeFinding).join("; "));
    const planned = await planJobs(opened, job.words as readonly JobName[], () => {});
    const applied = await applyPlan(planned.groups, opened.writer, () => {});
    for (const { item, error } of [...planned.failures, ...applied.failures])
      failures.push(`${item}: ${error}`);
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    cable.unplug();
  }
  const { calls, strays, dead } = cable;
  return { calls, strays, died: dead.aborted, failures };
}
