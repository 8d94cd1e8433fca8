// One run of the product in a simulated world: the real adapters, jobs and writer; only the wire, the logs and the clock are simulated.
import { join } from "node:path";
import { Readable } from "node:stream";
import { createCollector } from "../../scripts/adapters/dive/collector.ts";
import { DIVE_LIMITS } from "../../scripts/adapters/dive/reading.ts";
import { pseudonymsFor } from "../../scripts/adapters/pseudonym.ts";
import { applyPlan, type Group } from "../../scripts/apply.ts";
import { type JobName, planJobs } from "../../scripts/job-list.ts";
import { type Opened, openWorld, type Settings, type Wire } from "../../scripts/open-world.ts";
import type { Collector } from "../../scripts/ports/collector.ts";
import type { ForgeWriter } from "../../scripts/ports/forge.ts";
import type { Lab } from "./lab.ts";
import { SIMULATED_URL, TRACKER } from "./lab.ts";
import { memoryLogStore } from "./memory-log-store.ts";

/** A fault put into the product on purpose, at the seams between its parts. `memory` lasts as long as the world. */
export type Plant = {
  readonly wire?: (wire: Wire, memory: Map<string, unknown>) => Wire;
  readonly reading?: (opened: Opened, memory: Map<string, unknown>) => Opened;
  readonly plan?: (
    groups: readonly Group[],
    opened: Opened,
    memory: Map<string, unknown>,
  ) => readonly Group[];
  readonly writer?: (
    writer: ForgeWriter,
    opened: Opened,
    memory: Map<string, unknown>,
  ) => ForgeWriter;
};
export type Run = {
  readonly lab: Lab;
  readonly settings: Settings;
  readonly words: readonly JobName[];
  readonly token: string;
  readonly accounts: string;
  /** RFC 3339. */
  readonly now: string;
  readonly payload: string | null;
  readonly dry: boolean;
  readonly wire: Wire;
  /** A directory of this run alone. */
  readonly directory: string;
  readonly plant: Plant;
  readonly memory: Map<string, unknown>;
};

/** @returns what failed, in the product's words; empty = exit code 0 */
export async function runProduct(run: Run): Promise<readonly string[]> {
  try {
    return await runIn(run);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function runIn(run: Run): Promise<readonly string[]> {
  const { plant, memory } = run;
  const opened = await openWorld(
    {
      write: () => {},
      complain: () => {},
      input: Readable.from([]),
      env: environmentOf(run),
      now: run.now,
      interactive: false,
      signal: new AbortController().signal,
    },
    { gitlab: null, project: null, issue: null },
    run.settings,
    plant.wire?.(run.wire, memory) ?? run.wire,
  );
  if (!opened.ok) return opened.faults;
  const collecting = {
    ...opened,
    world: { ...opened.world, collector: async () => collectorOf(run) },
  };
  const reading = plant.reading?.(collecting, memory) ?? collecting;
  const planned = await planJobs(reading, run.words, () => {});
  const groups = plant.plan?.(planned.groups, reading, memory) ?? planned.groups;
  const writer = plant.writer?.(reading.writer, reading, memory) ?? reading.writer;
  const applied = run.dry ? { failures: [] } : await applyPlan(groups, writer, () => {});
  return [...planned.failures, ...applied.failures].map(({ item, error }) => `${item}: ${error}`);
}

const environmentOf = (run: Run): Readonly<Record<string, string>> => ({
  GITLAB_URL: SIMULATED_URL,
  SECLOG_TOKEN: run.token,
  SECLOG_PROJECT: TRACKER,
  SECLOG_ACCOUNTS: run.accounts,
  SECLOG_ARTEFACT_KEY: run.lab.keys.reviewers,
  SECLOG_MARKER_KEY: "marker key of the simulation and long enough",
  SECLOG_WORK: run.directory,
  ...(run.payload === null ? {} : { TRIGGER_PAYLOAD: run.payload }),
});

const PSEUDONYM_KEY = Buffer.from("pseudonym key of the simulation, long enough");

async function collectorOf(run: Run): Promise<Collector> {
  const { policies, profiles } = run.settings;
  return createCollector({
    store: memoryLogStore(),
    profiles: [...(await profiles()).values()],
    directoryOf: (id) => join(run.directory, "collected", id),
    pseudonymsOf: (id) => pseudonymsFor(PSEUDONYM_KEY, id),
    codeSha: "simulated",
    now: run.now,
    keepFor: policies.handOver.artefact_expires_after,
    recipients: policies.teams.recipients,
    limits: DIVE_LIMITS,
    onProgress: () => {},
    signal: new AbortController().signal,
  });
}
