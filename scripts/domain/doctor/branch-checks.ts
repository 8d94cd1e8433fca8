// Checks of branch protection: who may change the code that decides, the record, and what reviewers approve.
import { CUSTODY_BRANCH } from "../information-request/custody.ts";
import { literalPattern } from "../literal-pattern.ts";
import type { Check, Severity } from "./check.ts";
import { type AccessRule, type Installation, look, type Protection } from "./installation.ts";

const WHERE = "Settings → Repository → Protected branches";
const MAINTAINER = 40;
/** Stands for every branch `request/<id>`. */
const REQUEST_BRANCH = "request/IR-2026-0001";

/** A protection's name may hold `*`, which also stands for `/`. */
function covers({ name }: Protection, branch: string): boolean {
  return new RegExp(`^${name.split("*").map(literalPattern).join(".*")}$`).test(branch);
}

const byName = ({ user, group, deployKey }: AccessRule): boolean =>
  user !== null || group !== null || deployKey !== null;
const admitsDevelopers = (rule: AccessRule): boolean =>
  !byName(rule) && rule.level > 0 && rule.level < MAINTAINER;
const admitsAnyone = (rule: AccessRule): boolean => byName(rule) || rule.level > 0;

type Look = (rules: readonly Protection[], seen: Installation) => string | null;

/** Of several protections GitLab applies the most permissive one. */
const protectionsOf =
  (branch: string | null, tell: Look): Check["wrong"] =>
  (seen) =>
    look(seen.tracker, ({ defaultBranch }) =>
      look(seen.protections, (all) =>
        tell(
          all.filter((one) => covers(one, branch ?? defaultBranch)),
          seen,
        ),
      ),
    );

type Words = { readonly id: string; readonly the: string; readonly means: string };

/** The checks that the default branch and the custody branch share; `branch` null = the default branch. */
const guarded = (branch: string | null, { id, the, means }: Words): readonly Check[] => [
  {
    id: `${id}-unprotected`,
    severity: "dangerous",
    fix: `${WHERE}: protect it as docs/setup.md step 6 says, also before it exists.`,
    wrong: protectionsOf(branch, (rules) =>
      rules.length === 0 ? `${the} is not protected: every Developer can change ${means}.` : null,
    ),
  },
  {
    id: `${id}-force-push`,
    severity: "dangerous",
    fix: `${WHERE}: Allowed to force push off.`,
    wrong: protectionsOf(branch, (rules) =>
      rules.some(({ forcePush }) => forcePush)
        ? `${the} can be force-pushed: ${means} can be rewritten without a trace.`
        : null,
    ),
  },
  {
    id: `${id}-open`,
    severity: "dangerous",
    fix: `${WHERE}: take Developers out of Allowed to push and Allowed to merge.`,
    wrong: protectionsOf(branch, (rules) =>
      rules.some(({ push, merge }) => [...push, ...merge].some(admitsDevelopers))
        ? `Developers may push or merge to ${the}, and so change ${means}.`
        : null,
    ),
  },
];

/** Rules that let in somebody who is neither a Developer by level (another finding) nor the bot. */
const others = (rules: readonly AccessRule[], bot: number): readonly AccessRule[] =>
  rules.filter((rule) => admitsAnyone(rule) && !admitsDevelopers(rule) && rule.user !== bot);

const beside = (
  branch: string,
  id: string,
  severity: Severity,
  wrong: string,
  fix: string,
): Check => ({
  id,
  severity,
  fix,
  wrong: (seen) =>
    look(seen.account, (bot) =>
      protectionsOf(branch, (rules) =>
        rules.some(({ push, merge }) => others([...push, ...merge], bot.id).length > 0)
          ? wrong
          : null,
      )(seen),
    ),
});

/** True when no rule can let the bot in; a group may. */
const shutsOut = (rules: readonly AccessRule[], bot: number, level: number): boolean =>
  !rules.some(
    (rule) =>
      rule.user === bot ||
      rule.group !== null ||
      (!byName(rule) && rule.level > 0 && rule.level <= level),
  );

const botIn =
  (
    branch: string | null,
    rulesOf: (one: Protection) => readonly AccessRule[],
    wrong: string,
  ): Check["wrong"] =>
  (seen) =>
    look(seen.account, ({ id }) =>
      look(seen.tracker, ({ ownLevel }) =>
        protectionsOf(branch, (rules) =>
          rules.length > 0 && shutsOut(rules.flatMap(rulesOf), id, ownLevel) ? wrong : null,
        )(seen),
      ),
    );

export const BRANCH_CHECKS: readonly Check[] = [
  ...guarded(null, {
    id: "default-branch",
    the: "the default branch",
    means: "the code and the policies that decide",
  }),
  ...guarded(CUSTODY_BRANCH, {
    id: "custody-branch",
    the: `the branch ${CUSTODY_BRANCH}`,
    means: "the record of what was decided and handed over",
  }),
  {
    id: "default-branch-pushed-directly",
    severity: "advice",
    fix: `${WHERE}: Allowed to push: no one; changes then come by merge request.`,
    wrong: protectionsOf(null, (rules) =>
      rules.some(({ push }) => push.some((rule) => admitsAnyone(rule) && !admitsDevelopers(rule)))
        ? "Some may push to the default branch without a merge request, so without a review."
        : null,
    ),
  },
  {
    id: "default-branch-shut-to-bot",
    severity: "unsafe",
    fix: `${WHERE}: let the bot merge to the default branch.`,
    wrong: botIn(
      null,
      ({ push, merge }) => [...push, ...merge],
      "The bot may not merge to the default branch: nothing can be released.",
    ),
  },
  {
    id: "custody-branch-shut-to-bot",
    severity: "unsafe",
    fix: `${WHERE}: let the bot push to ${CUSTODY_BRANCH}.`,
    wrong: botIn(
      CUSTODY_BRANCH,
      ({ push }) => push,
      `The bot may not push to ${CUSTODY_BRANCH}: nothing can be recorded, so nothing is done.`,
    ),
  },
  beside(
    CUSTODY_BRANCH,
    "custody-branch-shared",
    "advice",
    `People may push to ${CUSTODY_BRANCH}; the chain shows a changed line, but only after the fact.`,
    `${WHERE}: push and merge for the bot alone, where the tier can name a user.`,
  ),
  {
    id: "request-branches-unprotected",
    severity: "advice",
    fix: `${WHERE}: protect request/*, push for the bot alone.`,
    wrong: protectionsOf(REQUEST_BRANCH, (rules) =>
      rules.length === 0 || rules.some(({ push }) => push.some(admitsDevelopers))
        ? "Developers may push to the branches of requests; that ends every approval, and holds a release up."
        : null,
    ),
  },
  {
    id: "code-owners-not-required",
    severity: "advice",
    fix: `${WHERE}: Code owner approval on for the default branch (Premium).`,
    wrong: (seen) =>
      look(seen.approvals, (approvals) =>
        protectionsOf(null, (rules) =>
          approvals !== null && rules.length > 0 && !rules.some(({ codeOwners }) => codeOwners)
            ? "The default branch takes changes without the approval of their code owners."
            : null,
        )(seen),
      ),
  },
];
