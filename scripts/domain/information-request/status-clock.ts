// When the customer is owed word: every 12 hours of business days, best effort (process, step 7).
import { Temporal } from "temporal-polyfill";
import { nextDue, type Region } from "../calendar.ts";
import { stageOf } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";
import type { StatusClock } from "./status-update.ts";

/**
 * The stretch between two updates in which `now` lies, counted from the filing of the request.
 * Null while the author or the customer has to act, and once the answer is ready: then no clock runs.
 * A run that comes late finds the stretch it is in; the ones it missed are not made up for one by one.
 */
export function statusClock(
  seen: Observation,
  now: string,
  cadence: string,
  region: Region,
): StatusClock | null {
  const stage = stageOf(seen);
  if (stage !== "log-dive" && stage !== "review" && stage !== "routing") return null;
  let slot = seen.issue.createdAt;
  let due = nextDue(slot, cadence, region);
  while (Temporal.Instant.compare(due, now) <= 0) {
    slot = due;
    due = nextDue(slot, cadence, region);
  }
  return { slot: toTheSecond(slot), due: toTheSecond(due) };
}

const toTheSecond = (instant: string): string =>
  Temporal.Instant.from(instant).toString({ smallestUnit: "second" });
