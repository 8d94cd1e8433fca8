// GitLab is away for a day, or wants quiet for two hours, while a release is due: what the runs do meanwhile, and how soon all is done.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Lab, openLab } from "./lab.ts";
import { type Outage, PIPELINE, type RunStep, type Step } from "./steps.ts";
import { play } from "./world.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

const run = (jobs: RunStep["jobs"] = PIPELINE): Step => ({
  kind: "run",
  jobs,
  faults: [],
  crash: null,
  meanwhile: null,
  dry: false,
  payload: null,
});
const pass = (minutes: number): Step => ({ kind: "pass", minutes });

/** A request in review that both roles have approved; another that nobody has looked at yet. */
const BEFORE: readonly Step[] = [
  { kind: "file", form: "plain", by: "sofia" },
  run(),
  { kind: "approve", request: 0, who: "lena" },
  { kind: "approve", request: 0, who: "sam" },
  { kind: "file", form: "other-project", by: "sofia" },
];
type Told = { readonly calls: readonly number[]; readonly writes: readonly string[] };
/** What each step of the history sent: the calls of its jobs, and the writes among them. */
function stepsIn(trace: readonly string[]): readonly Told[] {
  const begins = trace.flatMap((line, at) => (/^\d{4}-/.test(line) ? [at] : []));
  return begins.map((from, index) => {
    const lines = trace.slice(from, begins[index + 1]);
    return {
      calls: lines.flatMap((line) => {
        const count = /^ {2}\S+: (\d+) calls/.exec(line)?.[1];
        return count === undefined ? [] : [Number(count)];
      }),
      writes: lines.filter((line) => /^ {4}(?:POST|PUT|DELETE) /.test(line)),
    };
  });
}

test.each<[string, Outage, number, number]>([
  ["is down for 24 h: a job tries 12 times at most", "down", 1440, 12],
  ["answers 429 for 2 h with Retry-After: a job calls 3 times, and never too early", "429", 120, 3],
  ["answers 429 for 2 h without it: a job calls 12 times at most", "429-silent", 120, 12],
])("GitLab %s; one pipeline catches up, the next writes nothing", async (_, how, minutes, most) => {
  const during: readonly Step[] = [run(), pass(10), run(), pass(20), run()];
  const after: readonly Step[] = [pass(minutes), run(), run()];
  const outage: Step = { kind: "outage", how, minutes };
  const { violation, trace } = await play(lab, [...BEFORE, outage, ...during, ...after]);
  expect(violation).toBeNull();
  const told = stepsIn(trace);
  const out = told.slice(BEFORE.length, BEFORE.length + 1 + during.length);
  const calls = out.flatMap((step) => step.calls);
  expect(calls).toHaveLength(3 * PIPELINE.length);
  expect(Math.max(...calls)).toBeLessThanOrEqual(most);
  expect(out.flatMap(({ writes }) => writes)).toEqual([]);
  const [caughtUp, quiet, settled] = told.slice(-3);
  expect(caughtUp?.writes.some((line) => line.includes("-hand-over/"))).toBe(true);
  expect(quiet?.writes).toEqual([]);
  expect(settled?.writes).toEqual([]);
});
