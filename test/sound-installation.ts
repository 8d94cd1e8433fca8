// Makes the demo's stage the installation that docs/setup.md describes, through the API as its people would.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readYaml } from "../scripts/adapters/yaml-file.ts";
import type { Command } from "../scripts/commands/command.ts";
import { command as doctorCommand } from "../scripts/commands/doctor.ts";
import { command as runCommand } from "../scripts/commands/run.ts";
import { type Stage, setStage, TRACKER } from "../scripts/demo/stage.ts";
import type { DoctorFinding } from "../scripts/domain/doctor/check.ts";
import { LabelPolicy } from "../scripts/domain/policy/team-policies.ts";
import { createToken } from "./sandbox/factory.ts";
import { restoreSnapshot, takeSnapshot } from "./sandbox/snapshot.ts";

export const NOW = "2026-11-20T09:00:00Z";
export const API = `/projects/${encodeURIComponent(TRACKER)}`;
const ENDS = "2027-05-01";
const BOT = "seclog-bot";

export type Installed = {
  readonly stage: Stage;
  readonly call: Call;
  /** What `seclog doctor --json` prints; `env` besides that of the stage. */
  readonly doctor: (env?: Env) => Promise<Examined>;
  /** `seclog run <jobs>`; what it said, and what reached GitLab. */
  readonly run: (jobs: readonly string[], env?: Env) => Promise<Ran>;
  /** Rewrites a file of the policies. */
  readonly editPolicy: (name: string, edit: (text: string) => string) => Promise<void>;
  /** Puts everything back as it was when it was sound. */
  readonly mend: () => Promise<void>;
  /** What doctor said of the stage before anything was set up on it. */
  readonly asItStarts: Examined;
  /** The token of the job that reads logs. */
  readonly readToken: string;
};
type Env = Readonly<Record<string, string>>;
type Ran = { readonly exit: number; readonly complaints: string; readonly writes: number };
/** Asks the API as this user; null when there is no answer but yes. @throws Error when GitLab refuses */
type Call = (as: string, method: string, path: string, body?: object) => Promise<unknown>;
type Examined = { readonly exit: number; readonly findings: readonly DoctorFinding[] };

/** The stage with every setting of docs/setup.md; its clock stands at {@link NOW}. */
export async function installSoundly(): Promise<Installed> {
  const stage = await setStage({ port: 0 });
  const { state, users, url } = stage.sandbox;
  state.setClock(NOW);
  const call: Call = async (as, method, path, body) => {
    const token = users.find(({ username }) => username === as)?.token ?? "";
    const answer = await fetch(`${url}/api/v4${path}`, {
      method,
      headers: { "private-token": token, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
  const user = state.userNamed(BOT);
  if (user === undefined) throw new Error(`the sandbox has no ${BOT}`);
  for (const token of state.tokens) if (token.userId === user.id) token.expiresAt = ENDS;
  const readToken = createToken(state, {
    kind: "personal",
    userId: user.id,
    scopes: ["read_api"],
    expiresAt: ENDS,
  });
  for (const schedule of state.project(TRACKER)?.schedules ?? []) schedule.createdAt = NOW;
  const asItStarts = await doctorOf(stage.environment);
  await protectBranches(call, user.id);
  await wakeByWebhooks(call, url);
  await makeLabels(call, stage);
  for (const { id } of state.project(TRACKER)?.schedules ?? [])
    await call(BOT, "POST", `${API}/pipeline_schedules/${id}/play`);
  const sound = takeSnapshot(state);
  const policies = stage.environment["SECLOG_POLICIES"] ?? "";
  const edited = new Map<string, string>();
  const base = { ...stage.environment, SECLOG_READ_TOKEN: readToken.value };
  return {
    stage,
    call,
    readToken: readToken.value,
    asItStarts,
    editPolicy: async (name, edit) => {
      const file = join(policies, name);
      const text = await readFile(file, "utf8");
      if (!edited.has(file)) edited.set(file, text);
      await writeFile(file, edit(text));
    },
    mend: async () => {
      restoreSnapshot(state, sound);
      for (const [file, text] of edited) await writeFile(file, text);
      edited.clear();
    },
    doctor: (env = {}) => doctorOf({ ...base, ...env }),
    run: async (jobs, env = {}) => {
      const before = state.writes.length;
      const { exit, complaints } = await perform(runCommand, { ...base, ...env }, jobs);
      return { exit, complaints, writes: state.writes.length - before };
    },
  };
}

/** Step 6. */
async function protectBranches(call: Call, bot: number): Promise<void> {
  const alone = [{ user_id: bot }];
  for (const name of ["main", "custody"])
    await call("root", "DELETE", `${API}/protected_branches/${name}`);
  await call("root", "POST", `${API}/protected_branches`, {
    name: "main",
    push_access_level: 0,
    allowed_to_merge: [{ access_level: 40 }, ...alone],
    code_owner_approval_required: true,
  });
  for (const name of ["custody", "request/*"])
    await call("root", "POST", `${API}/protected_branches`, {
      name,
      allowed_to_push: alone,
      allowed_to_merge: alone,
    });
}

/** Step 8. */
async function wakeByWebhooks(call: Call, gitlab: string): Promise<void> {
  const trigger = await call(BOT, "POST", `${API}/triggers`, { description: "wake" });
  const url = `${gitlab}/api/v4/projects/1/ref/main/trigger/pipeline?token={token}`;
  const template = '{"object_kind": "issue"}';
  await call(BOT, "POST", `${API}/hooks`, {
    url,
    url_variables: [{ key: "token", value: (trigger as { token: string }).token }],
    custom_webhook_template: template,
    push_events: false,
    issues_events: true,
    confidential_issues_events: true,
    note_events: true,
    confidential_note_events: true,
  });
}

async function makeLabels(call: Call, stage: Stage): Promise<void> {
  const file = join(stage.environment["SECLOG_POLICIES"] ?? "", "labels.yaml");
  const policy = readYaml(await readFile(file), file, LabelPolicy);
  if (!policy.ok) throw new Error("the labels cannot be read");
  for (const label of policy.value.labels) await call("root", "POST", `${API}/labels`, label);
}

async function doctorOf(env: Env): Promise<Examined> {
  const { exit, out, complaints } = await perform(doctorCommand, env, []);
  if (out === "") throw new Error(complaints);
  return { exit, findings: JSON.parse(out).findings };
}

async function perform(
  command: Command,
  env: Env,
  words: readonly string[],
): Promise<{ readonly exit: number; readonly out: string; readonly complaints: string }> {
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
      env,
      now: NOW,
      interactive: false,
      signal: new AbortController().signal,
    },
    { json: true },
    words,
  );
  return { exit, out, complaints };
}
