// What people said to seclog on the issue of a request, each with what GitLab says of its author now.
import type { Issue, Note } from "./domain/forge.ts";
import type { CustodyEntry } from "./domain/information-request/custody.ts";
import {
  type LegalReading,
  readLegalDecision,
} from "./domain/information-request/legal-statement.ts";
import {
  concernedPeople,
  type Statement,
  sayingsOf,
} from "./domain/information-request/statement.ts";
import type { Teams } from "./teams.ts";
import type { World } from "./world.ts";

/** The statements in the notes, oldest first. Users are read for members of a team alone: nobody else's word counts. */
export function readStatements(
  world: World,
  teams: Teams,
  notes: readonly Note[],
): Promise<readonly Statement[]> {
  return Promise.all(
    sayingsOf(notes, world.bot).map(async ({ note, saying }) => {
      const memberships = teams.memberships(note.author.id);
      const known = Object.keys(memberships).length > 0;
      const author = known ? await world.forge.user(note.author.id) : note.author;
      return { note, saying, author, memberships };
    }),
  );
}

/** Legal's decision on the request with this digest. */
export function legalReading(
  world: World,
  issue: Issue,
  statements: readonly Statement[],
  requestSha256: string | null,
  entries: readonly CustodyEntry[],
): LegalReading {
  const { eligibility, exception } = world.policies.decision;
  return readLegalDecision(statements, {
    requestSha256,
    teams: exception.decided_by,
    longest: exception.longest,
    waivable: new Set(
      eligibility.rules.flatMap(({ rule }) => (rule.waivable === true ? [rule.id] : [])),
    ),
    concerned: concernedPeople(issue),
    entries,
    digest: world.digest,
  });
}
