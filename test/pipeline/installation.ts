// An installation of the product as docs/setup.md describes it, in a sandbox GitLab: teams, keys, facts, logs, tokens.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import { parseDocument } from "yaml";
import * as z from "zod";
import { newIdentity } from "../../scripts/adapters/artefact/seal.ts";
import { createJobToken } from "../sandbox/factory.ts";
import { writeArchive } from "../sandbox/log-archive.ts";
import { type Sandbox, startSandbox } from "../sandbox/start.ts";
import type { PipelineListener } from "../sandbox/state.ts";
import { type Checkout, checkOut, OFFLINE_PIPELINE } from "./local-runner.ts";
import type { Variables } from "./rule-expression.ts";

export const TRACKER = "sec/seclog";
/** A word of the request that must never be printed. */
export const SECRET_WORD = "Kingfisher";

export type Installation = {
  readonly sandbox: Sandbox;
  readonly checkout: Checkout;
  /** Folder for files of the test; goes away with the installation. */
  readonly work: string;
  /** Opens what was sealed for Support. */
  readonly supportIdentity: string;
  /** Calls the API of the tracker as this user; the parsed answer. @throws Error when GitLab refuses */
  readonly call: (as: string, method: string, path: string, body?: object) => Promise<unknown>;
  /** What GitLab gives to the jobs of a pipeline on main. */
  readonly variables: (source: string) => Variables;
  readonly remove: () => Promise<void>;
};

/** Midnight UTC so many days from today. */
export const day = (days: number): string =>
  `${Temporal.Now.plainDateISO("UTC").add({ days })}T00:00:00Z`;

/** A whole form; the archive's incident lies in the days from `from` to yesterday. */
export const form = (from: string): string => `<!-- seclog:form information_request v1 -->
### Account

acme-corp

### Deployment

GitLab.com

### From

${from}

### To

${day(-1)}

### Groups

acme-corp/payments

### Projects

acme-corp/payments/api

### Event types

project_access_token_created
deploy_key_added

### Log sources

application

### Personal data needed

no

### Complex

no

### Why the Audit Events are not enough

The owner who can see them has left.

### Exception requested

no

### Audit Events checked

yes

### Anything else

The incident is called ${SECRET_WORD}.
`;

const FACTS = {
  namespace_exists: true,
  plan: "ultimate",
  trial: false,
  paying: true,
  support_plan: "standard",
  deployment: "gitlab.com",
  requester_owns_account: true,
  resources_owned: "all",
  author_is_team_member: true,
  inventory: {
    groups: { "acme-corp": 12345, "acme-corp/payments": 12346 },
    projects: { "acme-corp/payments/api": 9001 },
    users: {},
  },
};

type Keys = Readonly<Record<"job" | "sirt" | "support", Awaited<ReturnType<typeof newIdentity>>>>;

/** Sets everything up; `onPipeline` is told of each pipeline that GitLab makes. */
export async function install(onPipeline?: PipelineListener): Promise<Installation> {
  const work = mkdtempSync(join(tmpdir(), "seclog-installation-"));
  mkdirSync(join(work, "facts"));
  writeFileSync(join(work, "facts/acme-corp.json"), JSON.stringify(FACTS));
  const keys: Keys = {
    job: await newIdentity(),
    sirt: await newIdentity(),
    support: await newIdentity(),
  };
  await writeArchive(join(work, "logs"), {
    seed: 7,
    from: day(-6).slice(0, 10),
    days: 6,
    linesPerDay: 30,
    tornOneIn: 0,
  });
  const checkout = checkOut(OFFLINE_PIPELINE, (directory) => configure(directory, keys));
  const sandbox = await startSandbox(onPipeline === undefined ? {} : { onPipeline });
  const tokenOf = (username: string): string => {
    const user = sandbox.users.find((one) => one.username === username);
    if (user === undefined) throw new Error(`the sandbox has no user ${username}`);
    return user.token;
  };
  const secrets = {
    SECLOG_TOKEN: tokenOf("seclog-bot"),
    SECLOG_READ_TOKEN: await readToken(sandbox, tokenOf("root")),
    CI_JOB_TOKEN: jobToken(sandbox),
    SECLOG_ACCOUNTS: `file:${join(work, "facts")}`,
    SECLOG_LOG_STORE: `file:${join(work, "logs")}`,
    SECLOG_PSEUDONYM_KEY: "0123456789abcdef0123456789abcdef",
    SECLOG_ARTEFACT_KEY: keys.job.identity,
    SECLOG_MARKER_KEY: "fedcba9876543210fedcba9876543210",
  };
  return {
    sandbox,
    checkout,
    work,
    supportIdentity: keys.support.identity,
    call: (as, method, path, body) =>
      callApi(`${sandbox.url}/api/v4/projects/${encodeURIComponent(TRACKER)}${path}`, {
        method,
        token: tokenOf(as),
        body,
      }),
    variables: (source) => ({
      CI_PIPELINE_SOURCE: source,
      CI_COMMIT_BRANCH: "main",
      CI_DEFAULT_BRANCH: "main",
      CI_COMMIT_REF_PROTECTED: "true",
      CI_SERVER_URL: sandbox.url,
      CI_PROJECT_PATH: TRACKER,
      ...secrets,
    }),
    remove: async () => {
      await sandbox.close();
      checkout.remove();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** Fills in teams and keys. No wait after a push, since the test cannot let time pass. */
function configure(directory: string, keys: Keys): void {
  edit(join(directory, "policies/teams.yaml"), {
    ...Object.fromEntries(
      ["legal", "security", "support", "sirt"].map((team) => [`groups.${team}`, [`sec/${team}`]]),
    ),
    "recipients.reviewers": [keys.job.recipient],
    "recipients.evidence": [keys.sirt.recipient],
    "recipients.hand_over": [keys.support.recipient],
  });
  edit(join(directory, "policies/review.yaml"), { settle_after_push: "PT0S" });
}

function edit(file: string, values: Readonly<Record<string, unknown>>): void {
  const document = parseDocument(readFileSync(file, "utf8"));
  for (const [path, value] of Object.entries(values)) document.setIn(path.split("."), value);
  writeFileSync(file, document.toString());
}

async function readToken(sandbox: Sandbox, admin: string): Promise<string> {
  const bot = sandbox.users.find(({ username }) => username === "seclog-bot");
  const made = await callApi(`${sandbox.url}/api/v4/users/${bot?.id}/personal_access_tokens`, {
    method: "POST",
    token: admin,
    body: { name: "read", scopes: ["read_api"], expires_at: day(30).slice(0, 10) },
  });
  return z.looseObject({ token: z.string() }).parse(made).token;
}

function jobToken({ state }: Sandbox): string {
  const bot = state.userNamed("seclog-bot");
  const project = state.project(TRACKER);
  if (bot === undefined || project === undefined) throw new Error("the sandbox lacks the tracker");
  return createJobToken(state, bot, project).value;
}

async function callApi(
  url: string,
  { method, token, body }: { method: string; token: string; body?: object | undefined },
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { "private-token": token, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}
