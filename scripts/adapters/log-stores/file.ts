/** The log store over a directory of NDJSON files, plain, gzip or zstd, cut by source and day. */
import { join } from "node:path";
import { CUT_LINE_BYTES } from "../../domain/information-request/evidence.ts";
import { MAX_LINE_BYTES } from "../../domain/information-request/log-dive.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import { daysOfWindow } from "../../domain/information-request/window-days.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type {
  DivePlan,
  LogLine,
  LogStore,
  Partition,
  PartitionEnd,
} from "../../ports/log-store.ts";
import { BrokenFile } from "./broken-file.ts";
import { chunksOf } from "./byte-source.ts";
import { type Candidate, candidateFinder } from "./candidate-finder.ts";
import { listFiles, resolveDirectory } from "./file-listing.ts";
import { readThroughIndex } from "./indexed-file.ts";
import { needlesOf, type Prefilter, prefilterOf } from "./prefilter.ts";
import { readAhead } from "./read-ahead.ts";
import { type ReadProgress, readProgress } from "./read-progress.ts";

export type FileStoreOptions = {
  /** Days after the window whose files are read for late lines; they may be absent. */
  readonly slackDays: number;
  /** Files that are read before they are asked for; one keeps two cores busy. */
  readonly ahead?: number;
};

/**
 * Files belong to a source by directory (`source=api/date=2026-11-16/…`, `api/2026-11-16/…`) or by GitLab's own file name;
 * files of a source without a day are always read, but prove no day of the window.
 * @throws UnusableStore from `plan` when the directory cannot be listed
 */
export function createFileStore(
  directory: string,
  options: FileStoreOptions = { slackDays: 1 },
): LogStore {
  let resolving: Promise<string> | null = null;
  const root = (): Promise<string> => {
    resolving ??= resolveDirectory(directory);
    return resolving;
  };
  let told: Parameters<Required<LogStore>["watch"]>[0] = () => {};
  const store: LogStore = {
    plan: async (scope, profiles) => planFiles(await root(), scope, profiles, options.slackDays),
    pull: async function* (partition, scope, profile, signal) {
      const progress = readProgress((bytes) => told(partition, bytes));
      return yield* pullFile(await root(), partition, scope, profile, signal, progress);
    },
  };
  const watch: LogStore["watch"] = (listener) => {
    told = listener;
  };
  return { ...readAhead(store, options.ahead ?? 1), watch, directory };
}

async function planFiles(
  root: string,
  scope: Scope,
  profiles: readonly LogProfile[],
  slackDays: number,
): Promise<DivePlan> {
  const { days, late } = daysOfWindow(scope.window, slackDays);
  const wanted = new Set([...days, ...late]);
  const files = (await listFiles(root, profiles, wanted)).filter(
    ({ day }) => day === null || wanted.has(day),
  );
  const missing = profiles.map(({ source }) => {
    const present = new Set(files.filter((file) => file.source === source).map(({ day }) => day));
    return [source, days.filter((day) => !present.has(day))] as const;
  });
  return {
    kind: "file",
    query: "files of the sources, by day of the window and its late days",
    parameters: { sources: profiles.map((profile) => profile.source), days, late_days: late },
    partitions: files.map((file) => ({ ...file, day: file.day ?? days[0] ?? "" })),
    missing: new Map(missing.filter(([, absent]) => absent.length > 0)),
  };
}

async function* pullFile(
  root: string,
  partition: Partition,
  scope: Scope,
  profile: LogProfile,
  signal: AbortSignal,
  progress: ReadProgress,
): AsyncGenerator<LogLine, PartitionEnd> {
  const path = join(root, partition.object);
  let scanned = (): number => 0;
  try {
    const indexed = await readThroughIndex(path, partition.bytes, scope, profile);
    if (indexed !== null) {
      scanned = () => indexed.lines;
      for (const { firstLine, bytes, position } of indexed.read()) {
        signal.throwIfAborted();
        const own = candidateFinder(prefilterFor(scope), LIMITS, firstLine - 1);
        for (const found of [...own.push(bytes), ...own.end()]) yield asLine(partition, found);
        progress(bytes.length, () => position);
      }
      return { partition, scanned: scanned(), broken: null };
    }
    const finder = candidateFinder(prefilterFor(scope), LIMITS);
    scanned = finder.lines;
    for await (const chunk of chunksOf(path, partition.bytes, progress)) {
      signal.throwIfAborted();
      for (const found of finder.push(chunk)) yield asLine(partition, found);
    }
    for (const found of finder.end()) yield asLine(partition, found);
    return { partition, scanned: scanned(), broken: null };
  } catch (error) {
    if (error instanceof BrokenFile) {
      return { partition, scanned: scanned(), broken: error.message };
    }
    throw error;
  }
}

const LIMITS = { longest: MAX_LINE_BYTES, kept: CUT_LINE_BYTES };
const prefilters = new WeakMap<Scope, Prefilter>();

/** Made once for all files of a dive. */
function prefilterFor(scope: Scope): Prefilter {
  const prefilter = prefilters.get(scope) ?? prefilterOf(needlesOf(scope));
  prefilters.set(scope, prefilter);
  return prefilter;
}

/** A copy: the chunk that the line was found in is used again, and a view would keep all of it in memory. */
function asLine(partition: Partition, { line, bytes: found, cut }: Candidate): LogLine {
  const bytes = Buffer.from(found);
  return cut ? { partition, line, bytes, cut } : { partition, line, bytes };
}
