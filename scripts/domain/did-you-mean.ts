// Finds the known word that a reader probably meant.

const LONGEST = 64;

/**
 * The candidate nearest to `word` by edits (insert, delete, replace, swap of neighbours; case ignored),
 * or null when none is near: at most one edit for each three characters of the word, and at least one.
 * Words longer than 64 characters have no suggestion.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  if (word.length > LONGEST) return null;
  const sought = word.toLowerCase();
  let best: string | null = null;
  let bound = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - sought.length) >= bound) continue;
    const distance = edits(sought, candidate.toLowerCase());
    if (distance < bound) {
      best = candidate;
      bound = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance, one row of the table at a time. */
function edits(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

/** The table is filled from its edge, so that the cell exists. */
const at = (row: readonly number[], column: number): number => row[column] as number;
