// Turns the Markdown of an issue into the lines that its reader sees, each with its number.

/** One visible line. `text` has no quote marks, comments or trailing space; `indent` counts columns, a tab as four. */
export type FormLine = {
  readonly line: number;
  readonly text: string;
  readonly indent: number;
  /** Inside a code fence: a value, never a label. */
  readonly code: boolean;
  /** Holds a carriage return of its own: where lines end is not clear. */
  readonly torn: boolean;
};

/** Characters; GitLab stores descriptions of half this length. */
export const MAX_FORM = 2_097_152;

type State = { fence: string | null; comment: boolean };

/**
 * Visible lines in order. HTML comments are dropped, over lines too, as GitLab hides them (an unclosed one hides the
 * rest); block quotes lose their marks; the lines of a code fence are marked. Linear in the length of the text.
 */
export function visibleLines(markdown: string): FormLine[] {
  const state: State = { fence: null, comment: false };
  const lines: FormLine[] = [];
  for (const [at, raw] of markdown.replaceAll("\r\n", "\n").split("\n").entries()) {
    const seen = visibleText(raw, state);
    if (seen === null) continue;
    lines.push({
      line: at + 1,
      text: seen.text.trim(),
      indent: indentOf(seen.text),
      code: seen.code,
      torn: raw.includes("\r"),
    });
  }
  return lines;
}

function visibleText(raw: string, state: State): { text: string; code: boolean } | null {
  const unquoted = state.comment ? raw : withoutQuoteMarks(raw);
  const ticks = /^ {0,3}(`{3,}|~{3,})/.exec(unquoted)?.[1];
  if (state.fence !== null) {
    const closes = ticks?.startsWith(state.fence) && unquoted.trim() === ticks;
    if (!closes) return { text: unquoted, code: true };
    state.fence = null;
    return null;
  }
  if (!state.comment && ticks !== undefined) {
    state.fence = ticks;
    return null;
  }
  const hidden = state.comment || unquoted.includes("<!--");
  const text = withoutComments(unquoted, state);
  // A line that only held a comment is no empty line: it does not end a paragraph for the reader of the source.
  return hidden && text.trim() === "" ? null : { text, code: false };
}

const withoutQuoteMarks = (raw: string): string => raw.replace(/^(?: {0,3}>{1,3} ?){1,5}/, "");

function withoutComments(text: string, state: State): string {
  let out = "";
  let rest = text;
  for (;;) {
    const mark = state.comment ? "-->" : "<!--";
    const at = rest.indexOf(mark);
    if (!state.comment) out += at === -1 ? rest : rest.slice(0, at);
    if (at === -1) return out;
    state.comment = !state.comment;
    rest = rest.slice(at + mark.length);
  }
}

function indentOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (character === "\t") columns += 4;
    else if (character === " ") columns += 1;
    else break;
  }
  return columns;
}
