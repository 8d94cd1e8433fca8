import { expect, test } from "vitest";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { readAhead } from "../../scripts/adapters/log-stores/read-ahead.ts";
import type { LogStore, Partition } from "../../scripts/ports/log-store.ts";
import { archiveOf, profileOf, scopeOf } from "./log-dive-fixtures.ts";

const scope = scopeOf({
  log_sources: ["api"],
  window: { from: "2026-11-01T00:00:00Z", to: "2026-11-11T00:00:00Z" },
});
const profile = profileOf("api");
const line = (at: number): string => `{"meta.project":"acme-corp/payments/api","n":${at}}`;
const days = Array.from({ length: 10 }, (_, at) => `2026-11-${String(at + 1).padStart(2, "0")}`);
const root = await archiveOf(
  Object.fromEntries(
    days.map((day, at) => [
      `source=api/date=${day}/a.ndjson`,
      Array.from({ length: 40 * at }, (_, n) => line(n)).join("\n"),
    ]),
  ),
);

async function drain(store: LogStore) {
  const found: string[] = [];
  for (const partition of (await store.plan(scope, [profile])).partitions) {
    const pull = store.pull(partition, scope, profile, new AbortController().signal);
    let step = await pull.next();
    for (; step.done !== true; step = await pull.next()) {
      found.push(
        `${step.value.partition.object} ${step.value.line} ${Buffer.from(step.value.bytes)}`,
      );
    }
    found.push(`${step.value.partition.object} ${step.value.scanned} ${step.value.broken}`);
  }
  await store.close?.();
  return found;
}

test("finds the same lines in the same order however far it reads ahead", async () => {
  const plain = await drain(createFileStore(root, { slackDays: 1, ahead: 0 }));
  expect(plain).toHaveLength(10 + 40 * 45);
  for (const ahead of [1, 2, 20]) {
    expect(await drain(createFileStore(root, { slackDays: 1, ahead }))).toEqual(plain);
  }
});

/** A store of three partitions that notes which pulls were begun and ended. */
function noting(lines: number, size: number, fault: Error | null = null) {
  const notes: string[] = [];
  const partitions = ["a", "b", "c"].map(
    (object): Partition => ({ source: "api", day: "2026-11-01", object, bytes: 1 }),
  );
  const store: LogStore = {
    plan: async () => ({ kind: "", query: "", parameters: {}, partitions, missing: new Map() }),
    pull: async function* (partition) {
      notes.push(`${partition.object} begun`);
      try {
        for (let at = 1; at <= lines; at += 1)
          yield { partition, line: at, bytes: Buffer.alloc(size) };
        if (fault !== null) throw fault;
        return { partition, scanned: lines, broken: null };
      } finally {
        notes.push(`${partition.object} ended`);
      }
    },
  };
  return { store, notes, partitions };
}

test("waits when much is found, and ends what it began when it is closed", async () => {
  const { store, notes, partitions } = noting(1000, 1024 * 1024);
  const ahead = readAhead(store, 1);
  await ahead.plan(scope, [profile]);
  const [first] = partitions;
  if (first === undefined) throw new Error("no partition");
  const pull = ahead.pull(first, scope, profile, new AbortController().signal);
  await pull.next();
  await pull.return({ partition: first, scanned: 0, broken: null });
  expect(notes).toEqual(["a begun", "b begun", "a ended"]);
  await ahead.close();
  expect(notes).toEqual(["a begun", "b begun", "a ended", "b ended"]);
});

test("hands on a fault where it happened, after the lines before it", async () => {
  const { store, partitions } = noting(2, 10, new Error("lost"));
  const ahead = readAhead(store, 2);
  await ahead.plan(scope, [profile]);
  for (const partition of partitions) {
    const pull = ahead.pull(partition, scope, profile, new AbortController().signal);
    expect([(await pull.next()).done, (await pull.next()).done]).toEqual([false, false]);
    await expect(pull.next()).rejects.toThrow("lost");
  }
});

test("passes on the caller's signal", async () => {
  const store = createFileStore(root);
  const plan = await store.plan(scope, [profile]);
  const stop = new AbortController();
  const pull = store.pull(plan.partitions[9] as Partition, scope, profile, stop.signal);
  stop.abort(new Error("cancelled"));
  await expect(pull.next()).rejects.toThrow("cancelled");
});
