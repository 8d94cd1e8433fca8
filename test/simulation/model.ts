// What is so in the sandbox's own records: the witness's questions, answered without a line of the product.
import { createHash } from "node:crypto";
import { repositoryOf } from "../sandbox/git/project-repository.ts";
import type { Repository } from "../sandbox/git/repository.ts";
import { latestVersion } from "../sandbox/merge-requests/versions.ts";
import type { GenericPackage, Issue, MergeRequest, Project, User } from "../sandbox/model.ts";
import type { State } from "../sandbox/state.ts";
import { GAPS, TRACKER } from "./lab.ts";

/** What a person writes over something when pushing to a request's branch. */
export const SPOILT = "other-co";

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("hex");

function projectNamed(state: State, path: string): Project {
  const project = state.project(path);
  if (project === undefined) throw new Error(`the sandbox has no ${path}`);
  return project;
}
export const tracker = (state: State): Project => projectNamed(state, TRACKER);
export const gapTracker = (state: State): Project => projectNamed(state, GAPS);

export function botOf(state: State): User {
  const bot = state.userNamed("seclog-bot");
  if (bot === undefined) throw new Error("the sandbox has no bot");
  return bot;
}

export function repository(state: State): Repository {
  const found = repositoryOf(tracker(state));
  if (found === null) throw new Error("the tracker has no repository");
  return found;
}

export const idOf = (issue: Issue): string =>
  `IR-${issue.createdAt.slice(0, 4)}-${String(issue.iid).padStart(4, "0")}`;
const yearOf = (id: string): string => id.slice(3, 7);

export const mergeRequestsOf = (state: State, id: string): readonly MergeRequest[] =>
  tracker(state).mergeRequests.filter((one) => one.sourceBranch === `request/${id}`);

const issueOf = (state: State, id: string): Issue | undefined =>
  tracker(state).issues.find((issue) => idOf(issue) === id);

const fileAt = (state: State, ref: string, path: string): string | null =>
  repository(state).read(ref, path)?.toString("utf8") ?? null;
export const manifestAt = (state: State, id: string, ref: string): string | null =>
  fileAt(state, ref, `requests/information-request/${yearOf(id)}/${id}.manifest.json`);
export const requestAt = (state: State, id: string, ref: string): string | null =>
  fileAt(state, ref, `requests/information-request/${yearOf(id)}/${id}.yaml`);

/** True when somebody merged by hand a request file that a person had changed. */
export const isSpoilt = (state: State, id: string): boolean =>
  requestAt(state, id, "main")?.includes(SPOILT) === true;
export const custodyOf = (state: State, id: string): string | null =>
  fileAt(state, "custody", `information-request/${yearOf(id)}/${id}.jsonl`);

/** The newest stored bytes of a file of a package. */
export const fileOf = (one: GenericPackage, name: string): Uint8Array | null =>
  one.files.findLast(({ fileName }) => fileName === name)?.content ?? null;
export const manifestOf = (one: GenericPackage): string | null => {
  const bytes = fileOf(one, "manifest.json");
  return bytes === null ? null : Buffer.from(bytes).toString("utf8");
};

const FORTNIGHT_MS = 14 * 86_400_000;

/**
 * Why nobody may take what stands at the head of this request's merge request for released; empty = two distinct people,
 * one of each team, approved exactly this head: active, direct members now, not the requester, not on the issue as
 * log-diver, no bot, nobody who committed to it, within a fortnight.
 */
export function releaseFaults(state: State, id: string): readonly string[] {
  const issue = issueOf(state, id);
  const mergeRequest = mergeRequestsOf(state, id).at(-1);
  if (issue === undefined || mergeRequest === undefined) return ["there is no merge request"];
  const { headSha } = latestVersion(mergeRequest);
  const valid = mergeRequest.approvals
    .filter(({ sha }) => sha === headSha)
    .filter(({ approvedAt }) => Date.parse(approvedAt) >= state.now().getTime() - FORTNIGHT_MS)
    .map(({ userId }) => userId)
    .filter((userId) => mayApprove(state, issue, mergeRequest, userId));
  const of = (team: string) => valid.filter((userId) => isMember(state, `sec/${team}`, userId));
  const [legal, security] = [of("legal"), of("security")];
  const two = legal.some((one) => security.some((other) => one !== other));
  return [
    ...(legal.length > 0 ? [] : ["nobody of Legal"]),
    ...(security.length > 0 ? [] : ["nobody of Security"]),
    ...(two ? [] : ["not two people"]),
  ];
}

function mayApprove(
  state: State,
  issue: Issue,
  mergeRequest: MergeRequest,
  userId: number,
): boolean {
  const user = state.user(userId);
  const { headSha, baseSha } = latestVersion(mergeRequest);
  const committers = repository(state)
    .log({ ref: headSha, exclude: baseSha })
    .map(({ authorEmail }) => authorEmail);
  return (
    user.state === "active" &&
    !user.bot &&
    userId !== issue.authorId &&
    userId !== mergeRequest.authorId &&
    !issue.assigneeIds.includes(userId) &&
    !committers.includes(user.email)
  );
}

function isMember(state: State, path: string, userId: number): boolean {
  const member = state.group(path)?.members.get(userId);
  return member !== undefined && state.memberActive(member);
}
