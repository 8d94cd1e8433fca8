/** Reads the partitions of a file store in threads of their own, each of which unpacks, judges and redacts. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { DivePlan, LogStore, Partition } from "../../ports/log-store.ts";
import type { DiveLimits, UnitReader } from "./unit.ts";
import type { UnitResult } from "./unit-result.ts";

/** What a thread needs to know of its dive. */
export type ThreadWork = Pick<UnitReader, "scope" | "profiles" | "folder"> & {
  /** Of the archive. */
  readonly directory: string;
  /** Of the pseudonyms of the request. */
  readonly key: Uint8Array;
  readonly limits: DiveLimits;
};
/** Thread to reader: how many bytes of its partition were read so far, what became of it, or the message of what went wrong. */
export type ThreadAnswer =
  | { readonly read: number }
  | { readonly result: UnitResult }
  | { readonly fault: string };

export type ThreadListener = {
  /** Told now and then while a partition is read. */
  readonly reading: (partition: Partition, bytes: number) => void;
  /** Called for each partition as soon as it was read, before `read` tells it. */
  readonly read: (partition: Partition, result: UnitResult) => Promise<void>;
};

export type DiveThreads = {
  /** What the partition holds, read with the limits of the whole dive. */
  readonly read: (partition: Partition) => Promise<UnitResult>;
  /** Ends all threads at once, whatever they do. */
  readonly close: () => Promise<void>;
};

/** Below this, in bytes, reading costs less than starting a thread. */
const WORTH_A_THREAD = 16 * 1024 * 1024;
/** Each needs memory of its own, whatever the machine has. */
const MOST_THREADS = 8;
/** What one thread may hold, in MiB; what a line can grow to is far below. */
const HEAP = 256;
/** What is short-lived in one thread, in MiB; left to itself each takes 25 MB more, for a tenth of processor time. */
const SHORT_LIVED = 12;

/** @param asked threads, when somebody said how many; 1 = none, all is read in this thread */
export function threadsFor(
  store: LogStore,
  partitions: readonly DivePlan["partitions"][number][],
  asked: number | undefined,
): number {
  if (store.directory === undefined) return 1;
  const bytes = partitions.reduce((sum, partition) => sum + partition.bytes, 0);
  const wanted = bytes < WORTH_A_THREAD ? 1 : Math.min(availableParallelism(), MOST_THREADS);
  return Math.max(1, Math.min(asked ?? wanted, partitions.length));
}

type Task = {
  readonly partition: Partition;
  readonly resolve: (result: UnitResult) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Starts reading at once, in the order given.
 */
export function readInThreads(
  count: number,
  work: ThreadWork,
  partitions: readonly Partition[],
  listener: ThreadListener,
  heap = HEAP,
): DiveThreads {
  const results = new Map<Partition, Promise<UnitResult>>();
  const waiting: Task[] = [];
  for (const partition of partitions) {
    const result = new Promise<UnitResult>((resolve, reject) => {
      waiting.push({ partition, resolve, reject });
    });
    // Whoever asks hears of it; where a limit or a fault ends the dive, nobody asks.
    result.catch(() => undefined);
    results.set(partition, result);
  }
  const threads = Array.from({ length: count }, () => startThread(work, waiting, listener, heap));
  return {
    read: (partition) => results.get(partition) as Promise<UnitResult>,
    close: async () => {
      waiting.length = 0;
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

function startThread(
  work: ThreadWork,
  waiting: Task[],
  listener: ThreadListener,
  heap: number,
): Worker {
  const thread = new Worker(new URL("./thread.mjs", import.meta.url), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: SHORT_LIVED },
  });
  let task: Task | undefined;
  const next = (): void => {
    task = waiting.shift();
    if (task !== undefined) thread.postMessage(task.partition);
  };
  const take = async (answer: ThreadAnswer): Promise<void> => {
    if (task === undefined) return;
    const { partition, resolve, reject } = task;
    if ("read" in answer) {
      listener.reading(partition, answer.read);
      return;
    }
    try {
      if ("fault" in answer) throw new Error(answer.fault);
      await listener.read(partition, answer.result);
      resolve(answer.result);
    } catch (error) {
      reject(error as Error);
    }
    next();
  };
  const end = (): void => {
    const died = new Error(
      "a thread of the dive ended before it had read its part: most likely the memory was full; give --workers 1",
    );
    for (const each of [task, ...waiting.splice(0)]) each?.reject(died);
  };
  thread.on("message", take);
  thread.on("error", end);
  thread.on("exit", end);
  next();
  return thread;
}
