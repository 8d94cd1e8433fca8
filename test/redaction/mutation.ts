// `npm run bench:broken -- [--rows N] [--seed S] [--only TEXT]`: how many of the broken redactions the oracle notices, and what the gate stops of them.
import { parseArgs } from "node:util";
import { type Broken, brokenBy, brokenPseudonyms, UNSEEN_BY_GATE } from "./broken.ts";
import { MUTANTS } from "./mutants.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "5000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_007) },
    only: { type: "string", default: "" },
  },
});
const rows = Number(values.rows);
const seed = Number(values.seed);
const results: Broken[] = [];

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const take = (result: Broken): void => {
  results.push(result);
  const { leaking, stopped } = result.tally;
  print(
    `${String(leaking).padStart(6)} leaking, ${String(stopped).padStart(6)} stopped: ${result.name}`,
  );
};

print(`${rows} attacked rows for each, seed ${seed}`);
for (const mutant of MUTANTS.filter(({ name }) => name.includes(values.only))) {
  take(await brokenBy(mutant, seed, rows));
}
if (values.only === "") brokenPseudonyms(seed, rows).forEach(take);

const unnoticed = results.filter(({ tally }) => tally.leaking === 0);
const seen = results.filter(({ name }) => !UNSEEN_BY_GATE.includes(name));
const total = (of: "leaking" | "stopped"): number =>
  seen.reduce((sum, { tally }) => sum + tally[of], 0);
const share = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(2)} %`;
print(
  `${results.length - unnoticed.length} of ${results.length} noticed (${share(results.length - unnoticed.length, results.length)})`,
);
for (const { name } of unnoticed) print(`  not noticed: ${name}`);
print(
  `the gate alone stops ${total("stopped")} of ${total("leaking")} leaking rows (${share(total("stopped"), total("leaking"))}); not counted: ${UNSEEN_BY_GATE.join(", ")}`,
);
process.exitCode =
  unnoticed.length > results.length / 100 || total("stopped") < 0.995 * total("leaking") ? 1 : 0;
