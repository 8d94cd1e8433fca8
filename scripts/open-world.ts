// Builds the World of one run from the environment and the flags: the only place where the adapters are chosen.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { accountsFrom } from "./adapters/accounts.ts";
import { sealForHandOver } from "./adapters/artefact/hand-over.ts";
import { sha256 } from "./adapters/digest.ts";
import { createCollector } from "./adapters/dive/collector.ts";
import { DIVE_LIMITS } from "./adapters/dive/reading.ts";
import { type Environment, readEnvironment } from "./adapters/environment.ts";
import { loadEventTypes } from "./adapters/event-types.ts";
import {
  type ConnectionOptions,
  connectGitLab,
  type GitLabConnection,
} from "./adapters/gitlab/connection.ts";
import { GitLabError } from "./adapters/gitlab/gitlab-error.ts";
import { createInventory } from "./adapters/gitlab/inventory.ts";
import { createReader } from "./adapters/gitlab/reader.ts";
import { createSettingsReader } from "./adapters/gitlab/settings-reader.ts";
import { createWriter } from "./adapters/gitlab/writer.ts";
import { loadLogProfiles } from "./adapters/log-profiles.ts";
import { openLogStore } from "./adapters/log-stores/store-url.ts";
import { signWith } from "./adapters/marker-key.ts";
import { loadPolicies, readChangedPolicies } from "./adapters/policy-folder.ts";
import { POLICY_FOLDER } from "./adapters/policy-path.ts";
import { masterKey, pseudonymsFor } from "./adapters/pseudonym.ts";
import { templatesIn } from "./adapters/template.ts";
import { issueHint } from "./adapters/wake-up.ts";
import type { Terminal } from "./commands/command.ts";
import { destinationOf, placeOf } from "./destination.ts";
import type { DoctorFinding } from "./domain/doctor/check.ts";
import { diagnose } from "./domain/doctor/diagnosis.ts";
import type { EventTypeCatalogue } from "./domain/event-type.ts";
import { sourcesOf } from "./domain/information-request/request-scope.ts";
import type { LogProfile } from "./domain/log-profile.ts";
import type { Sign } from "./domain/note-marker.ts";
import type { Allowed } from "./domain/outgoing-text.ts";
import type { Action } from "./domain/plan.ts";
import type { Policies } from "./domain/policy/policies.ts";
import { MOST_PAST_REQUESTS } from "./domain/policy/preview.ts";
import { declaredBy, inspectBeforeRun } from "./inspect.ts";
import type { Reading } from "./job-list.ts";
import { checkedWriter } from "./last-check.ts";
import { tellMadeLabels } from "./made-labels.ts";
import { observeRequests } from "./observe.ts";
import { pastRequestsOf } from "./past-requests.ts";
import type { Accounts } from "./ports/accounts.ts";
import type { Collector } from "./ports/collector.ts";
import type { ForgeWriter } from "./ports/forge.ts";
import type { World } from "./world.ts";

export type Flags = {
  readonly gitlab: string | null;
  readonly project: string | null;
  readonly issue: number | null;
};
export type Opened = Reading & {
  readonly ok: true;
  readonly writer: ForgeWriter;
  /** Settings of the project under which no run may act; asked for anew. */
  readonly dangers: () => Promise<readonly DoctorFinding[]>;
  /** Lines about labels that GitLab had to make for these writes. */
  readonly madeLabels: (done: readonly Action[]) => Promise<readonly string[]>;
  /** Requests sent to GitLab so far. */
  readonly requests: () => number;
};

/** The policies of the folder, read once; profiles and catalogue when they are first asked for. */
export type Settings = {
  /** Where they were read from. */
  readonly folder: string;
  readonly policies: Policies;
  readonly profiles: () => Promise<ReadonlyMap<string, LogProfile>>;
  readonly eventTypes: () => Promise<EventTypeCatalogue>;
};

