// Plays seeds one after the other, and makes a failing history as short as it gets.
import type { Lab } from "./lab.ts";
import type { PlantedBug } from "./planted-bugs.ts";
import type { Plant } from "./product.ts";
import { type Step, stepsOf } from "./steps.ts";
import type { Violation } from "./witness.ts";
import { type Outcome, play } from "./world.ts";

export type Found = {
  readonly seed: number;
  readonly violation: Violation;
  readonly step: number;
  /** The shortest history that was found to break the same invariant. */
  readonly steps: readonly Step[];
};

/** Drops steps, ever smaller stretches of them, as long as the same invariant breaks; tries at most `tries` histories. */
async function shorten(
  lab: Lab,
  steps: readonly Step[],
  outcome: Outcome,
  plant: Plant,
  tries = 60,
): Promise<readonly Step[]> {
  const invariant = outcome.violation?.invariant;
  let best = steps.slice(0, outcome.step);
  let left = tries;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = best.length - size; at >= 0 && left > 0; at -= size) {
      left -= 1;
      const shorter = best.toSpliced(at, size);
      const again = await play(lab, shorter, plant);
      if (again.violation?.invariant === invariant) best = shorter.slice(0, again.step);
    }
  }
  return best;
}

/** The outcome of one seed; a violation comes with its shortest history. */
export async function search(lab: Lab, seed: number, plant: Plant = {}): Promise<Found | null> {
  const steps = stepsOf(seed);
  const outcome = await play(lab, steps, plant);
  const { violation, step } = outcome;
  if (violation === null) return null;
  return { seed, violation, step, steps: await shorten(lab, steps, outcome, plant) };
}

/**
 * The first seed from 1 on in which the planted bug breaks its invariant, or `any` of them; null when none of `most` does.
 * Without the bug no seed breaks one.
 */
export async function seedThatFinds(
  lab: Lab,
  { invariant, plant }: Pick<PlantedBug, "invariant" | "plant">,
  most: number,
  any = false,
): Promise<number | null> {
  for (let seed = 1; seed <= most; seed += 1) {
    const { violation } = await play(lab, stepsOf(seed), plant);
    if (violation !== null && (any || violation.invariant === invariant)) return seed;
  }
  return null;
}

/** What to read of a failing seed: where it failed, its shortest history, and how to play it again. */
export function describeFound({ seed, violation, step, steps }: Found): string {
  return [
    `seed ${seed}, step ${step}: ${violation.invariant}`,
    `  ${violation.what}`,
    ...steps.map((each) => `  · ${JSON.stringify(each)}`),
    `  npm run simulate -- --seed ${seed} --trace`,
  ].join("\n");
}
