// One temporary folder for everything that a test run writes outside the repository, removed when the run ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let folder: string;

/** Vitest's global setup: the workers inherit `TMPDIR`. */
export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), "seclog-test-"));
  process.env["TMPDIR"] = folder;
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}
