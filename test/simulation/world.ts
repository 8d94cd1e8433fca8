// Plays a history in a simulated world, and tells the first invariant that did not hold.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobName } from "../../scripts/job-list.ts";
import type { Issue } from "../sandbox/model.ts";
import { applySeed, DEFAULT_SEED } from "../sandbox/seed.ts";
import type { FormKind } from "./forms.ts";
import { type Lab, SIMULATED_URL } from "./lab.ts";
import { type Far, openLine, type Trouble, UNTROUBLED } from "./line.ts";
import { isSpoilt } from "./model.ts";
import { peopleOf } from "./people.ts";
import { plainRequest } from "./plain-fetch.ts";
import { type Plant, runProduct } from "./product.ts";
import { checkRest } from "./rest.ts";
import { type Deed, type JobGroup, PIPELINE, type RunStep, type Step } from "./steps.ts";
import { createWitness, type Violation } from "./witness.ts";

export type Outcome = {
  readonly violation: Violation | null;
  /** The step at which it was seen, from 1; one more than there are = at rest. */
  readonly step: number;
  readonly runs: number;
  readonly calls: number;
  readonly trace: readonly string[];
};

const BEGIN = "2026-11-20T09:00:00.000Z";
/** What a job takes, and what a person takes. */
const STEP_MS = 20_000;
const MOST_RUNS_TO_REST = 3;

export async function play(lab: Lab, steps: readonly Step[], plant: Plant = {}): Promise<Outcome> {
  try {
    return await playIn(createWorld(lab, plant), steps);
  } finally {
    await rm(runsOf(lab), { recursive: true, force: true });
  }
}

/** Where the runs of a world leave their files. */
const runsOf = (lab: Lab): string => join(lab.directory, "runs");

async function playIn(
  world: ReturnType<typeof createWorld>,
  steps: readonly Step[],
): Promise<Outcome> {
  for (const [at, step] of steps.entries()) {
    await world.step(step);
    const [violation] = world.violations;
    if (violation !== undefined) return { violation, step: at + 1, ...world.counts() };
  }
  await world.settle();
  return { violation: world.violations[0] ?? null, step: steps.length + 1, ...world.counts() };
}

