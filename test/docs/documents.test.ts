// The documents and the code name the same commands, jobs, variables and files.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { JOBS } from "../../scripts/job-list.ts";
import { SUMMARIES } from "../../scripts/run.ts";
import {
  codeWords,
  columnOf,
  linksOf,
  markdownFiles,
  ROOT,
  readDocument,
} from "./markdown-files.ts";

const namesIn = (path: string, pattern: RegExp): readonly string[] =>
  [...readDocument(path).matchAll(pattern)].map((match) => match[1] ?? "");
const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

test("README lists exactly the commands that there are", () => {
  expect(sorted(codeWords(columnOf(readDocument("README.md"), "Command")))).toEqual(
    sorted(Object.keys(SUMMARIES)),
  );
});

test("the command on README's first screen reaches the demo", () => {
  const { stdout } = spawnSync("npm", ["run", "--silent", "demo", "--", "--help"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect(stdout).toContain("usage: seclog demo");
});

test("the life of a request lists exactly the jobs that there are", () => {
  const documented = codeWords(columnOf(readDocument("scripts/README.md"), "Job"));
  expect(sorted(documented)).toEqual(sorted(Object.keys(JOBS)));
});

test("the files that the life of a request names stand", () => {
  const life = readDocument("scripts/README.md");
  const named = [
    ...codeWords(columnOf(life, "Domain file")).map((path) => `scripts/domain/${path}`),
    ...codeWords(columnOf(life, "Policy")).map((path) => `policies/${path}`),
    ...codeWords(columnOf(life, "Template")).map((path) => `templates/${path}`),
  ];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("the folders that the architecture names stand", () => {
  // `requests` comes with the first request.
  const named = codeWords(columnOf(readDocument("docs/architecture.md"), "Folder")).filter(
    (path) => path !== "requests",
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("setup explains every variable that is read, and no other", () => {
  const read = namesIn("scripts/adapters/environment.ts", /^ {2}([A-Z][A-Z_]+): z/gm);
  const inPipelines = readdirSync(join(ROOT, ".gitlab/ci")).flatMap((file) =>
    namesIn(`.gitlab/ci/${file}`, /\$\{?(SECLOG_\w+)/g),
  );
  const explained = namesIn("docs/setup.md", /`((?:SECLOG|CI|GITLAB|TRIGGER)_[A-Z_]+)`/g);
  expect(read.length).toBeGreaterThan(10);
  expect(sorted(explained)).toEqual(sorted([...read, ...inPipelines]));
});

test.each(markdownFiles())("%s: every relative link leads to a file", (path) => {
  const broken = linksOf(readDocument(path))
    .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
    .filter((target) => !existsSync(join(ROOT, dirname(path), target.replace(/#.*$/, ""))));
  expect(broken).toEqual([]);
});

test("every decision is in the index, numbered without a hole", () => {
  const files = readdirSync(join(ROOT, "docs/adr")).filter((file) => /^\d{4}-/.test(file));
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
  expect(sorted(linksOf(readDocument("docs/adr/README.md")))).toEqual(sorted(files));
});
