/** What redaction took out, so that the gate can look for it in what is about to leave (G3). It lives in memory only. */
import { skeleton } from "./decode-views.ts";

/** Shorter values are too common to be told apart. */
const SHORTEST = 6;
/** Values by their first characters. */
type Index = Map<string, Set<string>>;
export type RemovedLedger = {
  /** Without white space: found also when glued to other text or broken over lines. */
  readonly glued: Index;
  /** With single spaces: found when it stands for itself, also where all around it is public. */
  readonly standing: Index;
};

export const emptyLedger = (): RemovedLedger => ({ glued: new Map(), standing: new Map() });

/**
 * Adds the removed values of one row. `isHarmless` says of a value that it may appear anyway, because it is made of
 * the request's own paths or of public words.
 */
export function recordRemoved(
  ledger: RemovedLedger,
  values: readonly string[],
  isHarmless: (value: string) => boolean,
): void {
  for (const value of values) {
    const glued = skeleton(value);
    if (glued.length >= SHORTEST && !isHarmless(value)) {
      add(ledger.glued, glued);
      add(ledger.standing, spaced(value));
    }
  }
}

function add(index: Index, text: string): void {
  const start = text.slice(0, SHORTEST);
  index.set(start, (index.get(start) ?? new Set()).add(text));
}

const spaced = (text: string): string => text.trim().split(/\s+/u).map(skeleton).join(" ");

/**
 * Whether a removed value stands in a text, in any spelling that `skeleton` makes equal.
 * @param unexplained the same text with gaps for everything that may leave
 */
export function holdsRemoved(ledger: RemovedLedger, text: string, unexplained: string): boolean {
  return (
    stands(ledger.glued, skeleton(unexplained), (value) => /^[\d.]+$/.test(value)) ||
    stands(ledger.standing, spaced(text), () => true)
  );
}

/** `whole` tells for which values the characters around it must not be letters or digits: `1507378` is not in `91507378`. */
function stands(index: Index, text: string, whole: (value: string) => boolean): boolean {
  for (let at = 0; at + SHORTEST <= text.length; at += 1) {
    for (const value of index.get(text.slice(at, at + SHORTEST)) ?? []) {
      const cut = !text.startsWith(value, at);
      if (!cut && (!whole(value) || isDelimited(text, at, at + value.length))) return true;
    }
  }
  return false;
}

function isDelimited(text: string, start: number, end: number): boolean {
  return !/[\p{L}\p{N}]/u.test(text.charAt(start - 1)) && !/[\p{L}\p{N}]/u.test(text.charAt(end));
}
