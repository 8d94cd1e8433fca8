// What a person tells seclog: a note of its own that holds one line, begins with /seclog, and was never edited.
import { Temporal } from "temporal-polyfill";
import type { Issue, Member, Note, User } from "../forge.ts";
import { Duration } from "../policy/duration.ts";

/** What the line says. `unclear` = it is meant for seclog and has none of the known forms. */
export type Saying =
  | {
      readonly kind: "grant";
      readonly requestSha256: string;
      readonly waives: readonly string[];
      /** Last day of the grant, `YYYY-MM-DD`, UTC. */
      readonly until: string;
      readonly reference: string;
    }
  | { readonly kind: "refuse"; readonly requestSha256: string; readonly reason: string }
  | { readonly kind: "extend"; readonly by: string; readonly reason: string }
  | { readonly kind: "unclear" };

/** One statement, with who made it as GitLab knows them now. */
export type Statement = {
  readonly note: Note;
  readonly saying: Saying;
  /** The author by their own page, where GitLab says whether a user is a bot; null = could not be read. */
  readonly author: User | null;
  /** Team → the author's membership now. */
  readonly memberships: Readonly<Record<string, Member>>;
};

const ADDRESS = "/seclog";
const GRANT =
  /^\/seclog grant exception for ([0-9a-f]{64}) waiving ([a-z0-9_]+(?:, [a-z0-9_]+)*) until (\d{4}-\d{2}-\d{2}) reference ([A-Za-z0-9][\w .:/#-]{0,79})$/;
const REFUSE = /^\/seclog refuse exception for ([0-9a-f]{64}) because ([^\s…].{0,299})$/;
const EXTEND = /^\/seclog extend (P[0-9A-Z]{2,20}) because ([^\s…].{0,299})$/;

/** Reads the text of a note; null = it is not meant for seclog. */
export function readSaying(body: string): Saying | null {
  const line = body.trim();
  if (line !== ADDRESS && !/^\/seclog\s/.test(line)) return null;
  const [, granted, waives, until, reference] = GRANT.exec(line) ?? [];
  if (granted !== undefined)
    return {
      kind: "grant",
      requestSha256: granted,
      waives: (waives as string).split(", "),
      until: until as string,
      reference: reference as string,
    };
  const [, refused, reason] = REFUSE.exec(line) ?? [];
  if (refused !== undefined)
    return { kind: "refuse", requestSha256: refused, reason: reason as string };
  const [, by, because] = EXTEND.exec(line) ?? [];
  return by !== undefined && Duration.safeParse(by).success
    ? { kind: "extend", by, reason: because as string }
    : { kind: "unclear" };
}

/** The lines that Legal copies and completes: each `…` has to be filled in, and no line counts before it is. */
export const decisionForms = (requestSha256: string, rules: readonly string[]): string =>
  [
    `${ADDRESS} grant exception for ${requestSha256} waiving ${rules.join(", ")} until … reference …`,
    `${ADDRESS} refuse exception for ${requestSha256} because …`,
  ].join("\n");

/** The notes of people that are meant for seclog, oldest first. */
export const sayingsOf = (
  notes: readonly Note[],
  bot: User,
): readonly { readonly note: Note; readonly saying: Saying }[] =>
  notes
    .filter(({ system, author }) => !system && author.id !== bot.id)
    .flatMap((note) => {
      const saying = readSaying(note.body);
      return saying === null ? [] : [{ note, saying }];
    })
    .toSorted((a, b) => a.note.id - b.note.id);

/**
 * Why this person may not say this for one of the teams, or null. Whoever maintains the project can edit the notes of
 * others, so a note counts only as long as it stands as it was written.
 */
export function speakerFault(statement: Statement, teams: readonly string[]): string | null {
  const { note, author, memberships } = statement;
  if (note.updatedAt !== note.createdAt) return "the note was edited; write a new one";
  if (author === null) return "its author could not be read";
  if (author.bot) return "its author is a bot";
  if (author.state !== "active") return `its author is ${author.state}`;
  const found = teams.flatMap((team) => memberships[team] ?? []);
  if (found.length === 0) return `its author is not in ${teams.join(" or ")}`;
  const already = found.some(
    ({ since }) => since !== null && Temporal.Instant.compare(since, note.createdAt) <= 0,
  );
  return already ? null : `its author was not in ${teams.join(" or ")} when it was written`;
}

/** Ids of those who may not decide on the request: who asks, and who works on it. */
export const concernedPeople = ({ author, assignees }: Issue): ReadonlySet<number> =>
  new Set([author, ...assignees].map(({ id }) => id));
