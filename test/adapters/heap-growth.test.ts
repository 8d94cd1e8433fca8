import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const HEAP_GROWTH = new URL("../../scripts/adapters/heap-growth.ts", import.meta.url).href;

test("changes a setting that this version of Node knows", async () => {
  const words = ["--import", "tsx", "--input-type=module", "--eval"];
  const script = `(await import(${JSON.stringify(HEAP_GROWTH)})).boundHeapGrowth();`;
  const run = await promisify(execFile)(process.execPath, [...words, script]);
  // V8 names a setting that it does not know, and goes on.
  expect(run).toEqual({ stdout: "", stderr: "" });
});
