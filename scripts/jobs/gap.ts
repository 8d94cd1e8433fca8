// Job `gap`: files what Audit Events did not show, as one public-safe issue per event type.
import { type Gap, planGap } from "../domain/information-request/gap.ts";
import { gapsOf } from "../domain/information-request/gap-catalogue.ts";
import { NOTHING } from "../domain/information-request/steps.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: async (seen, world) => {
    if (seen.request === null || seen.issue.state === "closed") return NOTHING;
    const gaps = gapsOf(seen.request.event_types, await world.eventTypes());
    if (gaps.length === 0) return NOTHING;
    const { labels, title } = world.policies.gap;
    const project = await world.forge.project(world.gapProject);
    return planGap(seen, gaps, await world.forge.filedIssues(world.gapProject, world.bot.id), {
      project,
      labels,
      digest: world.digest,
      sign: world.sign,
      text: (gap, demand) => ({
        title: title.replace("{event_type}", gap.eventType),
        body: world.render("issues/gap", gapView(gap, demand)),
      }),
    });
  },
};

const gapView = (gap: Gap, demand: number) => ({
  eventType: gap.eventType,
  streamOnly: gap.kind === "stream_only",
  category: gap.category,
  demand,
});
