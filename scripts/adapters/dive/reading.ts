/** Reads what a plan names, unit by unit, here or in threads, and decides in the order of the plan what of it counts. */
import type { FieldCounts } from "../../domain/information-request/artefact-summary.ts";
import {
  fieldCounter,
  type SourceCounter,
  sourceCounter,
} from "../../domain/information-request/dive-counts.ts";
import type { SourceCounts } from "../../domain/information-request/manifest.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type { DivePlan, LogStore, Partition } from "../../ports/log-store.ts";
import type { Pseudonyms } from "../pseudonym.ts";
import { type DiveThreads, readInThreads, type ThreadListener, threadsFor } from "./threads.ts";
import { type DiveLimits, readUnit, type UnitReader } from "./unit.ts";
import type { UnitLedger } from "./unit-ledger.ts";
import { quarantinedIn, type UnitResult } from "./unit-result.ts";

/** What one dive may collect; reaching a limit ends the reading and marks the artefact incomplete. 100,000 rows are what a person can still review. */
export const DIVE_LIMITS: DiveLimits = { rows: 100_000, quarantined: 100_000 };

export type Progress = {
  /** Also of the objects that are being read. */
  readonly doneBytes: number;
  readonly bytes: number;
  readonly doneObjects: number;
  readonly objects: number;
  readonly rows: number;
  /** Of those done, what an earlier run had read. */
  readonly keptBytes: number;
  readonly keptObjects: number;
};
export type DiveInput = {
  readonly store: LogStore;
  readonly plan: DivePlan;
  readonly scope: Scope;
  /** Profiles of the sources that the plan names. */
  readonly profiles: readonly LogProfile[];
  readonly pseudonyms: Pseudonyms;
  readonly limits: DiveLimits;
  readonly units: UnitLedger;
  /** Threads to read in; undefined = as many as the machine and the plan call for. */
  readonly workers: number | undefined;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
};
/** A unit that counts, and which files it has. */
export type TakenUnit = { readonly partition: Partition; readonly files: UnitResult["files"] };
export type DiveResult = {
  /** In the order of the plan. */
  readonly units: readonly TakenUnit[];
  readonly sources: readonly SourceCounts[];
  readonly fields: readonly FieldCounts[];
  /** Names of the fields of all released rows. */
  readonly columns: ReadonlySet<string>;
};

/** @throws the signal's reason when the run is cancelled; Error when a thread died. */
export async function readPlan(input: DiveInput): Promise<DiveResult> {
  const { plan, profiles, store } = input;
  const ordered = profiles.flatMap(({ source }) =>
    plan.partitions.filter((partition) => partition.source === source),
  );
  const reading = await startReading(input, ordered);
  const cancelled = cancellationOf(input.signal);
  try {
    const taken = takenUnits(input, ordered);
    for (const partition of ordered) {
      input.signal.throwIfAborted();
      const full = taken.full();
      if (full !== null) {
        taken.leave(partition, full);
        reading.progress.done(partition, null);
        continue;
      }
      const unit = await Promise.race([reading.read(partition, taken.room()), cancelled.reason]);
      input.signal.throwIfAborted();
      taken.take(partition, unit);
    }
    return taken.result();
  } finally {
    cancelled.forget();
    await reading.close();
    await store.close?.();
  }
}

/** Rejects when the run is cancelled: a thread that is busy does not hear of it. */
function cancellationOf(signal: AbortSignal): {
  readonly reason: Promise<never>;
  readonly forget: () => void;
} {
  let hear = (): void => {};
  const reason = new Promise<never>((_, reject) => {
    hear = () => reject(signal.reason);
    signal.addEventListener("abort", hear, { once: true });
  });
  reason.catch(() => undefined);
  return { reason, forget: () => signal.removeEventListener("abort", hear) };
}

type Reading = {
  /** What a partition holds, as far as there is room for it. */
  readonly read: (partition: Partition, room: DiveLimits) => Promise<UnitResult>;
  readonly progress: ProgressCounter;
  readonly close: () => Promise<void>;
};

async function startReading(input: DiveInput, ordered: readonly Partition[]): Promise<Reading> {
  const { store, scope, limits, units, signal } = input;
  const profiles = new Map(input.profiles.map((profile) => [profile.source, profile]));
  const progress = progressCounter(ordered, input.onProgress);
  const kept = new Map<Partition, UnitResult>();
  for (const partition of ordered) {
    signal.throwIfAborted();
    const before = await units.kept(partition);
    if (before === null) continue;
    kept.set(partition, before);
    progress.kept(partition, before);
  }
  const open = ordered.filter((partition) => !kept.has(partition));
  store.only?.(open);
  store.watch?.(progress.reading);
  const reader: UnitReader = {
    ...{ store, scope, profiles, signal, folder: units.folder },
    pseudonym: input.pseudonyms.pseudonym,
  };
  const readHere = async (partition: Partition, room: DiveLimits): Promise<UnitResult> => {
    const result = await readUnit(reader, partition, room);
    await units.keep(partition, result);
    progress.done(partition, result);
    return result;
  };
  const threads = threadsOf(input, open, profiles, {
    reading: progress.reading,
    read: async (partition, result) => {
      await units.keep(partition, result);
      progress.done(partition, result);
    },
  });
  return {
    progress,
    read: async (partition, room) => {
      const whole = kept.get(partition) ?? (await threads?.read(partition));
      return whole !== undefined && (room === limits || fits(whole, room))
        ? whole
        : readHere(partition, room);
    },
    close: async () => threads?.close(),
  };
}

