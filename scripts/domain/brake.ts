// The brake between plan and apply: a plan that writes far more than a run ever should is refused whole.
import type { Plan } from "./plan.ts";

/** How many writes of one kind a single run may make. A healthy queue stays far below; a fault in a rule does not. */
export const BRAKES = {
  "set-confidential": 50,
  "change-labels": 200,
  "write-note": 200,
  "delete-note": 50,
  "write-merge-request-note": 50,
  "delete-merge-request-note": 20,
  "commit-files": 200,
  "open-merge-request": 50,
  "edit-merge-request": 100,
  "close-merge-request": 20,
  merge: 20,
  "publish-package": 20,
  "delete-package": 50,
  "create-issue": 20,
  "edit-issue": 50,
} as const satisfies Record<Plan[number]["kind"], number>;

/** One sentence for each kind of write that is over its limit; empty = the plan may be applied. */
export function brakeFaults(plan: Plan): readonly string[] {
  const counts = new Map<Plan[number]["kind"], number>();
  for (const { kind } of plan) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .filter(([kind, count]) => count > BRAKES[kind])
    .map(([kind, count]) => `${count} × ${kind} in one run; the brake is at ${BRAKES[kind]}`);
}
