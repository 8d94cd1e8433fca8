/**
 * `npm run bench:log-dive -- [--rows 1236600] [--days 30] [--rounds 3] [--keep DIR] [--needles rare,mid]`:
 * how fast a dive reads, beside what the machine can do at all and what people do by hand. All rows of the table come from one run,
 * interleaved; best of the rounds.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  dayAt,
  NEEDLES,
  type Needle,
  needleScope,
  type Packing,
  writeCorpus,
} from "./log-dive-corpus.ts";

const HERE = import.meta.dirname;
const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1236600" },
    days: { type: "string", default: "30" },
    rounds: { type: "string", default: "3" },
    keep: { type: "string" },
    needles: { type: "string", default: Object.keys(NEEDLES).join(",") },
  },
});
const days = Number(values.days);
const root = values.keep ?? (await mkdtemp(join(tmpdir(), "seclog-bench-")));

type Measured = {
  readonly wall: number;
  readonly cpu: number;
  readonly rss: number;
  readonly out: string;
};
type Outcome = { readonly measured: Measured | null; readonly why: string };
type Row = {
  readonly name: string;
  readonly needle: Needle | null;
  readonly packing: string;
  readonly run: () => Promise<Outcome>;
  readonly digestOf: (out: string) => string | null;
};

/** Runs a program in a group of its own; CPU and peak memory are those that the system counts for it and its children. */
function measure(words: readonly string[]): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn("/usr/bin/time", ["-f", "\n%U %S %M", ...words], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.once("error", () => resolve({ measured: null, why: "there is no /usr/bin/time" }));
    child.once("close", (code) => {
      const wall = (performance.now() - started) / 1000;
      const said = Buffer.concat(errors).toString().trimEnd();
      const [user, system, rss] = (said.split("\n").at(-1) ?? "").split(" ").map(Number);
      const why = said.split("\n").find((line) => line !== "") ?? `ended with ${code}`;
      if (code !== 0 || user === undefined || system === undefined || rss === undefined)
        return resolve({ measured: null, why });
      resolve({
        measured: { wall, cpu: user + system, rss: rss / 1024, out: Buffer.concat(out).toString() },
        why: "",
      });
    });
  });
}
const shell = (script: string): Promise<Outcome> => measure(["sh", "-c", script]);
const sorted = (ids: readonly string[]): string =>
  createHash("sha256")
    .update([...ids].sort().join("\n"))
    .digest("hex")
    .slice(0, 12);
const fromIds = (out: string): string => sorted(out.split("\n").filter((line) => line !== ""));
const fromJson = (out: string): string => JSON.parse(out).digest;

const unpack = (program: string, packing: Packing): Row => ({
  name: `${program}, two processes`,
  needle: null,
  packing,
  run: () =>
    shell(`find ${root}/${packing} -name '*.ndjson*' | xargs -P2 -n8 ${program} > /dev/null`),
  digestOf: () => null,
});

/** What a person would type: the account's name, then the fields. */
function byHand(needle: Needle): Row {
  const { projects, event_types, window } = needleScope(needle, days);
  const path = projects[0]?.path ?? "";
  const events = event_types.map((event) => `"${event}"`).join(",");
  const filter = `select((."meta.project" == "${path}" or ."grpc.request.glProjectPath" == "${path}") and ([.event_type] | inside([${events}])) and .time >= "${window.from}" and .time < "${window.to}") | .correlation_id`;
  return {
    name: "zgrep \\| jq",
    needle,
    packing: "gz",
    run: () =>
      shell(
        `find ${root}/gz -name '*.gz' | sort | xargs zgrep -hF -e '${path.split("/")[0]}' | jq -r '${filter}'`,
      ),
    digestOf: fromIds,
  };
}
const ours = (needle: Needle, packing: string): Row => ({
  name: "seclog",
  needle,
  packing,
  run: () =>
    measure([
      process.execPath,
      "--import",
      "tsx",
      join(HERE, "log-dive-scan.ts"),
      join(root, packing),
      needle,
      String(days),
    ]),
  digestOf: fromJson,
});
const duckdb = (needle: Needle): Row => ({
  name: "DuckDB read_json, declared columns",
  needle,
  packing: "gz",
  run: () =>
    measure([
      process.execPath,
      "--import",
      "tsx",
      join(HERE, "log-dive-duckdb.ts"),
      join(root, "gz"),
      needle,
      String(days),
    ]),
  digestOf: fromJson,
});

try {
  await mkdir(root, { recursive: true });
  await writeCorpus(root, { rows: Number(values.rows), days }, ["plain", "gz", "zst"]);
  const built = await measure([
    process.execPath,
    "scripts/seclog.mjs",
    "archive",
    "build",
    "--from",
    join(root, "plain"),
    "--to",
    join(root, "indexed"),
  ]);
  const needles = values.needles.split(",") as Needle[];
  const rows: Row[] = [
    unpack("zstd -dcq", "zst"),
    unpack("gzip -dc", "gz"),
    ...needles.flatMap((needle) => [
      byHand(needle),
      ...["gz", "zst", "plain", "indexed"].map((packing) => ours(needle, packing)),
      duckdb(needle),
    ]),
  ];
  const best = new Map<Row, Outcome>();
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const row of rows) {
      const outcome = await row.run();
      const before = best.get(row);
      if (!before?.measured || (outcome.measured && outcome.measured.wall < before.measured.wall))
        best.set(row, outcome);
    }
  }
  report(rows, best);
  process.stdout.write(
    `\narchive build: ${built.measured === null ? built.why : `${built.measured.wall.toFixed(1)} s, ${built.measured.out}`}\n`,
  );
} finally {
  if (values.keep === undefined) await rm(root, { recursive: true, force: true });
}

/** "Engine" seconds are those after the process has started and its policies are read. */
function report(rows: readonly Row[], best: ReadonlyMap<Row, Outcome>): void {
  process.stdout.write(
    `${values.rows} rows for 30 days, ${days} days to ${dayAt(days - 1)}; Node ${process.version}\n\n`,
  );
  process.stdout.write(
    "| Engine | Rate | Packing | Wall s | Engine s | CPU s | MB | × unpacking | × faster than zgrep\\|jq | Same rows |\n|---|---|---|---|---|---|---|---|---|---|\n",
  );
  const limit = (packing: string): number | undefined =>
    best.get(rows[packing === "gz" ? 1 : 0] as Row)?.measured?.wall;
  for (const row of rows) {
    const { measured, why } = best.get(row) as Outcome;
    const rate = row.needle === null ? "" : NEEDLES[row.needle];
    if (measured === null) {
      process.stdout.write(
        `| ${row.name} | ${rate} | ${row.packing} | not measured, because ${why} |\n`,
      );
      continue;
    }
    const hand = rows.find((each) => each.needle === row.needle && each.digestOf === fromIds);
    const base = hand && best.get(hand)?.measured;
    const inside =
      row.digestOf === fromJson ? Number(JSON.parse(measured.out).seconds) : measured.wall;
    const digest = row.digestOf(measured.out);
    const same = digest === null || !base ? "" : digest === fromIds(base.out) ? "yes" : "NO";
    const cells = [
      measured.wall.toFixed(2),
      inside.toFixed(2),
      measured.cpu.toFixed(2),
      measured.rss.toFixed(0),
      (inside / (limit(row.packing) ?? Number.NaN)).toFixed(2),
      row.needle === null || !base ? "" : (base.wall / inside).toFixed(1),
      same,
    ];
    process.stdout.write(`| ${row.name} | ${rate} | ${row.packing} | ${cells.join(" | ")} |\n`);
  }
}
