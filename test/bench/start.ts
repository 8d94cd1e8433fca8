// Measures what a process costs around its work, in processor time: `npm run bench:start [-- ROUNDS]`; wants bash.
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ACME_FACTS, type Stage, setStage } from "../../scripts/demo/stage.ts";
import { SUMMARIES } from "../../scripts/run.ts";
import { requestYaml } from "../request-yaml.ts";

const ROUNDS = Number(process.argv[2] ?? 5);
const PARTS = ["scripts", "policies", "templates", "test/sandbox", ".gitlab", "package.json"];
const REQUEST = requestYaml({
  events: "deploy_key_added, project_access_token_created",
  sources: "application",
});

type Env = Readonly<Record<string, string>>;
type Row = {
  readonly name: string;
  readonly words: () => readonly string[];
  readonly env?: Env;
  /** The exit code that its work ends with. */
  readonly exit: number;
};

/** Processor time of a process and of all that it started and saw end, in milliseconds. */
function processorTime({ name, words, env, exit }: Row): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; time { "$0" "$@" > /dev/null 2>&1; code=$?; }; exit $code';
  const child = spawn("bash", ["-c", script, process.execPath, ...words()], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      const [user = Number.NaN, system = Number.NaN] = told.trim().split(" ").map(Number);
      if (code === exit) return done((user + system) * 1000);
      fail(new Error(`${name} ended with ${code}, not ${exit}`));
    });
  });
}

/** The middle of the rounds. */
async function measured(row: Row, before: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await before();
    times.push(await processorTime(row));
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

/** A checkout of its own: whoever works in this one keeps what its starts left behind. */
async function checkout(root: string): Promise<void> {
  for (const part of PARTS) await cp(resolve(part), join(root, part), { recursive: true });
  await mkdir(join(root, "node_modules"));
  for (const name of await readdir(resolve("node_modules"))) {
    if (name === ".cache") continue;
    await symlink(resolve("node_modules", name), join(root, "node_modules", name));
  }
}

async function rowsOf(root: string, { environment }: Stage): Promise<readonly Row[]> {
  const { inventory: _, ...offline } = ACME_FACTS;
  const files = { "request.yaml": REQUEST, "facts.json": JSON.stringify(offline) };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  await mkdir(join(root, "archive/source=application/date=2026-11-16"), { recursive: true });
  const [request, facts] = [join(root, "request.yaml"), join(root, "facts.json")];
  let dives = 0;
  const seclog = join(root, "scripts/seclog.mjs");
  const row = (name: string, exit: number, words: () => readonly string[], env?: Env): Row => ({
    name: `seclog ${name}`,
    words: () => [seclog, ...words()],
    exit,
    ...(env === undefined ? {} : { env }),
  });
  const jobs = (names: string): Row =>
    row(`run ${names}`, 0, () => ["run", ...names.split(" ")], environment);
  return [
    { name: "node -e 0", words: () => ["-e", "0"], exit: 0 },
    row("--help", 0, () => ["--help"]),
    ...Object.keys(SUMMARIES).map((name) => row(`${name} --help`, 0, () => [name, "--help"])),
    row("validate, one file", 0, () => ["validate", request]),
    row("check, one request", 0, () => ["check", request, "--facts", facts]),
    row(
      "dive, empty archive",
      1,
      () => {
        dives += 1;
        const out = join(root, `artefact-${dives}`);
        return ["dive", request, "--store", `file:${join(root, "archive")}`, "--out", out];
      },
      { SECLOG_PSEUDONYM_KEY: "k".repeat(32) },
    ),
    jobs("triage"),
    jobs("log-dive"),
    jobs("intake eligibility routing redaction review status-update"),
  ];
}

const root = await mkdtemp(join(tmpdir(), "seclog-start-"));
const stage = await setStage({ port: 0 });
try {
  await checkout(root);
  const cache = join(root, "node_modules/.cache");
  const rows = await rowsOf(root, stage);
  const lines = [["", "first start, ms", "later, ms", "later : node"]];
  let node: number | undefined;
  for (const row of rows) {
    const first = await measured(row, () => rm(cache, { recursive: true, force: true }));
    const later = await measured(row, async () => {});
    node ??= later;
    lines.push([row.name, first.toFixed(0), later.toFixed(0), (later / node).toFixed(1)]);
  }
  const wide = [0, 1, 2, 3].map((at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  for (const line of lines) {
    const cells = line.map((cell, at) => cell[at === 0 ? "padEnd" : "padStart"](wide[at] ?? 0));
    process.stdout.write(`${cells.join("  ")}\n`);
  }
} finally {
  await stage.close();
  await rm(root, { recursive: true, force: true });
}
