import { access, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sortedRuns } from "../../scripts/adapters/artefact/sorted-runs.ts";

const byValue = (left: number, right: number): number => left - right;

async function listOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test("gives every record in order, whatever the size of a run, and again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), async (all, size) => {
      const runs = sortedRuns(byValue, size);
      try {
        for (const one of all) await runs.add(one);
        const expected = [...all].sort(byValue);
        expect(await listOf(runs.sorted())).toEqual(expected);
        expect(await listOf(runs.sorted())).toEqual(expected);
      } finally {
        await runs.discard();
      }
    }),
    { numRuns: 40 },
  );
});

test("leaves nothing on the disk", async () => {
  const before = await readdir(tmpdir());
  const runs = sortedRuns(byValue, 1);
  await runs.add(2);
  await runs.add(1);
  const made = (await readdir(tmpdir())).filter((name) => !before.includes(name));
  expect(made.some((name) => name.startsWith("seclog-runs-"))).toBe(true);
  await runs.discard();
  const [folder = ""] = made.filter((name) => name.startsWith("seclog-runs-"));
  await expect(access(join(tmpdir(), folder))).rejects.toThrow();
});
