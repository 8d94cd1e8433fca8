// The pipeline jobs by name, and how several of them become one plan.
import type { Failure, Group } from "./apply.ts";
import { CUSTODY_BRANCH } from "./domain/information-request/custody.ts";
import type { Observation } from "./domain/information-request/observation.ts";
import { planRequest, type Steps } from "./domain/information-request/steps.ts";
import { withoutRepeats } from "./domain/plan.ts";
import type { Job, RequestJob, TrackerJob, World } from "./world.ts";

/** In the order of a request's life; each is loaded only when it runs. */
export const JOBS = {
  intake: () => import("./jobs/intake.ts"),
  eligibility: () => import("./jobs/eligibility.ts"),
  routing: () => import("./jobs/routing.ts"),
  "log-dive": () => import("./jobs/log-dive.ts"),
  redaction: () => import("./jobs/redaction.ts"),
  review: () => import("./jobs/review.ts"),
  "hand-over": () => import("./jobs/hand-over.ts"),
  gap: () => import("./jobs/gap.ts"),
  "gap-shipped": () => import("./jobs/gap-shipped.ts"),
  "status-update": () => import("./jobs/status-update.ts"),
  "policy-preview": () => import("./jobs/policy-preview.ts"),
  triage: () => import("./jobs/triage.ts"),
  "incoming-requests": () => import("./jobs/incoming-requests.ts"),
} as const satisfies Record<string, () => Promise<{ job: Job }>>;
export type JobName = keyof typeof JOBS;

/** Jobs whose texts carry a marker that is signed; a run without the key for it goes on, and says so. */
export const isSigning = (name: string): boolean =>
  ["gap", "gap-shipped", "status-update", "policy-preview"].includes(name);

/** One reading of the world: the requests that could be observed, and those that could not. */
export type Reading = {
  readonly world: World;
  readonly observe: () => Promise<{
    readonly seen: readonly Observation[];
    readonly failures: readonly Failure[];
  }>;
};
export type Planned = { readonly groups: readonly Group[]; readonly failures: readonly Failure[] };

/**
 * The plan of the jobs over one reading. A request that could not be read, or whose decision failed, is a failure
 * of its own: nothing is planned for it, and the others go on.
 */
export async function planJobs(
  reading: Reading,
  names: readonly JobName[],
  say: (line: string) => void,
): Promise<Planned> {
  const loaded = await Promise.all(
    names.map(async (name) => ({ name, job: await jobNamed(name) })),
  );
  const trackerJobs = loaded.filter(
    (entry): entry is typeof entry & { job: TrackerJob } => entry.job.kind === "tracker",
  );
  const requestJobs = loaded
    .map(({ job }) => job)
    .filter((job): job is RequestJob => job.kind === "request");
  const ofTracker = await Promise.all(
    trackerJobs.map(({ name, job }) =>
      group(`job ${name}`, async () => job.plan(reading.world, say)),
    ),
  );
  const ofRequests = requestJobs.length === 0 ? [] : await planRequests(reading, requestJobs);
  const all = [...ofTracker, ...ofRequests];
  return {
    groups: all.flatMap((entry) => ("plan" in entry ? [entry] : [])),
    failures: all.flatMap((entry) => ("error" in entry ? [entry] : [])),
  };
}

const LOADED = new Map<JobName, Promise<Job>>();
/** A process that makes many runs loads each job once. */
function jobNamed(name: JobName): Promise<Job> {
  const job = LOADED.get(name) ?? JOBS[name]().then((module) => module.job);
  LOADED.set(name, job);
  return job;
}

async function planRequests(
  { world, observe }: Reading,
  jobs: readonly RequestJob[],
): Promise<readonly (Group | Failure)[]> {
  const { seen, failures } = await observe();
  const context = {
    now: world.now,
    defaultBranch: world.tracker.defaultBranch,
    digest: world.digest,
  };
  const groups: (Group | Failure)[] = [];
  for (const each of seen) {
    // The first record of all makes the branch; those after it in the same run find it there.
    const branchStands = each.custody.branchStands || groups.some(makesCustodyBranch);
    const request = { ...each, custody: { ...each.custody, branchStands } };
    const steps: Steps[] = [];
    groups.push(
      await group(request.id, async () => {
        for (const job of jobs) steps.push(await job.plan(request, world, steps));
        return planRequest(request, steps, context);
      }),
      ...steps.flatMap(({ faults = [] }) => faults.map((error) => ({ item: request.id, error }))),
    );
  }
  const plans = withoutRepeats(groups.map((entry) => ("plan" in entry ? entry.plan : [])));
  return [
    ...groups.map((entry, index) =>
      "plan" in entry ? { ...entry, plan: plans[index] ?? [] } : entry,
    ),
    ...failures,
  ];
}

const makesCustodyBranch = (entry: Group | Failure): boolean =>
  "plan" in entry &&
  entry.plan.some(
    (action) =>
      action.kind === "commit-files" &&
      action.branch === CUSTODY_BRANCH &&
      action.startBranch !== null,
  );

async function group(item: string, plan: () => Promise<Group["plan"]>): Promise<Group | Failure> {
  try {
    return { item, plan: await plan() };
  } catch (error) {
    return { item, error: error instanceof Error ? error.message : "an unknown fault" };
  }
}