/** How the run reaches GitLab and waits for it; a test gives it a clock that need not be waited for. */
export type Wire = Pick<ConnectionOptions, "clock" | "deadlineMs" | "fetch" | "random">;

export async function readSettings(folder: string): Promise<Settings> {
  return {
    folder,
    policies: await loadPolicies(folder),
    profiles: once(() => loadLogProfiles(folder)),
    eventTypes: once(() => loadEventTypes(folder)),
  };
}

/** Each template is compiled once, however many runs this process makes. */
const render = templatesIn(fileURLToPath(new URL("../templates", import.meta.url)));
const NO_ACCOUNTS =
  "SECLOG_ACCOUNTS is not set (https://… or file:DIR): no fact of an account can be read, so no request is accepted";

/**
 * @param given settings that were read already, for many runs in one process
 * @returns the opened world, or every fault of flags and environment in one list. Throws when GitLab cannot be read.
 */
export async function openWorld(
  terminal: Terminal,
  flags: Flags,
  given?: Settings,
  wire: Wire = {},
): Promise<Opened | { readonly ok: false; readonly faults: readonly string[] }> {
  const env = readEnvironment(terminal.env);
  const destination = destinationOf(env, flags);
  if (!destination.ok) return destination;
  const { url, tracker, token } = destination;
  const settings = given ?? (await readSettings(env.SECLOG_POLICIES ?? POLICY_FOLDER));
  const connection = connectGitLab({ ...wire, url, token, signal: terminal.signal });
  const sign = signWith(env.SECLOG_MARKER_KEY);
  const world = await readWorld(terminal, env, settings, connection, tracker, sign).catch(
    (error: unknown) => {
      if (!(error instanceof GitLabError)) throw error;
      const { host } = new URL(url);
      throw new Error(`GitLab at ${host} could not be read, nothing was done: ${error.message}`);
    },
  );
  const only = flags.issue ?? (await issueHint(env.TRIGGER_PAYLOAD));
  return {
    ok: true,
    world,
    observe: () => observeRequests(world, only),
    writer: checkedWriter(writerFor(env, connection, url, tracker), meantBy(world)),
    madeLabels: (done) => tellMadeLabels(done, createSettingsReader(connection), tracker),
    dangers: () => readDangers(connection, settings.policies, tracker, terminal.now),
    requests: () => connection.requests.count,
  };
}

async function readDangers(
  connection: GitLabConnection,
  policies: Policies,
  tracker: string,
  now: string,
): Promise<readonly DoctorFinding[]> {
  const seen = await inspectBeforeRun({
    settings: createSettingsReader(connection),
    tracker,
    artefactProject: placeOf(policies, "artefacts", tracker),
    declared: declaredBy(policies, now, null),
  });
  return diagnose(seen).filter(({ severity }) => severity === "dangerous");
}

