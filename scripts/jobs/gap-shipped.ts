// Job `gap-shipped`: tells an open gap issue once that its event type is in view by now. Closing it is left to people.
import { shippedGaps, shippedPlace } from "../domain/information-request/gap-shipped.ts";
import { keepNote } from "../domain/information-request/kept-note.ts";
import { markerOf } from "../domain/note-marker.ts";
import type { TrackerJob } from "../world.ts";

export const job: TrackerJob = {
  kind: "tracker",
  plan: async (world) => {
    const { forge, gapProject, bot, sign } = world;
    const { id, path } = await forge.project(gapProject);
    const issues = await forge.filedIssues(gapProject, bot.id);
    const context = { project: id, botId: bot.id, sign };
    const plans = await Promise.all(
      shippedGaps(issues, await world.eventTypes(), context).map(async (gap) => {
        const notes = await forge.issueNotes(gapProject, gap.issue);
        const { eventType, answer, issue } = gap;
        const body = world.render("notes/gap-shipped", { eventType, answer });
        return keepNote(
          { project: path, issue },
          notes,
          bot.id,
          markerOf(shippedPlace(id, gap), sign),
          body,
        );
      }),
    );
    return plans.flat();
  },
};
