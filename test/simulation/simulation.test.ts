// What makes the simulation worth believing: it plays the pipeline, it finds planted bugs, and it repeats itself.
import { afterAll, beforeAll, expect, test } from "vitest";
import { pipelineJobs } from "../../scripts/demo/pipeline.ts";
import { type Lab, openLab } from "./lab.ts";
import { PLANTED } from "./planted-bugs.ts";
import { seedThatFinds } from "./search.ts";
import { PIPELINE, stepsOf } from "./steps.ts";
import { play, WORDS } from "./world.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

test("the simulated pipeline is the pipeline of the repository", async () => {
  const jobs = await pipelineJobs();
  expect(jobs).toEqual(PIPELINE.map((name) => ({ name, words: WORDS[name] })));
});

/** One for each kind of seam: gate, scope, order of a plan, custody, people's texts, wire, memory. */
const SAMPLE = [
  "one approval is enough",
  "people who left a team count",
  "the scope takes in another account",
  "the gap issue names the account",
  "the custody log keeps its last entries only",
  "the bot tidies the text of the author",
  "Retry-After is not read",
  "what failed once is taken for done",
  "expired artefacts are kept",
];

test.each(SAMPLE)("it is found when %s", { timeout: 120_000 }, async (name) => {
  const bug = PLANTED.find((each) => each.name === name);
  expect(bug).toBeDefined();
  if (bug !== undefined) expect(await seedThatFinds(lab, bug, 60, true)).not.toBeNull();
});

test("a seed is played the same way twice", { timeout: 60_000 }, async () => {
  for (const seed of [3, 11, 19, 27]) {
    const first = await play(lab, stepsOf(seed));
    const second = await play(lab, stepsOf(seed));
    expect(second).toEqual(first);
  }
});
