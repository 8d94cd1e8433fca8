// Job `hand-over`: checks everything once more, seals the artefact for Support, and destroys what has expired.
import {
  ArtefactChanged,
  dueForHandOver,
  holdHandOver,
  planDestruction,
  planHandOver,
} from "../domain/information-request/hand-over.ts";
import { isHandedOver } from "../domain/information-request/lifecycle.ts";
import { inTurn } from "../domain/information-request/steps.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: async (seen, world) => {
    const project = world.artefactProject.path;
    const destruction = planDestruction(seen, project);
    if (seen.issue.state === "closed" || isHandedOver(seen)) return destruction;
    const due = dueForHandOver(seen);
    try {
      const sealed = due === null ? null : await world.sealForHandOver(due);
      return inTurn(destruction, planHandOver(seen, sealed, project));
    } catch (error) {
      if (due === null || !(error instanceof ArtefactChanged)) throw error;
      return inTurn(destruction, holdHandOver(due, error));
    }
  },
};
