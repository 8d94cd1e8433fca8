/** What redaction took out, so that the gate can look for it in what is about to leave (G3). It lives in memory only. */
import { skeleton } from "./decode-views.ts";
import {
  addNumber,
  emptyNumberSet,
  hasNumber,
  LONGEST_NUMBER,
  type NumberSet,
} from "./number-set.ts";

/** Shorter values are too common to be told apart. */
const SHORTEST = 6;
/** Values by their first characters; most beginnings have one value only. */
type Index = Map<string, string | Set<string>>;
export type RemovedLedger = {
  /** Most of what is removed. They count only where no letter or digit touches them. */
  readonly numbers: NumberSet;
  /** Without white space: found also when glued to other text or broken over lines. */
  readonly glued: Index;
  /** Of values with white space, with single spaces: found when they stand for themselves, also where all around is public. */
  readonly standing: Index;
  /** Values that came a moment ago, by the profile whose rows they stood in. */
  readonly recent: Map<string, Set<string>>;
};

/** How many values are known again before all are forgotten. */
const RECENT = 8192;

export const emptyLedger = (): RemovedLedger => ({
  numbers: emptyNumberSet(),
  glued: new Map(),
  standing: new Map(),
  recent: new Map(),
});

/**
 * Adds the removed values of one row. `isHarmless` says of a value that it may appear anyway, because it is made of
 * the request's own paths or of the public words of the source.
 */
export function recordRemoved(
  ledger: RemovedLedger,
  values: readonly string[],
  source: string,
  isHarmless: (value: string) => boolean,
): void {
  const recent = ledger.recent.get(source) ?? new Set();
  ledger.recent.set(source, recent);
  for (const value of values) {
    if (value.length < SHORTEST || addNumber(ledger.numbers, value)) continue;
    if (recent.has(value)) continue;
    if (recent.size >= RECENT) recent.clear();
    recent.add(value);
    recordText(ledger, value, isHarmless);
  }
}

function recordText(
  ledger: RemovedLedger,
  value: string,
  isHarmless: (value: string) => boolean,
): void {
  const glued = skeleton(value);
  if (glued.length < SHORTEST || (!isNumber(value) && isHarmless(value))) return;
  add(ledger.glued, glued);
  const standing = spaced(value);
  if (standing !== glued) add(ledger.standing, standing);
}

const isNumber = (text: string): boolean => /^[\d.]+$/.test(text);

function add(index: Index, text: string): void {
  const start = text.slice(0, SHORTEST);
  const known = index.get(start);
  if (known === undefined) index.set(start, text);
  else if (typeof known !== "string") known.add(text);
  else if (known !== text) index.set(start, new Set([known, text]));
}

const spaced = (text: string): string =>
  /^[!-~]*$/.test(text) ? skeleton(text) : text.trim().split(/\s+/u).map(skeleton).join(" ");

/**
 * Whether a removed value stands in a text, in any spelling that `skeleton` makes equal.
 * @param unexplained the same text with gaps for everything that may leave
 */
export function holdsRemoved(ledger: RemovedLedger, text: string, unexplained: string): boolean {
  const words = spaced(text);
  const glued = skeleton(unexplained);
  return (
    holdsNumber(ledger.numbers, glued) ||
    holdsNumber(ledger.numbers, words) ||
    stands(ledger.glued, glued, isNumber) ||
    stands(ledger.glued, words, always) ||
    stands(ledger.standing, words, always)
  );
}

/** Each start of a run is tried with as many ends as a number can have digits, so that long runs cost no more than short ones. */
function holdsNumber(numbers: NumberSet, text: string): boolean {
  if (numbers.size === 0) return false;
  for (const { 0: run, index } of text.matchAll(/[\d.]{6,}/g)) {
    for (let start = index; start + SHORTEST <= index + run.length; start += 1) {
      if (touches(text, start - 1)) continue;
      const last = Math.min(index + run.length, start + LONGEST_NUMBER);
      for (let end = start + SHORTEST; end <= last; end += 1) {
        if (!touches(text, end) && hasNumber(numbers, text.slice(start, end))) return true;
      }
    }
  }
  return false;
}

const always = (): boolean => true;

/** `whole` tells for which values the characters around it must not be letters or digits: `1507378` is not in `91507378`. */
function stands(index: Index, text: string, whole: (value: string) => boolean): boolean {
  if (index.size === 0) return false;
  for (let at = 0; at + SHORTEST <= text.length; at += 1) {
    const values = index.get(text.slice(at, at + SHORTEST));
    if (values === undefined) continue;
    for (const value of typeof values === "string" ? [values] : values) {
      const cut = !text.startsWith(value, at);
      if (!cut && (!whole(value) || isDelimited(text, at, at + value.length))) return true;
    }
  }
  return false;
}

const isDelimited = (text: string, start: number, end: number): boolean =>
  !touches(text, start - 1) && !touches(text, end);

/** Whether a letter or digit stands there. */
const touches = (text: string, at: number): boolean => /[\p{L}\p{N}]/u.test(text.charAt(at));
