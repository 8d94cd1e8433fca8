// The trust table of docs/architecture.md, proved from the pipeline files for every kind of pipeline there is.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import { JOBS } from "../../scripts/job-list.ts";
import {
  type Job,
  jobsFor,
  linesOf,
  PIPELINE_FILES,
  ROOT,
  readPipeline,
  readPipelineFile,
} from "./pipeline-files.ts";
import type { Variables } from "./rule-expression.ts";

const pipeline = readPipeline();
const SOURCES = [
  "api",
  "chat",
  "external",
  "external_pull_request_event",
  "merge_request_event",
  "ondemand_dast_scan",
  "parent_pipeline",
  "pipeline",
  "push",
  "schedule",
  "security_orchestration_policy",
  "trigger",
  "web",
  "webide",
];
const CHECKS = ["code", "policies", "demo", "search-engines"];
const LIFE = ["requests", "log-dive", "publish", "hand-over"];

const runsOf = (job: Job): readonly string[] =>
  (job.script ?? []).flatMap((line) => /seclog run (.+)$/.exec(line)?.[1]?.split(" ") ?? []);
const usesSecrets = (job: Job): boolean =>
  runsOf(job).length > 0 || /SECLOG_|TOKEN|_KEY|secrets|id_tokens/.test(JSON.stringify(job));
const named = (name: string): Job => pipeline.jobs.find((job) => job.name === name) as Job;

/** Pipelines on a protected default branch, by what started them. */
const onMain = (source: string, more: Variables = {}): Variables => ({
  CI_PIPELINE_SOURCE: source,
  CI_COMMIT_BRANCH: "main",
  CI_DEFAULT_BRANCH: "main",
  CI_COMMIT_REF_PROTECTED: "true",
  ...more,
});

test.each(PIPELINE_FILES)("%s fits GitLab's schema of pipeline files", (file) => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const schema = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(readFileSync(join(ROOT, "test/pipeline/ci-schema.json"), "utf8")));
  ajv.validate(schema, readPipelineFile(file));
  expect(ajv.errors ?? []).toEqual([]);
});

test("every pipeline file is included, and only they are", () => {
  expect([".gitlab-ci.yml", ...pipeline.included].sort()).toEqual([...PIPELINE_FILES].sort());
});

test.each([
  ["merge request", { CI_PIPELINE_SOURCE: "merge_request_event" }, CHECKS],
  ["push to main", onMain("push"), CHECKS],
  ["schedule", onMain("schedule"), [...LIFE, "policy-preview", "triage"]],
  [
    "schedule of the queue",
    onMain("schedule", { SECLOG_TASK: "queue" }),
    ["triage", "incoming-requests"],
  ],
  ["trigger", onMain("trigger"), [...LIFE, "policy-preview", "triage"]],
  ["by hand", onMain("web"), [...LIFE, "policy-preview"]],
  ["push to a branch", { ...onMain("push"), CI_COMMIT_BRANCH: "feature" }, []],
  ["trigger on a branch", { ...onMain("trigger"), CI_COMMIT_BRANCH: "feature" }, []],
  ["trigger on main, unprotected", { ...onMain("trigger"), CI_COMMIT_REF_PROTECTED: "false" }, []],
  ["schedule on a tag", { ...onMain("schedule"), CI_COMMIT_BRANCH: undefined }, []],
  ["API", onMain("api"), []],
] as const)("%s: exactly these jobs", (_, variables, jobs) => {
  expect([...jobsFor(pipeline, variables)].sort()).toEqual([...jobs].sort());
});

