// What must be so when the faults have stopped and the product has come to rest.
import { latestVersion } from "../sandbox/merge-requests/versions.ts";
import type { Issue, MergeRequest } from "../sandbox/model.ts";
import type { State } from "../sandbox/state.ts";
import {
  botOf,
  custodyOf,
  idOf,
  manifestAt,
  manifestOf,
  mergeRequestsOf,
  releaseFaults,
  repository,
  requestAt,
  sha256,
  tracker,
} from "./model.ts";
import { gapIssues, type Witness } from "./witness.ts";

const SETTLE_MS = 15_000;

/**
 * @param formOf what the form of an issue plainly is: null where people wrote something else
 * @param acceptable whether the request, as people filed it, may be accepted
 * @param unreadable requests that every run names in red: their labels stay what they were
 */
export function checkRest(
  state: State,
  report: Witness["report"],
  formOf: (issue: Issue) => string | null,
  acceptable: (issue: Issue) => boolean,
  unreadable: ReadonlySet<string>,
): void {
  const requests = tracker(state).issues.filter(isRequest);
  for (const issue of requests) {
    const id = idOf(issue);
    oneOfEach(state, issue, id, report);
    if (issue.state === "opened" && !unreadable.has(id)) {
      for (const what of labelFaults(state, issue, id, formOf(issue)))
        report("labels match the state", `${id}: ${what}`);
      if (acceptable(issue) && isDue(state, issue, id)) report("released when due", id);
    }
  }
  for (const one of tracker(state).packages) {
    const manifest = manifestOf(one);
    if (manifest !== null && Date.parse(JSON.parse(manifest).expires_at) <= state.now().getTime())
      report("expired artefacts are gone", `${one.name}/${one.version}`);
  }
  const tags = gapIssues(state)
    .filter((issue) => issue.state === "opened")
    .map(({ description }) => /^<!-- seclog:v1 (\S+)/.exec(description ?? "")?.[1] ?? "none");
  if (new Set(tags).size !== tags.length) report("one gap issue", tags.sort().join(", "));
}

const isRequest = ({ description }: Issue): boolean =>
  (description ?? "").includes("seclog:form information_request");

function oneOfEach(state: State, issue: Issue, id: string, report: Witness["report"]): void {
  const bot = botOf(state).id;
  const own = issue.notes.filter((note) => note.authorId === bot && !note.system);
  if (issue.state === "opened" ? own.length !== 1 : own.length > 1)
    report("one status comment", `${id}: ${own.length}`);
  const all = mergeRequestsOf(state, id);
  if (all.filter((one) => one.state === "opened").length > 1 || all.length > 1)
    report("one merge request and branch", `${id}: ${all.length} merge requests`);
  const branches = [...repository(state).branches().keys()].filter((name) => name.includes(id));
  if (branches.length > 1) report("one merge request and branch", branches.join(", "));
}

function labelFaults(
  state: State,
  issue: Issue,
  id: string,
  form: string | null,
): readonly string[] {
  const labels = issue.labelIds.map((label) => state.labels.get(label)?.name ?? "");
  const stages = labels.filter((label) => label.startsWith("Stage::"));
  const expected = stageLabel(state, issue, id, form);
  const wrong =
    expected === undefined || stages.join() === (expected ?? "")
      ? []
      : [`${stages.join()} instead of ${expected ?? "no stage"}`];
  const verdict = form === null ? undefined : VERDICTS.get(form);
  const decided = /"event":"hand-over"/.test(custodyOf(state, id) ?? "") || isMerged(state, id);
  return [
    ...wrong,
    ...(stages.length > 1 ? ["more than one stage"] : []),
    ...(labels.includes("information-request") ? [] : ["the label of the workflow is missing"]),
    ...(verdict === undefined || decided || labels.includes(verdict) ? [] : [`not ${verdict}`]),
  ];
}

const isMerged = (state: State, id: string): boolean =>
  mergeRequestsOf(state, id).some((one) => one.state === "merged");

const VERDICTS: ReadonlyMap<string, string> = new Map([
  ["incomplete", "Request::Needs-Info"],
  ["too-long", "Request::Ineligible"],
]);

/** Undefined where the records alone do not say. */
function stageLabel(
  state: State,
  issue: Issue,
  id: string,
  form: string | null,
): string | null | undefined {
  if (/"event":"hand-over"/.test(custodyOf(state, id) ?? "")) return "Stage::Hand-Over";
  const mergeRequest = mergeRequestsOf(state, id).at(-1);
  if (mergeRequest?.state === "merged") return undefined;
  if (form === "incomplete") return "Stage::Intake";
  if (mergeRequest?.state === "closed") return form === null ? undefined : null;
  if (form === "too-long") return "Stage::Eligibility";
  if (mergeRequest === undefined) return undefined;
  return isInReview(state, issue, id, mergeRequest) ? "Stage::Review" : undefined;
}

/** Accepted as it stands, collected, its manifest committed, and not released. */
function isInReview(state: State, issue: Issue, id: string, mergeRequest: MergeRequest): boolean {
  return (
    issue.confidential &&
    isLastVerdictAccept(state, id) &&
    isCollected(state, id, mergeRequest) &&
    releaseFaults(state, id).length > 0
  );
}

const isLastVerdictAccept = (state: State, id: string): boolean =>
  /"verdict":"accept"/.test(
    (custodyOf(state, id) ?? "")
      .split("\n")
      .findLast((line) => line.includes('"event":"verdict"')) ?? "",
  );

/** The manifest at the head is that of a stored package, which answers the request at the head. */
function isCollected(state: State, id: string, mergeRequest: MergeRequest): boolean {
  const { headSha } = latestVersion(mergeRequest);
  const manifest = manifestAt(state, id, headSha);
  const stored = tracker(state).packages.filter(({ name }) => name === id);
  const request = requestAt(state, id, headSha);
  return (
    manifest !== null &&
    request !== null &&
    // First: what a person wrote over it need not be JSON.
    stored.some((one) => manifestOf(one) === manifest) &&
    JSON.parse(manifest).request.sha256 === sha256(request)
  );
}

/** Two valid people approved the head, nothing else stands in the way, and the hand-over is not on record. */
function isDue(state: State, issue: Issue, id: string): boolean {
  const mergeRequest = mergeRequestsOf(state, id).at(-1);
  if (mergeRequest === undefined || mergeRequest.state === "closed") return false;
  // A merge by somebody else than the bot is not the record of a release.
  if (mergeRequest.state === "merged" && mergeRequest.mergeUserId !== botOf(state).id) return false;
  const version = latestVersion(mergeRequest);
  const branchHead = repository(state).branchHead(mergeRequest.sourceBranch) ?? version.headSha;
  const bot = botOf(state);
  const settled = Date.parse(version.createdAt) + SETTLE_MS;
  const ours = repository(state)
    .log({ ref: version.headSha, exclude: version.baseSha })
    .every(({ authorEmail }) => authorEmail === bot.email);
  return (
    releaseFaults(state, id).length === 0 &&
    ours &&
    branchHead === version.headSha &&
    issue.confidential &&
    isLastVerdictAccept(state, id) &&
    isCollected(state, id, mergeRequest) &&
    mergeRequest.approvals.every(({ approvedAt }) => Date.parse(approvedAt) >= settled) &&
    !/"event":"hand-over"/.test(custodyOf(state, id) ?? "")
  );
}
