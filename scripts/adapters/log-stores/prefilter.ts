/** A quick search on bytes for lines that can belong to a scope, so that only these are judged in full. */
import { isAscii } from "node:buffer";
import type { Scope } from "../../domain/information-request/scope.ts";
import { literalPattern } from "../../domain/literal-pattern.ts";
import { joinedLines } from "./joined-lines.ts";

/** Places in a block of lines, in no order, often several in one line: every line without a place can be left out. */
export type Prefilter = (block: Buffer) => readonly number[];

/**
 * Sound: a line without a place holds no root, no user name and no id of the scope, neither plainly nor behind an escape.
 * Every claim of ownership carries one of them literally: a path its root (its first segment), an id all its digits.
 *
 * What can hide a character of `[A-Za-z0-9_.-]`: `\uXXXX` (the three that Rails and Go write for `<`, `>` and `&` cannot),
 * percent-encoding, the exponent of a number, and any byte beyond ASCII (full width, zero width). A `/` ends a root: hidden or not.
 * A tear may have swallowed the name, so a line behind which the next one stands has a place whatever it names.
 * @param needles the sources of patterns, from `needlesOf`
 */
export function prefilterOf(needles: readonly string[]): Prefilter {
  const named = needles.map((source) => new RegExp(source, "gi"));
  return (block) => {
    const text = block.toString("latin1");
    const places = named.flatMap((pattern) => placesOf(pattern, text));
    hidingEscapes(text, places);
    hidingPercents(text, places);
    places.push(...joinedLines(text));
    if (!isAscii(block)) places.push(...placesOf(/[\x80-\xff]+/g, text));
    return places;
  };
}

function placesOf(pattern: RegExp, text: string): number[] {
  const places: number[] = [];
  pattern.lastIndex = 0;
  while (pattern.test(text)) places.push(pattern.lastIndex - 1);
  return places;
}

const BACKSLASH = 0x5c;
const HARMLESS = /00(?:3[ce]|26)/iy;

function hidingEscapes(text: string, places: number[]): void {
  for (let at = text.indexOf("\\u"); at !== -1; at = text.indexOf("\\u", at + 2)) {
    let first = at;
    while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
    HARMLESS.lastIndex = at + 2;
    // An even number of backslashes before it: the last one is itself escaped.
    if ((at - first) % 2 === 0 && !HARMLESS.test(text)) places.push(at);
  }
}

const HIDES = /25|2[de]|3[0-9]|[4-7][0-9a-f]/iy;

function hidingPercents(text: string, places: number[]): void {
  for (let at = text.indexOf("%"); at !== -1; at = text.indexOf("%", at + 1)) {
    HIDES.lastIndex = at + 1;
    if (HIDES.test(text)) places.push(at);
  }
}

/**
 * The sources of the patterns that find what names a scope: its names, and its ids where it has any. Apart, and each a flat choice
 * of texts, because V8 searches two such patterns up to four times as fast as one in which every id brings conditions of its own.
 */
export function needlesOf(scope: Scope): readonly string[] {
  const named = [scope.account, ...scope.namespaces, ...scope.projects];
  const roots = named.map(({ path }) => path.split("/", 1)[0] as string);
  const names = [...roots, ...scope.users.map(({ username }) => username)].map(literalPattern);
  const ids = [...named, ...scope.users].flatMap(({ id }) => (id === null ? [] : [String(id)]));
  return [[...new Set(names)].join("|"), ...(ids.length === 0 ? [] : [idPattern(ids)])];
}

/** The digits for themselves, or as the mantissa that a serialiser writes before an exponent: 9001 and 9.001e3. */
function idPattern(ids: readonly string[]): string {
  const mantissas = ids.map((id) => id.replace(/0+$/, "").replace(/^(.)(.+)$/, "$1\\.$2"));
  const oneOf = (texts: readonly string[]): string => [...new Set(texts)].join("|");
  return `(?<![0-9])(?:(?:${oneOf(ids)})(?![0-9])|(?:${oneOf(mantissas)})0*e)`;
}
