// Whether a write did what was asked, and, when not, one line on what to do: the action, the status, the reason, the advice.
import { type Action, describeAction } from "../../domain/plan.ts";
import { GitLabError, type GitLabErrorKind } from "./gitlab-error.ts";

/**
 * GitLab drops parameters that a token may not set, and answers 200 all the same; so each answer is compared.
 * @throws GitLabError `not-applied`
 */
export function applied(action: Action, done: boolean, reason: string): void {
  if (!done) throw notApplied(action, reason);
}

export function notApplied(action: Action, reason: string): GitLabError {
  return new GitLabError("not-applied", { method: "write", path: action.kind }, 0, reason);
}

/**
 * An answer that tells of something else says nothing about the effect: it has to be read.
 * @throws GitLabError `wrong-shape`
 */
export function answered(
  action: Action,
  { method, status }: { readonly method: string; readonly status: number },
  ofThis: boolean,
  reason: string,
): void {
  if (!ofThis) throw new GitLabError("wrong-shape", { method, path: action.kind }, status, reason);
}

/** A deletion is answered with 204 and nothing. @throws GitLabError `wrong-shape` */
export function deleted(action: Action, status: number): void {
  const call = { method: "DELETE", status };
  answered(action, call, status === 204, "a deletion that was not answered with 204");
}

/** GitLab drops carriage returns and white space at the end of a text. */
export function sameText(stored: string, sent: string): boolean {
  return plain(stored) === plain(sent);
}

const plain = (text: string): string => text.replaceAll("\r", "").trimEnd();

/** Failures that say nothing about the effect: the write may have been done all the same. */
const UNCLEAR_KINDS: ReadonlySet<GitLabErrorKind> = new Set<GitLabErrorKind>([
  "server",
  "network",
  "time-out",
  "not-json",
  "wrong-shape",
  "too-large",
]);
export const isUnclear = (error: unknown): error is GitLabError =>
  error instanceof GitLabError && UNCLEAR_KINDS.has(error.kind);

/** The line for the job log. It repeats no text of a note, issue or file. */
export function explain(action: Action, error: unknown): string {
  if (!(error instanceof GitLabError)) throw error;
  const status = error.status === 0 ? "" : `${error.status} `;
  const advice = adviceFor(action, error.kind);
  return `${describeAction(action)}: ${status}${error.reason}${advice === "" ? "" : `. ${advice}`}`;
}

function adviceFor(action: Action, kind: GitLabErrorKind): string {
  if (kind === "forbidden") {
    return `The token needs the scope api and, in this project, ${ROLE[action.kind]}.`;
  }
  if (kind === "conflict" || (kind === "invalid" && action.kind === "commit-files")) {
    return "Something changed since it was read: the next run reads again and decides anew.";
  }
  return ADVICE.get(kind) ?? "";
}

const UNCLEAR =
  "The answer was unclear and the effect is not there; should it come late, the next run reads before it writes.";

const ADVICE: ReadonlyMap<GitLabErrorKind, string> = new Map<GitLabErrorKind, string>([
  ...[...UNCLEAR_KINDS].map((kind): [GitLabErrorKind, string] => [kind, UNCLEAR]),
  ["unauthorised", "The token is wrong, expired or revoked: set a new one in SECLOG_TOKEN."],
  ["not-found", "It is not there, or the token may not see it."],
  ["rate-limit", "It was not done: the next run does it."],
]);

/** The least role for each write (GitLab: Permissions and roles). */
const ROLE: Readonly<Record<Action["kind"], string>> = {
  "set-confidential": "the role Reporter",
  "change-labels": "the role Reporter",
  "write-note": "the role Reporter",
  "delete-note": "the role Reporter",
  "write-merge-request-note": "the role Reporter",
  "delete-merge-request-note": "the role Reporter",
  "commit-files": "the role Developer and the right to push to the branch where it is protected",
  "open-merge-request": "the role Developer",
  "edit-merge-request": "the role Developer",
  "close-merge-request": "the role Developer",
  merge: "the role Developer and the right to merge where the target branch is protected",
  "publish-package": "the role Developer",
  "delete-package": "the role Maintainer",
  "create-issue": "the role Reporter",
  "edit-issue": "the role Reporter",
};
