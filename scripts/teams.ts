// Who belongs to which team now: direct members of the groups that `policies/teams.yaml` names, by user id.
import type { Issue, Member, User } from "./domain/forge.ts";
import type { IssueState } from "./domain/information-request/issue-state.ts";
import type { World } from "./world.ts";

export type Teams = {
  readonly membersOf: (team: string) => readonly Member[];
  /** Team → the user's membership in it, teams in the order of the policy; one that has ended does not count. */
  readonly memberships: (userId: number) => Readonly<Record<string, Member>>;
};

/** @throws Error when a group cannot be read: "cannot see the members" is not "has no members". */
export async function readTeams(world: World): Promise<Teams> {
  const { groups } = world.policies.teams;
  const today = world.now.slice(0, 10);
  const members = new Map<string, readonly Member[]>();
  await Promise.all(
    Object.entries(groups).map(async ([team, paths]) => {
      const lists = await Promise.all(
        paths.map(async (path) => {
          const list = await world.forge.groupMembers(path);
          if (list === null) throw new Error(`group ${path} of team ${team} cannot be read`);
          return list;
        }),
      );
      members.set(
        team,
        lists.flat().filter(({ expiresAt }) => expiresAt === null || expiresAt > today),
      );
    }),
  );
  const membersOf = (team: string) => members.get(team) ?? [];
  return {
    membersOf,
    memberships: (userId) =>
      Object.fromEntries(
        Object.keys(groups).flatMap((team) =>
          earliestOf(membersOf(team).filter(({ id }) => id === userId)).map((member) => [
            team,
            member,
          ]),
        ),
      ),
  };
}

/** Of the memberships of one person in the groups of one team, the one that began first. */
const earliestOf = (memberships: readonly Member[]): readonly Member[] =>
  memberships.toSorted((a, b) => (a.since ?? "~").localeCompare(b.since ?? "~")).slice(0, 1);

/** Who is in several teams files as the first of these. */
const ROLES = ["support", "sirt", "security", "legal"];

/** The issue's side of the decision, from what GitLab says; `duplicate` = an older open issue asks for the same. */
export function issueStateOf(
  teams: Teams,
  issue: Issue,
  participants: readonly User[],
  bot: User,
  duplicate: boolean,
): IssueState {
  const member = teams.memberships(issue.author.id);
  const role = ROLES.find((team) => member[team] !== undefined);
  const reader = (user: User) => ({
    username: user.username,
    team_member: Object.keys(teams.memberships(user.id)).length > 0,
  });
  return {
    confidential: issue.confidential,
    author_role: role ?? (issue.author.bot ? "bot" : "outsider"),
    author_state: issue.author.state,
    participants: participants.filter(({ id }) => id !== bot.id).map(reader),
    assignees: issue.assignees.filter(({ id }) => id !== bot.id).map(reader),
    state: issue.state,
    service_desk: issue.serviceDeskReplyTo !== null,
    service_desk_reply_to: issue.serviceDeskReplyTo,
    same_request_open: duplicate,
    created_at: issue.createdAt,
    labels: [...issue.labels],
  };
}
