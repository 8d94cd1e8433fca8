// `npm run test:faults`: every call of every job at every moment of a request's life × every API fault and every death.
import { parseArgs } from "node:util";
import { createProgress } from "../progress.ts";
import { FAULT_CATALOGUE } from "../sandbox/fault-catalogue.ts";
import { type Cell, cellsOf, DEATHS, nameOf, type Outcome, recover, runCell } from "./cell.ts";
import { killAt } from "./kill.ts";
import { buildRig, type Rig } from "./rig.ts";
import { sampled } from "./sample.ts";
import { STORIES } from "./story.ts";

const HELP = `Strikes every call with every fault, runs again without faults, and compares the end states.

  --only NAME     cells whose name begins so: 'request/accepted/requests#12:502-applied'
  --fault A,B     these faults only
  --writes        calls that write only
  --from NAME     the cells from this one on: goes on where a run was stopped
  --sample N      N cells, chosen by --seed (default 1)
  --verbose       the name of each cell before it begins
  --processes     real processes and real kill -9, instead of faults
`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    from: { type: "string" },
    fault: { type: "string" },
    writes: { type: "boolean", default: false },
    processes: { type: "boolean", default: false },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function chosen(cells: readonly Cell[]): readonly Cell[] {
  const { only, from, writes, sample, seed } = values;
  const first = from === undefined ? 0 : cells.findIndex((cell) => nameOf(cell) === from);
  if (first === -1) throw new Error(`no cell is named ${from}`);
  const wanted = cells
    .slice(first)
    .filter((cell) => !writes || cell.call.method !== "GET")
    .filter((cell) => only === undefined || `${nameOf(cell)}:`.startsWith(only));
  return sample === undefined ? wanted : sampled(wanted, Number(sample), Number(seed));
}

const defaultFaults = (): readonly string[] =>
  values.processes ? KILLS : [...Object.keys(FAULT_CATALOGUE), ...DEATHS];
const KILLS = ["kill-before", "kill-after"];

async function strike(rig: Rig, cell: Cell): Promise<Outcome> {
  if (!values.processes) return runCell(rig, cell);
  const alive = await killAt(rig, cell);
  const { reruns, wrong } = await recover(rig, cell.scene, false);
  return { reruns, wrong: alive ? wrong : ["! it had ended before", ...wrong], complaints: [] };
}

type Row = { cells: number; byReruns: number[]; failed: number };

async function play(): Promise<number> {
  const rig = await buildRig();
  const began = performance.now();
  const faults = values.fault?.split(",") ?? defaultFaults();
  const scenes = await rig.scenes(STORIES);
  const cells = chosen(scenes.flatMap((scene) => cellsOf(scene, faults)));
  const calls = scenes.reduce((sum, scene) => sum + scene.calls.length, 0);
  say(`${scenes.length} runs, ${calls} calls, ${faults.length} faults, ${cells.length} cells`);
  const rows = new Map<string, Row>();
  const progress = createProgress(cells.length, "cells");
  for (const [at, cell] of cells.entries()) {
    progress.at(at, nameOf(cell));
    if (values.verbose) progress.say(`${nameOf(cell)}  ${cell.call.method} ${cell.call.target}`);
    const outcome = await strike(rig, cell);
    const row = rows.get(cell.fault) ?? { cells: 0, byReruns: [0, 0, 0, 0], failed: 0 };
    rows.set(cell.fault, row);
    row.cells += 1;
    if (outcome.wrong.length === 0)
      row.byReruns[outcome.reruns] = (row.byReruns[outcome.reruns] ?? 0) + 1;
    else {
      row.failed += 1;
      progress.say(`\nFAILED ${nameOf(cell)}  ${cell.call.method} ${cell.call.target}`);
      for (const line of [...outcome.complaints, ...outcome.wrong].slice(0, 12))
        progress.say(`  ${line}`);
      progress.say(`  again: npm run test:faults -- --only '${nameOf(cell)}'`);
    }
  }
  table(rows);
  const seconds = Math.round((performance.now() - began) / 1000);
  const failed = [...rows.values()].reduce((sum, row) => sum + row.failed, 0);
  say(`\n${cells.length} cells in ${seconds} s, ${failed} failed`);
  await rig.close();
  return failed;
}

function table(rows: ReadonlyMap<string, Row>): void {
  const line = (name: string, ...columns: readonly (string | number)[]) =>
    say(`${name.padEnd(24)}${columns.map((column) => `${column}`.padStart(9)).join("")}`);
  say("");
  line("fault", "cells", "absorbed", "1 rerun", "2", "3", "failed");
  for (const [name, { cells, byReruns, failed }] of rows) line(name, cells, ...byReruns, failed);
}

if (values.help) say(HELP);
else process.exitCode = (await play()) === 0 ? 0 : 1;
