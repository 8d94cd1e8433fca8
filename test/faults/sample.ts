// A choice that a seed decides alone: the same seed gives the same sample on every machine.

/** mulberry32: numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` of the items, in their order. */
export function sampled<T>(items: readonly T[], count: number, seed: number): readonly T[] {
  const next = numbers(seed);
  return items
    .map((item, index) => ({ item, index, key: next() }))
    .sort((left, right) => left.key - right.key)
    .slice(0, count)
    .sort((left, right) => left.index - right.index)
    .map(({ item }) => item);
}
