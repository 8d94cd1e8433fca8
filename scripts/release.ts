// Asks the release gate about one observed request: gathers what GitLab says of the merge request, its people and approvals.
import { Temporal } from "temporal-polyfill";
import { canonicalJson } from "./domain/canonical-json.ts";
import type { Approval, Commit, Issue, MergeRequestDetail, User } from "./domain/forge.ts";
import { currentArtefact, isHandedOver, isMerged } from "./domain/information-request/lifecycle.ts";
import type { Manifest } from "./domain/information-request/manifest.ts";
import { formatManifest } from "./domain/information-request/manifest-file.ts";
import type { Observation } from "./domain/information-request/observation.ts";
import { manifestPath, requestPath } from "./domain/information-request/request-file.ts";
import { evaluateRelease, type Release } from "./domain/information-request/review.ts";
import type { Person, ReviewCase } from "./domain/information-request/review-case.ts";
import type { Teams } from "./teams.ts";
import type { World } from "./world.ts";

/** Null while there is nothing to release. */
export async function judgeRelease(
  seen: Observation,
  teams: Teams,
  world: World,
): Promise<Release | null> {
  const artefact = currentArtefact(seen);
  const detail = seen.mergeRequest;
  if (detail === null) return null;
  if (artefact === null) return isMerged(seen) && !isHandedOver(seen) ? LOST : null;
  const standing = await reviewCase(seen, detail, artefact.manifest, teams, world);
  const release = evaluateRelease(
    isCommitted(seen) ? standing : asCommitted(standing, seen.id),
    world.policies.review,
  );
  const faults = [
    ...requestFaults(seen),
    ...(release.verdict === "release" && !isHandedOver(seen) ? await issueFaults(seen, world) : []),
  ];
  return faults.length === 0 || release.verdict === "not_applicable"
    ? release
    : { ...release, verdict: "hold", reasons: [...faults, ...release.reasons] };
}

const LOST: Release = {
  verdict: "hold",
  reasons: ["the artefact that was approved is not stored any more"],
  roles: [],
};

async function reviewCase(
  seen: Observation,
  detail: MergeRequestDetail,
  manifest: Manifest,
  teams: Teams,
  world: World,
): Promise<ReviewCase> {
  const { targetBranch } = detail.mergeRequest;
  return {
    now: world.now,
    artefact_digest: manifest.artefact.sha256,
    artefact_complete: manifest.complete,
    mr: {
      ...mergeRequestCase(detail, seen.bot),
      target_protected: await world.forge.branchProtected(world.tracker.path, targetBranch),
      digest_in_head: manifest.artefact.sha256,
    },
    people: peopleOf(seen, detail, await readApprovers(detail, world), teams, world),
    roles: {
      requester: seen.issue.author.username,
      // Who works on the issue is assigned to it; without an assignee the bot's own dive is the only one.
      log_diver:
        seen.issue.assignees.length === 0
          ? seen.bot.username
          : seen.issue.assignees.map(({ username }) => username),
    },
    approvals: detail.approvals.map((approval) => approvalCase(approval, detail)),
  };
}

/**
 * The case as it will stand once the manifest is committed: a push, after which no earlier approval counts.
 * Never a release, since every role still has to approve.
 */
const asCommitted = (standing: ReviewCase, id: string): ReviewCase => ({
  ...standing,
  approvals: [],
  mr: {
    ...standing.mr,
    last_push_at: standing.now,
    diff_paths: [requestPath(id), manifestPath(id)],
    paths_complete: true,
  },
});

/** Whether the manifest in the merge request is that of the current artefact. */
function isCommitted(seen: Observation): boolean {
  const artefact = currentArtefact(seen);
  return artefact !== null && seen.manifestFile?.content === formatManifest(artefact.manifest);
}

/** What must hold of the request itself at the moment of release, whoever approved. */
function requestFaults(seen: Observation): readonly string[] {
  const { mergeRequest } = seen.mergeRequest ?? {};
  const elsewhere = seen.branchHead !== mergeRequest?.sha;
  const moved = mergeRequest?.state === "opened" && elsewhere;
  const swapped = isMerged(seen) && !isCommitted(seen);
  return [
    ...(seen.verdict.verdict === "accept" ? [] : ["the request is not accepted as it stands now"]),
    ...(seen.requestFile?.content === seen.requestText
      ? []
      : ["the request file is not the request of the issue"]),
    ...(moved ? ["the branch moved while it was read"] : []),
    ...(isMerged(seen) && seen.branchHead !== null && elsewhere
      ? ["the branch moved after the merge; delete it if nothing on it is wanted"]
      : []),
    ...(swapped ? ["the stored manifest is not the one that was approved"] : []),
    ...currentGateFaults(seen),
  ];
}

