// A later time for the next word to the customer: asked for in a note by the team that has the request, once for each update.
import { durationMilliseconds } from "../policy/duration.ts";
import type { CustodyEntry, CustodyRecord, Digest } from "./custody.ts";
import type { Dismissed } from "./legal-statement.ts";
import { type Saying, type Statement, speakerFault } from "./statement.ts";

export type Extension = {
  /** Id of the note that asked for it. */
  readonly note: number;
  /** RFC 3339, when the note was written: it moves the due time that came next. */
  readonly at: string;
  /** ISO 8601, business time. */
  readonly by: string;
  /** Who asked and why; null where the record alone tells of it: its note was changed. */
  readonly words: { readonly user: string; readonly reason: string } | null;
  /** What the custody log is to keep; null = it has it already. */
  readonly record: CustodyRecord | null;
};
type Asked = Statement & { readonly saying: Extract<Saying, { readonly kind: "extend" }> };

/**
 * The extensions that may move a due time, oldest first: those on record, whatever became of their notes, and those
 * that a member of the team asks for. Which of them do, the clock tells.
 * @param context `team`: who has the request now, null = nobody; `longest`: ISO 8601
 */
export function readExtensions(
  statements: readonly Statement[],
  context: {
    readonly team: string | null;
    readonly longest: string;
    readonly entries: readonly CustodyEntry[];
    readonly digest: Digest;
  },
): { readonly extensions: readonly Extension[]; readonly dismissed: readonly Dismissed[] } {
  const asked = statements.filter((one): one is Asked => one.saying.kind === "extend");
  const known = recorded(context.entries, asked);
  const extensions: Extension[] = [...known];
  const dismissed: Dismissed[] = [];
  for (const one of asked.filter(({ note }) => known.every((old) => old.note !== note.id))) {
    const { note, saying } = one;
    const reason = extensionFault(one, context);
    const record = recordOf(one, context.digest);
    if (reason === null)
      extensions.push({
        note: note.id,
        at: note.createdAt,
        by: saying.by,
        words: wordsOf(one),
        record,
      });
    else dismissed.push({ user: note.author.username, at: note.createdAt, reason });
  }
  return { extensions, dismissed };
}

/** Those of the extensions that moved nothing: another came first, or no update was due. */
export const unusedExtensions = (
  extensions: readonly Extension[],
  used: readonly Extension[],
): readonly Dismissed[] =>
  extensions.flatMap((extension) => {
    const { words, at, record } = extension;
    if (record === null || words === null || used.includes(extension)) return [];
    return [{ user: words.user, at, reason: "no update is due, or it was extended once already" }];
  });

function extensionFault(
  statement: Asked,
  { team, longest }: { readonly team: string | null; readonly longest: string },
): string | null {
  if (team === null) return "nobody has the request yet";
  const { by } = statement.saying;
  return (
    speakerFault(statement, [team]) ??
    (durationMilliseconds(by) > durationMilliseconds(longest)
      ? `an extension reaches ${longest} at most, and it says ${by}`
      : null)
  );
}

const wordsOf = ({ note, saying }: Asked): NonNullable<Extension["words"]> => ({
  user: note.author.username,
  reason: saying.reason,
});

/** The reason is free text and stays in the note. */
const recordOf = ({ note, saying }: Asked, digest: Digest): CustodyRecord => ({
  event: "extension",
  data: {
    note: note.id,
    note_sha256: digest(note.body),
    asked_by: `user ${note.author.id}`,
    asked_at: note.createdAt,
    by: saying.by,
  },
});

function recorded(entries: readonly CustodyEntry[], asked: readonly Asked[]): readonly Extension[] {
  return entries
    .filter(({ event }) => event === "extension")
    .map(({ data }) => {
      const note = asked.find((one) => one.note.id === data["note"]);
      const standing = note !== undefined && note.note.updatedAt === note.note.createdAt;
      return {
        note: Number(data["note"]),
        at: String(data["asked_at"]),
        by: String(data["by"]),
        words: standing ? wordsOf(note) : null,
        record: null,
      };
    });
}
