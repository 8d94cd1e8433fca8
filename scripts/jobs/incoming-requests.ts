// Job `incoming-requests`: lists what waits in the Security Logging queue, oldest first. It writes nothing.
import { waitingIssues } from "../domain/security-logging/triage.ts";
import type { TrackerJob } from "../world.ts";

export const job: TrackerJob = {
  kind: "tracker",
  plan: async (world, say) => {
    const waiting = waitingIssues(await world.forge.openIssues(world.tracker.path), world.now);
    say(
      waiting.length === 0
        ? "Nothing waits in SecLog::Incoming-Requests."
        : `${waiting.length} waiting in SecLog::Incoming-Requests, oldest first:`,
    );
    for (const { issue, days } of waiting)
      say(`  ${world.tracker.path}#${issue}  ${days === 1 ? "1 day" : `${days} days`}`);
    return [];
  },
};
