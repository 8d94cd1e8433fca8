// The settings of an installation as doctor asks for them: one question a kind, nothing is written.
import type {
  Account,
  ApprovalSettings,
  Hook,
  Instance,
  Label,
  ProjectSettings,
  Protection,
  Schedule,
  Token,
  Trigger,
  Variable,
} from "../domain/doctor/installation.ts";
import type { ProjectRef } from "./forge.ts";

/** Every method throws when GitLab refuses; `approvals` is null where the tier has none. */
export type SettingsReader = {
  readonly project: (project: ProjectRef) => Promise<ProjectSettings>;
  readonly protections: (project: ProjectRef) => Promise<readonly Protection[]>;
  readonly token: () => Promise<Token>;
  readonly account: () => Promise<Account>;
  /** Names and flags; the values are dropped as they are read. */
  readonly variables: (project: ProjectRef) => Promise<readonly Variable[]>;
  readonly approvals: (project: ProjectRef) => Promise<ApprovalSettings | null>;
  readonly schedules: (project: ProjectRef) => Promise<readonly Schedule[]>;
  readonly hooks: (project: ProjectRef) => Promise<readonly Hook[]>;
  readonly triggers: (project: ProjectRef) => Promise<readonly Trigger[]>;
  /** True when only listed projects may use their job tokens here. */
  readonly jobTokenLimited: (project: ProjectRef) => Promise<boolean>;
  /** Its own and those of the groups above it. */
  readonly labels: (project: ProjectRef) => Promise<readonly Label[]>;
  /** How many active people are behind `@name`: one user, or the members of a group. */
  readonly peopleBehind: (name: string) => Promise<number>;
  readonly instance: () => Promise<Instance>;
};
