import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readInThreads, threadsFor } from "../../scripts/adapters/dive/threads.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { Manifest } from "../../scripts/domain/information-request/manifest.ts";
import type { Partition } from "../../scripts/ports/log-store.ts";
import { archiveFiles, collect, type DiveGiven, digestOf, ownLine } from "./dive-runs.ts";
import { archiveOf, profiles, scopeOf, temporaryDirectory } from "./log-dive-fixtures.ts";

const duckdb = await import("@duckdb/node-api").catch(() => null);

const scope = scopeOf({ log_sources: ["application"] });
const SILENT = { reading: () => {}, read: async () => undefined };
const target = async (): Promise<string> => join(await temporaryDirectory(), "artefact");
const run = async (given: Omit<DiveGiven, "out">) =>
  collect({ scope, ...given, out: await target() });

const cases = (await readFile(new URL("../cases/shared/logs.ndjson", import.meta.url), "utf8"))
  .split("\n")
  .flatMap((text): string[] => (text === "" ? [] : (JSON.parse(text).line ?? [])));
const hostile = Object.fromEntries(
  cases.map((line, at) => [
    `source=application/date=2026-11-16/${String(at).padStart(3, "0")}.ndjson`,
    `\n${line}`,
  ]),
);
const packed = gzipSync(archiveFiles([40])["source=application/date=2026-11-16/000.ndjson"] ?? "");
const broken = {
  ...archiveFiles([30, 0, 20, 50]),
  "source=application/date=2026-11-16/001.ndjson.gz": packed.subarray(0, packed.length - 20),
};
/** Threads end in another order than they began. */
const uneven = archiveFiles(Array.from({ length: 40 }, (_, at) => (at % 7 === 0 ? 200 : at % 3)));

test.each([
  ["the hostile lines of the shared cases", hostile, {}],
  ["a file that is broken in the middle", broken, {}],
  ["files of very different length", uneven, {}],
  ["the limit of rows reached in the middle of a file", uneven, { rows: 333, quarantined: 9999 }],
  ["the limit of rows reached at the end of a file", uneven, { rows: 201, quarantined: 9999 }],
  ["the limit of quarantined lines reached", uneven, { rows: 9999, quarantined: 50 }],
  ["both limits reached in one file", uneven, { rows: 200, quarantined: 40 }],
  ["the first file over the limit", uneven, { rows: 7, quarantined: 9999 }],
] as const)("one, two and four threads write the same bytes: %s", async (_, files, limits) => {
  const root = await archiveOf(files);
  const given = "rows" in limits ? { root, limits } : { root };
  const alone = await run(given);
  expect(Object.keys(alone)).toHaveLength(8);
  for (const workers of [2, 4]) expect(await run({ ...given, workers })).toEqual(alone);
});

