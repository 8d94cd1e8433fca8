// The hidden first line by which the bot knows its own notes and issues again.

/** `status`, `gap/deploy_key_added`: one word or more, no spaces, nothing that could end an HTML comment. */
const TAG = /^[A-Za-z0-9](?:[A-Za-z0-9_.:/]|-(?=[A-Za-z0-9]))*$/;

/** @throws RangeError when the tag could break out of the comment. */
export function markerLine(tag: string): string {
  if (!TAG.test(tag)) {
    throw new RangeError(`a marker tag is letters, digits and . _ : / - only, not ${tag}`);
  }
  return `<!-- seclog:v1 ${tag} -->`;
}

/** The text under its marker, exactly as the bot stores it; a text that bears the marker already stays as it is. */
export function withMarker(tag: string, body: string): string {
  return bears(body, tag) ? body : `${markerLine(tag)}\n\n${body}`;
}

/**
 * The bot's own note with this tag, null when there is none. Anybody can copy a marker, so it counts on the first line of a
 * note of the bot's account alone. Two of them (a late effect, two runs at once): the lowest id is the one that stays.
 */
export function findOwn<
  N extends {
    readonly id: number;
    readonly body: string;
    readonly author: { readonly id: number };
  },
>(notes: readonly N[], botId: number, tag: string): N | null {
  return lowest(notes.filter((note) => note.author.id === botId && bears(note.body, tag)));
}

/** As {@link findOwn}, for issues the bot filed (gap issues): the marker is the first line of the description. */
export function findOwnIssue<
  I extends {
    readonly id: number;
    readonly description: string;
    readonly author: { readonly id: number };
  },
>(issues: readonly I[], botId: number, tag: string): I | null {
  return lowest(
    issues.filter((issue) => issue.author.id === botId && bears(issue.description, tag)),
  );
}

/** Whether the first line is a marker of this product, whatever its tag; says nothing of who wrote it. */
export function bearsMarker(text: string): boolean {
  return /^<!-- seclog:v1 \S+ -->$/.test(firstLine(text));
}

const bears = (text: string, tag: string): boolean => firstLine(text) === markerLine(tag);

const firstLine = (text: string): string => text.replace(/\r?\n[\s\S]*$/, "");

const lowest = <T extends { readonly id: number }>(items: readonly T[]): T | null =>
  items.reduce<T | null>((best, item) => (best === null || item.id < best.id ? item : best), null);
