// The writes on branches, merge requests and packages.
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CLOSING_FILES } from "../../domain/information-request/receipt.ts";
import type { Action } from "../../domain/plan.ts";
import type { ProjectRef } from "../../ports/forge.ts";
import { sha256 } from "../digest.ts";
import type { GitLabConnection } from "./connection.ts";
import { codeOf } from "./gitlab-error.ts";
import { packagePath } from "./package-path.ts";
import {
  MergeRequestAnswer,
  PackageFileAnswer,
  understand,
  WrittenCommitAnswer,
} from "./schemas.ts";
import { answered, applied, deleted, isUnclear, notApplied, sameText } from "./write-outcome.ts";

type Of<K extends Action["kind"]> = Extract<Action, { kind: K }>;
type GitLab = GitLabConnection["gitlab"];

/**
 * One commit; GitLab refuses it when a file changed since the commit that the action names. Its answer names no branch, so one
 * that is not plainly of this very commit is no answer: the files are read back from the branch.
 */
export async function commitFiles(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"commit-files">,
): Promise<string | null> {
  const changes = action.files.map(({ path, content, lastCommit }) => ({
    filePath: path,
    content,
    ...(lastCommit === null
      ? { action: "create" as const }
      : { action: "update" as const, lastCommitId: lastCommit }),
  }));
  const { branch, message, startBranch } = action;
  const { data, status } = await gitlab.Commits.create(project, branch, message, changes, {
    ...(startBranch === null ? {} : { startBranch }),
    showExpanded: true,
  });
  const made = understand(WrittenCommitAnswer, data, "commit");
  const isNew = status === 201 && action.files.every(({ lastCommit }) => lastCommit !== made.id);
  const call = { method: "POST", status };
  answered(action, call, isNew, "an answer that tells of no new commit");
  answered(action, call, sameText(made.message, message), "an answer about another commit");
  return made.web_url;
}

export async function openMergeRequest(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"open-merge-request">,
): Promise<string> {
  const { sourceBranch, targetBranch, title, description } = action;
  return described(
    action,
    await gitlab.MergeRequests.create(project, sourceBranch, targetBranch, title, { description }),
  );
}

export async function editMergeRequest(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"edit-merge-request">,
): Promise<string> {
  const { mergeRequest, title, description } = action;
  return described(
    action,
    await gitlab.MergeRequests.edit(project, mergeRequest, { title, description }),
  );
}

function described(
  action: Of<"open-merge-request"> | Of<"edit-merge-request">,
  answer: unknown,
): string {
  const { title, description, webUrl } = understand(
    MergeRequestAnswer,
    answer,
    "merge request",
  ).mergeRequest;
  applied(action, sameText(title, action.title), "GitLab stored another title");
  applied(action, sameText(description, action.description), "GitLab stored another description");
  return webUrl;
}

export async function closeMergeRequest(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"close-merge-request">,
): Promise<string> {
  const answer = await gitlab.MergeRequests.edit(project, action.mergeRequest, {
    stateEvent: "close",
  });
  const { state, webUrl } = understand(MergeRequestAnswer, answer, "merge request").mergeRequest;
  applied(action, state === "closed", `the merge request is ${state}, not closed`);
  return webUrl;
}

export async function merge(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"merge">,
): Promise<string> {
  const answer = await gitlab.MergeRequests.merge(project, action.mergeRequest, {
    sha: action.sha,
    ...(action.message === undefined ? {} : { mergeCommitMessage: action.message }),
  });
  const { state, webUrl } = understand(MergeRequestAnswer, answer, "merge request").mergeRequest;
  applied(action, state === "merged", `the merge request is ${state}, not merged`);
  return webUrl;
}

/** One write a file, stopping at the first that fails; without its manifest or receipt, the package counts as unfinished. */
export async function publishPackage(
  connection: GitLabConnection,
  action: Of<"publish-package">,
): Promise<null> {
  const closes = (file: string): boolean => CLOSING_FILES.some((name) => name === file);
  const files = [
    ...action.files.filter((file) => !closes(file)),
    ...action.files.filter((file) => closes(file)),
  ];
  for (const file of files) {
    const bytes = await bytesOf(action, file);
    const path = packagePath(action.project, action.name, action.version, file);
    await uploadFile(connection, action, path, bytes);
  }
  return null;
}

/**
 * Sent once. After an unclear answer, and after one that names no digest (it may tell of something else), the file is read
 * back; the next one follows only when it is there.
 */
async function uploadFile(
  connection: GitLabConnection,
  action: Of<"publish-package">,
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const digest = sha256(bytes);
  const other = `GitLab stored other bytes for ${basename(decodeURIComponent(path))}`;
  let unclear: unknown;
  try {
    const answer = await connection.upload(path, bytes);
    const { file_sha256, size } = understand(PackageFileAnswer, answer, "package file");
    applied(action, size == null || size === bytes.length, other);
    applied(action, file_sha256 === null || file_sha256 === digest, other);
    if (file_sha256 !== null) return;
    unclear = notApplied(action, other);
  } catch (error) {
    if (!isUnclear(error)) throw error;
    unclear = error;
  }
  const stored = await connection.download(path, bytes.length).catch(() => null);
  if (stored === null || sha256(stored) !== digest) throw unclear;
}

async function bytesOf(
  action: Of<"publish-package">,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const plain = basename(file) === file && file !== "..";
  applied(action, plain, `not sent: ${file} is not the name of a file in the directory`);
  try {
    return new Uint8Array(await readFile(join(action.directory, file)));
  } catch (error) {
    throw notApplied(action, `not sent: ${file} cannot be read (${codeOf(error)})`);
  }
}

export async function deletePackage(gitlab: GitLab, action: Of<"delete-package">): Promise<null> {
  const { status } = await gitlab.Packages.remove(action.project, action.package, {
    showExpanded: true,
  });
  deleted(action, status);
  return null;
}