/** Whether a reading with this room would have gone the same way: it ends only where there is none left. */
const fits = (unit: UnitResult, room: DiveLimits): boolean =>
  unit.full === null && unit.released < room.rows && quarantinedIn(unit) < room.quarantined;

function threadsOf(
  { store, scope, limits, units, workers, pseudonyms }: DiveInput,
  open: readonly Partition[],
  profiles: ReadonlyMap<string, LogProfile>,
  listener: ThreadListener,
): DiveThreads | null {
  const count = threadsFor(store, open, workers);
  const { directory } = store;
  if (count < 2 || directory === undefined) return null;
  const { key } = pseudonyms;
  const { folder } = units;
  return readInThreads(count, { directory, scope, profiles, key, folder, limits }, open, listener);
}

type TakenUnits = {
  readonly room: () => DiveLimits;
  /** The limit that was reached, in words. */
  readonly full: () => string | null;
  readonly take: (partition: Partition, unit: UnitResult) => void;
  readonly leave: (partition: Partition, full: string) => void;
  readonly result: () => DiveResult;
};

function takenUnits(
  { plan, profiles, limits }: DiveInput,
  ordered: readonly Partition[],
): TakenUnits {
  const taken: TakenUnit[] = [];
  const fields = fieldCounter();
  const columns = new Set<string>();
  const sources = new Map<string, SourceCounter>(
    profiles.map(({ source }) => [
      source,
      sourceCounter(
        source,
        ordered.filter((partition) => partition.source === source),
        plan.missing.get(source) ?? [],
      ),
    ]),
  );
  let room = limits;
  return {
    room: () => room,
    full: () => {
      if (room.rows <= 0) return reached("rows", limits);
      return room.quarantined <= 0 ? reached("quarantined", limits) : null;
    },
    take: (partition, unit) => {
      const counter = sources.get(partition.source) as SourceCounter;
      counter.released(unit.released);
      for (const [reason, lines] of Object.entries(unit.withheld)) counter.withheld(reason, lines);
      for (const [reason, lines] of Object.entries(unit.quarantined))
        counter.quarantined(reason, lines);
      const end = unit.full === null ? null : `not read to its end: ${reached(unit.full, limits)}`;
      counter.objectRead(partition.object, unit.scanned, end ?? unit.broken);
      fields.addCounts(unit.fields);
      for (const column of unit.columns) columns.add(column);
      taken.push({ partition, files: unit.files });
      if (unit.released > 0 || quarantinedIn(unit) > 0) {
        room = {
          rows: room.rows - unit.released,
          quarantined: room.quarantined - quarantinedIn(unit),
        };
      }
    },
    leave: ({ source, object }, full) => {
      sources.get(source)?.objectRead(object, 0, `not read: ${full}`);
    },
    result: () => ({
      units: taken,
      sources: [...sources.values()].map((counter) => counter.counts()),
      fields: fields.counts(),
      columns,
    }),
  };
}

const reached = (limit: keyof DiveLimits, limits: DiveLimits): string =>
  limit === "rows"
    ? `the limit of ${limits.rows} rows was reached`
    : `the limit of ${limits.quarantined} quarantined lines was reached`;

type ProgressCounter = {
  readonly kept: (partition: Partition, unit: UnitResult) => void;
  /** @param read bytes of the partition so far */
  readonly reading: (partition: Partition, read: number) => void;
  /** @param unit null = it will not be read */
  readonly done: (partition: Partition, unit: UnitResult | null) => void;
};

function progressCounter(
  ordered: readonly Partition[],
  tell: (progress: Progress) => void,
): ProgressCounter {
  const bytes = ordered.reduce((sum, partition) => sum + partition.bytes, 0);
  const counted = new Map<Partition, number>();
  /** Bytes of the partitions that are being read. */
  const begun = new Map<Partition, number>();
  const counts = { doneBytes: 0, keptBytes: 0, keptObjects: 0, rows: 0 };
  const tellAll = (): void => {
    const underWay = [...begun.values()].reduce((sum, read) => sum + read, 0);
    const doneBytes = counts.doneBytes + underWay;
    tell({ ...counts, doneBytes, bytes, doneObjects: counted.size, objects: ordered.length });
  };
  const count = (partition: Partition, rows: number): void => {
    // A unit is read again where less room is left than it was read with.
    const before = counted.get(partition);
    if (before === undefined) counts.doneBytes += partition.bytes;
    counts.rows += rows - (before ?? 0);
    counted.set(partition, rows);
    begun.delete(partition);
    tellAll();
  };
  return {
    kept: (partition, unit) => {
      counts.keptBytes += partition.bytes;
      counts.keptObjects += 1;
      count(partition, unit.released);
    },
    reading: (partition, read) => {
      // A unit that is read once more was counted whole.
      if (counted.has(partition)) return;
      // What was read is not judged yet: only a unit that ended is all of it.
      begun.set(partition, Math.min(read, partition.bytes - 1));
      tellAll();
    },
    done: (partition, unit) => count(partition, unit?.released ?? 0),
  };
}
