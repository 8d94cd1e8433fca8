// Job `routing`: an accepted request gets its branch, its request file and its one merge request; a second one is closed.
import { closeDoubles, planRouting } from "../domain/information-request/merge-request.ts";
import { inTurn } from "../domain/information-request/steps.ts";
import { reviewPage } from "../review-page.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: (seen, world) => {
    const description = reviewPage(seen, world);
    const doubles = closeDoubles(seen);
    if (description === null) return doubles;
    const { defaultBranch } = world.tracker;
    return inTurn(doubles, planRouting(seen, { defaultBranch, description }));
  },
};
