// Job `redaction`: commits the manifest of the redacted artefact beside the request, so that approvals bind to its digest.
import { currentArtefact } from "../domain/information-request/lifecycle.ts";
import { formatManifest } from "../domain/information-request/manifest-file.ts";
import { planRedaction } from "../domain/information-request/merge-request.ts";
import { NOTHING } from "../domain/information-request/steps.ts";
import type { RequestJob } from "../world.ts";

export const job: RequestJob = {
  kind: "request",
  plan: (seen) => {
    const artefact = currentArtefact(seen);
    return artefact === null ? NOTHING : planRedaction(seen, formatManifest(artefact.manifest));
  },
};
