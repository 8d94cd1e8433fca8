/** The log store over a directory of NDJSON files, plain, gzip or zstd, cut by source and day. */
import { lstat, readdir, realpath } from "node:fs/promises";
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
import { type Placed, placeOf } from "./file-layout.ts";
import { needlesOf, prefilterOf } from "./prefilter.ts";
import { UnusableStore } from "./unusable-store.ts";

export type FileStoreOptions = {
  /** Days after the window whose files are read for late lines; they may be absent. */
  readonly slackDays: number;
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
  return {
    plan: (scope, profiles) => planFiles(directory, scope, profiles, options.slackDays),
    pull: (partition, scope, _profile, signal) => pullFile(directory, partition, scope, signal),
  };
}

async function planFiles(
  directory: string,
  scope: Scope,
  profiles: readonly LogProfile[],
  slackDays: number,
): Promise<DivePlan> {
  const { days, late } = daysOfWindow(scope.window, slackDays);
  const wanted = new Set([...days, ...late]);
  const found = await filesBelow(await resolved(directory), "");
  const partitions = found
    .flatMap((file) => partitionOf(file, profiles, days[0] ?? ""))
    .filter((partition) => partition.undated || wanted.has(partition.day))
    .sort(byPlace);
  const missing = profiles.map((profile) => {
    const present = new Set(
      partitions
        .filter((each) => each.source === profile.source && !each.undated)
        .map((each) => each.day),
    );
    return [profile.source, days.filter((day) => !present.has(day))] as const;
  });
  return {
    kind: "file",
    query: "files of the sources, by day of the window and its late days",
    parameters: { sources: profiles.map((profile) => profile.source), days, late_days: late },
    partitions: partitions.map(({ undated: _, ...partition }) => partition),
    missing: new Map(missing.filter(([, absent]) => absent.length > 0)),
  };
}

type FoundFile = { readonly path: string; readonly bytes: number };
type PlacedPartition = Partition & { readonly undated: boolean };

async function resolved(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch {
    throw new UnusableStore(`${directory}: there is no such directory`);
  }
}

/** Everything below a directory that is no directory; a symbolic link counts as a file and is refused when read. */
async function filesBelow(root: string, below: string): Promise<FoundFile[]> {
  const folder = join(root, below);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new UnusableStore(`${folder}: the directory cannot be listed (${code})`);
  });
  const nested = await Promise.all(
    entries.map(async (entry): Promise<FoundFile[]> => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(root, path);
      return [{ path, bytes: (await lstat(join(root, path))).size }];
    }),
  );
  return nested.flat();
}

function partitionOf(
  file: FoundFile,
  profiles: readonly LogProfile[],
  firstDay: string,
): PlacedPartition[] {
  const place = placeOf(file.path);
  const source = place.holdsLines ? sourceOf(place, profiles) : null;
  if (source === null) return [];
  const undated = place.day === null;
  return [{ source, day: place.day ?? firstDay, object: file.path, bytes: file.bytes, undated }];
}

function sourceOf(place: Placed, profiles: readonly LogProfile[]): string | null {
  const named = (name: string): LogProfile | undefined =>
    profiles.find((profile) => namesOf(profile).includes(name));
  const directory = place.directories.map(named).find((profile) => profile !== undefined);
  return (directory ?? named(place.stem))?.source ?? null;
}

const namesOf = (profile: LogProfile): readonly string[] => [
  profile.source,
  ...profile.also_called,
  ...profile.files.map((file) => placeOf(file).stem),
];

const byPlace = (left: Partition, right: Partition): number =>
  compare(left.source, right.source) ||
  compare(left.day, right.day) ||
  compare(left.object, right.object);

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

async function* pullFile(
  directory: string,
  partition: Partition,
  scope: Scope,
  signal: AbortSignal,
): AsyncGenerator<LogLine, PartitionEnd> {
  const path = join(await resolved(directory), partition.object);
  const finder = candidateFinder(prefilterOf(needlesOf(scope)), {
    longest: MAX_LINE_BYTES,
    kept: CUT_LINE_BYTES,
  });
  const asLine = ({ line, bytes, cut }: Candidate): LogLine =>
    cut ? { partition, line, bytes, cut } : { partition, line, bytes };
  try {
    for await (const chunk of chunksOf(path, partition.bytes)) {
      signal.throwIfAborted();
      for (const candidate of finder.push(chunk)) yield asLine(candidate);
    }
    for (const candidate of finder.end()) yield asLine(candidate);
    return { partition, scanned: finder.lines(), broken: null };
  } catch (error) {
    if (error instanceof BrokenFile) {
      return { partition, scanned: finder.lines(), broken: error.message };
    }
    throw error;
  }
}
