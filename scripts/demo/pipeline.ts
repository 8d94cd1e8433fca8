// Runs the jobs of the pipeline as `.gitlab/ci/information-request.yml` lists them, in this process.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { readYaml } from "../adapters/yaml-file.ts";
import { EXIT, type Terminal } from "../commands/command.ts";
import { command } from "../commands/run.ts";
import { formatFault } from "../domain/fault.ts";

const PIPELINE = new URL("../../.gitlab/ci/information-request.yml", import.meta.url);
const PipelineFile = z.record(
  z.string(),
  z.looseObject({ stage: z.string().optional(), script: z.array(z.string()).optional() }),
);
const STAGES = ["decide", "dive", "publish", "hand-over"];

export type PipelineJob = { readonly name: string; readonly words: readonly string[] };

/** The jobs in the order of their stages, with the words after `seclog run`. */
export async function pipelineJobs(): Promise<readonly PipelineJob[]> {
  const file = readYaml(await readFile(PIPELINE), fileURLToPath(PIPELINE), PipelineFile);
  if (!file.ok) throw new Error(file.errors.map(formatFault).join("\n"));
  const jobs = Object.entries(file.value)
    .filter(([name]) => !name.startsWith("."))
    .map(([name, { stage = "", script = [] }]) => ({
      name,
      stage,
      line: script.find((line) => line.includes("npx seclog run ")) ?? "",
    }));
  return jobs
    .sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage))
    .map(({ name, line }) => ({ name, words: line.replace(/^.*npx seclog run /, "").split(" ") }));
}

/** What a job printed, and whether it went well. */
export type JobRun = {
  readonly job: string;
  readonly lines: readonly string[];
  readonly ok: boolean;
};

/** Runs all jobs of one pipeline; `now` is the moment of the story. */
export async function runPipeline(
  terminal: Terminal,
  environment: Readonly<Record<string, string>>,
  now: string,
): Promise<readonly JobRun[]> {
  const runs: JobRun[] = [];
  for (const { name, words } of await pipelineJobs()) {
    const lines: string[] = [];
    const keep = (text: string) => lines.push(...text.split("\n").filter((line) => line !== ""));
    const exit = await command.run(
      { ...terminal, write: keep, complain: keep, env: environment, now },
      {},
      words,
    );
    runs.push({ job: name, lines, ok: exit === EXIT.done });
    if (exit !== EXIT.done) break;
  }
  return runs;
}
