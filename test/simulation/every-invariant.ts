// A share of the simulated worlds of a test run; the shares are played side by side.
import { expect, test } from "vitest";
import { openLab } from "./lab.ts";
import { describeFound, search } from "./search.ts";

/** @param from the first seed. @param count how many from there */
export function everyInvariantHolds(from: number, count: number): void {
  test(`every invariant holds in ${count} worlds`, { timeout: 600_000 }, async () => {
    const lab = await openLab();
    const found: string[] = [];
    for (let seed = from; seed < from + count && found.length < 3; seed += 1) {
      const one = await search(lab, seed);
      if (one !== null) found.push(describeFound(one));
    }
    await lab.close();
    expect(found).toEqual([]);
  });
}