async function readWorld(
  terminal: Terminal,
  env: Environment,
  settings: Settings,
  connection: GitLabConnection,
  tracker: string,
  sign: Sign,
): Promise<World> {
  const { policies, profiles } = settings;
  const forge = createReader(connection);
  const [bot, trackerProject, artefactProject] = await Promise.all([
    forge.currentUser(),
    forge.project(tracker),
    forge.project(placeOf(policies, "artefacts", tracker)),
  ]);
  const workDirectory = env.SECLOG_WORK ?? ".seclog/work";
  const accounts = accountsOf(env, connection, terminal, profiles);
  return {
    now: terminal.now,
    bot,
    tracker: trackerProject,
    gapProject: placeOf(policies, "gap", tracker),
    artefactProject,
    forge,
    accounts,
    policies,
    profiles,
    eventTypes: settings.eventTypes,
    policiesWith: (changed) => readChangedPolicies(settings.folder, changed),
    pastRequests: once(() => pastRequestsOf(forge, tracker, MOST_PAST_REQUESTS)),
    digest: sha256,
    sign,
    render,
    collector: () => collectorFor({ terminal, env, policies, profiles, workDirectory }),
    sealForHandOver: (artefact) =>
      sealForHandOver(artefact, {
        forge,
        project: artefactProject.path,
        identity: env.SECLOG_ARTEFACT_KEY,
        recipients: policies.teams.recipients.hand_over,
        workDirectory,
      }),
  };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

function accountsOf(
  env: Environment,
  connection: GitLabConnection,
  terminal: Terminal,
  profiles: Settings["profiles"],
): Accounts {
  if (env.SECLOG_ACCOUNTS === undefined) terminal.complain(`${NO_ACCOUNTS}\n`);
  return accountsFrom(env.SECLOG_ACCOUNTS ?? null, {
    ...(env.SECLOG_ACCOUNTS_TOKEN === undefined ? {} : { token: env.SECLOG_ACCOUNTS_TOKEN }),
    inventory: createInventory(connection),
    logSourcesOf: async (eventTypes) => sourcesOf(eventTypes, (await profiles()).values()),
    signal: terminal.signal,
  });
}

type CollectorParts = {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly policies: Policies;
  readonly profiles: () => Promise<ReadonlyMap<string, LogProfile>>;
  readonly workDirectory: string;
};

async function collectorFor(parts: CollectorParts): Promise<Collector> {
  const { terminal, env, policies, profiles, workDirectory } = parts;
  if (env.SECLOG_LOG_STORE === undefined)
    throw new Error("SECLOG_LOG_STORE is not set: it says where the logs are (file:DIR)");
  const { recipients } = policies.teams;
  if (recipients.reviewers.length === 0 || recipients.evidence.length === 0)
    throw new Error(
      "no log is read before policies/teams.yaml names age recipients for reviewers and evidence",
    );
  const collected = join(workDirectory, "collected");
  await rm(collected, { recursive: true, force: true });
  const key = await masterKey(env.SECLOG_PSEUDONYM_KEY, join(workDirectory, "pseudonym.key"));
  const collector = createCollector({
    store: await openLogStore(env.SECLOG_LOG_STORE, env),
    profiles: [...(await profiles()).values()],
    directoryOf: (id) => join(collected, id),
    pseudonymsOf: (id) => pseudonymsFor(key, id),
    codeSha: env.CI_COMMIT_SHA ?? "unknown",
    now: terminal.now,
    keepFor: policies.handOver.artefact_expires_after,
    recipients,
    limits: DIVE_LIMITS,
    onProgress: () => {},
    signal: terminal.signal,
  });
  return { ...collector, seal: (dive) => sealAndForget(collector, dive) };
}

/** Runners keep their working copies: rows in clear stay on the disk no longer than sealing takes, however it ends. */
async function sealAndForget(
  collector: Collector,
  dive: Parameters<Collector["seal"]>[0],
): ReturnType<Collector["seal"]> {
  try {
    return await collector.seal(dive);
  } finally {
    await rm(dive.directory, { recursive: true, force: true });
  }
}

/** What the templates mean to act: the mentions of the policy, and links into the projects of this installation. */
function meantBy({ artefactProject, gapProject, policies, tracker }: World): Allowed {
  const root = tracker.webUrl.slice(0, -tracker.path.length);
  return {
    mentions: Object.values(policies.teams.mentions).filter((mention) => mention !== null),
    urls: [tracker.webUrl, artefactProject.webUrl, `${root}${gapProject}`],
  };
}

/** The job that reads logs has a token that cannot write; it stores its artefact with the token of the CI job. */
function writerFor(
  env: Environment,
  connection: GitLabConnection,
  url: string,
  tracker: string,
): ForgeWriter {
  const writer = createWriter(connection, tracker);
  if (env.CI_JOB_TOKEN === undefined) return writer;
  const packages = createWriter(
    connectGitLab({ url, token: env.CI_JOB_TOKEN, tokenKind: "job" }),
    tracker,
  );
  return {
    perform: (action) => (action.kind === "publish-package" ? packages : writer).perform(action),
  };
}
