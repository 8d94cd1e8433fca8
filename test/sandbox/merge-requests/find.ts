// Finds the merge request of a request's path for an asker who may see it.

import { fail, notFound } from "../errors.ts";
import { mayReadCode } from "../git/access.ts";
import { type Ctx, pathId, projectOf, userOf } from "../http.ts";
import type { MergeRequest, Project } from "../model.ts";
import type { State } from "../state.ts";

/** The project whose merge requests the asker may read; Guests of a private one may not. */
export function mergeRequestProject(c: Ctx, state: State): Project {
  const project = projectOf(c, state);
  return mayReadCode(state, project, userOf(c)) ? project : fail(403, "403 Forbidden");
}

/** The merge request of `:id` and `:iid`; whoever may not read it gets 404. */
export function mergeRequestOf(c: Ctx, state: State): MergeRequest {
  const project = projectOf(c, state);
  const iid = pathId(c, "iid");
  const found = project.mergeRequests.find((one) => one.iid === iid);
  if (found === undefined || !mayReadCode(state, project, userOf(c))) notFound();
  return found;
}
