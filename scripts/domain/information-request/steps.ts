// What one job wants done for one request: writes, in order, and what the custody log shall say of them.
import type { Action } from "../plan.ts";
import {
  appendCustody,
  CUSTODY_BRANCH,
  type CustodyRecord,
  custodyPath,
  type Digest,
  isRecorded,
} from "./custody.ts";
import type { Observation } from "./observation.ts";
import { pastCasePath } from "./past-case.ts";

export type Steps = {
  readonly actions: readonly Action[];
  readonly records: readonly CustodyRecord[];
  /** Records of actions that leave nothing behind to tell of them: they stand in the log before the actions begin. */
  readonly announced?: readonly CustodyRecord[];
  /** What went wrong beside the steps: the run lists it and ends red. Only the last step of a job may say so. */
  readonly faults?: readonly string[];
};
export const NOTHING: Steps = { actions: [], records: [] };

export const inTurn = (first: Steps, second: Steps): Steps => ({
  ...first,
  ...second,
  actions: [...first.actions, ...second.actions],
  records: [...first.records, ...second.records],
  announced: [...(first.announced ?? []), ...(second.announced ?? [])],
});

const announcements = (steps: readonly Steps[]): readonly CustodyRecord[] =>
  steps.flatMap((step) => step.announced ?? []);

/**
 * What this run adds to the log. Announcements go alone: what else there is to record follows from what was done, and
 * the next run finds it.
 */
export function newRecords(seen: Observation, steps: readonly Steps[]): readonly CustodyRecord[] {
  const announced = announcements(steps);
  if (announced.length > 0) return announced;
  return steps
    .flatMap((step) => step.records)
    .filter((record) => !isRecorded(seen.custody.entries, record));
}

/** A request that somebody made public is hidden again before anything else is written about it, whichever jobs run. */
function hiddenFirst({ issue }: Observation, actions: readonly Action[]): readonly Action[] {
  const hidden = issue.confidential || actions.some(({ kind }) => kind === "set-confidential");
  if (hidden || issue.state === "closed" || actions.length === 0) return actions;
  return [{ kind: "set-confidential", issue: issue.iid }, ...actions];
}

/**
 * The request's plan of one run: the actions of all its jobs, then one commit to the custody log.
 * The log comes last: it records what was done, and a write that failed ends the plan of its request before it.
 * Announcements alone come first: what was destroyed cannot be found again by a run that follows a crash.
 */
export function planRequest(
  seen: Observation,
  steps: readonly Steps[],
  context: { readonly now: string; readonly defaultBranch: string; readonly digest: Digest },
): readonly Action[] {
  const actions = steps.flatMap((step) => step.actions);
  const records = newRecords(seen, steps);
  if (records.length === 0) return hiddenFirst(seen, actions);
  const log = custodyCommit(seen, records, context);
  return announcements(steps).length > 0
    ? hiddenFirst(seen, [log, ...actions])
    : [...hiddenFirst(seen, actions), log];
}

function custodyCommit(
  seen: Observation,
  records: readonly CustodyRecord[],
  context: Parameters<typeof planRequest>[2],
): Action {
  const { text, entries, lastCommit, branchStands } = seen.custody;
  return {
    kind: "commit-files",
    branch: CUSTODY_BRANCH,
    startBranch: branchStands ? null : context.defaultBranch,
    message: `Record ${records.map((record) => record.event).join(", ")} of ${seen.id}`,
    files: [
      {
        path: custodyPath(seen.id),
        content: appendCustody(text, entries, records, context.now, context.digest),
        lastCommit,
      },
      ...records.flatMap(({ beside }, at) =>
        beside === undefined
          ? []
          : [
              {
                path: pastCasePath(seen.id, entries.length + at + 1),
                content: beside,
                lastCommit: null,
              },
            ],
      ),
    ],
  };
}
