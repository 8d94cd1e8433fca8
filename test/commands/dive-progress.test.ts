import { expect, test } from "vitest";
import type { Progress } from "../../scripts/adapters/dive/reading.ts";
import { progressOn } from "../../scripts/commands/dive-progress.ts";

const MB = 1_000_000;
const at = (done: number, change: Partial<Progress> = {}): Progress => ({
  doneBytes: done * MB,
  bytes: 100 * MB,
  doneObjects: done,
  objects: 100,
  rows: 7,
  keptBytes: 0,
  keptObjects: 0,
  ...change,
});

/** What is printed for progress at these seconds. */
function printed(steps: readonly (readonly [number, Progress])[], interactive = false): string {
  let text = "";
  let now = 5000;
  const tell = progressOn(
    {
      interactive,
      complain: (more) => {
        text += more;
      },
    },
    () => now,
  );
  for (const [seconds, progress] of steps) {
    now = 5000 + seconds * 1000;
    tell(progress);
  }
  return text;
}

test("says rate and time left, a line for each tenth", () => {
  const steps = [0.1, 9, 10, 11, 19, 20].map((seconds) => [seconds, at(seconds * 2)] as const);
  expect(printed(steps)).toBe(
    "log-dive: 18 %, 18 of 100 files, 7 rows, 2.0 MB/s, 41 s left\n" +
      "log-dive: 20 %, 20 of 100 files, 7 rows, 2.0 MB/s, 40 s left\n" +
      "log-dive: 38 %, 38 of 100 files, 7 rows, 2.0 MB/s, 31 s left\n" +
      "log-dive: 40 %, 40 of 100 files, 7 rows, 2.0 MB/s, 30 s left\n",
  );
});

test("is exact at the end, and never says 100 % before", () => {
  const nearly = { doneBytes: 100 * MB - 1, doneObjects: 99 };
  expect(printed([[50, at(99, nearly)]])).toContain("99 %, 99 of 100 files");
  expect(printed([[50, at(100)]])).toBe("log-dive: 100 %, 100 of 100 files, 7 rows, 2.0 MB/s\n");
});

test.each([
  [1, 50, "1 s left"],
  [10, 1, "17 min left"],
  [600, 1, "16 h 30 min left"],
])(
  "after %d s and %d %% the time left is in a unit that people read: %s",
  (seconds, done, text) => {
    expect(printed([[seconds, at(done)]], true)).toContain(text);
  },
);

test("counts the rate of this run alone, and says what an earlier one had read", () => {
  const kept = { keptBytes: 50 * MB, keptObjects: 50 };
  expect(
    printed([
      [0.1, at(25, { keptBytes: 25 * MB, keptObjects: 25 })],
      [0.2, at(50, kept)],
      [10, at(60, kept)],
      [40, at(90, kept)],
    ]),
  ).toBe(
    "log-dive: 25 %, 25 of 100 files, 7 rows\n" +
      "log-dive: 50 %, 50 of 100 files, 7 rows\n" +
      "log-dive: goes on; 50 of 100 were read by an earlier run\n" +
      "log-dive: 60 %, 60 of 100 files, 7 rows, 1.0 MB/s, 40 s left\n" +
      "log-dive: 90 %, 90 of 100 files, 7 rows, 1.0 MB/s, 10 s left\n",
  );
});

test("tells how far it is inside of one large file", () => {
  const large = { objects: 1, doneObjects: 0, rows: 0 };
  expect(
    printed([
      [10, at(9, large)],
      [20, at(25, large)],
      [60, at(100, { ...large, doneBytes: 100 * MB - 1 })],
      [61, at(100, { objects: 1, doneObjects: 1 })],
    ]),
  ).toBe(
    "log-dive: 25 %, 0 of 1 files, 0 rows, 1.3 MB/s, 60 s left\n" +
      "log-dive: 99 %, 0 of 1 files, 0 rows, 1.7 MB/s, 1 s left\n" +
      "log-dive: 100 %, 1 of 1 files, 7 rows, 1.6 MB/s\n",
  );
});

test("says what an earlier run had read as soon as it reads on, also inside of a file", () => {
  const kept = { keptBytes: 50 * MB, keptObjects: 50 };
  const text = printed([
    [0.1, at(50, kept)],
    [10, at(50, { ...kept, doneBytes: 60 * MB })],
  ]);
  expect(text).toBe(
    "log-dive: 50 %, 50 of 100 files, 7 rows\n" +
      "log-dive: goes on; 50 of 100 were read by an earlier run\n" +
      "log-dive: 60 %, 50 of 100 files, 7 rows, 1.0 MB/s, 40 s left\n",
  );
});

test("draws a bar four times a second at most, and the last one always", () => {
  const text = printed(
    [
      [1, at(1)],
      [1.1, at(2)],
      [1.2, at(3)],
      [1.3, at(4)],
      [1.31, at(100)],
    ],
    true,
  );
  expect(text.split("\r")).toHaveLength(4);
  expect(text).toMatch(/^\r░{30} 1 % {2}1 of 100 files/);
  expect(text).toMatch(/█{30} 100 % {2}100 of 100 files, 7 rows, [\d.]+ MB\/s[^\n]*\n$/);
});

test("counts parts where the store does not tell bytes", () => {
  const untold = { bytes: 0, doneBytes: 0 };
  expect(printed([[9, at(50, untold)]])).toBe("log-dive: 50 %, 50 of 100 parts, 7 rows\n");
  const nothing = { ...untold, objects: 0, doneObjects: 0 };
  expect(printed([[9, at(0, nothing)]])).toBe("log-dive: 100 %, 0 of 0 parts, 7 rows\n");
});
