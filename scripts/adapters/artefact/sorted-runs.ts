/** Sorts more records than fit in memory: sorted runs on the disk, merged as they are read. */
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { textLines } from "./text-lines.ts";

export type SortedRuns<T> = {
  readonly add: (record: T) => Promise<void>;
  /** All records in order. */
  readonly sorted: () => AsyncGenerator<T>;
  /** Takes the runs off the disk. */
  readonly discard: () => Promise<void>;
};

/** Records in memory; each of the run's own kind is some hundred bytes. */
const RUN = 20_000;
/**
 * Bytes of each run that wait in memory while runs are merged. More of them would wait so long that the garbage collector
 * takes them for lasting ones, and lets several times as much gather before it looks again.
 */
const PIECE = 8 * 1024;

/**
 * @param compare a total order
 * @param size how many records one run holds
 * @param parent folder for the runs
 */
export function sortedRuns<T>(
  compare: (left: T, right: T) => number,
  size = RUN,
  parent = tmpdir(),
): SortedRuns<T> {
  let held: T[] = [];
  let folder: string | null = null;
  const files: string[] = [];
  return {
    add: async (record) => {
      held.push(record);
      if (held.length < size) return;
      folder ??= await mkdtemp(join(parent, "seclog-runs-"));
      const file = join(folder, String(files.length));
      const lines = held.sort(compare).map((one) => `${JSON.stringify(one)}\n`);
      await writeFile(file, lines.join(""), { mode: 0o600 });
      files.push(file);
      held = [];
    },
    sorted: () => merge([...files.map(readRun<T>), inMemory(held.sort(compare))], compare),
    discard: async () => {
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function* readRun<T>(file: string): AsyncGenerator<T> {
  for await (const line of textLines(createReadStream(file, { highWaterMark: PIECE }))) {
    yield JSON.parse(line) as T;
  }
}

async function* inMemory<T>(records: readonly T[]): AsyncGenerator<T> {
  yield* records;
}

async function* merge<T>(
  runs: readonly AsyncGenerator<T>[],
  compare: (left: T, right: T) => number,
): AsyncGenerator<T> {
  const heads = await Promise.all(runs.map(async (run) => ({ run, head: await run.next() })));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const candidate of heads) {
      if (candidate.head.done === true) continue;
      if (first === undefined || compare(candidate.head.value, first.head.value) < 0)
        first = candidate;
    }
    if (first === undefined) return;
    yield first.head.value;
    first.head = await first.run.next();
  }
}
