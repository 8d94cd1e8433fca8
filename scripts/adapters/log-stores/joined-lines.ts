/** Finds where a line was torn off and the next one stands behind it, in lines that still look like one whole object. */

const OPENING = '{"';
const LF = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** Behind these an object may begin: `:`, `,` and `[`. */
const BEFORE = new Set([0x3a, 0x2c, 0x5b]);
/** Before these an object inside another one may end: `,`, `}`, `]`, space and tab. */
const AFTER = new Set([0x2c, 0x7d, 0x5d, 0x20, 0x09]);
/** Objects inside each other that are followed; what is deeper is handed on, so that no line costs more than this many passes. */
const DEEPEST = 32;

/**
 * Sound where a writer puts the first key right behind the brace, as GitLab's do: the line that stands behind a tear begins with
 * `{"` and ends where the whole line ends, which no object inside another one does. What it names plays no part.
 * A text that holds `{"` may be a place too; then full judgement tells.
 * @param text whole lines, one sign for each byte
 * @returns one place for each such line, in order
 */
export function joinedLines(text: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(OPENING); at !== -1; at = text.indexOf(OPENING, at + 2)) {
    if (at === 0 || text.charCodeAt(at - 1) === LF) continue;
    if (mayBegin(text, at) && endsInside(text, at)) continue;
    places.push(at);
    const feed = text.indexOf("\n", at);
    if (feed === -1) break;
    at = feed - 1;
  }
  return places;
}

/** Whether what stands before it lets an object begin here. */
function mayBegin(text: string, start: number): boolean {
  let at = start - 1;
  while (text.charCodeAt(at) === SPACE) at -= 1;
  return BEFORE.has(text.charCodeAt(at));
}

/** Whether the object that begins here ends with something of the same line behind it. */
function endsInside(text: string, start: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF) return false;
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) at += code === BACKSLASH && text.charCodeAt(at + 1) !== LF ? 1 : 0;
    else if (code === OPEN) depth += 1;
    else if (code === CLOSE) depth -= 1;
    if (depth > DEEPEST) return false;
    if (depth === 0) return AFTER.has(text.charCodeAt(at + 1));
  }
  return false;
}
