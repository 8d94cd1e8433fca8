// Job `status-update`: the one comment that tells where the request stands and when the customer hears next, and its labels.
import { auditEventAnswers } from "../domain/information-request/audit-event-answer.ts";
import { headAfter } from "../domain/information-request/custody.ts";
import { readExtensions, unusedExtensions } from "../domain/information-request/extension.ts";
import { adviseOnScope } from "../domain/information-request/scope-advice.ts";
import { statusClock } from "../domain/information-request/status-clock.ts";
import {
  planLabels,
  planStatusNote,
  statusPlace,
  statusView,
} from "../domain/information-request/status-update.ts";
import { newRecords } from "../domain/information-request/steps.ts";
import { markerOf } from "../domain/note-marker.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: async (seen, world, before) => {
    const { statusUpdate, calendar, teams } = world.policies;
    const region = calendar.regions[statusUpdate.region];
    if (region === undefined) throw new Error("status-update.yaml names an unknown region");
    const { entries } = seen.custody;
    const { extensions, dismissed } = readExtensions(seen.statements, {
      team: seen.verdict.route,
      longest: statusUpdate.longest_extension,
      entries,
      digest: world.digest,
    });
    const recorded = newRecords(seen, before).map((record) => ({ ...record, at: world.now }));
    const rules = { policy: statusUpdate, region, history: [...entries, ...recorded], extensions };
    const clock = statusClock(seen, world.now, rules);
    const used = clock === null || clock.stands ? [] : clock.used;
    const records = used.flatMap(({ record }) => (record === null ? [] : [record]));
    const steps = [...before, { actions: [], records }];
    const view = statusView(seen, clock, {
      custody: headAfter(entries, newRecords(seen, steps), world.now, world.digest),
      dismissed: [...dismissed, ...unusedExtensions(extensions, used)],
      exception: world.policies.decision.exception,
      auditEvents:
        seen.request === null
          ? []
          : auditEventAnswers(seen.request.event_types, await world.eventTypes()),
      advice:
        seen.judged === null
          ? null
          : adviseOnScope(seen.judged, await world.profiles(), world.policies),
      projectUrl: world.tracker.webUrl,
      artefactProjectUrl: world.artefactProject.webUrl,
      mentions: teams.mentions,
    });
    const labels = planLabels(seen);
    const marker = markerOf(statusPlace(world.tracker.id, seen.issue.iid), world.sign);
    const note = planStatusNote(seen, world.render("notes/status", view), marker);
    return { actions: [...labels.actions, ...note.actions], records };
  },
};
