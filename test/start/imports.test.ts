// What each command and job loads before it begins: a process starts for every request, so what it does not use costs each of them.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { JOBS } from "../../scripts/job-list.ts";
import { SUMMARIES } from "../../scripts/run.ts";

const ROOT = join(import.meta.dirname, "../../scripts");
const IMPORTED = /^(?:import|export)\s(?!type\s)[^;]*?from "([^"]+)";/gm;

/** Files below `scripts/` and packages that a file imports when it is loaded, directly or through others. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name = ""] of readFileSync(join(ROOT, file), "utf8").matchAll(IMPORTED)) {
    if (name.startsWith(".")) loadedBy(relative(ROOT, join(ROOT, dirname(file), name)), found);
    else if (!name.startsWith("node:")) found.add(name);
  }
  return found;
}
const packagesOf = (file: string): readonly string[] =>
  [...loadedBy(file)].filter((name) => !name.endsWith(".ts")).sort();

const DATA = ["temporal-polyfill", "yaml", "zod"];
const RULES = ["@marcbachmann/cel-js", ...DATA];
const GITLAB = ["@gitbeaker/requester-utils", "@gitbeaker/rest"];
/** The packages that each command loads, and no more: a longer list is a slower start, so it is a decision. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  demo: [],
  sandbox: [],
  run: [...GITLAB, "age-encryption", "handlebars", ...RULES],
  doctor: [...GITLAB, "age-encryption", ...RULES],
  validate: [...RULES, "handlebars"],
  check: RULES,
  intake: RULES,
  dive: DATA,
  archive: DATA,
  prove: ["age-encryption", ...DATA],
  review: RULES,
  impact: RULES,
  quote: ["temporal-polyfill", "zod"],
  redact: DATA,
  verify: [],
};

test("the command line itself loads no package, and no command but the one that is called", () => {
  const loaded = loadedBy("run.ts");
  expect([...loaded].sort()).toEqual(["commands/command.ts", "run.ts"]);
  expect(Object.keys(COMMANDS)).toEqual(Object.keys(SUMMARIES));
  const files = readdirSync(join(ROOT, "commands"));
  expect(files).toEqual(expect.arrayContaining(Object.keys(SUMMARIES).map((name) => `${name}.ts`)));
});

test.each(Object.entries(COMMANDS))("%s loads these packages alone", (name, packages) => {
  expect(packagesOf(`commands/${name}.ts`)).toEqual([...packages].sort());
});

/** Files that a command must not load: the rules of decisions for what decides nothing, a store that it does not read. */
test.each([
  [
    "dive",
    [
      "adapters/artefact/seal.ts",
      "adapters/policy-folder.ts",
      "adapters/log-stores/bigquery.ts",
      "adapters/log-stores/elasticsearch.ts",
      "open-world.ts",
    ],
  ],
  ["validate", ["open-world.ts", "adapters/dive/collector.ts", "adapters/log-stores/store-url.ts"]],
  ["check", ["open-world.ts", "adapters/template.ts", "adapters/dive/collector.ts"]],
  ["intake", ["open-world.ts", "adapters/template.ts", "adapters/dive/collector.ts"]],
  ["review", ["open-world.ts", "adapters/template.ts", "adapters/dive/collector.ts"]],
  ["prove", ["adapters/policy-folder.ts", "adapters/log-stores/store-url.ts", "open-world.ts"]],
] as const)("%s does not load what it never runs", (name, idle) => {
  const loaded = loadedBy(`commands/${name}.ts`);
  expect(idle.filter((file) => loaded.has(file))).toEqual([]);
  for (const file of idle) expect(() => readFileSync(join(ROOT, file))).not.toThrow();
});

test("a job loads neither a client nor a format: its world hands it values", () => {
  for (const name of Object.keys(JOBS)) {
    const idle = packagesOf(`jobs/${name}.ts`).filter(
      (loaded) => !["temporal-polyfill", "zod"].includes(loaded),
    );
    expect([name, idle]).toEqual([name, []]);
  }
});
