import { expect, test } from "vitest";
import type { ReviewPolicy } from "../../scripts/domain/policy/review-policy.ts";
import { loadPolicySet } from "../policy-set.ts";
import { reviewCaseOf } from "./case.ts";
import { beginHistory, chanceOf, type History, happen, randomOf } from "./history.ts";
import { type Gate, gate, PLANTED_BUGS } from "./planted-bugs.ts";
import { mayBeReleased } from "./truth.ts";

const { review: policy } = await loadPolicySet();
/** `npm run test:approvals` runs all of the million. */
const HISTORIES = Number(process.env["APPROVAL_HISTORIES"] ?? 20_000);
const MOST_EVENTS = 24;

type Difference = { readonly seed: number; readonly event: number; readonly released: boolean };
type Played = {
  readonly asked: number;
  readonly released: number;
  readonly difference: Difference | null;
};

/** Plays the history of one seed and asks the gate after each event, once something was approved. */
function play(seed: number, judge: Gate, over: ReviewPolicy = policy): Played {
  const chance = chanceOf(randomOf(seed));
  const history: History = beginHistory();
  let asked = 0;
  let released = 0;
  const events = 4 + Math.floor(chance.next() * (MOST_EVENTS - 3));
  for (let event = 1; event <= events; event += 1) {
    happen(history, chance);
    // A gate that is asked for less than two approvals has little to get wrong: once in a while is enough.
    if (history.approvals.length < 2 && !chance.yes(0.02)) continue;
    asked += 1;
    const is = judge(reviewCaseOf(history), over, history);
    if (is) released += 1;
    if (is !== mayBeReleased(history))
      return { asked, released, difference: { seed, event, released: is } };
  }
  return { asked, released, difference: null };
}

test(`no release without two valid people, and none held back, in ${HISTORIES} random histories`, {
  timeout: 60_000 + HISTORIES * 2,
}, () => {
  let [asked, released, withRelease] = [0, 0, 0];
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const played = play(seed, gate);
    asked += played.asked;
    released += played.released;
    if (played.released > 0) withRelease += 1;
    if (played.difference !== null) expect(played.difference).toBeNull();
  }
  // The control: a gate that never opens would pass the test above.
  expect(withRelease / HISTORIES).toBeGreaterThan(0.02);
  expect(asked).toBeGreaterThan(HISTORIES);
  if (HISTORIES > 20_000)
    process.stdout.write(
      `${HISTORIES} histories, ${asked} questions, ${released} releases in ${withRelease} histories\n`,
    );
});

/** Histories until the bug lets something go that must not, or holds something that may go. */
function seedsUntilFound(
  judge: Gate,
): { readonly seed: number; readonly released: boolean } | null {
  for (let seed = 1; seed <= 20_000; seed += 1) {
    const { difference } = play(seed, judge);
    if (difference !== null) return { seed, released: difference.released };
  }
  return null;
}

test.each(Object.entries(PLANTED_BUGS))("finds a gate in which %s", (name, judge) => {
  const found = seedsUntilFound(judge);
  expect(found, name).not.toBeNull();
});
