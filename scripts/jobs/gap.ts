// Job `gap`: files what Audit Events did not show, as one public-safe issue per event type.
import {
  type Demand,
  GAP_KINDS,
  type Gap,
  type GapKind,
  planGap,
} from "../domain/information-request/gap.ts";
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

const WORDS: Readonly<Record<GapKind, string>> = {
  not_recorded: "not recorded",
  stream_only: "streamed only",
  out_of_view: "saved, but out of view",
};

const gapView = ({ eventType, kind, category }: Gap, demand: Demand) => ({
  eventType,
  notRecorded: kind === "not_recorded",
  streamOnly: kind === "stream_only",
  outOfView: kind === "out_of_view",
  category,
  demand: GAP_KINDS.reduce((sum, each) => sum + demand[each], 0),
  kinds: GAP_KINDS.filter((each) => demand[each] > 0).map((each) => ({
    what: WORDS[each],
    count: demand[each],
  })),
});
