// Job `routing`: an accepted request gets its branch, its request file and its one merge request.
import { planRouting } from "../domain/information-request/merge-request.ts";
import { NOTHING } from "../domain/information-request/steps.ts";
import { reviewPage } from "../review-page.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: (seen, world) => {
    const description = reviewPage(seen, world);
    if (description === null) return NOTHING;
    return planRouting(seen, { defaultBranch: world.tracker.defaultBranch, description });
  },
};
