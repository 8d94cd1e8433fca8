// What must be in order about the merge request itself before any approval matters.
import type { ReviewPolicy } from "../policy/review-policy.ts";
import { readRequestPath } from "./request-path.ts";
import { personNamed, unknownEvents } from "./review-approval.ts";
import type { ReviewCase } from "./review-case.ts";

type MergeRequest = ReviewCase["mr"];

/** True when the gate has no say: the changed paths are known, and none is in `requests/`. */
export function touchesNoRequest(mr: MergeRequest): boolean {
  const known = mr.diff_paths.length > 0 && pathsKnown(mr);
  return known && !mr.diff_paths.some((path) => /(?:^|\/)requests\//i.test(path));
}

const pathsKnown = ({ paths_complete }: MergeRequest): boolean =>
  paths_complete === undefined || paths_complete === true;

/** Everything about the merge request that holds the release. */
export function mergeRequestFaults(input: ReviewCase, policy: ReviewPolicy): string[] {
  const { mr } = input;
  return [
    ...stateFaults(input),
    ...pathFaults(mr),
    ...digestFaults(input),
    ...when(!policy.target_branches.includes(mr.target), `the target branch is ${mr.target}`),
    ...when(mr.target_protected !== true, "the target branch is not protected"),
    ...when(
      (mr.source_project ?? null) !== (mr.target_project ?? null),
      "the source branch lies in another project",
    ),
    ...when(input.gitlab_says_approved === false, "GitLab does not count it as approved either"),
    ...(mr.changes_requested_by ?? []).map((name) => `${name} asked for changes`),
    ...unknownEvents(input).map((action) => `the event ${action} is not understood`),
  ];
}

const when = (holds: boolean, text: string): string[] => (holds ? [text] : []);

function stateFaults(input: ReviewCase): string[] {
  const { mr } = input;
  const mergedByBot = personNamed(mr.merged_by ?? "", input)?.bot === true;
  return [
    ...when(mr.state === "merged" && !mergedByBot, "it was merged, and not by the bot"),
    ...when(!["opened", "merged"].includes(mr.state), `the merge request is ${mr.state}`),
    ...when(
      mr.draft || /^\s*(?:\[?draft\]?|\(draft\)|wip)\b/i.test(mr.title ?? ""),
      "it is a draft",
    ),
    ...when(mr.last_push_at === null, "it is not known when the branch was last pushed"),
  ];
}

/** A request's merge request holds the files of one request, its manifest among them, and nothing else. */
function pathFaults(mr: MergeRequest): string[] {
  const read = mr.diff_paths.map((path) => ({ path, file: readRequestPath(path) }));
  const ids = new Set(read.flatMap(({ file }) => (file === null ? [] : [file.id])));
  const branch = `request/${[...ids].join()}`;
  return [
    ...when(!pathsKnown(mr) || read.length === 0, "the changed paths are not known"),
    ...read
      .filter(({ file }) => file === null)
      .map(({ path }) => `it changes ${JSON.stringify(path)}, which is no file of a request`),
    ...when(ids.size > 1, "it changes files of several requests"),
    ...when(
      !read.some(({ file }) => file?.part === "manifest"),
      "it holds no manifest of an artefact",
    ),
    ...when(
      mr.source_branch !== undefined && mr.source_branch !== branch,
      "the source branch is not that of the request",
    ),
  ];
}

function digestFaults({ mr, artefact_digest, artefact_complete }: ReviewCase): string[] {
  const same = Boolean(artefact_digest) && artefact_digest === mr.digest_in_head;
  const complete = artefact_complete === undefined || artefact_complete === true;
  return [
    ...when(!same, "the manifest at the head is not that of the artefact"),
    ...when(!complete, "the collection is not complete"),
  ];
}

/**
 * Ids of those who may not approve: author, committers, and everybody who has a part in the request (who asked,
 * who dived). A name whose user id is not known is a fault, since it may be anybody's.
 */
export function peopleOutsideReview(input: ReviewCase): {
  readonly ids: ReadonlySet<number>;
  readonly faults: readonly string[];
} {
  const { mr, roles } = input;
  const parts = Object.entries(roles).flatMap(([role, names]) =>
    [names ?? ""].flat().map((name) => ({ part: role.replaceAll("_", " "), name })),
  );
  const committers = [...mr.committers, ...(mr.former_committers ?? [])];
  const named = [
    { part: "author", name: mr.author },
    ...committers.map((name) => ({ part: "committer", name })),
    ...parts,
  ].map(({ part, name }) => ({ part, id: personNamed(name, input)?.id }));
  const faults = named.flatMap(({ part, id }) =>
    id === undefined ? [`it is not known which user the ${part} is`] : [],
  );
  return {
    ids: new Set(named.flatMap(({ id }) => (id === undefined ? [] : [id]))),
    faults: [...new Set(faults)],
  };
}
