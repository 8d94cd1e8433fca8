// Job `hand-over`: checks everything once more, seals the artefact for Support, and destroys what has expired.
import {
  dueForHandOver,
  planDestruction,
  planHandOver,
} from "../domain/information-request/hand-over.ts";
import { isHandedOver } from "../domain/information-request/lifecycle.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: async (seen, world) => {
    const project = world.artefactProject.path;
    const destruction = planDestruction(seen, world.now, project);
    if (seen.issue.state === "closed" || isHandedOver(seen) || destruction.actions.length > 0)
      return destruction;
    const due = dueForHandOver(seen);
    return planHandOver(seen, due === null ? null : await world.sealForHandOver(due), project);
  },
};
