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
 * @param needles the source of a pattern, from `needlesOf`
 */
export function prefilterOf(needles: string): Prefilter {
  const named = new RegExp(needles, "gi");
  return (block) => {
    const text = block.toString("latin1");
    const places = placesOf(named, text);
    hidingEscapes(block, places);
    hidingPercents(block, places);
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
const SMALL_U = 0x75;
const HARMLESS = /^00(?:3[ce]|26)/i;

function hidingEscapes(block: Buffer, places: number[]): void {
  for (let at = block.indexOf(BACKSLASH); at !== -1; at = block.indexOf(BACKSLASH, at + 2)) {
    if (block[at + 1] !== SMALL_U) continue;
    if (!HARMLESS.test(block.toString("latin1", at + 2, at + 6))) places.push(at);
  }
}

const PERCENT = 0x25;
const HIDES = /^(?:25|2[de]|3[0-9]|[4-7][0-9a-f])/i;

function hidingPercents(block: Buffer, places: number[]): void {
  for (let at = block.indexOf(PERCENT); at !== -1; at = block.indexOf(PERCENT, at + 1)) {
    if (HIDES.test(block.toString("latin1", at + 1, at + 3))) places.push(at);
  }
}

/** The source of the pattern that finds what names a scope. */
export function needlesOf(scope: Scope): string {
  const named = [scope.account, ...scope.namespaces, ...scope.projects];
  const roots = named.map(({ path }) => path.split("/", 1)[0] as string);
  const names = [...roots, ...scope.users.map(({ username }) => username)].map(literalPattern);
  const ids = [...named, ...scope.users].flatMap(({ id }) => (id === null ? [] : [idPattern(id)]));
  return [...new Set([...names, ...ids])].join("|");
}

/** The digits for themselves, or as the mantissa that a serialiser writes before an exponent: 9001 and 9.001e3. */
function idPattern(id: number): string {
  const digits = String(id);
  const mantissa = digits.replace(/0+$/, "").replace(/^(.)(.+)$/, "$1\\.$2");
  return `(?<![0-9])(?:${digits}(?![0-9])|${mantissa}0*e)`;
}
