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

/** @param kept how many values are remembered; bounds the memory */
export function pseudonymLinks(kept = 200_000): PseudonymLinks {
  const shownOf = new Map<string, string>();
  const derivedOf = new Map<string, string>();
  let complete = true;
  const link = (shown: string, derived: string): boolean => {
    if (kindOf(shown) !== kindOf(derived)) return false;
    const before = shownOf.get(derived);
    if (before !== undefined) return before === shown;
    if (derivedOf.has(shown)) return false;
    if (shownOf.size >= kept) complete = false;
    else {
      shownOf.set(derived, shown);
      derivedOf.set(shown, derived);
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

const kindOf = (pseudonym: string): string => pseudonym.slice(0, pseudonym.lastIndexOf("-"));
