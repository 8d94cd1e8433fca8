/** What runs in a thread of a dive: reads one partition after the other, as it is told. */
import { parentPort, workerData } from "node:worker_threads";
import type { Partition } from "../../ports/log-store.ts";
import { createFileStore } from "../log-stores/file.ts";
import { pseudonymsOfKey } from "../pseudonym.ts";
import type { ThreadAnswer, ThreadWork } from "./threads.ts";
import { readUnit } from "./unit.ts";

const { directory, scope, profiles, key, folder, limits }: ThreadWork = workerData;
const answer = (message: ThreadAnswer): void => parentPort?.postMessage(message);
const store = createFileStore(directory, { slackDays: 0, ahead: 0 });
store.watch?.((_, read) => answer({ read }));
const reader = {
  ...{ store, scope, profiles, folder },
  pseudonym: pseudonymsOfKey(key).pseudonym,
  // The dive ends its threads from outside.
  signal: new AbortController().signal,
};

parentPort?.on("message", async (partition: Partition) => {
  try {
    answer({ result: await readUnit(reader, partition, limits) });
  } catch (error) {
    answer({ fault: error instanceof Error ? error.message : "an unknown fault" });
  }
});
