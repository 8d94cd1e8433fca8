/** What redaction took out, so that the gate can look for it in what is about to leave (G3). It lives in memory only. */
import { skeleton } from "./decode-views.ts";

/** Shorter values are too common to be told apart. */
const SHORTEST = 6;
/** By the first characters of the normalised value. */
export type RemovedLedger = { readonly byStart: Map<string, Set<string>> };

export const emptyLedger = (): RemovedLedger => ({ byStart: new Map() });

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
    const text = skeleton(value);
    if (text.length >= SHORTEST && !isHarmless(value)) {
      const start = text.slice(0, SHORTEST);
      const known = ledger.byStart.get(start) ?? new Set();
      ledger.byStart.set(start, known.add(text));
    }
  }
}

/** Whether a removed value stands anywhere in the text, in any spelling that `skeleton` makes equal. */
export function holdsRemoved(ledger: RemovedLedger, text: string): boolean {
  const searched = skeleton(text);
  for (let at = 0; at + SHORTEST <= searched.length; at += 1) {
    const values = ledger.byStart.get(searched.slice(at, at + SHORTEST));
    if (values !== undefined && [...values].some((value) => standsAt(searched, at, value))) {
      return true;
    }
  }
  return false;
}

/** A number counts only as a whole number: `1507378` is not in `91507378`. */
function standsAt(text: string, at: number, value: string): boolean {
  if (!text.startsWith(value, at)) return false;
  if (!/^[\d.]+$/.test(value)) return true;
  return !/\d/.test(text.charAt(at - 1)) && !/\d/.test(text.charAt(at + value.length));
}
