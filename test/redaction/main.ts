// `npm run bench:redaction -- [--rows N] [--seed S] [--workers W] [--mutants all|N|none] [--mutant-rows N]`: attacks redaction and reports what comes out.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bench, emptyTally, type Tally } from "./bench.ts";
import { scope } from "./fixture.ts";
import { usefulness } from "./usefulness.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_007) },
    workers: { type: "string", default: "2" },
    worker: { type: "boolean", default: false },
  },
});
const rows = Number(values.rows);
const seed = Number(values.seed);
/** Seeds of workers lie far apart, so that neighbouring runs share no rows. */
const SEED_STEP = 104_729;

const send = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

async function run(): Promise<void> {
  const started = performance.now();
  process.stdout.write(`${rows.toLocaleString("en")} rows, seed ${seed}\n`);
  const count = Number(values.workers);
  const parts: Tally[] = Array.from({ length: count }, emptyTally);
  let told = 0;
  await Promise.all(
    parts.map((_, at) =>
      workerOf(at, Math.ceil(rows / count), (tally) => {
        parts[at] = tally;
        const done = sum(parts, (part) => part.rows);
        if (performance.now() - told < 10_000) return;
        told = performance.now();
        const rate = Math.round((done * 1000) / (told - started));
        process.stdout.write(
          `${done.toLocaleString("en")} rows, ${rate} a second, ${sum(parts, (part) => part.leaking)} leaking\n`,
        );
      }),
    ),
  );
  report(parts, (performance.now() - started) / 1000);
}

function workerOf(at: number, share: number, onTally: (tally: Tally) => void): Promise<void> {
  const options = ["--worker", "--rows", String(share), "--seed", String(seed + at * SEED_STEP)];
  const child: ChildProcess = spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(import.meta.url), ...options],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => onTally(JSON.parse(line)));
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`worker ${at} ended with ${code}`));
    });
  });
}

const sum = (parts: readonly Tally[], of: (part: Tally) => number): number =>
  parts.reduce((total, part) => total + of(part), 0);

const share = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(3)} %`;

/** Of rows without an attack, in fields that may leave: what stays, and what becomes of the rest. */
function useful(approved: boolean): readonly string[] {
  const asked = { ...scope, personal_data_approved: approved };
  const { kept, pseudonymised, removed, changed } = usefulness(seed, 5000, asked);
  const values = kept + pseudonymised + removed;
  const most = [...changed].sort(([, left], [, right]) => right - left);
  return [
    `values, personal data ${approved ? "" : "not "}approved: ${share(kept, values)} kept, ${share(pseudonymised, values)} pseudonyms, ${share(removed, values)} removed`,
    ...most.map(([what, count]) => `  ${share(count, values).padStart(9)} ${what}`),
  ];
}

function report(parts: readonly Tally[], seconds: number): void {
  const all = sum(parts, (part) => part.rows);
  const leaking = sum(parts, (part) => part.leaking);
  const blocked = sum(parts, (part) => part.blocked);
  process.stdout.write(
    `${[
      `${all.toLocaleString("en")} attacked rows with ${sum(parts, (part) => part.planted).toLocaleString("en")} canaries in ${seconds.toFixed(0)} s (${Math.round(all / seconds)} rows a second)`,
      `leaking rows: ${leaking}${leaking === 0 ? ` (below ${(3 / all).toExponential(1)} a row at 95 %)` : ""}`,
      ...parts.flatMap((part) => part.examples),
      `blocked by the gate without a leak: ${blocked} (${share(blocked, all)})`,
      ...useful(false),
      ...useful(true),
    ].join("\n")}\n`,
  );
  process.exitCode = leaking > 0 || blocked / all > 0.001 ? 1 : 0;
}

if (values.worker) bench(seed, rows, undefined, send);
else await run();
