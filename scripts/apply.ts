// The only place where a plan becomes writes: brake, then one action after the other, each request on its own.
import { brakeFaults } from "./domain/brake.ts";
import { type Action, describeAction, type Plan } from "./domain/plan.ts";
import type { ForgeWriter } from "./ports/forge.ts";

/** The writes of one request (or of the tracker as a whole): when one fails, the rest of the same group waits for the next run. */
export type Group = { readonly item: string; readonly plan: Plan };
export type Failure = { readonly item: string; readonly error: string };
export type Applied = {
  readonly done: readonly Action[];
  readonly failures: readonly Failure[];
  readonly left: readonly Action[];
};

/**
 * Performs the plan. Nothing is retried here: the next run reads what is, and plans what is missing.
 * @returns what was done, what failed, and what was left because something before it failed.
 */
export async function applyPlan(
  groups: readonly Group[],
  writer: ForgeWriter,
  say: (line: string) => void,
): Promise<Applied> {
  const faults = brakeFaults(groups.flatMap((group) => group.plan));
  if (faults.length > 0) {
    return {
      done: [],
      failures: faults.map((error) => ({ item: "brake", error: `nothing was written: ${error}` })),
      left: groups.flatMap((group) => group.plan),
    };
  }
  const done: Action[] = [];
  const failures: Failure[] = [];
  const left: Action[] = [];
  for (const { item, plan } of groups) {
    for (const [index, action] of plan.entries()) {
      const result = await writer.perform(action);
      if (!result.ok) {
        failures.push({ item, error: result.error });
        left.push(...plan.slice(index + 1));
        break;
      }
      done.push(action);
      say(`done  ${describeAction(action)}${result.url === null ? "" : `  ${result.url}`}`);
    }
  }
  return { done, failures, left };
}
