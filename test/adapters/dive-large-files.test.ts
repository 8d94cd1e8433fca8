// What a dive tells while it reads files of many megabytes, in this thread and in others.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import type { Progress } from "../../scripts/adapters/dive/reading.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { offsetOf } from "../../scripts/adapters/log-stores/read-progress.ts";
import { collect, ownLine } from "./dive-runs.ts";
import { archiveOf, scopeOf, temporaryDirectory } from "./log-dive-fixtures.ts";

const scope = scopeOf({
  log_sources: ["application"],
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-17T00:00:00Z" },
});
const FOLDER = "source=application/date=2026-11-16";
const made: string[] = [];
afterAll(async () => {
  for (const root of made) await rm(root, { recursive: true });
});

/** Some twenty megabytes that do not pack well, one line of our own among them. */
const others = Array.from({ length: 10_000 }, (_, at) =>
  ownLine(at, {
    "meta.project": "other-co/x",
    project_id: 8892,
    note: randomBytes(800).toString("base64url").repeat(2),
  }),
);
const text = Buffer.from(`${[...others, ownLine(1)].join("\n")}\n`);
const packings: readonly (readonly [string, () => Uint8Array])[] = [
  ["a.ndjson", () => text],
  ["a.ndjson.gz", () => gzipSync(text, { level: 1 })],
  ["a.ndjson.zst", () => execFileSync("zstd", ["-qc"], { input: text, maxBuffer: 1e9 })],
];

async function progressOf(files: Readonly<Record<string, Uint8Array>>, workers: number) {
  const root = await archiveOf(files);
  const folder = await temporaryDirectory();
  made.push(root, folder);
  const told: Progress[] = [];
  const artefact = await collect({
    ...{ root, out: join(folder, "artefact"), scope, workers },
    onProgress: (progress) => told.push(progress),
  });
  return { told, artefact };
}

test.each(packings)("tells packed bytes while it reads %s", async (name, pack) => {
  const packed = pack();
  const { told } = await progressOf({ [`${FOLDER}/${name}`]: packed }, 1);
  const under = told
    .filter(({ doneObjects }) => doneObjects === 0)
    .map(({ doneBytes }) => doneBytes);
  expect(new Set(under).size).toBeGreaterThanOrEqual(3);
  expect(under).toEqual([...under].sort((left, right) => left - right));
  expect(under.every((bytes) => bytes > 0 && bytes < packed.length)).toBe(true);
  expect(told.at(-1)).toMatchObject({
    ...{ doneBytes: packed.length, bytes: packed.length, doneObjects: 1, objects: 1, rows: 1 },
  });
});

test("tells what all threads have read, and is exact at the end", async () => {
  const files = { [`${FOLDER}/a.ndjson`]: text, [`${FOLDER}/b.ndjson`]: text };
  const { told, artefact } = await progressOf(files, 2);
  expect(told.filter(({ doneObjects }) => doneObjects === 0).length).toBeGreaterThanOrEqual(4);
  for (const { doneBytes, bytes, doneObjects } of told)
    expect(doneBytes < bytes || doneObjects === 2).toBe(true);
  const doneBytes = told.map((progress) => progress.doneBytes);
  expect(doneBytes).toEqual([...doneBytes].sort((left, right) => left - right));
  expect(told.at(-1)).toMatchObject({
    ...{ doneBytes: 2 * text.length, bytes: 2 * text.length, doneObjects: 2, rows: 2 },
  });
  const alone = await progressOf(files, 1);
  expect(artefact).toEqual(alone.artefact);
});

test("a store that nobody watches reads all the same", async () => {
  const root = await archiveOf({ [`${FOLDER}/a.ndjson`]: text });
  made.push(root);
  const { watch, ...store } = createFileStore(root);
  expect(watch).toBeTypeOf("function");
  const folder = await temporaryDirectory();
  made.push(folder);
  const artefact = await collect({ root, out: join(folder, "artefact"), scope, store });
  expect(JSON.parse(artefact["manifest.json"] ?? "").rows.count).toBe(1);
});

test("an offset that the system does not tell is 0", () => {
  expect(offsetOf(-1)).toBe(0);
});
