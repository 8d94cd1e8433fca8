// What all simulated worlds of one process share: policies, keys, forms, account facts, one sandbox application.
import { constants } from "node:fs";
import { access, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newIdentity } from "../../scripts/adapters/artefact/seal.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { ACME_FACTS } from "../../scripts/demo/stage.ts";
import { readSettings, type Settings } from "../../scripts/open-world.ts";
import { createApp } from "../sandbox/app.ts";
import type { App } from "../sandbox/http.ts";
import { State } from "../sandbox/state.ts";
import { type Forms, readForms } from "./forms.ts";
import { answerPlainly } from "./plain-fetch.ts";

export type Lab = {
  readonly state: State;
  readonly app: App;
  readonly forms: Forms;
  /** `later`: the window that may be asked for is shorter for requests filed from 21 November to the end of the year. */
  readonly settings: Readonly<Record<"first" | "later", Settings>>;
  /** Directories of the system of record, by what it says. */
  readonly accounts: Readonly<Record<"good" | "free" | "unreadable", string>>;
  readonly keys: {
    readonly reviewers: string;
    readonly support: string;
  };
  readonly directory: string;
  readonly close: () => Promise<void>;
};

export const SIMULATED_URL = "http://gitlab.invalid";
export const TRACKER = "sec/seclog";
export const GAPS = "sec/gap-tracker";

export async function openLab(): Promise<Lab> {
  const directory = await mkdtemp(join(await quickDirectory(), "seclog-simulation-"));
  const [reviewers, evidence, support] = await Promise.all([
    newIdentity(),
    newIdentity(),
    newIdentity(),
  ]);
  const recipients = {
    reviewers: [reviewers.recipient],
    evidence: [evidence.recipient],
    hand_over: [support.recipient],
  };
  answerPlainly();
  const state = new State();
  state.requestsPerMinute = Number.POSITIVE_INFINITY;
  state.inMemory = true;
  state.url = SIMULATED_URL;
  const first = withTeams(await readSettings(POLICY_FOLDER), recipients);
  const later = withTeams(await readSettings(await laterPolicies(directory)), recipients);
  return {
    state,
    app: createApp(state),
    forms: await readForms(),
    settings: { first, later },
    accounts: {
      good: await accountsIn(join(directory, "good"), {}),
      free: await accountsIn(join(directory, "free"), { plan: "free", paying: false }),
      unreadable: await accountsIn(join(directory, "unreadable"), {
        plan: null,
        requester_owns_account: null,
      }),
    },
    keys: { reviewers: reviewers.identity, support: support.identity },
    directory,
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Artefacts are synced to the disk file by file: in memory that costs nothing. */
const quickDirectory = (): Promise<string> =>
  access("/dev/shm", constants.W_OK).then(() => "/dev/shm", tmpdir);

type Recipients = Settings["policies"]["teams"]["recipients"];

/** The repository's own policies; only teams, keys and projects are the simulation's. */
function withTeams(settings: Settings, recipients: Recipients): Settings {
  const { policies } = settings;
  const groups = {
    legal: ["sec/legal"],
    security: ["sec/security"],
    support: ["sec/support"],
    sirt: ["sec/sirt"],
  };
  return {
    ...settings,
    policies: {
      ...policies,
      teams: { ...policies.teams, groups, recipients },
      projects: { ...policies.projects, gap: GAPS },
    },
  };
}

async function laterPolicies(directory: string): Promise<string> {
  const folder = join(directory, "policies");
  await cp(POLICY_FOLDER, folder, { recursive: true });
  const file = join(folder, "eligibility.yaml");
  const text = await readFile(file, "utf8");
  const dated = text.replace(
    "window: [{ from: 2000-01-01, value: P1M }]",
    "window: [{ from: 2000-01-01, value: P1M }, { from: 2026-11-21, value: P14D }, { from: 2027-01-01, value: P1M }]",
  );
  if (dated === text) throw new Error("eligibility.yaml has another limit of the window now");
  await writeFile(file, dated);
  return folder;
}

async function accountsIn(directory: string, differences: object): Promise<string> {
  await mkdir(directory);
  const facts = {
    ...ACME_FACTS,
    ...differences,
    inventory: {
      ...ACME_FACTS.inventory,
      projects: { ...ACME_FACTS.inventory.projects, "acme-corp/payments/web": 9003 },
    },
  };
  await writeFile(join(directory, "acme-corp.json"), JSON.stringify(facts));
  return `file:${directory}`;
}
