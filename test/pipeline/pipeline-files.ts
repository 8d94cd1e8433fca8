// The pipeline of the repository as GitLab would put it together: includes merged, `extends` and defaults resolved.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { evaluate, type Variables } from "./rule-expression.ts";

export const ROOT = join(import.meta.dirname, "..", "..");
/** Every file that GitLab reads as pipeline configuration. */
export const PIPELINE_FILES: readonly string[] = [
  ".gitlab-ci.yml",
  ...readdirSync(join(ROOT, ".gitlab/ci")).map((file) => `.gitlab/ci/${file}`),
];
export const readPipelineFile = (file: string): unknown =>
  parse(readFileSync(join(ROOT, file), "utf8"));

const Rules = z.array(z.strictObject({ if: z.string() }));
const Job = z.looseObject({
  extends: z.string().optional(),
  stage: z.string().optional(),
  rules: Rules.optional(),
  script: z.array(z.string()).optional(),
  before_script: z.array(z.string()).optional(),
  after_script: z.array(z.string()).optional(),
  interruptible: z.boolean().optional(),
  resource_group: z.string().optional(),
  needs: z.array(z.string()).optional(),
  environment: z.looseObject({ name: z.string() }).optional(),
  variables: z.record(z.string(), z.string()).optional(),
  parallel: z.unknown().optional(),
});
export type Job = z.infer<typeof Job> & { readonly name: string };

const Root = z.looseObject({
  workflow: z.looseObject({ rules: Rules }),
  stages: z.array(z.string()),
  default: z.looseObject({ interruptible: z.boolean() }),
  include: z.array(z.strictObject({ local: z.string() })),
});
const KEYWORDS = new Set(["workflow", "stages", "default", "include", "variables"]);

export type Pipeline = {
  readonly stages: readonly string[];
  readonly included: readonly string[];
  readonly workflow: z.infer<typeof Rules>;
  readonly jobs: readonly Job[];
};

export function readPipeline(): Pipeline {
  const root = Root.parse(readPipelineFile(".gitlab-ci.yml"));
  const included = root.include.map(({ local }) => local);
  const entries = new Map(
    [".gitlab-ci.yml", ...included]
      .flatMap((file) =>
        Object.entries(z.record(z.string(), z.unknown()).parse(readPipelineFile(file))),
      )
      .filter(([name]) => !KEYWORDS.has(name))
      .map(([name, job]) => [name, Job.parse(job)]),
  );
  const jobs = [...entries.keys()]
    .filter((name) => !name.startsWith("."))
    .map((name) => ({
      interruptible: root.default.interruptible,
      ...resolve(name, entries),
      name,
    }));
  return { stages: root.stages, included, workflow: root.workflow.rules, jobs };
}

function resolve(
  name: string,
  entries: ReadonlyMap<string, z.infer<typeof Job>>,
): z.infer<typeof Job> {
  const job = entries.get(name);
  if (job === undefined) throw new Error(`no job ${name} to extend`);
  return job.extends === undefined ? job : { ...resolve(job.extends, entries), ...job };
}

/** Names of the jobs that a pipeline with these variables has; none = GitLab makes no pipeline. */
export function jobsFor({ workflow, jobs }: Pipeline, variables: Variables): readonly string[] {
  const holds = (rules: z.infer<typeof Rules>) =>
    rules.some((rule) => evaluate(rule.if, variables));
  if (!holds(workflow)) return [];
  return jobs.filter((job) => job.rules !== undefined && holds(job.rules)).map((job) => job.name);
}

/** All lines that a shell runs for a job. */
export const linesOf = (job: Job): readonly string[] => [
  ...(job.before_script ?? []),
  ...(job.script ?? []),
  ...(job.after_script ?? []),
];
