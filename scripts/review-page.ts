// The reviewers' page as Markdown: jobs routing and review both need it, the one to open the merge request, the other to keep it current.
import type { Observation } from "./domain/information-request/observation.ts";
import { reviewView } from "./domain/information-request/review-page.ts";
import type { World } from "./world.ts";

export function reviewPage(seen: Observation, world: World): string | null {
  const { reviewers } = world.policies.teams.mentions;
  const view = reviewView(seen, reviewers === null ? [] : [reviewers]);
  return view === null ? null : world.render("merge-requests/review", view);
}
