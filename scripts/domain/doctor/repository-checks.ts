// Checks of what the repository and the environment declare: keys and labels.
import { endingHolidays } from "../calendar.ts";
import { about, type Check } from "./check.ts";
import { type Label, look } from "./installation.ts";

const KEYS = "`recipients` in policies/teams.yaml (docs/setup.md step 4)";

/**
 * The names among `wanted` whose label has no description. Policies describe each label; GitLab, asked to set one that the
 * project lacks (never made, deleted, renamed, typed otherwise), makes it by its name alone and answers 200.
 */
export function labelsMadeByGitLab(
  wanted: readonly string[],
  present: readonly Label[],
): readonly string[] {
  const bare = new Set(present.filter(({ described }) => !described).map(({ name }) => name));
  return wanted.filter((name) => bare.has(name));
}

export const REPOSITORY_CHECKS: readonly Check[] = [
  {
    id: "recipients-missing",
    severity: "unsafe",
    fix: `Add the public keys to ${KEYS}.`,
    wrong: ({ teams }) =>
      about(
        Object.entries(teams.recipients)
          .filter(([, keys]) => keys.length === 0)
          .map(([name]) => name),
        (list) => `There are no keys to seal for: ${list}.`,
      ),
  },
  {
    id: "artefact-key-foreign",
    severity: "unsafe",
    fix: `Add the public key of SECLOG_ARTEFACT_KEY to \`recipients.reviewers\`: ${KEYS}.`,
    wrong: ({ artefactRecipient, teams }) =>
      artefactRecipient === null || teams.recipients.reviewers.includes(artefactRecipient)
        ? null
        : "SECLOG_ARTEFACT_KEY opens nothing that is sealed: its public key is not among the reviewers'.",
  },
  {
    id: "evidence-key-shared",
    severity: "unsafe",
    fix: `Give the evidence a key that only SIRT holds: ${KEYS}.`,
    wrong: ({ artefactRecipient, teams: { recipients } }) =>
      recipients.evidence.some(
        (key) => key === artefactRecipient || recipients.hand_over.includes(key),
      )
        ? "A key of the hand-over also opens the evidence, which holds the original lines."
        : null,
  },
  {
    id: "holidays-end",
    severity: "advice",
    fix: "Run `npm run holidays` and merge the new policies/calendar.yaml.",
    wrong: ({ calendar, now }) =>
      about(
        endingHolidays(calendar, now).map(({ region, year }) => `${region} (${year})`),
        (list) => `The holidays of policies/calendar.yaml end within 60 days: ${list}.`,
      ),
  },
  {
    id: "labels-missing",
    severity: "advice",
    fix: "Manage → Labels: make them with the colours of policies/labels.yaml; seclog else makes them without.",
    wrong: ({ labels, labelNames }) =>
      look(labels, (present) =>
        about(
          labelNames.filter((name) => present.every((label) => label.name !== name)),
          (list) => `The tracker lacks labels of policies/labels.yaml: ${list}.`,
        ),
      ),
  },
  {
    id: "labels-made-by-gitlab",
    severity: "advice",
    fix: "Manage → Labels: give each the colour and the description of policies/labels.yaml, and delete the one that people renamed.",
    wrong: ({ labels, labelNames }) =>
      look(labels, (present) =>
        about(
          labelsMadeByGitLab(labelNames, present),
          (list) => `Labels without a description, as GitLab makes one that is missing: ${list}.`,
        ),
      ),
  },
];
