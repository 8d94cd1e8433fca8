/** What redaction took out, so that the gate can look for it in what is about to leave (G3). It lives in memory only. */
import { skeleton } from "./decode-views.ts";
import {
  addNumber,
  emptyNumberSet,
  hasNumber,
  LONGEST_NUMBER,
  type NumberSet,
} from "./number-set.ts";
import { addText, emptyTextSet, holdsText, SHORTEST, type TextSet } from "./text-set.ts";

export type RemovedLedger = {
  /** Most of what is removed. They count only where no letter or digit touches them. */
  readonly numbers: NumberSet;
  /**
   * Each text without white space: found also when glued to other text or broken over lines. And each with white space,
   * with single spaces in its place: found when it stands for itself, also where all around is public.
   */
  readonly texts: TextSet;
  /** Values that came a moment ago, by the profile whose rows they stood in. */
  readonly recent: Map<string, Set<string>>;
};

/** How many values are known again before all are forgotten, and how long they may be. */
const RECENT = 8192;
const RECENT_LENGTH = 512;

export const emptyLedger = (): RemovedLedger => ({
  numbers: emptyNumberSet(),
  texts: emptyTextSet(),
  recent: new Map(),
});

/**
 * Adds the removed values of one row. `soughtOf` says what of a value is looked for: null when it may appear anyway,
 * because it is made of what is the request's own or of the public words of the source.
 */
export function recordRemoved(
  ledger: RemovedLedger,
  values: readonly string[],
  source: string,
  soughtOf: (value: string) => string | null,
): void {
  const recent = ledger.recent.get(source) ?? new Set();
  ledger.recent.set(source, recent);
  for (const value of values) {
    if (value.length < SHORTEST || addNumber(ledger.numbers, value)) continue;
    if (recent.has(value)) continue;
    if (recent.size >= RECENT) recent.clear();
    if (value.length <= RECENT_LENGTH) recent.add(copied(value));
    const sought = isNumber(value) ? value : soughtOf(value);
    if (sought !== null) recordText(ledger.texts, sought);
  }
}

/** The text by itself: a part of a log line would keep the whole line in memory. */
const copied = (text: string): string => ` ${text}`.slice(1);

function recordText(texts: TextSet, value: string): void {
  const glued = skeleton(value);
  if (glued.length < SHORTEST) return;
  addText(texts, glued);
  const standing = spaced(value);
  if (standing !== glued) addText(texts, standing);
}

const isNumber = (text: string): boolean => /^[\d.]+$/.test(text);

/** The words of a text with single spaces between them; words that nobody can see are none. */
function spaced(text: string): string {
  if (/^[!-~]*$/.test(text)) return skeleton(text);
  const words = text.split(/\s+/u).map(skeleton);
  return words.filter((word) => word !== "").join(" ");
}

/**
 * Whether a removed value stands in a text, in any spelling that `skeleton` makes equal.
 * @param unexplained the same text with gaps for everything that may leave
 */
export function holdsRemoved(ledger: RemovedLedger, text: string, unexplained: string): boolean {
  const search = removedSearch(ledger);
  return search.add(text, unexplained) || search.end();
}

/** Looks for removed values in a text that comes in pieces; each piece but the last ends with a line end. */
export type RemovedSearch = {
  /** Whether one was found so far. What is found does not depend on where the pieces end. */
  readonly add: (text: string, unexplained: string) => boolean;
  readonly end: () => boolean;
};

export function removedSearch(ledger: RemovedLedger): RemovedSearch {
  const words = window(ledger, () => true);
  const glued = window(ledger, isNumber);
  let begun = false;
  return {
    add: (text, unexplained) => {
      const more = spaced(text);
      const found = words.add(begun && more !== "" ? ` ${more}` : more);
      if (more !== "") begun = true;
      return glued.add(skeleton(unexplained)) || found;
    },
    end: () => words.end() || glued.end(),
  };
}

type Window = {
  readonly add: (more: string) => boolean;
  readonly end: () => boolean;
};

/**
 * Keeps as much of a text as the longest value could still need, and one character before it.
 * @param mustStandApart for which values no letter or digit may touch them: `1507378` is not in `91507378`
 */
function window(
  { numbers, texts }: RemovedLedger,
  mustStandApart: (value: string) => boolean,
): Window {
  let text = "";
  let from = 0;
  let found = false;
  const look = (to: number): boolean => {
    if (found || to <= from) return found;
    found =
      holdsNumber(numbers, text, from, to) ||
      holdsText(
        texts,
        text,
        from,
        to,
        (start, end) => !mustStandApart(text.slice(start, end)) || isDelimited(text, start, end),
      );
    const kept = Math.max(to - 1, 0);
    text = text.slice(kept);
    from = to - kept;
    return found;
  };
  return {
    add: (more) => {
      if (found) return true;
      text += more;
      return look(text.length - Math.max(texts.longest, LONGEST_NUMBER));
    },
    end: () => look(text.length),
  };
}

/** Each start of a run is tried with as many ends as a number can have digits, so that long runs cost no more than short ones. */
function holdsNumber(numbers: NumberSet, text: string, from: number, to: number): boolean {
  if (numbers.size === 0) return false;
  for (const { 0: run, index } of text.matchAll(/[\d.]{6,}/g)) {
    const last = Math.min(index + run.length - SHORTEST, to - 1);
    for (let start = Math.max(index, from); start <= last; start += 1) {
      if (touches(text, start - 1)) continue;
      const most = Math.min(index + run.length, start + LONGEST_NUMBER);
      for (let end = start + SHORTEST; end <= most; end += 1) {
        if (!touches(text, end) && hasNumber(numbers, text.slice(start, end))) return true;
      }
    }
  }
  return false;
}

const isDelimited = (text: string, start: number, end: number): boolean =>
  !touches(text, start - 1) && !touches(text, end);

/** Whether a letter or digit stands there. */
const touches = (text: string, at: number): boolean => /[\p{L}\p{N}]/u.test(text.charAt(at));
