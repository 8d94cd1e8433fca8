/** Compares released text with what the evidence gives where the pseudonym key is not known: all but the pseudonyms' digits must be equal. */
import { PseudonymKind } from "../log-profile.ts";

const PSEUDONYM = new RegExp(`\\b(?:${PseudonymKind.options.join("|")})-[0-9a-f]{16}\\b`, "g");

/** One value has one pseudonym and one pseudonym has one value, over all rows of an artefact. */
export type PseudonymLinks = {
  /** Whether `shown` is `derived` but for its pseudonyms, which must be of the same kind and keep to the links so far. */
  readonly agree: (shown: string, derived: string) => boolean;
  /** False when there were more values than are kept: the later ones were compared by kind alone. */
  readonly complete: () => boolean;
};

/** @param kept how many values are remembered; bounds the memory: 40 bytes each at most */
export function pseudonymLinks(kept = 200_000): PseudonymLinks {
  const shownOf = new Map<string, DigitMap>();
  const derivedOf = new Map<string, DigitMap>();
  let links = 0;
  let complete = true;
  const link = (shown: string, derived: string): boolean => {
    const kind = kindOf(shown);
    if (kind !== kindOf(derived)) return false;
    const [forth, back] = [ofKind(shownOf, kind), ofKind(derivedOf, kind)];
    const [to, from] = [digitsOf(shown), digitsOf(derived)];
    const before = get(forth, from);
    if (before !== null) return before.high === to.high && before.low === to.low;
    if (get(back, to) !== null) return false;
    if (links >= kept) complete = false;
    else {
      links += 1;
      put(forth, from, to);
      put(back, to, from);
    }
    return true;
  };
  return {
    agree: (shown, derived) => {
      const between = shown.split(PSEUDONYM).join("\0") === derived.split(PSEUDONYM).join("\0");
      const names = shown.match(PSEUDONYM) ?? [];
      const expected = derived.match(PSEUDONYM) ?? [];
      return between && names.every((name, index) => link(name, expected[index] as string));
    },
    complete: () => complete,
  };
}

/** The text with every pseudonym cut to its kind, `user-…`: the same with the key and without it. */
export const withoutDigits = (text: string): string =>
  text.includes("-") ? text.replace(PSEUDONYM, (name) => `${kindOf(name)}-…`) : text;

const kindOf = (pseudonym: string): string => pseudonym.slice(0, pseudonym.lastIndexOf("-"));

/** The sixteen hexadecimal digits at the end of a pseudonym. */
type Digits = { readonly high: number; readonly low: number };
const digitsOf = (pseudonym: string): Digits => ({
  high: Number.parseInt(pseudonym.slice(-16, -8), 16),
  low: Number.parseInt(pseudonym.slice(-8), 16),
});

/** From digits to digits, four words an entry. Open addressing; at most two thirds of the slots are in use. */
type DigitMap = { words: Uint32Array; used: Uint8Array; size: number };

function ofKind(maps: Map<string, DigitMap>, kind: string): DigitMap {
  const known = maps.get(kind);
  if (known !== undefined) return known;
  const made: DigitMap = { words: new Uint32Array(256), used: new Uint8Array(64), size: 0 };
  maps.set(kind, made);
  return made;
}

/** The slot of the digits, or the empty one where they belong. */
function slotOf({ words, used }: DigitMap, { high, low }: Digits): number {
  const mask = used.length - 1;
  let slot = (high ^ low) & mask;
  while (used[slot] === 1 && (words[slot * 4] !== high || words[slot * 4 + 1] !== low))
    slot = (slot + 1) & mask;
  return slot;
}

function get(map: DigitMap, from: Digits): Digits | null {
  const slot = slotOf(map, from);
  return map.used[slot] === 1 ? digitsAt(map.words, slot * 4 + 2) : null;
}

const digitsAt = (words: Uint32Array, at: number): Digits => ({
  high: words[at] as number,
  low: words[at + 1] as number,
});

/** Adds digits that are not there yet. */
function put(map: DigitMap, from: Digits, to: Digits): void {
  const slot = slotOf(map, from);
  map.used[slot] = 1;
  map.words.set([from.high, from.low, to.high, to.low], slot * 4);
  map.size += 1;
  if (map.size * 3 <= map.used.length * 2) return;
  const { words, used } = map;
  map.words = new Uint32Array(words.length * 2);
  map.used = new Uint8Array(used.length * 2);
  for (const [at, taken] of used.entries()) {
    if (taken === 0) continue;
    const moved = slotOf(map, digitsAt(words, at * 4));
    map.used[moved] = 1;
    map.words.set(words.subarray(at * 4, at * 4 + 4), moved * 4);
  }
}
