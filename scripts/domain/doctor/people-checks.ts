// Checks of the people: whether the roles of the review can be filled, and what GitLab's own approvals allow.
import { matchPeople } from "../approval.ts";
import { about, type Check } from "./check.ts";
import { type Groups, type Installation, look, type TeamMember } from "./installation.ts";

const GROUPS = "Manage → Members of the group, or the paths under `groups` in policies/teams.yaml";
const APPROVALS = "Settings → Merge requests → Approval settings";
const GUEST = 10;

type Team = {
  readonly name: string;
  readonly paths: readonly string[];
  /** Null when one of its groups cannot be seen. */
  readonly members: readonly TeamMember[] | null;
};

function teamsOf({ teams }: Installation, groups: Groups): readonly Team[] {
  return Object.entries(teams.groups).map(([name, paths]) => {
    const lists = paths.map((path) => groups.get(path) ?? null);
    const seen = lists.filter((list) => list !== null);
    return { name, paths, members: seen.length < lists.length ? null : seen.flat() };
  });
}

const isPerson = ({ bot, active }: TeamMember): boolean => active && !bot;

type Role = {
  readonly name: string;
  readonly required: number;
  /** The members of its teams apart from the run's own user. */
  readonly members: readonly TeamMember[];
};

/** The roles of the review all of whose groups can be seen. */
function rolesOf(seen: Installation, groups: Groups, own: number): readonly Role[] {
  const teams = teamsOf(seen, groups);
  return Object.entries(seen.roles).flatMap(([name, { required, teams: names }]) => {
    const of = teams.filter((team) => names.includes(team.name)).map(({ members }) => members);
    const visible = of.filter((members) => members !== null);
    if (visible.length < of.length) return [];
    return [{ name, required, members: visible.flat().filter(({ id }) => id !== own) }];
  });
}

const overRoles =
  (select: (roles: readonly Role[]) => readonly string[], tell: (list: string) => string) =>
  (seen: Installation): string | null =>
    look(seen.account, ({ id }) =>
      look(seen.groups, (groups) => about(select(rolesOf(seen, groups, id)), tell)),
    );

/** Roles that have candidates, yet not enough distinct ones beside the other roles. */
function unfilled(roles: readonly Role[]): readonly string[] {
  const staffed = roles.filter(({ members }) => members.some(isPerson));
  const filled = matchPeople(
    staffed.map(({ name, required, members }) => ({
      role: name,
      required,
      candidates: members.filter(isPerson).map(({ id }) => id),
    })),
  );
  return staffed
    .filter(({ name, required }) => filled.get(name)?.length !== required)
    .map(({ name }) => name);
}

export const PEOPLE_CHECKS: readonly Check[] = [
  {
    id: "team-unreadable",
    severity: "unsafe",
    fix: `Make the bot a guest of each group, or correct the path: ${GROUPS}.`,
    wrong: (seen) =>
      look(seen.groups, (groups) =>
        about(
          [...groups].filter(([, members]) => members === null).map(([path]) => path),
          (list) => `The members of ${list} cannot be seen: every run stops there.`,
        ),
      ),
  },
  {
    id: "approvers-missing",
    severity: "unsafe",
    fix: `Fill the group: ${GROUPS}.`,
    wrong: overRoles(
      (roles) => roles.filter(({ members }) => members.length === 0).map(({ name }) => name),
      (list) => `Nobody can approve as ${list}: nothing can be released.`,
    ),
  },
  {
    id: "approvers-not-people",
    severity: "unsafe",
    fix: `Add people to the group: ${GROUPS}.`,
    wrong: overRoles(
      (roles) =>
        roles
          .filter(({ members }) => members.length > 0 && !members.some(isPerson))
          .map(({ name }) => name),
      (list) => `Only bots, or people who left, could approve as ${list}: they do not count.`,
    ),
  },
  {
    id: "approvers-too-few",
    severity: "unsafe",
    fix: `Add people, so that each role is filled by somebody else: ${GROUPS}.`,
    wrong: overRoles(
      unfilled,
      (list) => `There are not enough different people for the review: ${list} stays unfilled.`,
    ),
  },
  {
    id: "support-missing",
    severity: "unsafe",
    fix: `Fill the group of the team support: ${GROUPS}.`,
    wrong: (seen) =>
      look(seen.groups, (groups) =>
        teamsOf(seen, groups).some(
          ({ name, members }) => name === "support" && members !== null && !members.some(isPerson),
        )
          ? "Nobody is in the team support: nobody may file a request."
          : null,
      ),
  },
  {
    id: "bot-in-a-team",
    severity: "unsafe",
    fix: "Make the bot a guest of the group, no more; or make the tokens as an account of its own.",
    wrong: (seen) =>
      look(seen.account, (own) =>
        look(seen.groups, (groups) =>
          about(
            teamsOf(seen, groups)
              .filter(({ members }) =>
                (members ?? []).some(({ id, level }) => id === own.id && level > GUEST),
              )
              .map(({ name }) => name),
            (list) => `The token's user works in ${list}: the judge would be one of the judged.`,
          ),
        ),
      ),
  },
  {
    id: "approvals-by-author",
    severity: "unsafe",
    fix: `${APPROVALS}: Prevent approval by merge request creator.`,
    wrong: ({ approvals }) =>
      look(approvals, (rules) =>
        rules?.authorMayApprove === true ? "Authors may approve their own merge requests." : null,
      ),
  },
  {
    id: "approvals-editable",
    severity: "unsafe",
    fix: `${APPROVALS}: Prevent editing approval rules in merge requests.`,
    wrong: ({ approvals }) =>
      look(approvals, (rules) =>
        rules?.editable === true
          ? "Who opens a merge request may change who must approve it."
          : null,
      ),
  },
  {
    id: "approvals-kept-on-push",
    severity: "unsafe",
    fix: `${APPROVALS}: When a commit is added, remove all approvals.`,
    wrong: ({ approvals }) =>
      look(approvals, (rules) =>
        rules?.removedOnPush === false ? "Approvals stay when something else is pushed." : null,
      ),
  },
  {
    id: "approval-rules-absent",
    severity: "advice",
    fix: "Nothing to do on Free: seclog counts approvals itself. On Premium, set the rules of docs/setup.md step 6.",
    wrong: ({ approvals }) =>
      look(approvals, (rules) =>
        rules === null
          ? "GitLab has no approval rules here; seclog's own gate decides alone."
          : null,
      ),
  },
  {
    id: "code-owners-missing",
    severity: "unsafe",
    fix: "Add .gitlab/CODEOWNERS to the default branch.",
    wrong: ({ codeOwners }) =>
      look(codeOwners, (owners) =>
        owners === null ? "No CODEOWNERS file says who looks at code and policies." : null,
      ),
  },
  {
    id: "code-owner-nobody",
    severity: "unsafe",
    fix: "Correct the name in .gitlab/CODEOWNERS, or fill the group.",
    wrong: ({ codeOwners }) =>
      look(codeOwners, (owners) =>
        about(
          (owners ?? []).filter(({ people }) => people === 0).map(({ name }) => name),
          (list) => `Behind ${list} in CODEOWNERS stands nobody: GitLab counts that as approved.`,
        ),
      ),
  },
];
