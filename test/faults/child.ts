// A job in a process of its own, to be killed: environment, job and moment come as JSON in the first argument.
import { readSettings } from "../../scripts/open-world.ts";
import { runJob } from "./rig.ts";
import type { Job } from "./story.ts";

const { env, job, now } = JSON.parse(process.argv[2] ?? "") as {
  readonly env: Readonly<Record<string, string>>;
  readonly job: Job;
  readonly now: string;
};
const settings = await readSettings(env["SECLOG_POLICIES"] ?? "");
const { failures } = await runJob(env, settings, job, now, {});
process.exitCode = failures.length === 0 ? 0 : 1;
