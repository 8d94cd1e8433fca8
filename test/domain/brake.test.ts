import { expect, test } from "vitest";
import { BRAKES, brakeFaults } from "../../scripts/domain/brake.ts";

const merges = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => ({ kind: "merge", mergeRequest: index, sha: "x" }) as const,
  );

test("a plan at the limit passes, one write more stops it whole", () => {
  expect(brakeFaults([])).toEqual([]);
  expect(brakeFaults(merges(BRAKES.merge))).toEqual([]);
  expect(brakeFaults(merges(BRAKES.merge + 1))).toEqual([
    `${BRAKES.merge + 1} × merge in one run; the brake is at ${BRAKES.merge}`,
  ]);
});
