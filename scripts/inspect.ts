// Reads the settings of an installation into one value: all of them for doctor, the few that a run must know first.
import { GitLabError } from "./adapters/gitlab/gitlab-error.ts";
import { CODE_OWNER_PATHS, codeOwnersIn } from "./domain/doctor/code-owners.ts";
import {
  type CodeOwner,
  type Declared,
  type Groups,
  type Installation,
  NOT_ASKED,
  type Reading,
} from "./domain/doctor/installation.ts";
import type { Policies } from "./domain/policy/policies.ts";
import type { ForgeReader, ProjectRef } from "./ports/forge.ts";
import type { SettingsReader } from "./ports/settings.ts";

export type Inspection = {
  readonly settings: SettingsReader;
  readonly forge: ForgeReader;
  readonly tracker: ProjectRef;
  readonly gapProject: ProjectRef;
  readonly artefactProject: ProjectRef;
  readonly declared: Declared;
  /** Reads with SECLOG_READ_TOKEN, where the environment has it. */
  readonly readToken: Pick<SettingsReader, "token"> | null;
};

export function declaredBy(
  policies: Policies,
  now: string,
  artefactRecipient: string | null,
): Declared {
  return {
    now,
    teams: policies.teams,
    roles: policies.review.roles,
    targetBranches: policies.review.target_branches,
    labelNames: policies.labels.labels.map(({ name }) => name),
    calendar: policies.calendar,
    projects: policies.projects,
    artefactRecipient,
  };
}

/**
 * What a run asks before it decides: five requests. A token that is not let in, or into the project, is the whole answer.
 * @throws GitLabError when GitLab cannot be reached at all
 */
export async function inspectBeforeRun(
  of: Pick<Inspection, "settings" | "tracker" | "artefactProject" | "declared">,
): Promise<Installation> {
  const { settings, tracker } = of;
  const unasked = { ...of.declared, ...NOT_ASKED };
  const [account, project] = await Promise.all([
    reading(() => settings.account()),
    reading(() => settings.project(tracker)),
  ]);
  if (account.state !== "read") return { ...unasked, account };
  if (project.state !== "read") return { ...unasked, account, tracker: project };
  const [artefacts, protections, token, variables] = await Promise.all([
    of.artefactProject === tracker ? project : reading(() => settings.project(of.artefactProject)),
    reading(() => settings.protections(tracker)),
    reading(() => settings.token()),
    reading(() => settings.variables(tracker)),
  ]);
  return { ...unasked, tracker: project, artefacts, protections, token, account, variables };
}

/** Everything. @throws GitLabError when GitLab cannot be reached at all */
export async function inspectAll(of: Inspection): Promise<Installation> {
  const { settings, tracker, readToken } = of;
  const first = await inspectBeforeRun(of);
  if (first.tracker.state !== "read") return first;
  const [
    gap,
    approvals,
    groups,
    codeOwners,
    schedules,
    hooks,
    triggers,
    jobTokenLimited,
    labels,
    instance,
    readTokenSeen,
  ] = await Promise.all([
    of.gapProject === tracker ? first.tracker : reading(() => settings.project(of.gapProject)),
    reading(() => settings.approvals(tracker)),
    reading(() => readGroups(of)),
    reading(() => readCodeOwners(of)),
    reading(() => settings.schedules(tracker)),
    reading(() => settings.hooks(tracker)),
    reading(() => settings.triggers(tracker)),
    reading(() => settings.jobTokenLimited(tracker)),
    reading(() => settings.labels(tracker)),
    reading(() => settings.instance()),
    readToken === null ? NOT_ASKED.readToken : reading(() => readToken.token()),
  ]);
  return {
    ...first,
    gap,
    approvals,
    groups,
    codeOwners,
    schedules,
    hooks,
    triggers,
    jobTokenLimited,
    labels,
    instance,
    readToken: readTokenSeen,
  };
}

/** GitLab's "no" is an answer; that it could not be reached is none. */
const REFUSALS: ReadonlySet<string> = new Set([
  "unauthorised",
  "forbidden",
  "not-found",
  "wrong-shape",
]);

async function reading<T>(ask: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { state: "read", value: await ask() };
  } catch (error) {
    if (!(error instanceof GitLabError) || !REFUSALS.has(error.kind)) throw error;
    return { state: "unreadable", reason: error.reason };
  }
}

async function readGroups({ forge, declared }: Inspection): Promise<Groups> {
  const paths = [...new Set(Object.values(declared.teams.groups).flat())];
  const today = declared.now.slice(0, 10);
  return new Map(
    await Promise.all(
      paths.map(async (path) => {
        const members = await forge.groupMembers(path);
        const seen = members?.map(({ id, username, accessLevel, bot, state, expiresAt }) => ({
          id,
          username,
          level: accessLevel,
          bot,
          active: state === "active" && (expiresAt === null || expiresAt > today),
        }));
        return [path, seen ?? null] as const;
      }),
    ),
  );
}

async function readCodeOwners({
  forge,
  settings,
  tracker,
}: Inspection): Promise<readonly CodeOwner[] | null> {
  const { defaultBranch } = await forge.project(tracker);
  for (const path of CODE_OWNER_PATHS) {
    const file = await forge.file(tracker, path, defaultBranch);
    if (file === null) continue;
    const names = codeOwnersIn(file.content);
    return Promise.all(
      names.map(async (name) => ({ name, people: await settings.peopleBehind(name) })),
    );
  }
  return null;
}
