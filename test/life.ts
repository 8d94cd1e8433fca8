// A sandbox with one request in it, for whole-case tests: people act over HTTP, the pipeline's jobs run in this process.
import { command } from "../scripts/commands/run.ts";
import { demoForm } from "../scripts/demo/form.ts";
import { type Person, personAt } from "../scripts/demo/people.ts";
import { pipelineJobs } from "../scripts/demo/pipeline.ts";
import { type Stage, setStage, TRACKER } from "../scripts/demo/stage.ts";
import type { Action } from "../scripts/domain/plan.ts";

export const API = `/projects/${encodeURIComponent(TRACKER)}`;
const WINDOW = { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" };
const FILED = "2026-11-20T09:00:00Z";

/** The words of the job that decides. */
export const DECIDE = ["intake", "eligibility", "routing", "redaction", "review", "status-update"];

export type Write = { readonly method: string; readonly path: string; readonly body: string };
export type RunResult = {
  readonly exit: number;
  readonly plan: readonly Action[];
  readonly failures: readonly { readonly item: string; readonly error: string }[];
  readonly complaints: string;
  /** What reached the sandbox, refused writes too. */
  readonly writes: readonly Write[];
};
export type Life = {
  readonly stage: Stage;
  readonly person: (username: string) => Person;
  readonly form: (window?: { from: string; to: string }) => string;
  readonly at: (now: string) => void;
  readonly run: (
    jobs: readonly string[],
    options?: { readonly dryRun?: boolean; readonly env?: Readonly<Record<string, string>> },
  ) => Promise<RunResult>;
  /** All jobs of the pipeline in its order; the results by job. */
  readonly pipeline: () => Promise<ReadonlyMap<string, RunResult>>;
  readonly note: () => Promise<string>;
  readonly labels: () => Promise<readonly string[]>;
};

export async function beginLife(): Promise<Life> {
  const stage = await setStage({ port: 0 });
  const fill = await demoForm();
  let now = FILED;
  const person = (username: string): Person => {
    const user = stage.sandbox.users.find((candidate) => candidate.username === username);
    if (user === undefined) throw new Error(`the sandbox has no ${username}`);
    return personAt(stage.sandbox.url, username, user.token);
  };
  const at = (moment: string) => {
    now = moment;
    stage.sandbox.state.setClock(moment);
  };
  at(FILED);
  const run: Life["run"] = async (jobs, options = {}) => {
    const before = stage.sandbox.state.writes.length;
    let out = "";
    let complaints = "";
    const exit = await command.run(
      {
        write: (text) => {
          out += text;
        },
        complain: (text) => {
          complaints += text;
        },
        input: process.stdin,
        env: { ...stage.environment, ...options.env },
        now,
        interactive: false,
        signal: new AbortController().signal,
      },
      { json: true, "dry-run": options.dryRun === true },
      jobs,
    );
    const printed = out === "" ? { plan: [], failures: [] } : JSON.parse(out);
    return {
      exit,
      plan: printed.plan,
      failures: printed.failures,
      complaints,
      writes: stage.sandbox.state.writes.slice(before),
    };
  };
  const issueOf = (path: string) => person("sofia").get(`${API}/issues/1${path}`);
  return {
    stage,
    person,
    form: (window = WINDOW) => fill(window),
    at,
    run,
    pipeline: async () => {
      const results = new Map<string, RunResult>();
      for (const { name, words } of await pipelineJobs()) results.set(name, await run(words));
      return results;
    },
    note: async () => {
      const notes = (await issueOf("/notes?per_page=100")) as readonly {
        readonly body: string;
        readonly author: { readonly username: string };
      }[];
      const own = notes.filter(
        ({ author, body }) => author.username === "seclog-bot" && body.startsWith("<!--"),
      );
      if (own.length > 1) throw new Error("the bot wrote more than one comment");
      return own[0]?.body ?? "";
    },
    labels: async () => ((await issueOf("")) as { readonly labels: readonly string[] }).labels,
  };
}

export async function fileRequest(life: Life, more: object = {}): Promise<void> {
  await life.person("sofia").send("POST", `${API}/issues`, {
    title: "Customer incident at acme-corp",
    description: life.form(),
    confidential: true,
    ...more,
  });
}

/** A life at ten o'clock in which the artefact waits for its approvals. */
export async function beginReview(): Promise<Life> {
  const life = await beginLife();
  await fileRequest(life);
  await life.run(DECIDE);
  await life.run(["log-dive"]);
  await life.run(["redaction", "review", "status-update"]);
  life.at("2026-11-20T10:00:00Z");
  return life;
}

/** Legal and Security approve. */
export async function approve(life: Life): Promise<void> {
  for (const name of ["lena", "sam"])
    await life.person(name).send("POST", `${API}/merge_requests/1/approve`, {});
}

/** Strikes what the sandbox answers from now on; `fault` as its control surface takes it. */
export async function spoil(life: Life, fault: object): Promise<void> {
  const answer = await fetch(`${life.stage.sandbox.url}/-/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fault),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
