// Changes of a policy that no case can or need notice, each with the reason.
import type { Mutant } from "./mutants.ts";

const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^review (?:approval_expires_after|settle_after_push): /,
    "the releases of approvals.jsonl lie days and minutes from the edge; test/domain/information-request/review.test.ts proves the edge for any length",
  ],
  [
    /^status-update cadence: /,
    "no case holds a cadence; test/domain/information-request/status-clock.test.ts proves the clock for any",
  ],
  [
    /^hand-over artefact_expires_after: /,
    "the expiry is stamped into each manifest when it is collected; test/domain/information-request/hand-over.test.ts proves what an expiry does",
  ],
];

/** Why a mutant may survive, or null. */
export function reasonOf({ name }: Mutant): string | null {
  return REASONS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
