// A slice of the fault matrix; the whole of it is `npm run test:faults`.
import { afterAll, beforeAll, expect, test } from "vitest";
import { FAULT_CATALOGUE } from "../sandbox/fault-catalogue.ts";
import { cellsOf, DEATHS, nameOf, runCell } from "./cell.ts";
import { buildRig, type Rig, type Scene } from "./rig.ts";
import { sampled } from "./sample.ts";
import { STORIES } from "./story.ts";

const FAULTS = [...Object.keys(FAULT_CATALOGUE), ...DEATHS];
let rig: Rig;
let scenes: readonly Scene[];
beforeAll(async () => {
  rig = await buildRig();
  scenes = await rig.scenes(STORIES.filter(({ name }) => name === "request" || name === "queue"));
}, 120_000);
afterAll(() => rig.close());

test("the catalogue names the 49 faults", () => {
  expect(Object.keys(FAULT_CATALOGUE)).toHaveLength(49);
});

test.each([
  ["queue/new-issues/triage", 30],
  ["request/accepted/requests", 20],
  ["request/released/hand-over", 20],
] as const)(
  "%s: whatever strikes a call, the end state is the same after at most three runs",
  async (name, count) => {
    const scene = scenes.find((one) => one.name === name);
    const cells = scene === undefined ? [] : sampled(cellsOf(scene, FAULTS), count, 1);
    expect(cells).toHaveLength(count);
    const failed = [];
    for (const cell of cells) {
      const { wrong } = await runCell(rig, cell);
      if (wrong.length > 0) failed.push({ again: `--only '${nameOf(cell)}'`, wrong });
    }
    expect(failed).toEqual([]);
  },
  300_000,
);

test.each(["request/released/requests", "request/expired/hand-over"])(
  "%s: a run that dies at a write loses no record of what it did",
  async (name) => {
    const scene = scenes.find((one) => one.name === name);
    const cells = (scene === undefined ? [] : cellsOf(scene, ["kill-before", "kill-after"])).filter(
      ({ call }) => call.method !== "GET",
    );
    expect(cells.length).toBeGreaterThan(5);
    for (const cell of cells) {
      const { wrong } = await runCell(rig, cell);
      expect([nameOf(cell), wrong]).toEqual([nameOf(cell), []]);
    }
  },
  300_000,
);
