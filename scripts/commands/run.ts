// `seclog run <job…>`: one reading of GitLab, the plan of the jobs, and its writes.
import { applyPlan, type Failure } from "../apply.ts";
import { describeFinding } from "../domain/doctor/diagnosis.ts";
import { describeAction } from "../domain/plan.ts";
import { isSigning, JOBS, type JobName, planJobs } from "../job-list.ts";
import { openWorld } from "../open-world.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";

export const command: Command = {
  name: "run",
  usage: "<job…> [--issue N] [--project PATH] [--gitlab URL] [--dry-run] [--json]",
  help: `
Reads GitLab once, prints what it plans, and does it. Jobs: ${Object.keys(JOBS).join(", ")}.
Several jobs in one call share one reading; they run in the order given.

  --issue N      look at this issue only
  --project P    the tracker, where it is not the project of the pipeline
  --gitlab URL   the GitLab, where it is not the one of the pipeline
  --dry-run      print the plan and stop: exactly these writes would follow

Environment: GITLAB_URL, SECLOG_TOKEN, SECLOG_ACCOUNTS, SECLOG_MARKER_KEY; for log-dive SECLOG_LOG_STORE, for hand-over
SECLOG_ARTEFACT_KEY. docs/setup.md explains each.

Before it plans, it looks at the project's settings: where others could decide, read or act (\`seclog doctor\` calls that
dangerous), it refuses and names the reasons.

Exit codes: 0 done, 1 something failed (listed at the end), 2 bad input, 3 refused: the project is not safe to act in.`,
  options: {
    issue: { type: "string" },
    project: { type: "string" },
    gitlab: { type: "string" },
    "dry-run": { type: "boolean" },
  },
  run: async (terminal, values, positionals) => {
    const dryRun = values["dry-run"] === true;
    const fault = jobFault(positionals) ?? issueFault(values["issue"]);
    if (fault !== null) {
      terminal.complain(`seclog run: ${fault}\n`);
      return EXIT.badInput;
    }
    const opened = await openWorld(terminal, {
      gitlab: text(values["gitlab"]),
      project: text(values["project"]),
      issue: values["issue"] === undefined ? null : Number(values["issue"]),
    });
    const unsigned =
      (terminal.env["SECLOG_MARKER_KEY"] ?? "") === "" && positionals.some(isSigning);
    if (!opened.ok) {
      terminal.complain(`seclog run: ${opened.faults.join("\nseclog run: ")}\n`);
      return EXIT.badInput;
    }
    const json = values["json"] === true;
    const say = (line: string) => {
      if (!json) terminal.write(`${line}\n`);
    };
    if (unsigned) terminal.complain(`${NO_MARKER_KEY}\n`);
    const dangers = await opened.dangers();
    if (dangers.length > 0) {
      for (const danger of dangers) terminal.complain(`${describeFinding(danger)}\n`);
      terminal.complain(
        "seclog run: nothing was done, because the project is not safe to act in; `seclog doctor` shows all\n",
      );
      if (json)
        terminal.write(`${JSON.stringify({ plan: [], done: [], failures: [], dangers })}\n`);
      return EXIT.gateClosed;
    }
    const planned = await planJobs(opened, positionals as readonly JobName[], say);
    const plan = planned.groups.flatMap((group) => group.plan);
    for (const action of plan) say(`plan  ${describeAction(action)}`);
    if (plan.length === 0 && planned.failures.length === 0) say("Nothing to do.");
    const applied = dryRun
      ? { done: [], failures: [], left: [] }
      : await applyPlan(planned.groups, opened.writer, say);
    const failures = [...planned.failures, ...applied.failures];
    if (json) terminal.write(`${JSON.stringify({ plan, done: applied.done, failures })}\n`);
    for (const line of await opened.madeLabels(applied.done)) terminal.complain(`${line}\n`);
    reportFailures(terminal, failures);
    if (!json) terminal.complain(`${opened.requests()} requests to GitLab\n`);
    return failures.length === 0 ? EXIT.done : EXIT.failed;
  },
};

function reportFailures(terminal: Terminal, failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  terminal.complain(`${failures.length} failed; the next run tries again:\n`);
  for (const { item, error } of failures) terminal.complain(`  ${item}: ${error}\n`);
}

function jobFault(names: readonly string[]): string | null {
  if (names.length === 0) return `name a job: ${Object.keys(JOBS).join(", ")}`;
  const unknown = names.filter((name) => !Object.hasOwn(JOBS, name));
  if (unknown.length === 0) return null;
  return `there is no job ${unknown.map((name) => JSON.stringify(name)).join(", ")}; there are ${Object.keys(JOBS).join(", ")}`;
}

const issueFault = (issue: unknown): string | null =>
  issue === undefined || (typeof issue === "string" && /^[1-9]\d{0,7}$/.test(issue))
    ? null
    : "--issue wants the number of an issue, such as 42";

const NO_MARKER_KEY =
  "SECLOG_MARKER_KEY is not set (`openssl rand -hex 32`): the bot's comments carry no signature";

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
