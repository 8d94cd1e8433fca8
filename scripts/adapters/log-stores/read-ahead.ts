/** Reads the next partitions of a plan while one is being judged; what is found, and its order, stay the same. */
import { EventEmitter, once } from "node:events";
import type { LogLine, LogStore, Partition, PartitionEnd } from "../../ports/log-store.ts";

/** Candidates that one partition may hold in memory before its reading waits, in bytes. */
const WAITING_BYTES = 4 * 1024 * 1024;

type Running = {
  readonly lines: () => AsyncGenerator<LogLine, PartitionEnd>;
  readonly stop: () => Promise<void>;
};

/**
 * Unpacking runs beside this thread (zlib's pool, the zstd program), so that two partitions at once keep two cores busy.
 * @param ahead partitions that are read before they are asked for; 0 = none
 */
export function readAhead(
  store: LogStore,
  ahead: number,
): LogStore & Required<Pick<LogStore, "close" | "only">> {
  let order: readonly Partition[] = [];
  const running = new Map<Partition, Running>();
  const close = async (): Promise<void> => {
    const stopping = [...running.values()].map((each) => each.stop());
    running.clear();
    await Promise.all(stopping);
  };
  return {
    plan: async (scope, profiles) => {
      await close();
      const plan = await store.plan(scope, profiles);
      order = plan.partitions;
      return plan;
    },
    only: (partitions) => {
      order = partitions;
    },
    pull: async function* (partition, scope, profile, signal) {
      const at = order.indexOf(partition);
      const wanted = at === -1 ? [partition] : order.slice(at, at + 1 + ahead);
      for (const each of wanted) {
        // A partition of another source is read by another profile, which only its own pull brings.
        if (running.has(each) || each.source !== partition.source) continue;
        const stop = new AbortController();
        const either = AbortSignal.any([signal, stop.signal]);
        running.set(each, start(store.pull(each, scope, profile, either), stop));
      }
      const own = running.get(partition) as Running;
      try {
        return yield* own.lines();
      } finally {
        running.delete(partition);
        await own.stop();
      }
    },
    close,
  };
}

function start(pull: AsyncGenerator<LogLine, PartitionEnd>, stop: AbortController): Running {
  const waiting: LogLine[] = [];
  const change = new EventEmitter();
  const state: { bytes: number; outcome: (() => PartitionEnd) | null } = {
    bytes: 0,
    outcome: null,
  };
  const pump = async (): Promise<void> => {
    try {
      let step = await pull.next();
      while (step.done !== true) {
        waiting.push(step.value);
        state.bytes += step.value.bytes.length;
        change.emit("line");
        while (state.bytes > WAITING_BYTES) await once(change, "taken", { signal: stop.signal });
        step = await pull.next();
      }
      const end = step.value;
      state.outcome = () => end;
    } catch (error) {
      await leave();
      state.outcome = () => {
        throw error;
      };
    }
    change.emit("line");
  };
  /** Lets the pull close its file where the pump ended before it. */
  const leave = (): Promise<unknown> => pull.return(undefined as never);
  const pumping = pump();
  return {
    lines: async function* () {
      for (;;) {
        const line = waiting.shift();
        if (line !== undefined) {
          state.bytes -= line.bytes.length;
          change.emit("taken");
          yield line;
        } else if (state.outcome !== null) return state.outcome();
        else await once(change, "line");
      }
    },
    stop: () => {
      // Whatever has ended needs no word to end: to make one for each of many short pulls costs more than they do.
      if (state.outcome === null) stop.abort();
      return pumping;
    },
  };
}