test("no job with a secret runs for a merge request, an unprotected branch or a branch other than the default", () => {
  const secret = new Set(pipeline.jobs.filter(usesSecrets).map((job) => job.name));
  expect([...secret].sort()).toEqual(
    [...LIFE, "policy-preview", "triage", "incoming-requests"].sort(),
  );
  const anyPipeline = fc.record({
    CI_PIPELINE_SOURCE: fc.constantFrom(...SOURCES),
    CI_COMMIT_BRANCH: fc.constantFrom("main", "feature", "request/IR-2026-0042", undefined),
    CI_DEFAULT_BRANCH: fc.constant("main"),
    CI_COMMIT_REF_PROTECTED: fc.constantFrom("true", "false", undefined),
    CI_COMMIT_TAG: fc.constantFrom("v1", undefined),
    CI_MERGE_REQUEST_IID: fc.constantFrom("7", undefined),
    SECLOG_TASK: fc.constantFrom("queue", "other", "", undefined),
  });
  fc.assert(
    fc.property(anyPipeline, (variables) => {
      const reached = jobsFor(pipeline, variables).filter((name) => secret.has(name));
      const allowed =
        ["schedule", "trigger", "web"].includes(variables.CI_PIPELINE_SOURCE) &&
        variables.CI_COMMIT_BRANCH === "main" &&
        variables.CI_COMMIT_REF_PROTECTED === "true";
      return allowed || reached.length === 0;
    }),
    { numRuns: 5_000 },
  );
});

test("a job with a secret does not lean on the workflow alone: its own rules want a protected ref", () => {
  for (const job of pipeline.jobs.filter(usesSecrets)) {
    expect(job.rules?.length, job.name).toBeGreaterThan(0);
    for (const rule of job.rules ?? [])
      expect(rule.if, job.name).toContain('$CI_COMMIT_REF_PROTECTED == "true"');
  }
});

test("every job that writes is alone in its resource group and is never interrupted", () => {
  const writers = pipeline.jobs.filter((job) =>
    runsOf(job).some((run) => run !== "incoming-requests"),
  );
  expect(writers.map((job) => job.name).sort()).toEqual(
    [...LIFE, "policy-preview", "triage"].sort(),
  );
  for (const job of writers) {
    expect(job.resource_group, job.name).toMatch(/^[a-z-]+$/);
    expect(job.interruptible, job.name).toBe(false);
  }
});

test("jobs that change the same requests share one resource group", () => {
  expect(["requests", "publish", "hand-over"].map((name) => named(name).resource_group)).toEqual([
    "requests",
    "requests",
    "requests",
  ]);
});

test("the pipelines run every job of the product, and no other", () => {
  const run = new Set(pipeline.jobs.flatMap(runsOf));
  expect([...run].sort()).toEqual(Object.keys(JOBS).sort());
});

test("logs are read with the read-only token, and the artefact key's job reads none", () => {
  expect(named("log-dive").script).toEqual([
    'mkdir -p .seclog && (umask 077 && printf %s "$SECLOG_GOOGLE_ID_TOKEN" > .seclog/google-id-token)',
    'SECLOG_TOKEN="$SECLOG_READ_TOKEN" npx seclog run log-dive',
  ]);
  expect(named("log-dive").environment?.name).toBe("log-dive");
  expect(named("hand-over").environment?.name).toBe("hand-over");
  const diving = pipeline.jobs.filter((job) => runsOf(job).includes("log-dive"));
  expect(diving.map((job) => job.name)).toEqual(["log-dive"]);
});

test("nothing that a person can write reaches a shell", () => {
  const used = pipeline.jobs.flatMap((job) =>
    linesOf(job).flatMap((line) => [...line.matchAll(/\$(?:\{|\[\[)?\s*(\w+)/g)].map((m) => m[1])),
  );
  // Both are made by GitLab.
  expect([...new Set(used)].sort()).toEqual(["SECLOG_GOOGLE_ID_TOKEN", "SECLOG_READ_TOKEN"]);
  expect(pipeline.jobs.flatMap(linesOf).filter((line) => /\$\(|`|eval/.test(line))).toEqual([]);
});

test("jobs with a secret install what is locked, without install scripts and development packages", () => {
  for (const job of pipeline.jobs.filter(usesSecrets))
    expect(job.before_script, job.name).toEqual(["npm ci --omit=dev --ignore-scripts"]);
  for (const job of pipeline.jobs.filter((one) => !usesSecrets(one)))
    expect(job.before_script, job.name).toEqual(["npm ci --ignore-scripts"]);
});

test("each stage of a request's life waits for the one before it", () => {
  expect(LIFE.map((name) => pipeline.stages.indexOf(named(name).stage ?? ""))).toEqual([
    1, 2, 3, 4,
  ]);
  expect(LIFE.map((name) => named(name).needs)).toEqual([
    undefined,
    ["requests"],
    ["log-dive"],
    ["publish"],
  ]);
});
