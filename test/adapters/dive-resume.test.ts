import { spawn } from "node:child_process";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requestYaml } from "../request-yaml.ts";
import {
  archiveFiles,
  artefactAt,
  collect,
  type DiveGiven,
  ownLine,
  watched,
} from "./dive-runs.ts";
import { archiveOf, scopeOf, temporaryDirectory } from "./log-dive-fixtures.ts";

const scope = scopeOf({ log_sources: ["application"] });
const target = async (): Promise<string> => join(await temporaryDirectory(), "artefact");
const files = archiveFiles([5, 6, 0, 7, 8, 9]);
const objects = Object.keys(files).sort();

/** A dive that was cancelled when three of six objects were done. */
async function begun(given: Partial<DiveGiven> = {}) {
  const root = await archiveOf(files);
  const out = await target();
  const stop = new AbortController();
  const running = collect({
    ...{ root, out, scope, signal: stop.signal },
    ...given,
    onObject: (done) => {
      if (done === 3) stop.abort(new Error("cancelled"));
    },
  });
  await expect(running).rejects.toThrow("cancelled");
  return { root, out };
}
const whole = async (given: Partial<DiveGiven> & { root: string }) =>
  collect({ scope, ...given, out: await target() });

/** Goes on with the dive; says what was read. */
async function goOn(from: { root: string; out: string }, given: Partial<DiveGiven> = {}) {
  const { store, pulled } = watched(from.root);
  const artefact = await collect({ ...from, scope, store, ...given });
  return { artefact, pulled };
}

test("goes on with what is left, and writes the bytes of a run that nobody stopped", async () => {
  const from = await begun();
  const { artefact, pulled } = await goOn(from);
  expect(pulled).toHaveLength(3);
  expect(new Set(pulled).size).toBe(3);
  expect(artefact).toEqual(await whole(from));
  expect(await readdir(join(from.out, ".."))).toEqual(["artefact"]);
});

test("goes on where threads began, and in threads where none did", async () => {
  const threads = await begun({ workers: 2 });
  const alone = await goOn(threads);
  expect(alone.pulled.length).toBeLessThanOrEqual(3);
  expect(alone.artefact).toEqual(await whole(threads));
  const from = await begun();
  expect((await goOn(from, { workers: 2 })).artefact).toEqual(await whole(from));
});

test("goes on within limits as one reading would", async () => {
  for (const rows of [4, 11, 18, 19, 27]) {
    const limits = { rows, quarantined: 100 };
    const root = await archiveOf(files);
    const out = await target();
    const stop = new AbortController();
    await collect({
      ...{ root, out, scope, limits, signal: stop.signal },
      onObject: (done) => {
        if (done === 2) stop.abort(new Error("cancelled"));
      },
    }).catch(() => undefined);
    const { artefact } = await goOn({ root, out }, { limits });
    expect(artefact).toEqual(await whole({ root, limits }));
  }
});

test.each([
  ["another commit", { codeSha: "deadbeef" }],
  ["another key of the pseudonyms", { key: 8 }],
  ["another scope", { scope: scopeOf({ log_sources: ["application"], users: [] }) }],
  ["other limits", { limits: { rows: 1000, quarantined: 1000 } }],
] as const)("begins anew for %s", async (_, given) => {
  const from = await begun();
  const { artefact, pulled } = await goOn(from, given);
  expect(pulled).toHaveLength(objects.length);
  expect(artefact).toEqual(await whole({ ...from, ...given }));
});

test("begins anew for another archive of the same names, sizes and times", async () => {
  const from = await begun();
  const other = await archiveOf(files);
  for (const root of [from.root, other]) {
    for (const object of objects) await utimes(join(root, object), 1_790_000_000, 1_790_000_000);
  }
  const { pulled } = await goOn({ ...from, root: other });
  expect(pulled).toHaveLength(objects.length);
});

test("reads a file again that was changed, and only that one", async () => {
  const from = await begun();
  const name = (await readdir(units(from))).find((one) => one.endsWith(".matched")) ?? "";
  const [line = ""] = (await readFile(join(units(from), name), "utf8")).split("\n");
  const changed = String(JSON.parse(line).object);
  // As long as before: only the time tells.
  await writeFile(
    join(from.root, changed),
    (files[changed] ?? "").replaceAll("someone-1", "someone-2"),
  );
  const { artefact, pulled } = await goOn(from);
  expect(pulled).toHaveLength(4);
  expect(pulled).toContain(changed);
  expect(artefact).toEqual(await whole(from));
});

const units = ({ out }: { out: string }): string => join(`${out}.part`, "units");
const change =
  (ending: string, by: (text: string) => string) =>
  async (from: { out: string }): Promise<void> => {
    const name = (await readdir(units(from))).find((one) => one.endsWith(ending)) ?? "";
    const path = join(units(from), name);
    await writeFile(path, by(await readFile(path, "utf8")));
  };
const lines = (by: (lines: string[]) => string[]) =>
  change("ledger.ndjson", (text) => by(text.split("\n").filter(Boolean)).join("\n"));

