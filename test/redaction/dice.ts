// Random choices that a seed repeats.

export type Dice = {
  /** A whole number from 0 up to, not including, `end`. */
  readonly below: (end: number) => number;
  readonly chance: (share: number) => boolean;
  readonly of: <T>(items: readonly T[]) => T;
  readonly text: (alphabet: string, length: number) => string;
};

/** Mulberry32: 32 bits of state, the same numbers on every machine. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    below,
    chance: (share) => next() < share,
    of: (items) => {
      if (items.length === 0) throw new Error("nothing to choose from");
      return items[below(items.length)] as (typeof items)[number];
    },
    text: (alphabet, length) =>
      Array.from({ length }, () => alphabet.charAt(below(alphabet.length))).join(""),
  };
}