/**
 * A list of issues may be older than what people did since (GitLab reads from replicas): before anything is released the
 * issue is read once more by itself, and whoever the release depends on must be the same in both.
 */
async function issueFaults({ issue }: Observation, world: World): Promise<readonly string[]> {
  const again = await world.forge.issue(world.tracker.path, issue.iid);
  return again !== null && canonicalJson(standing(issue)) === canonicalJson(standing(again))
    ? []
    : ["the issue changed while it was read"];
}

const standing = ({ author, assignees, state, confidential, description }: Issue) => ({
  people: [author.id, ...assignees.map(({ id }) => id).sort()],
  state,
  confidential,
  description,
});

const currentGateFaults = (seen: Observation): readonly string[] =>
  (currentArtefact(seen)?.manifest.gate ?? [])
    .filter(({ ok }) => !ok)
    .map(({ check }) => `the gate's check ${check} failed`);

function mergeRequestCase(
  detail: MergeRequestDetail,
  bot: User,
): Omit<ReviewCase["mr"], "target_protected" | "digest_in_head"> {
  const { mergeRequest, commits } = detail;
  return {
    head_sha: mergeRequest.sha,
    last_push_at: detail.lastPushAt,
    author: mergeRequest.author.username,
    committers: [...new Set(commits.map((commit) => committerOf(commit, bot)))],
    state: mergeRequest.state,
    draft: mergeRequest.draft,
    target: mergeRequest.targetBranch,
    diff_paths: [...detail.changedPaths],
    paths_complete: detail.pathsComplete,
    source_project: mergeRequest.sourceProjectId,
    target_project: mergeRequest.targetProjectId,
    source_branch: mergeRequest.sourceBranch,
    merged_by: mergeRequest.mergedBy?.username ?? null,
    title: mergeRequest.title,
  };
}

/**
 * Git knows names, not users. A commit in any other name than the bot's holds the release, since its user is not known;
 * one that only claims the bot's name changes nothing: both files are compared with what the bot would write.
 */
const committerOf = (commit: Commit, bot: User): string =>
  commit.authorName === bot.name ? bot.username : `${commit.authorName} (by name only)`;

/** GitLab does not say which commit an approval was given for: one that is younger than the last push was given for the head. */
function approvalCase(
  { user, at }: Approval,
  { lastPushAt, mergeRequest }: MergeRequestDetail,
): ReviewCase["approvals"][number] {
  const forHead =
    at !== null && lastPushAt !== null && Temporal.Instant.compare(at, lastPushAt) > 0;
  return { user: user.username, user_id: user.id, at, sha: forHead ? mergeRequest.sha : null };
}

/** The users who approved, as their own page gives them: only there GitLab says whether a user is a bot. */
function readApprovers(
  { approvals }: MergeRequestDetail,
  { forge }: World,
): Promise<readonly User[]> {
  return Promise.all(
    approvals.map(async ({ user }) => {
      const known = await forge.user(user.id);
      if (known === null) throw new Error(`the approver with user id ${user.id} cannot be read`);
      return known;
    }),
  );
}

/** Everybody who may or may not approve, by user name, with the teams they are in now; what is known best comes last. */
function peopleOf(
  seen: Observation,
  detail: MergeRequestDetail,
  approvers: readonly User[],
  teams: Teams,
  world: World,
): Record<string, Person> {
  const roles = Object.values(world.policies.review.roles).flatMap((role) => role.teams);
  const users: readonly User[] = [
    seen.issue.author,
    ...seen.issue.assignees,
    detail.mergeRequest.author,
    ...(detail.mergeRequest.mergedBy === null ? [] : [detail.mergeRequest.mergedBy]),
    ...roles.flatMap((team) => teams.membersOf(team)),
    ...approvers,
    seen.bot,
  ];
  return Object.fromEntries(
    users.map((user) => [
      user.username,
      {
        id: user.id,
        state: user.state,
        bot: user.bot,
        groups: Object.keys(teams.memberships(user.id)),
      },
    ]),
  );
}
