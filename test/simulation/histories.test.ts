// Histories that broke an invariant once, as short as the simulation could make them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Lab, openLab } from "./lab.ts";
import { PIPELINE, type RunStep, type Step } from "./steps.ts";
import { play } from "./world.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

const run = (more: Partial<RunStep> = {}): Step => ({
  kind: "run",
  jobs: PIPELINE,
  faults: [],
  crash: null,
  meanwhile: null,
  dry: false,
  payload: null,
  ...more,
});
const file: Step = { kind: "file", form: "plain", by: "sofia" };

const HISTORIES: Readonly<Record<string, readonly Step[]>> = {
  "a request made public is hidden before the hand-over job writes on it": [
    file,
    { kind: "publish", request: 0 },
    run({ jobs: ["hand-over"] }),
  ],
  "no call leaves when GitLab asks for more patience than a run has": [
    file,
    { kind: "file", form: "other-project", by: "sofia" },
    run({
      jobs: ["requests"],
      faults: [{ kind: "429-two-hours", on: "call", at: 12, times: 1 }],
    }),
  ],
  "the first two requests of all are put on record in one run": [
    file,
    { kind: "file", form: "too-long", by: "sofia" },
  ],
};

test.each(Object.entries(HISTORIES))("%s", async (_, steps) => {
  expect((await play(lab, steps)).violation).toBeNull();
});
