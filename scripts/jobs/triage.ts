// Job `triage`: a new issue in the tracker joins the Security Logging queue.
import { planTriage } from "../domain/security-logging/triage.ts";
import type { TrackerJob } from "../world.ts";

export const job: TrackerJob = {
  kind: "tracker",
  plan: async (world) => planTriage(await world.forge.openIssues(world.tracker.path), world.bot.id),
};
