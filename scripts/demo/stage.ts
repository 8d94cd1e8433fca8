// The stage of the demo: a sandbox GitLab with its people, a log archive, account facts, keys, and policies that name them.
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_ARCHIVE, writeArchive } from "../../test/sandbox/log-archive.ts";
import { type Sandbox, startSandbox } from "../../test/sandbox/start.ts";
import { newIdentity } from "../adapters/artefact/seal.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";

export type Stage = {
  readonly sandbox: Sandbox;
  readonly directory: string;
  /** Environment of every job; the token is the bot's. */
  readonly environment: Readonly<Record<string, string>>;
  /** Opens what was sealed for Support. */
  readonly supportIdentity: string;
  readonly archive: { readonly files: number; readonly lines: number };
  /** Stops the sandbox and removes everything. */
  readonly close: () => Promise<void>;
};

export const TRACKER = "sec/seclog";

/** Sets everything up in a temporary directory; nothing of the repository is changed. */
export async function setStage(options: { readonly port: number }): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), "seclog-demo-"));
  const archiveDirectory = join(directory, "archive");
  const archive = await writeArchive(archiveDirectory, DEMO_ARCHIVE);
  const [reviewers, evidence, support] = await Promise.all([
    newIdentity(),
    newIdentity(),
    newIdentity(),
  ]);
  const sandbox = await startSandbox({ port: options.port });
  const policies = await policiesFor(directory, {
    reviewers: [reviewers.recipient],
    evidence: [evidence.recipient],
    hand_over: [support.recipient],
  });
  const accounts = join(directory, "accounts");
  await mkdir(accounts);
  await writeFile(join(accounts, "acme-corp.json"), JSON.stringify(ACME_FACTS, null, 2));
  const bot = sandbox.users.find(({ username }) => username === "seclog-bot");
  if (bot === undefined) throw new Error("the sandbox has no seclog-bot");
  return {
    sandbox,
    directory,
    supportIdentity: support.identity,
    archive,
    close: async () => {
      await sandbox.close();
      await rm(directory, { recursive: true, force: true });
    },
    environment: {
      GITLAB_URL: sandbox.url,
      SECLOG_TOKEN: bot.token,
      SECLOG_PROJECT: TRACKER,
      SECLOG_ACCOUNTS: `file:${accounts}`,
      SECLOG_LOG_STORE: `file:${archiveDirectory}`,
      SECLOG_ARTEFACT_KEY: reviewers.identity,
      SECLOG_MARKER_KEY: randomBytes(32).toString("hex"),
      SECLOG_POLICIES: policies,
      SECLOG_WORK: join(directory, "work"),
    },
  };
}

/** What the system of record says of the customer. */
export const ACME_FACTS = {
  namespace_exists: true,
  canonical_path: "acme-corp",
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
    users: { "acme-jdoe": 501 },
  },
};

/** The repository's own policies; only the teams, the keys and the projects are the sandbox's. */
async function policiesFor(
  directory: string,
  recipients: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const policies = join(directory, "policies");
  await cp(POLICY_FOLDER, policies, { recursive: true });
  const teams = {
    apiVersion: "v1",
    kind: "team_policy",
    groups: {
      legal: ["sec/legal"],
      security: ["sec/security"],
      support: ["sec/support"],
      sirt: ["sec/sirt"],
    },
    mentions: {
      support: "@sec/support",
      sirt: "@sec/sirt",
      legal: "@sec/legal",
      reviewers: "@sec/legal",
    },
    recipients,
  };
  await writeFile(join(policies, "teams.yaml"), JSON.stringify(teams));
  const projects = await readFile(join(policies, "projects.yaml"), "utf8");
  await writeFile(
    join(policies, "projects.yaml"),
    projects.replace("gap: this", "gap: sec/gap-tracker"),
  );
  return policies;
}
