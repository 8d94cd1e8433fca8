// Job `log-dive`: collects what an accepted request may see, redacts and seals it, and stores it for the reviewers.
import { collectedPackage, packageVersion } from "../domain/information-request/hand-over.ts";
import { laneOf } from "../domain/information-request/lane.ts";
import { stageOf } from "../domain/information-request/lifecycle.ts";
import { adviseOnScope } from "../domain/information-request/scope-advice.ts";
import { NOTHING } from "../domain/information-request/steps.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: async (seen, world) => {
    const { request, requestSha256, requestText, requestFile, mergeRequest } = seen;
    if (stageOf(seen) !== "log-dive" || request === null || requestSha256 === null) return NOTHING;
    // Git is the record: nothing is read from the logs before exactly this request stands in its merge request.
    if (requestFile?.content !== requestText || mergeRequest?.mergeRequest.state !== "opened")
      return NOTHING;
    // What costs much waits for a person who accepts it.
    if (seen.judged === null) return NOTHING;
    const { awaits } = adviseOnScope(seen.judged, await world.profiles(), world.policies);
    if (awaits) return NOTHING;
    const collector = await world.collector();
    const scope = await world.accounts.scope(request);
    const lane = laneOf(seen.verdict) === "aggregate" ? "aggregate" : "rows";
    const collected = await collector.collect(request, requestSha256, scope, lane);
    const sealed = await collector.seal(collected);
    return {
      actions: [
        {
          kind: "publish-package",
          project: world.artefactProject.path,
          name: collectedPackage(seen.id),
          version: packageVersion(collected.manifest.artefact.sha256),
          ...sealed,
        },
      ],
      records: [],
    };
  },
};
