// The one merge request of a request: its branch, its two files, and the merge that records the release.
import type { Action } from "../plan.ts";
import type { CustodyData } from "./custody.ts";
import { withHeadTrailer } from "./custody-verification.ts";
import { currentArtefact, isHandedOver, isMerged, isReleased } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";
import { manifestPath, requestBranch, requestPath } from "./request-file.ts";
import { NOTHING, type Steps } from "./steps.ts";

/** An accepted request gets its branch with the request file, and its merge request; an edited one gets its file rewritten. */
export function planRouting(
  seen: Observation,
  context: { readonly defaultBranch: string; readonly description: string },
): Steps {
  const text = seen.requestText;
  if (text === null || seen.verdict.verdict !== "accept" || isSettled(seen)) return NOTHING;
  const branch = requestBranch(seen.id);
  const actions: Action[] = [];
  if (seen.requestFile?.content !== text) {
    actions.push({
      kind: "commit-files",
      branch,
      startBranch: seen.branchHead === null ? context.defaultBranch : null,
      message: `${seen.requestFile === null ? "Add" : "Update"} the request ${seen.id}`,
      files: [
        {
          path: requestPath(seen.id),
          content: text,
          lastCommit: seen.requestFile?.lastCommitId ?? null,
        },
      ],
    });
  }
  if (seen.mergeRequest === null) {
    actions.push({
      kind: "open-merge-request",
      sourceBranch: branch,
      targetBranch: context.defaultBranch,
      title: mergeRequestTitle(seen),
      description: context.description,
    });
  }
  return { actions, records: [] };
}

/** Closes what a late or doubled write opened beside the request's merge request. */
export const closeDoubles = ({ doubledMergeRequests }: Observation): Steps => ({
  actions: doubledMergeRequests.map((mergeRequest) => ({
    kind: "close-merge-request",
    mergeRequest,
  })),
  records: [],
});

/** The redacted artefact's manifest is committed beside the request: digests and counts, which the approvals then bind to. */
export function planRedaction(seen: Observation, manifestText: string): Steps {
  const artefact = currentArtefact(seen);
  if (artefact === null || seen.requestFile === null || isSettled(seen)) return NOTHING;
  const { manifest } = artefact;
  const record = {
    event: "log-dive",
    data: {
      request_sha256: manifest.request.sha256,
      artefact_sha256: manifest.artefact.sha256,
      manifest_sha256: artefact.manifestSha256,
      complete: manifest.complete,
      rows: manifest.rows.count,
    },
  } as const;
  if (seen.manifestFile?.content === manifestText) return { actions: [], records: [record] };
  return {
    actions: [
      {
        kind: "commit-files",
        branch: requestBranch(seen.id),
        startBranch: null,
        message: withHeadTrailer(`Add the manifest of ${seen.id}`, seen.id, seen.custody.entries),
        files: [
          {
            path: manifestPath(seen.id),
            content: manifestText,
            lastCommit: seen.manifestFile?.lastCommitId ?? null,
          },
        ],
      },
    ],
    records: [record],
  };
}

/** Keeps the reviewers' page current until the hand-over; when the gate lets the artefact go, merges at exactly the approved head. */
export function planReview(seen: Observation, description: string): Steps {
  const detail = seen.mergeRequest;
  if (detail === null || isHandedOver(seen)) return NOTHING;
  if (isSettled(seen) && !isMerged(seen)) return NOTHING;
  const { mergeRequest } = detail;
  const title = mergeRequestTitle(seen);
  const page: readonly Action[] =
    sameText(mergeRequest.description, description) && mergeRequest.title === title
      ? []
      : [{ kind: "edit-merge-request", mergeRequest: mergeRequest.iid, title, description }];
  if (!isReleased(seen)) return { actions: page, records: [] };
  const record = { event: "review", data: releaseRecord(seen) } as const;
  if (isMerged(seen)) return { actions: page, records: isReviewRecorded(seen) ? [] : [record] };
  return {
    actions: [
      ...page,
      {
        kind: "merge",
        mergeRequest: mergeRequest.iid,
        sha: mergeRequest.sha,
        message: withHeadTrailer(`Merge the release of ${seen.id}`, seen.id, seen.custody.entries),
      },
    ],
    records: [record],
  };
}

/** A run may break off between the merge and its record; who approves after the merge changes neither. */
const isReviewRecorded = ({ custody, mergeRequest }: Observation): boolean =>
  custody.entries.some(
    ({ event, data }) => event === "review" && data["head_sha"] === mergeRequest?.mergeRequest.sha,
  );

/** What the custody log keeps of a release: who approved which bytes, by user id. */
export function releaseRecord(seen: Observation): CustodyData {
  return {
    artefact_sha256: currentArtefact(seen)?.manifest.artefact.sha256 ?? "",
    head_sha: seen.mergeRequest?.mergeRequest.sha ?? "",
    approved_by: (seen.mergeRequest?.approvals ?? []).map(
      ({ user, at }) => `user ${user.id} at ${at ?? "an unknown time"}`,
    ),
  };
}

const mergeRequestTitle = (seen: Observation): string => `${seen.id}: information request`;

/** GitLab trims the end of a description. */
export const sameText = (stored: string, wanted: string): boolean =>
  stored.replaceAll("\r\n", "\n").trimEnd() === wanted.trimEnd();

const isSettled = (seen: Observation): boolean =>
  isHandedOver(seen) ||
  (seen.mergeRequest !== null && seen.mergeRequest.mergeRequest.state !== "opened");
