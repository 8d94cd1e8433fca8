/** Walks two lists of rows side by side and says which row of the one has no partner in the other. */

export type Aligned<L, R> =
  | { readonly is: "pair"; readonly left: L; readonly right: R }
  /** Stands in the left list alone. */
  | { readonly is: "left"; readonly left: L }
  | { readonly is: "right"; readonly right: R };

/** How far ahead a partner is looked for; bounds the memory. */
const AHEAD = 256;

/**
 * Pairs of the same key in order; where the lists part, what stands before the next common key is alone.
 * Two that have no partner within sight are a pair with different keys: one row that was changed.
 */
export async function* aligned<L, R>(
  lefts: AsyncIterator<L>,
  rights: AsyncIterator<R>,
  keyOfLeft: (left: L) => string,
  keyOfRight: (right: R) => string,
): AsyncGenerator<Aligned<L, R>> {
  const left = ahead(lefts);
  const right = ahead(rights);
  for (;;) {
    await left.fill(1);
    await right.fill(1);
    const [one] = left.items;
    const [other] = right.items;
    if (one === undefined && other === undefined) return;
    if (other === undefined) yield { is: "left", left: left.take() };
    else if (one === undefined) yield { is: "right", right: right.take() };
    else if (keyOfLeft(one) === keyOfRight(other)) {
      yield { is: "pair", left: left.take(), right: right.take() };
    } else {
      await left.fill(AHEAD);
      await right.fill(AHEAD);
      const inLeft = left.items.findIndex((item) => keyOfLeft(item) === keyOfRight(other));
      const inRight = right.items.findIndex((item) => keyOfRight(item) === keyOfLeft(one));
      if (inLeft === -1 && inRight === -1) {
        yield { is: "pair", left: left.take(), right: right.take() };
      } else if (inRight === -1 || (inLeft !== -1 && inLeft <= inRight)) {
        yield { is: "left", left: left.take() };
      } else yield { is: "right", right: right.take() };
    }
  }
}

type Ahead<T> = {
  readonly items: T[];
  readonly fill: (count: number) => Promise<void>;
  /** Only when `items` is not empty. */
  readonly take: () => T;
};

function ahead<T>(source: AsyncIterator<T>): Ahead<T> {
  const items: T[] = [];
  let ended = false;
  return {
    items,
    fill: async (count) => {
      while (!ended && items.length < count) {
        const step = await source.next();
        if (step.done === true) ended = true;
        else items.push(step.value);
      }
    },
    take: () => items.shift() as T,
  };
}