test("one, two and four threads write the same bytes from Parquet objects", async ({ skip }) => {
  if (duckdb === null) return skip("@duckdb/node-api is not installed");
  const connection = await (await duckdb.DuckDBInstance.create(":memory:")).connect();
  const lines = await archiveOf(archiveFiles([700, 30, 0, 1200, 5]));
  const root = await temporaryDirectory();
  for (const at of [0, 1, 2, 3, 4]) {
    const folder = `source=application/date=2026-11-${at % 2 === 0 ? 16 : 17}`;
    await mkdir(join(root, folder), { recursive: true });
    // A separator that stands in no line: each row of text is one line, torn ones too. Small row groups, so that there are several.
    await connection.run(`COPY (
      SELECT line FROM read_csv('${join(lines, folder, `00${at}.ndjson`)}', columns = {line: 'VARCHAR'},
        delim = '\x01', quote = '', escape = '', header = false)
    ) TO '${join(root, folder, `00${at}.parquet`)}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  }
  connection.closeSync();
  const alone = await run({ root });
  expect(Object.keys(alone)).toHaveLength(8);
  expect(alone["rows.ndjson"]?.split("\n").length).toBe(1936);
  for (const workers of [2, 4]) expect(await run({ root, workers })).toEqual(alone);
}, 180_000);

test("any limits give the bytes that one thread gives", async () => {
  const root = await archiveOf(archiveFiles([3, 9, 0, 5, 12, 1, 4]));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 36 }),
      fc.integer({ min: 1, max: 9 }),
      async (rows, quarantined) => {
        const limits = { rows, quarantined };
        const alone = await run({ root, limits });
        const manifest = Manifest.parse(JSON.parse(alone["manifest.json"] ?? ""));
        expect(manifest.rows.count).toBeLessThanOrEqual(rows);
        expect(await run({ root, limits, workers: 2 })).toEqual(alone);
      },
    ),
    { numRuns: 8 },
  );
}, 180_000);

test("twenty runs write the same bytes, with one, two and four threads", async () => {
  const root = await archiveOf({ ...uneven, ...broken });
  const digests = new Set<string>();
  // Every thread is a start of Node: most runs have two.
  const counts = [1, 2, 2, 4, 2, 1, 2, 2, 1, 2, 4, 2, 1, 2, 2, 1, 2, 2, 1, 2];
  for (const workers of counts) digests.add(digestOf(await run({ root, workers })));
  expect(counts).toHaveLength(20);
  expect(digests.size).toBe(1);
}, 300_000);

test("a signal ends all threads; nothing but finished units is left", async () => {
  const root = await archiveOf(
    archiveFiles(Array.from({ length: 12 }, (_, at) => (at === 0 ? 5 : 4000))),
  );
  const out = await target();
  const stop = new AbortController();
  const running = collect({
    ...{ root, out, scope, workers: 2, signal: stop.signal },
    onObject: () => stop.abort(new Error("cancelled")),
  });
  await expect(running).rejects.toThrow("cancelled");
  expect(await readdir(join(out, ".."))).toEqual(["artefact.part"]);
  expect(await readdir(`${out}.part`)).toEqual(["units"]);
  const again = await collect({ root, out, scope });
  expect(again).toEqual(await run({ root }));
});

test("a dive whose run does not resume leaves nothing", async () => {
  const root = await archiveOf(archiveFiles([5, 5, 5]));
  const out = await target();
  const stop = new AbortController();
  const running = collect({
    ...{ root, out, scope, resumes: false, signal: stop.signal },
    onObject: () => stop.abort(new Error("cancelled")),
  });
  await expect(running).rejects.toThrow("cancelled");
  expect(await readdir(join(out, ".."))).toEqual([]);
});

test("what goes wrong in a thread fails the dive, and nothing is offered", async () => {
  const root = await archiveOf(archiveFiles([5, 5, 5]));
  const out = await target();
  const store = { ...createFileStore(root), directory: join(root, "source=application") };
  const fails = collect({ root, out, scope, workers: 2, store, resumes: false });
  // The thread looks for the objects in another place: they are broken, so the dive is incomplete, not empty and whole.
  const found = Manifest.parse(JSON.parse((await fails)["manifest.json"] ?? ""));
  expect(found.complete).toBe(false);
  const gone = { ...createFileStore(root), directory: join(root, "gone") };
  await expect(
    collect({ root, out: `${out}-2`, scope, workers: 2, store: gone, resumes: false }),
  ).rejects.toThrow();
  expect(await readdir(join(out, ".."))).toEqual(["artefact"]);
});

test("a thread that dies rejects what was given to it and what waits", async () => {
  const root = await archiveOf(archiveFiles([20_000, 20_000]));
  const folder = await temporaryDirectory();
  const { partitions } = await createFileStore(root).plan(
    scope,
    [...profiles.values()].filter(({ source }) => source === "application"),
  );
  const work = {
    ...{ directory: root, scope, profiles, folder, key: Buffer.alloc(32, 7) },
    limits: { rows: 1, quarantined: 1 },
  };
  const threads = readInThreads(2, work, partitions, SILENT, 4);
  for (const partition of partitions)
    await expect(threads.read(partition)).rejects.toThrow(/a thread of the dive ended/);
  await threads.close();
});

test("starts threads where they pay, and as many as were asked for", () => {
  const partition = (bytes: number): Partition => ({
    ...{ source: "api", day: "2026-11-16", bytes },
    object: "a",
  });
  const store = { ...createFileStore("/nowhere"), directory: "/nowhere" };
  const { directory: _, ...elsewhere } = store;
  const small = [partition(1000), partition(1000)];
  const large = Array.from({ length: 9 }, () => partition(10_000_000));
  expect(threadsFor(store, small, undefined)).toBe(1);
  expect(threadsFor(store, large, undefined)).toBeGreaterThanOrEqual(1);
  expect(threadsFor(store, large, undefined)).toBeLessThanOrEqual(8);
  expect(threadsFor(store, small, 4)).toBe(2);
  expect(threadsFor(store, large, 1)).toBe(1);
  expect(threadsFor(elsewhere, large, 4)).toBe(1);
  expect(threadsFor(store, [], 4)).toBe(1);
});

test("keeps the place of a row whose text has the line ends of Unicode", async () => {
  const odd = ownLine(1, { message: "a\u2028b\u2029c\u0085d", "meta.user": "x\u2028y" });
  const root = await archiveOf({
    "source=application/date=2026-11-16/a.ndjson": `${odd}\n${ownLine(2)}\n`,
    "source=application/date=2026-11-17/a.ndjson": `${ownLine(3)}\n`,
  });
  const found = await run({ root, workers: 2 });
  expect(found["rows.ndjson"]?.split("\n").filter(Boolean)).toHaveLength(3);
  expect(found).toEqual(await run({ root }));
});
