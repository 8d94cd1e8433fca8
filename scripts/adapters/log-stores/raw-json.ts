/** Cuts members out of JSON text without reading them, so that a record keeps its digits, its escapes and its double keys. */

/** A member's key and where its value stands in the text: `[start, end)`. */
type Span = { readonly start: number; readonly end: number };

/**
 * The value of a member; the last one where the key stands twice, as `JSON.parse` has it. Null when there is none.
 * @param text JSON that `JSON.parse` accepts
 * @param within an object in it; the whole text when it is not given
 */
export function rawMember(text: string, key: string, within?: Span): Span | null {
  let found: Span | null = null;
  let at = skipSpace(text, within?.start ?? 0) + 1;
  for (at = skipSpace(text, at); text[at] !== "}"; at = nextItem(text, at)) {
    const keyEnd = endOfString(text, at);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    if (JSON.parse(text.slice(at, keyEnd)) === key) found = { start, end };
    at = end;
  }
  return found;
}

/** The items of an array. */
export function rawItems(text: string, within: Span): Span[] {
  const items: Span[] = [];
  let at = skipSpace(text, within.start + 1);
  while (text[at] !== "]") {
    const end = endOfValue(text, at);
    items.push({ start: at, end });
    at = nextItem(text, end);
  }
  return items;
}

function nextItem(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text[at] === "," ? skipSpace(text, at + 1) : at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
}

const OPENING = new Set(["{", "["]);
const CLOSING = new Set(["}", "]"]);

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; ; ) {
    const character = text[at] ?? "";
    if (character === '"') at = endOfString(text, at);
    else if (depth === 0 && /[,}\]\s]|^$/.test(character)) return at;
    else at += 1;
    if (OPENING.has(character)) depth += 1;
    else if (CLOSING.has(character)) depth -= 1;
    if (depth === 0 && (character === '"' || CLOSING.has(character))) return at;
  }
}
