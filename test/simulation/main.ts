// `npm run simulate`: plays random histories against the real jobs, and shows that planted bugs are found.
import { parseArgs } from "node:util";
import { createProgress } from "../progress.ts";
import { openLab } from "./lab.ts";
import { PLANTED } from "./planted-bugs.ts";
import { describeFound, search, seedThatFinds } from "./search.ts";
import { stepsOf } from "./steps.ts";
import { play } from "./world.ts";

const USAGE = `npm run simulate -- [--seeds N] [--from S]   N seeds from S on (default 300 from 1)
npm run simulate -- --seed S [--trace]        one seed, with everything that happened
npm run simulate -- --planted [--seeds N]     how many seeds each planted bug needs (at most N, default 400)
`;
const MANY_FAILURES = 20;

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string" },
    seed: { type: "string" },
    trace: { type: "boolean" },
    planted: { type: "boolean" },
    help: { type: "boolean" },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const lab = await openLab();
try {
  if (values.help === true) say(USAGE);
  else if (values.planted === true) await planted(Number(values.seeds ?? 400));
  else if (values.seed !== undefined) await one(Number(values.seed), values.trace === true);
  else await many(Number(values.from ?? 1), Number(values.seeds ?? 300));
} finally {
  await lab.close();
}

async function one(seed: number, trace: boolean): Promise<void> {
  if (trace) say((await play(lab, stepsOf(seed))).trace.join("\n"));
  const found = await search(lab, seed);
  say(found === null ? `seed ${seed}: every invariant held` : describeFound(found));
  if (found !== null) process.exitCode = 1;
}

async function many(from: number, seeds: number): Promise<void> {
  const began = performance.now();
  const progress = createProgress(seeds, "seeds");
  let failed = 0;
  for (let seed = from; seed < from + seeds && failed < MANY_FAILURES; seed += 1) {
    const found = await search(lab, seed);
    if (found !== null) {
      failed += 1;
      progress.say(describeFound(found));
    }
    const done = seed - from + 1;
    progress.at(done, `${failed} failed, ${rate(done, began)}`);
  }
  progress.say(`${seeds} seeds from ${from}: ${failed} failed (${rate(seeds, began)})`);
  if (failed > 0) process.exitCode = 1;
}

async function planted(most: number): Promise<void> {
  for (const bug of PLANTED) {
    const seed = await seedThatFinds(lab, bug, most);
    say(
      `${bug.name} → ${bug.invariant}: ${seed === null ? `not in ${most} seeds` : `seed ${seed}`}`,
    );
    if (seed === null) process.exitCode = 1;
  }
}

function rate(seeds: number, began: number): string {
  const { user, system } = process.cpuUsage();
  const perSecond = (seconds: number) => (seeds / seconds).toFixed(1);
  const wall = perSecond((performance.now() - began) / 1000);
  return `${wall} seeds a second, ${perSecond((user + system) / 1e6)} a second of processor time`;
}