test.each([
  ["a row was changed", change(".rows", (text) => text.replace("api", "apj")), 1],
  ["a row was taken out", change(".rows", (text) => text.slice(text.indexOf("\n") + 1)), 1],
  ["a line of evidence was added", change(".matched", (text) => `${text}{}\n`), 1],
  [
    "a removed text was changed",
    change(".removed", (text) => text.replace("someone", "anybody")),
    1,
  ],
  [
    "a count was changed",
    lines((all) => all.map((line) => line.replace('released\\":5', 'released\\":4'))),
    1,
  ],
  [
    "the last line is half written",
    lines((all) => all.map((line, at) => (at === all.length - 1 ? line.slice(0, 50) : line))),
    1,
  ],
  [
    "a line was moved to another unit",
    lines((all) => [
      (all[0] ?? "").replace(
        /"unit":"[0-9a-f]+"/,
        /"unit":"[0-9a-f]+"/.exec(all[1] ?? "")?.[0] ?? "",
      ),
      ...all.slice(2),
    ]),
    2,
  ],
  ["the ledger is no ledger", change("ledger.ndjson", () => "7\nnull\n{}\n"), 3],
  ["the plan was changed", change("plan.json", (text) => text.replace("c0ffee", "c0ffef")), 3],
] as const)("reads again what was tampered with: %s", async (_, tamper, more) => {
  const from = await begun();
  await tamper(from);
  const { artefact, pulled } = await goOn(from);
  expect(pulled).toHaveLength(3 + more);
  expect(artefact).toEqual(await whole(from));
});

test("reads again what could not be read whole", async () => {
  const broken = { ...files, "source=application/date=2026-11-16/000.ndjson.gz": "no gzip" };
  const root = await archiveOf(broken);
  const out = await target();
  const stop = new AbortController();
  await collect({
    ...{ root, out, scope, signal: stop.signal },
    onObject: (done) => {
      if (done === 3) stop.abort(new Error("cancelled"));
    },
  }).catch(() => undefined);
  const { pulled } = await goOn({ root, out });
  expect(pulled).toContain("source=application/date=2026-11-16/000.ndjson.gz");
  expect(pulled).toHaveLength(Object.keys(broken).length - 2);
});

test("takes a store that does not tell versions anew", async () => {
  const root = await archiveOf(files);
  const out = await target();
  const untold = () => {
    const { store, pulled } = watched(root);
    const plan: typeof store.plan = async (...asked) => {
      const told = await store.plan(...asked);
      return { ...told, partitions: told.partitions.map(({ version: _, ...rest }) => rest) };
    };
    return { store: { ...store, plan }, pulled };
  };
  const stop = new AbortController();
  const running = collect({
    ...{ root, out, scope, store: untold().store, signal: stop.signal },
    onObject: (done) => {
      if (done === 3) stop.abort(new Error("cancelled"));
    },
  });
  await expect(running).rejects.toThrow("cancelled");
  expect(await readdir(join(out, ".."))).toEqual([]);
  const { store, pulled } = untold();
  await collect({ root, out, scope, store });
  expect(pulled).toHaveLength(objects.length);
});

const SECLOG = join(import.meta.dirname, "../../scripts/seclog.mjs");
const REQUEST = requestYaml({ events: "deploy_key_added", sources: "application" });

/** `seclog dive` in a process of its own, ended by a signal as soon as so many units are finished. */
async function diveProcess(
  words: readonly string[],
  out: string,
  stop: { readonly units: number; readonly signal: NodeJS.Signals } | null,
) {
  const env = { ...process.env, SECLOG_PSEUDONYM_KEY: "k".repeat(32), CI_COMMIT_SHA: "c0ffee" };
  const child = spawn(process.execPath, [SECLOG, "dive", ...words, "--out", out], { env });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  while (stop !== null && child.exitCode === null) {
    const path = join(`${out}.part`, "units", "ledger.ndjson");
    const ledger = await readFile(path, "utf8").catch(() => "");
    if (ledger.split("\n").filter(Boolean).length >= stop.units) {
      child.kill(stop.signal);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const code = await ended;
  return { code, said };
}

test("a process that was killed goes on, wherever it was killed", async () => {
  const many = Array.from({ length: 9 }, (_, file) => [
    `source=application/date=2026-11-1${6 + (file % 2)}/${file}.ndjson`,
    `${Array.from({ length: 1500 }, (_, at) => ownLine(file * 1500 + at)).join("\n")}\n`,
  ]);
  const root = await archiveOf(Object.fromEntries(many));
  const folder = await temporaryDirectory();
  const request = join(folder, "request.yaml");
  await writeFile(request, REQUEST);
  const words = [request, "--store", `file:${root}`, "--now", "2026-11-20T15:00:00Z"];
  const unstopped = await diveProcess(words, join(folder, "whole"), null);
  expect(unstopped).toMatchObject({ code: 0, said: expect.stringContaining("100 %") });
  const expected = await artefactAt(join(folder, "whole"));
  expect(Object.keys(expected)).toHaveLength(8);
  for (const [units, signal, workers] of [
    [1, "SIGKILL", "1"],
    [4, "SIGKILL", "2"],
    [8, "SIGKILL", "1"],
    [2, "SIGTERM", "2"],
  ] as const) {
    const out = join(folder, `${signal}-${units}`);
    const stopped = await diveProcess([...words, "--workers", workers], out, { units, signal });
    expect(await readdir(folder)).toContain(`${signal}-${units}.part`);
    expect(await readdir(folder)).not.toContain(`${signal}-${units}`);
    if (signal !== "SIGKILL") {
      expect(stopped.code).toBe(1);
      expect(stopped.said).toContain(
        "cancelled; nothing was written; the same command goes on from",
      );
    }
    const again = await diveProcess(words, out, null);
    expect(again.code).toBe(0);
    const kept = Number(/goes on; (\d+) of 9 were read/.exec(again.said)?.[1]);
    expect(kept).toBeGreaterThanOrEqual(units);
    expect(await artefactAt(out)).toEqual(expected);
    expect((await readdir(folder)).filter((name) => name.includes(".part"))).toEqual([]);
  }
}, 300_000);
