// When the customer is owed word: every 12 hours of business days, best effort (process, step 7); not while they are waited for.
import { Temporal } from "temporal-polyfill";
import { nextDue, type Region } from "../calendar.ts";
import type { StatusUpdatePolicy } from "../policy/team-policies.ts";
import type { CustodyData, CustodyEntry } from "./custody.ts";
import type { Extension } from "./extension.ts";
import { type Stage, stageOf } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";

/**
 * `slot` is the last due time that has passed (or the filing), `due` the next one. A clock that stands tells since when
 * (null = not on record yet) and which rules wait for an answer.
 */
export type StatusClock =
  | {
      readonly stands: false;
      readonly slot: string;
      readonly due: string;
      /** What moved this due time, if something did. */
      readonly extension: Extension | null;
      /** All that moved a due time of this request so far. */
      readonly used: readonly Extension[];
    }
  | { readonly stands: true; readonly since: string | null; readonly waitsFor: readonly string[] };

export type ClockRules = {
  readonly policy: StatusUpdatePolicy;
  readonly region: Region;
  /** The custody log, with what this run adds to it. */
  readonly history: readonly Pick<CustodyEntry, "at" | "event" | "data">[];
  readonly extensions: readonly Extension[];
};

const OWED: ReadonlySet<Stage> = new Set(["routing", "log-dive", "review"]);

/**
 * The stretch between two updates in which `now` lies, counted from the filing of the request; time in which the
 * author or the customer was asked for something does not count. A run that comes late finds the stretch it is in: the
 * updates it missed are not made up for one by one. Null once the request is answered, refused or withdrawn.
 */
export function statusClock(seen: Observation, now: string, rules: ClockRules): StatusClock | null {
  const { verdict, findings } = seen.verdict;
  const failed = new Set(findings.filter(({ ok }) => !ok).map(({ rule }) => rule));
  const { policy, history } = rules;
  const stage = stageOf(seen);
  const asked = stage === "intake" || stage === "eligibility";
  const waitsFor = [...failed].filter((rule) => !policy.runs_on.includes(rule));
  if (asked && verdict === "needs-info" && waitsFor.length > 0)
    return { stands: true, since: sinceOf(pausesOf(history, policy)), waitsFor };
  if (!OWED.has(stage) && !(asked && verdict === "needs-info")) return null;
  return stretchOf(seen.issue.createdAt, now, rules);
}

function stretchOf(
  filed: string,
  now: string,
  { policy, region, history, extensions }: ClockRules,
): StatusClock {
  const pauses = pausesOf(history, policy).map(({ from, to }) => ({ from, to: to ?? now }));
  const used: Extension[] = [];
  let slot = filed;
  for (;;) {
    const planned = nextDue(slot, policy.cadence, region, pauses);
    const extension = extensions.find(({ at }) => isBefore(at, planned) && !isBefore(at, slot));
    if (extension !== undefined) used.push(extension);
    const due = extension === undefined ? planned : nextDue(planned, extension.by, region, pauses);
    if (isBefore(now, due))
      return {
        stands: false,
        slot: toTheSecond(slot),
        due: toTheSecond(due),
        extension: extension ?? null,
        used,
      };
    slot = due;
  }
}

type Pause = { readonly from: string; readonly to: string | null };

/** The times in which the record says that somebody was asked for something; the last one may still go on. */
function pausesOf(history: ClockRules["history"], policy: StatusUpdatePolicy): readonly Pause[] {
  const pauses: Pause[] = [];
  let from: string | null = null;
  for (const { at, event, data } of history) {
    if (event !== "verdict") continue;
    if (!isRunning(data, policy)) from ??= at;
    else if (from !== null) {
      pauses.push({ from, to: at });
      from = null;
    }
  }
  return from === null ? pauses : [...pauses, { from, to: null }];
}

const sinceOf = (pauses: readonly Pause[]): string | null => {
  const last = pauses.at(-1);
  return last === undefined || last.to !== null ? null : toTheSecond(last.from);
};

/** Whether an update was owed under this verdict: what only we can mend does not stop the clock. */
function isRunning(data: CustodyData, { runs_on }: StatusUpdatePolicy): boolean {
  if (data["verdict"] === "accept" || data["route"] === "legal") return true;
  const failed = data["failed"];
  return (
    data["verdict"] === "needs-info" &&
    Array.isArray(failed) &&
    failed.every((rule: string) => runs_on.includes(rule))
  );
}

const isBefore = (a: string, b: string): boolean => Temporal.Instant.compare(a, b) < 0;

const toTheSecond = (instant: string): string =>
  Temporal.Instant.from(instant).toString({ smallestUnit: "second" });
