// What `seclog dive` loads before it reads: a process starts for every request, so what it does not use costs each of them.
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../scripts");
const IMPORTED = /^(?:import|export)\s(?!type\s)[^;]*?from "([^"]+)";/gm;

/** Files below `scripts/` and packages that a file imports when it is loaded, directly or through others. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name = ""] of readFileSync(join(ROOT, file), "utf8").matchAll(IMPORTED)) {
    if (name.startsWith(".")) loadedBy(relative(ROOT, join(ROOT, dirname(file), name)), found);
    else found.add(name);
  }
  return found;
}

test("dive loads neither ciphers nor the rules of decisions, nor a store that it does not read", () => {
  const loaded = loadedBy("commands/dive.ts");
  expect(loaded).toContain("adapters/log-stores/file.ts");
  expect(loaded).toContain("zod");
  const idle = [
    "age-encryption",
    "@marcbachmann/cel-js",
    "adapters/policy-folder.ts",
    "adapters/log-stores/bigquery.ts",
    "adapters/log-stores/elasticsearch.ts",
  ];
  expect(idle.filter((name) => loaded.has(name))).toEqual([]);
});
