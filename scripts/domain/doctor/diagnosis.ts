// All checks over one installation: what is dangerous, unsafe or better otherwise, and what could not be looked at.
import { BRANCH_CHECKS } from "./branch-checks.ts";
import type { Check, DoctorFinding, Severity } from "./check.ts";
import type { Installation, Readings } from "./installation.ts";
import { PEOPLE_CHECKS } from "./people-checks.ts";
import { PROJECT_CHECKS } from "./project-checks.ts";
import { REPOSITORY_CHECKS } from "./repository-checks.ts";
import { TOKEN_CHECKS } from "./token-checks.ts";
import { TRIGGER_CHECKS } from "./trigger-checks.ts";
import { VARIABLE_CHECKS } from "./variable-checks.ts";

export const CHECKS: readonly Check[] = [
  ...PROJECT_CHECKS,
  ...BRANCH_CHECKS,
  ...VARIABLE_CHECKS,
  ...TOKEN_CHECKS,
  ...PEOPLE_CHECKS,
  ...TRIGGER_CHECKS,
  ...REPOSITORY_CHECKS,
];

type Source = { readonly what: string; readonly severity: Severity; readonly fix: string };
const maintainer = (what: string): Source => ({
  what,
  severity: "unsafe",
  fix: "Make the bot Maintainer of the project (Manage → Members).",
});

/** What each reading is called, and what it means when GitLab refuses it: the first three decide whether a run may write. */
const SOURCES: { readonly [K in keyof Readings]: Source } = {
  tracker: {
    what: "the settings of the tracker",
    severity: "dangerous",
    fix: "Make the bot Maintainer of the project (Manage → Members), or correct the path in SECLOG_PROJECT.",
  },
  protections: { ...maintainer("the protected branches"), severity: "dangerous" },
  account: {
    what: "the token's user",
    severity: "dangerous",
    fix: "Make a new token as the bot: this one has ended, was revoked, or lacks the scope api (read_api for the log-dive).",
  },
  token: {
    what: "the token itself",
    severity: "unsafe",
    fix: "Use a personal access token with the scope api (read_api for the log-dive).",
  },
  readToken: {
    what: "the token SECLOG_READ_TOKEN",
    severity: "unsafe",
    fix: "Make a new one with the scope read_api, as the bot.",
  },
  gap: {
    what: "the gap project",
    severity: "unsafe",
    fix: "Make the bot Reporter of it, or change `gap` in policies/projects.yaml.",
  },
  artefacts: {
    what: "the artefact project",
    severity: "dangerous",
    fix: "Make the bot Maintainer of it, or change `artefacts` in policies/projects.yaml.",
  },
  variables: maintainer("the CI/CD variables"),
  approvals: maintainer("the approval settings"),
  groups: {
    what: "the groups of the teams",
    severity: "unsafe",
    fix: "Make the bot a guest of each group of policies/teams.yaml.",
  },
  codeOwners: maintainer("CODEOWNERS"),
  schedules: maintainer("the pipeline schedules"),
  hooks: maintainer("the webhooks"),
  triggers: maintainer("the trigger tokens"),
  jobTokenLimited: maintainer("the job token permissions"),
  labels: maintainer("the labels"),
  instance: {
    what: "the version of GitLab",
    severity: "unsafe",
    fix: "Use GitLab 17.10 or newer, and a token with the scope api.",
  },
};

function unreadable(seen: Installation): readonly DoctorFinding[] {
  return Object.entries(SOURCES).flatMap(([key, { what, severity, fix }]) => {
    const reading = seen[key as keyof Readings];
    return reading.state === "unreadable"
      ? [
          {
            id: `unreadable-${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
            severity,
            wrong: `GitLab refuses to tell ${what} (${reading.reason}).`,
            fix,
          },
        ]
      : [];
  });
}

const ORDER: readonly Severity[] = ["dangerous", "unsafe", "advice"];

/** Every finding, the worst first. What was not asked for gives none; what could not be read gives one of its own. */
export function diagnose(seen: Installation): readonly DoctorFinding[] {
  const found = CHECKS.flatMap(({ id, severity, fix, wrong }) => {
    const sentence = wrong(seen);
    if (sentence === null) return [];
    return [
      { id, severity, wrong: sentence.replace(/^[a-z]/, (letter) => letter.toUpperCase()), fix },
    ];
  });
  return [...unreadable(seen), ...found].sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  );
}

/** One finding as people read it: severity and id, what is wrong, what to do. */
export const describeFinding = ({ id, severity, wrong, fix }: DoctorFinding): string =>
  `${severity.padEnd(9)}  ${id}\n           ${wrong}\n           → ${fix}`;
