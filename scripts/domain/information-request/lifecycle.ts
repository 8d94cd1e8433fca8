// The life of a request: which stage it is in, derived from facts alone. Labels and comments are written from it, never read for it.
import { laneOf } from "./lane.ts";
import type { Observation, StoredArtefact } from "./observation.ts";

/**
 * The stage whose work is next. `self-serve` = the customer's own Audit Events answer it, and no log is read. `withdrawn` = a person closed the merge request.
 * `hand-over` lasts until Support closes the issue: telling the customer is theirs (process, step 9).
 */
export type Stage =
  | "intake"
  | "eligibility"
  | "routing"
  | "self-serve"
  | "log-dive"
  | "review"
  | "hand-over"
  | "withdrawn";

export function stageOf(seen: Observation): Stage {
  if (isHandedOver(seen)) return "hand-over";
  if (seen.request === null) return "intake";
  if (seen.mergeRequest?.mergeRequest.state === "closed") return "withdrawn";
  if (seen.verdict.route === "legal") return "routing";
  if (seen.verdict.verdict !== "accept") return "eligibility";
  if (currentArtefact(seen) === null) {
    if (isMerged(seen)) return "review";
    return laneOf(seen.verdict) === "self-serve" ? "self-serve" : "log-dive";
  }
  return isReleased(seen) ? "hand-over" : "review";
}

/**
 * The newest artefact that was collected for exactly the request as it stands; an older one answers another question.
 * Rows are no answer where the verdict allows counts alone.
 */
export function currentArtefact(seen: Observation): StoredArtefact | null {
  const counts = laneOf(seen.verdict) === "aggregate";
  return (
    seen.collected.find(
      ({ manifest }) =>
        manifest.request.sha256 === seen.requestSha256 &&
        (!counts || manifest.lane === "aggregate"),
    ) ?? null
  );
}

/** Whether the release gate lets the current artefact go, at this moment. */
export const isReleased = (seen: Observation): boolean => seen.release?.verdict === "release";

export const isMerged = (seen: Observation): boolean =>
  seen.mergeRequest?.mergeRequest.state === "merged";

/**
 * What stands in the way of a hand-over that was released once: what the gate says now, and what the last try at sealing
 * found. Empty before the merge, and once it is handed over.
 */
export function heldAfterRelease(seen: Observation): readonly string[] {
  if (!isMerged(seen) || isHandedOver(seen)) return [];
  const last = seen.custody.entries.findLast((entry) => entry.event === "hold")?.data;
  const artefact = currentArtefact(seen)?.manifest.artefact.sha256;
  const found = last?.["artefact_sha256"] === artefact ? last?.["reason"] : undefined;
  return [
    ...(seen.release?.verdict === "hold" ? seen.release.reasons : []),
    ...(typeof found === "string" ? [found] : []),
  ];
}

/** Whether the hand-over is on record: then nothing is decided again. */
export const isHandedOver = (seen: Observation): boolean =>
  seen.custody.entries.some((entry) => entry.event === "hand-over");
