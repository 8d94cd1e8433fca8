import { afterAll, beforeAll, expect, test } from "vitest";
import { readSettings, type Settings } from "../../scripts/open-world.ts";
import { buildRig, type Rig, type Scene } from "../faults/rig.ts";
import { STORIES } from "../faults/story.ts";
import { createProgress } from "../progress.ts";
import type { Schedule } from "./baton.ts";
import { race } from "./race.ts";

/** `npm run test:races` plays them all. */
const ALL = process.env["RACES"] === "all";
/** Interleavings of each scene in the daily sample. */
const SAMPLE = Number(process.env["RACES"] ?? 2) || 2;

let rig: Rig;
let settings: Settings;
let scenes: readonly Scene[];
beforeAll(async () => {
  rig = await buildRig();
  settings = await readSettings(rig.stage.environment["SECLOG_POLICIES"] ?? "");
  scenes = (await rig.scenes(STORIES)).filter(({ calls }) =>
    calls.some(({ method }) => method !== "GET"),
  );
}, 300_000);
afterAll(() => rig.close());

/** More calls than a run makes: the first run is never stopped. */
const ONE_AFTER_THE_OTHER = 100_000;

/** Every schedule with at most two preemptions: the first run is stopped once, and the second at most once. */
function schedulesOf(calls: number): readonly Schedule[] {
  const numbers = Array.from({ length: calls - 1 }, (_, at) => at + 1);
  return numbers.flatMap((first) =>
    [null, ...numbers].map((second): Schedule => ({ first, second })),
  );
}

/** Some of them, spread evenly; the same ones each time. */
function sampled(schedules: readonly Schedule[], size: number): readonly Schedule[] {
  const step = schedules.length / size;
  // Not in step with the length of a row, so that each number of calls comes up.
  return Array.from({ length: size }, (_, at) => schedules[Math.floor((at + 0.37) * step)]).filter(
    (one) => one !== undefined,
  );
}

test("two runs at once, stopped at any two calls, leave what one run leaves", {
  timeout: 36_000_000,
}, async () => {
  const faults: string[] = [];
  const counts = { schedules: 0, further: 0, most: 0 };
  const progress = createProgress(scenes.length, "runs raced against themselves");
  for (const [at, scene] of scenes.entries()) {
    const inTurn = await race(rig, settings, scene, { first: ONE_AFTER_THE_OTHER, second: null });
    faults.push(...inTurn.left.map((line) => `${scene.name} in turn: ${line}`));
    const all = schedulesOf(inTurn.calls.filter(({ by }) => by === "first").length);
    for (const schedule of ALL ? all : sampled(all, SAMPLE)) {
      const { calls, left, furtherRuns } = await race(rig, settings, scene, schedule);
      // The control: the first run was stopped where the schedule says, and the second began there.
      const began = calls.findIndex(({ by }) => by === "second");
      if (began !== schedule.first)
        faults.push(`${scene.name} ${JSON.stringify(schedule)}: the second began after ${began}`);
      counts.schedules += 1;
      counts.further += furtherRuns;
      counts.most = Math.max(counts.most, furtherRuns);
      if (left.length > 0) {
        faults.push(`${scene.name} ${JSON.stringify(schedule)}: ${left.slice(0, 4).join("; ")}`);
        progress.say(faults.at(-1) ?? "");
      }
      progress.at(at, `${counts.schedules} interleavings, ${faults.length} faults so far`);
    }
  }
  progress.say(JSON.stringify({ scenes: scenes.length, ...counts }));
  expect(faults).toEqual([]);
  expect(counts.schedules).toBeGreaterThanOrEqual(scenes.length);
});
