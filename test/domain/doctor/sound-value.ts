// An installation with nothing to find, as plain values.
import type {
  Hook,
  Installation,
  ProjectSettings,
  Reading,
  Readings,
  Schedule,
  TeamMember,
  Variable,
} from "../../../scripts/domain/doctor/installation.ts";

export const read = <T>(value: T): Reading<T> => ({ state: "read", value });
export const BOT = 10;

export const PROJECT: ProjectSettings = {
  path: "sec/seclog",
  visibility: "private",
  archived: false,
  defaultBranch: "main",
  issues: "enabled",
  packages: true,
  packageRegistry: "enabled",
  forking: "disabled",
  pages: "private",
  publicJobs: false,
  serviceDesk: false,
  ciConfigPath: "",
  jobTokenMayPush: false,
  variablesRole: "no_one_allowed",
  secretsInMergeRequests: false,
  ownLevel: 40,
};
export const rule = (of: {
  level?: number;
  user?: number;
  group?: number;
  deployKey?: number;
}) => ({
  level: of.level ?? 0,
  user: of.user ?? null,
  group: of.group ?? null,
  deployKey: of.deployKey ?? null,
});
const alone = (name: string) => ({
  name,
  push: [rule({ user: BOT })],
  merge: [rule({ user: BOT })],
  forcePush: false,
  codeOwners: false,
});
export const member = (id: number, more: Partial<TeamMember> = {}): TeamMember => ({
  id,
  username: `user-${id}`,
  level: 30,
  bot: false,
  active: true,
  ...more,
});
const variable = (key: string, scope: string): Variable => ({
  key,
  protected: true,
  masked: true,
  hidden: true,
  scope,
});
export const SCHEDULE: Schedule = {
  description: "Requests",
  branch: "main",
  requests: true,
  active: true,
  owner: { id: BOT, active: true },
  lastRunAt: "2026-11-20T08:50:00Z",
  createdAt: "2026-01-01T00:00:00Z",
};
export const HOOK: Hook = {
  id: 3,
  url: "https://gitlab.example.com/api/v4/projects/1/ref/main/trigger/pipeline?token={token}",
  enabled: true,
  verifiesTls: true,
  template: true,
  issues: true,
  confidentialIssues: true,
  notes: true,
  confidentialNotes: true,
  pipelines: false,
};

export const SOUND: Installation = {
  now: "2026-11-20T09:00:00Z",
  teams: {
    groups: {
      legal: ["sec/legal"],
      security: ["sec/security"],
      support: ["sec/support"],
      sirt: ["sec/sirt"],
    },
    recipients: { reviewers: ["age1job"], evidence: ["age1sirt"], hand_over: ["age1support"] },
  },
  roles: {
    legal: { required: 1, teams: ["legal"] },
    security: { required: 1, teams: ["security"] },
  },
  targetBranches: ["main"],
  labelNames: ["Stage::Review"],
  calendar: {
    apiVersion: "v1",
    kind: "calendar_policy",
    regions: {
      emea: {
        zone: "Europe/Berlin",
        holidays_of: "DE",
        business_days: ["monday"],
        opens: "09:00",
        closes: "17:00",
        holidays: [{ date: "2027-01-01", name: "New Year's Day" }],
      },
    },
  },
  projects: { gap: "sec/gaps", artefacts: "this" },
  artefactRecipient: "age1job",
  tracker: read(PROJECT),
  gap: read({ ...PROJECT, path: "sec/gaps", visibility: "public", ownLevel: 20 }),
  artefacts: read(PROJECT),
  protections: read([
    {
      name: "main",
      push: [rule({ level: 0 })],
      merge: [rule({ level: 40 }), rule({ user: BOT })],
      forcePush: false,
      codeOwners: true,
    },
    alone("custody"),
    alone("request/*"),
  ]),
  token: read({ user: BOT, scopes: ["api"], expiresAt: "2027-05-01" }),
  account: read({ id: BOT, username: "seclog-bot", bot: true, administrator: false }),
  readToken: read({ user: BOT, scopes: ["read_api"], expiresAt: null }),
  variables: read([
    variable("SECLOG_TOKEN", "*"),
    variable("SECLOG_TOKEN", "log-dive"),
    variable("SECLOG_READ_TOKEN", "log-dive"),
    variable("SECLOG_MARKER_KEY", "*"),
    variable("SECLOG_ACCOUNTS", "*"),
    variable("SECLOG_LOG_STORE", "log-dive"),
    variable("SECLOG_PSEUDONYM_KEY", "log-dive"),
    variable("SECLOG_ARTEFACT_KEY", "hand-over"),
  ]),
  approvals: read({ authorMayApprove: false, editable: false, removedOnPush: true }),
  groups: read(
    new Map([
      ["sec/legal", [member(21), member(BOT, { level: 10 })]],
      ["sec/security", [member(31)]],
      ["sec/support", [member(41)]],
      ["sec/sirt", [member(51)]],
    ]),
  ),
  codeOwners: read([{ name: "sec/security", people: 1 }]),
  schedules: read([SCHEDULE]),
  hooks: read([HOOK]),
  triggers: read([{ description: "wake", owner: { id: BOT, active: true } }]),
  jobTokenLimited: read(true),
  labels: read([{ name: "Stage::Review", described: true }]),
  instance: read({ version: "18.7.0-ee", clock: "2026-11-20T09:00:30Z" }),
};

/** The sound one with one reading's value changed. */
export function having<K extends keyof Readings>(
  key: K,
  change: (value: Readings[K]) => Readings[K],
): Installation {
  const reading = SOUND[key] as Reading<Readings[K]>;
  if (reading.state !== "read") throw new Error(`${key} is not read`);
  return { ...SOUND, [key]: read(change(reading.value)) };
}
