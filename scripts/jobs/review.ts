// Job `review`: keeps the reviewers' page current and merges when distinct people of Legal and Security approved exactly this artefact.
import { planReview } from "../domain/information-request/merge-request.ts";
import { NOTHING } from "../domain/information-request/steps.ts";
import { reviewPage } from "../review-page.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: (seen, world) => {
    const description = reviewPage(seen, world);
    return description === null ? NOTHING : planReview(seen, description);
  },
};
