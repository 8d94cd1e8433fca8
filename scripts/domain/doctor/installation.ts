// What doctor looks at: the settings of one installation as plain values, each read, unreadable, or not asked for.
import type { CalendarPolicy } from "../calendar.ts";
import type { ProjectPolicy, TeamPolicy } from "../policy/team-policies.ts";

/** `unreadable` = GitLab refused to tell; that is a finding of its own, and never the same as "in order". */
export type Reading<T> =
  | { readonly state: "read"; readonly value: T }
  | { readonly state: "unreadable"; readonly reason: string }
  | { readonly state: "not-asked" };

/** Attributes of a project; null = this GitLab does not say. Access levels are GitLab's words (`disabled`, `private`, …). */
export type ProjectSettings = {
  readonly path: string;
  readonly visibility: string;
  readonly archived: boolean;
  readonly defaultBranch: string;
  readonly issues: string | null;
  readonly packages: boolean | null;
  readonly packageRegistry: string | null;
  readonly forking: string | null;
  readonly pages: string | null;
  readonly publicJobs: boolean | null;
  readonly serviceDesk: boolean | null;
  /** Empty = `.gitlab-ci.yml`. */
  readonly ciConfigPath: string | null;
  readonly jobTokenMayPush: boolean | null;
  /** `no_one_allowed`, `developer`, `maintainer`, `owner`. */
  readonly variablesRole: string | null;
  readonly secretsInMergeRequests: boolean | null;
  /** Access level of the run's own user, 0 when it is no member. */
  readonly ownLevel: number;
};

/** Who may do something: a level (0 = no one), or one user, group or deploy key, then the level says nothing. */
export type AccessRule = {
  readonly level: number;
  readonly user: number | null;
  readonly group: number | null;
  readonly deployKey: number | null;
};
export type Protection = {
  /** A name, or a pattern with `*`. */
  readonly name: string;
  readonly push: readonly AccessRule[];
  readonly merge: readonly AccessRule[];
  readonly forcePush: boolean;
  readonly codeOwners: boolean;
};
export type Token = {
  readonly user: number;
  readonly scopes: readonly string[];
  /** `YYYY-MM-DD`, the day on which it ends; null = never. */
  readonly expiresAt: string | null;
};
export type Account = {
  readonly id: number;
  readonly username: string;
  readonly bot: boolean;
  readonly administrator: boolean;
};
/** A CI/CD variable without its value. */
export type Variable = {
  readonly key: string;
  readonly protected: boolean;
  readonly masked: boolean;
  readonly hidden: boolean;
  readonly scope: string;
};
/** What GitLab's own approval rules allow. */
export type ApprovalSettings = {
  readonly authorMayApprove: boolean;
  readonly editable: boolean;
  readonly removedOnPush: boolean;
};
export type TeamMember = {
  readonly id: number;
  readonly username: string;
  readonly level: number;
  readonly bot: boolean;
  /** The account is active and the membership has not ended. */
  readonly active: boolean;
};
/** Group path → its direct members; null = the group cannot be seen. */
export type Groups = ReadonlyMap<string, readonly TeamMember[] | null>;
/** An owner in CODEOWNERS, and how many active people stand behind the name. */
export type CodeOwner = { readonly name: string; readonly people: number };
export type Schedule = {
  readonly description: string;
  readonly branch: string;
  /** It runs the requests; false for one that has a SECLOG_TASK of its own. */
  readonly requests: boolean;
  readonly active: boolean;
  readonly owner: { readonly id: number; readonly active: boolean };
  /** RFC 3339; null = it has not run yet. */
  readonly lastRunAt: string | null;
  readonly createdAt: string;
};
export type Hook = {
  readonly id: number;
  readonly url: string;
  readonly enabled: boolean;
  readonly verifiesTls: boolean;
  readonly template: boolean;
  readonly issues: boolean;
  readonly confidentialIssues: boolean;
  readonly notes: boolean;
  readonly confidentialNotes: boolean;
  /** Pipeline, job or deployment events. */
  readonly pipelines: boolean;
};
export type Trigger = {
  readonly description: string;
  readonly owner: { readonly id: number; readonly active: boolean };
};
/** A label that the project may use; `described` = it has a description. */
export type Label = { readonly name: string; readonly described: boolean };
/** GitLab's version (`18.7.0-ee`) and its clock at the answer (RFC 3339; null = it did not say). */
export type Instance = { readonly version: string; readonly clock: string | null };

/** Everything that is asked of GitLab. */
export type Readings = {
  readonly tracker: ProjectSettings;
  readonly gap: ProjectSettings;
  readonly artefacts: ProjectSettings;
  readonly protections: readonly Protection[];
  readonly token: Token;
  readonly account: Account;
  /** The token of the job that reads logs, where the environment has it. */
  readonly readToken: Token;
  readonly variables: readonly Variable[];
  /** Null where the tier has no approval rules. */
  readonly approvals: ApprovalSettings | null;
  readonly groups: Groups;
  /** Null = there is no CODEOWNERS file. */
  readonly codeOwners: readonly CodeOwner[] | null;
  readonly schedules: readonly Schedule[];
  readonly hooks: readonly Hook[];
  readonly triggers: readonly Trigger[];
  /** False = any project's job token may be used here. */
  readonly jobTokenLimited: boolean;
  readonly labels: readonly Label[];
  readonly instance: Instance;
};
/** What the repository and the environment say; never unreadable. */
export type Declared = {
  /** RFC 3339. */
  readonly now: string;
  readonly teams: Pick<TeamPolicy, "groups" | "recipients">;
  readonly roles: Readonly<Record<string, { required: number; teams: readonly string[] }>>;
  readonly targetBranches: readonly string[];
  readonly labelNames: readonly string[];
  readonly calendar: CalendarPolicy;
  readonly projects: Pick<ProjectPolicy, "gap" | "artefacts">;
  /** Public key of SECLOG_ARTEFACT_KEY; null = the environment has no such key. */
  readonly artefactRecipient: string | null;
};
export type Installation = Declared & { readonly [K in keyof Readings]: Reading<Readings[K]> };

/** The sentence about a reading; null when it was not read: then another finding says so. */
export const look = <T>(reading: Reading<T>, tell: (value: T) => string | null): string | null =>
  reading.state === "read" ? tell(reading.value) : null;

/** All readings, none of them asked for. */
export const NOT_ASKED = {
  tracker: { state: "not-asked" },
  gap: { state: "not-asked" },
  artefacts: { state: "not-asked" },
  protections: { state: "not-asked" },
  token: { state: "not-asked" },
  account: { state: "not-asked" },
  readToken: { state: "not-asked" },
  variables: { state: "not-asked" },
  approvals: { state: "not-asked" },
  groups: { state: "not-asked" },
  codeOwners: { state: "not-asked" },
  schedules: { state: "not-asked" },
  hooks: { state: "not-asked" },
  triggers: { state: "not-asked" },
  jobTokenLimited: { state: "not-asked" },
  labels: { state: "not-asked" },
  instance: { state: "not-asked" },
} as const satisfies { readonly [K in keyof Readings]: Reading<Readings[K]> };
