// The hidden first line by which the bot knows its own notes and issues again, signed for the place where it stands.

/** `status`, `gap/deploy_key_added`: one word or more, no spaces, nothing that could end an HTML comment. */
const TAG = /^[A-Za-z0-9](?:[A-Za-z0-9_.:/]|-(?=[A-Za-z0-9]))*$/;

/**
 * Keyed digests of a text, one for each marker key of the bot: the first 16 hex digits of HMAC-SHA256. The first signs, all
 * are known again, so that a new key makes no second note. Null = there is no key yet: markers are then known by the bot's
 * author id and their place on the first line alone, and signed once there is one.
 */
export type Sign = ((text: string) => readonly string[]) | null;

/** Where a marked text stands. A copy elsewhere (GitLab copies notes with a moved or cloned issue) is not ours. */
export type MarkedPlace = {
  /** Numeric id of the project. */
  readonly project: number;
  readonly kind: "note" | "issue" | "merge-request-note";
  /** Number of the issue or merge request that bears the note; 0 for an issue. */
  readonly parent: number;
  readonly tag: string;
};
export type Marker = {
  readonly tag: string;
  readonly line: string;
  /** The line without a signature: adopted from the bot, and written anew once there is a key. */
  readonly unsigned: string;
  /** The lines of the keys before the present one: adopted and written anew as well. */
  readonly older: readonly string[];
  /** Without a key no signature can be judged: a signed line of the bot's with this tag then counts as well. */
  readonly anySignature: boolean;
};

/** @throws RangeError when the tag could break out of the comment. */
export function markerOf(place: MarkedPlace, sign: Sign): Marker {
  const { project, kind, parent, tag } = place;
  if (!TAG.test(tag)) {
    throw new RangeError(`a marker tag is letters, digits and . _ : / - only, not ${tag}`);
  }
  const unsigned = `<!-- seclog:v1 ${tag} -->`;
  const signatures = sign?.([project, kind, parent, tag].join("|")) ?? [];
  const signed = signatures.map((signature) => `<!-- seclog:v1 ${tag} ${signature} -->`);
  const [line = unsigned, ...older] = signed;
  return { tag, line, unsigned, older, anySignature: sign === null };
}

/** The text under its marker, exactly as the bot sends it. */
export const withMarker = (marker: Marker, body: string): string => `${marker.line}\n\n${body}`;

/**
 * The bot's own notes with this marker, lowest id first. Anybody can copy a marker, so it counts on the first line of a text
 * of the bot's account alone. Of several (a late effect, two runs at once) the first stays and the others go.
 */
export function ownNotes<
  N extends {
    readonly id: number;
    readonly body: string;
    readonly author: { readonly id: number };
  },
>(notes: readonly N[], botId: number, marker: Marker): readonly N[] {
  return byId(notes.filter((note) => note.author.id === botId && bears(note.body, marker)));
}

/** As {@link ownNotes}, for issues the bot filed (gap issues): the marker is the first line of the description. */
export function ownIssues<
  I extends {
    readonly id: number;
    readonly description: string;
    readonly author: { readonly id: number };
  },
>(issues: readonly I[], botId: number, marker: Marker): readonly I[] {
  return byId(
    issues.filter((issue) => issue.author.id === botId && bears(issue.description, marker)),
  );
}

const bears = (text: string, { line, unsigned, older, anySignature }: Marker): boolean => {
  const first = firstLine(text);
  return [line, unsigned, ...older].includes(
    anySignature ? first.replace(SIGNATURE, " -->") : first,
  );
};

const SIGNATURE = / [0-9a-f]{16} -->$/;

/** Whether a text begins with exactly this marker, its signature included where there is a key. */
export const isSigned = (text: string, marker: Marker): boolean => firstLine(text) === marker.line;

/** Where a marker stands. */
export const firstLine = (text: string): string => text.replace(/\r?\n[\s\S]*$/, "");

const byId = <T extends { readonly id: number }>(items: readonly T[]): readonly T[] =>
  items.toSorted((left, right) => left.id - right.id);
