// Job `status-update`: the one comment that tells where the request stands and when the customer hears next, and its labels.

import { statusClock } from "../domain/information-request/status-clock.ts";
import {
  planLabels,
  planStatusNote,
  statusView,
} from "../domain/information-request/status-update.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: (seen, world) => {
    const { statusUpdate, calendar, teams } = world.policies;
    const region = calendar.regions[statusUpdate.region];
    if (region === undefined) throw new Error("status-update.yaml names an unknown region");
    const clock = statusClock(seen, world.now, statusUpdate.cadence, region);
    const view = statusView(seen, clock, {
      projectUrl: world.tracker.webUrl,
      artefactProjectUrl: world.artefactProject.webUrl,
      mentions: teams.mentions,
    });
    const labels = planLabels(seen);
    const note = planStatusNote(seen, world.render("notes/status", view));
    return { actions: [...labels.actions, ...note.actions], records: [] };
  },
};