function createWorld(lab: Lab, plant: Plant) {
  const { state, app } = lab;
  state.clear();
  state.setClock(BEGIN);
  const tokens = new Map(applySeed(state, DEFAULT_SEED).map((one) => [one.username, one.token]));
  const acceptable = (issue: Issue): boolean =>
    facts === "good" && issue.confidential && ACCEPTABLE.has(people.formOf(issue) ?? "");
  const witness = createWitness(state, lab.keys, acceptable);
  const memory = new Map<string, unknown>();
  const trace: string[] = [];
  let facts: keyof Lab["accounts"] = "good";
  let policy: keyof Lab["settings"] = "first";
  let outage: ReturnType<Far["outage"]> = null;
  let late: (() => Promise<unknown>)[] = [];
  let runs = 0;
  let writes = 0;
  let calls = 0;
  const counts = () => ({ runs, calls, trace });
  const now = () => state.now().getTime();
  const goOn = (milliseconds: number) => setClock(now() + milliseconds);
  const setClock = (to: number) => state.setClock(new Date(Math.max(now(), to)).toISOString());

  const people = peopleOf(
    state,
    lab.forms,
    async (who, method, path, body) => {
      const answer = await app.fetch(
        plainRequest(`${SIMULATED_URL}/api/v4${path}`, {
          method,
          headers: { "private-token": tokens.get(who) ?? "", "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      trace.push(`  ${who} ${method} ${path} ${answer.status}`);
      return answer.ok;
    },
    (deed) => {
      if (deed.kind === "facts") facts = deed.state;
      else policy = deed.set;
    },
  );
  const act = async (deed: Deed) => {
    await people.act(deed);
    witness.humansActed();
  };

  const far: Far = {
    now,
    answer: async (request) => {
      const { method } = request;
      const { pathname } = new URL(request.url);
      // `inner`: past the sandbox's own faults and its log, which are of no use here.
      const answer = await app.fetch(request, { inner: true });
      if (method !== "GET") {
        writes += 1;
        trace.push(`    ${method} ${decodeURIComponent(pathname.slice(8))} ${answer.status}`);
        if (answer.ok) await witness.afterWrite(method, pathname);
      }
      return answer;
    },
    outage: () => (outage !== null && outage.until > now() ? outage : null),
    later: (effect) => late.push(effect),
    old: new Map(),
    impatient: (call) => witness.report("Retry-After is obeyed", call),
  };

  const run = async (
    group: JobGroup,
    trouble: Trouble,
    options: { readonly dry: boolean; readonly payload: string | null },
  ): Promise<readonly string[]> => {
    runs += 1;
    witness.runBegins();
    const line = openLine(far, trouble);
    const failures = await runProduct({
      lab,
      settings: lab.settings[policy],
      words: WORDS[group],
      token: tokens.get("seclog-bot") ?? "",
      accounts: lab.accounts[facts],
      now: state.stamp(),
      ...options,
      wire: {
        random: () => 0.5,
        clock: {
          now,
          wait: async (milliseconds) => goOn(milliseconds),
        },
        fetch: (url, init) => {
          if (options.dry && init.method !== "GET")
            witness.report("a dry run writes nothing", `${init.method} ${url}`);
          return line.fetch(url, init);
        },
      },
      directory: join(runsOf(lab), `${runs}`),
      plant,
      memory,
    });
    calls += line.calls();
    trace.push(`  ${group}: ${line.calls()} calls${line.dead() ? ", died" : ""}`);
    trace.push(...failures.map((failure) => `    failed ${failure}`));
    return failures;
  };

  const runStep = async (step: RunStep): Promise<void> => {
    const { meanwhile, faults, crash, dry, payload } = step;
    for (const [at, group] of step.jobs.entries()) {
      const last = at === step.jobs.length - 1;
      const before = async (call: number) => {
        if (last && meanwhile?.at === call) await act(meanwhile.deed);
      };
      await run(group, { faults, crash, before }, { dry, payload });
      goOn(STEP_MS);
    }
  };

  const twoRuns = async (step: Extract<Step, { kind: "two-runs" }>): Promise<void> => {
    const options = { dry: false, payload: null };
    let second: Promise<unknown> | null = null;
    const firstEnded = deferred();
    const secondStands = deferred();
    const begin = () => {
      // Another job, begun later: the moment it takes for now is its own.
      if (second === null) goOn(STEP_MS);
      second ??= run(
        step.second,
        {
          ...UNTROUBLED,
          before: async (call) => {
            if (step.until === null || call < step.until) return;
            secondStands.resolve();
            await firstEnded.promise;
          },
        },
        options,
      ).finally(secondStands.resolve);
      return secondStands.promise;
    };
    const before = async (call: number) => {
      if (call >= step.at) await begin();
    };
    await run(step.first, { ...UNTROUBLED, before }, options);
    firstEnded.resolve();
    await begin();
    await second;
  };

  /** Every run names, in red, a request whose merged file people made unreadable; then nothing more becomes of it. */
  const isAboutSpoilt = (failure: string): boolean => {
    const id = /^(\S+): the merged request file \S+ cannot be read any more$/.exec(failure)?.[1];
    return id !== undefined && isSpoilt(state, id);
  };

  return {
    violations: witness.violations,
    counts,
    step: async (step: Step): Promise<void> => {
      trace.push(`${state.stamp()} ${JSON.stringify(step)}`);
      witness.stepBegins();
      switch (step.kind) {
        case "run":
          await runStep(step);
          break;
        case "two-runs":
          await twoRuns(step);
          break;
        case "pass":
          goOn(step.minutes * 60_000);
          break;
        case "outage":
          outage = { how: step.how, until: now() + step.minutes * 60_000 };
          break;
        default:
          await act(step);
      }
      const effects = late;
      late = [];
      for (const effect of effects) await effect();
      goOn(STEP_MS);
    },
    /** Faults have stopped; the clock stands, so that nothing but the product changes anything. */
    settle: async (): Promise<void> => {
      if (outage !== null) setClock(outage.until);
      goOn(STEP_MS);
      trace.push(`${state.stamp()} settle`);
      witness.stepBegins();
      const unreadable = new Set<string>();
      const quiet = async (groups: readonly JobGroup[]): Promise<boolean> => {
        const before = writes;
        for (const group of groups)
          for (const failure of await run(group, UNTROUBLED, { dry: false, payload: null }))
            if (isAboutSpoilt(failure)) unreadable.add(failure.slice(0, failure.indexOf(":")));
            else witness.report("a run without faults is green", failure);
        return writes === before || witness.violations.length > 0;
      };
      for (let round = 1; !(await quiet(["all"])); round += 1) {
        if (round > MOST_RUNS_TO_REST) {
          witness.report("at rest after three runs", trace.slice(-12).join("; "));
          break;
        }
        await quiet(PIPELINE);
      }
      if (witness.violations.length === 0)
        checkRest(state, witness.report, people.formOf, acceptable, unreadable);
    },
  };
}

/** Forms that hold nothing against the request; the window of some is too long by some policies. */
const ACCEPTABLE: ReadonlySet<string> = new Set<FormKind>([
  "plain",
  "other-project",
  "without-users",
  "three-weeks",
  "hostile",
  // Every condition holds without an exception: then none is needed.
  "exception",
]);

const ALL: readonly JobName[] = [
  "intake",
  "eligibility",
  "routing",
  "log-dive",
  "redaction",
  "review",
  "hand-over",
  "gap",
  "gap-shipped",
  "status-update",
];
/** The jobs of the pipeline, as the pipeline's own file lists them; `all` of them share one reading. */
export const WORDS: Readonly<Record<JobGroup, readonly JobName[]>> = {
  requests: ["intake", "eligibility", "routing", "redaction", "review", "status-update"],
  "log-dive": ["log-dive"],
  publish: ["redaction", "review", "status-update"],
  "hand-over": ["hand-over", "gap", "gap-shipped", "status-update"],
  triage: ["triage"],
  all: ALL,
};

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
