// The only writer: one action, one write, sent once; what GitLab answers is compared with what was asked for, and what it
// does not answer is read back.
import type { Action } from "../../domain/plan.ts";
import type { ForgeWriter, ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { GitLabError } from "./gitlab-error.ts";
import {
  changeLabels,
  createIssue,
  deleteMergeRequestNote,
  deleteNote,
  editIssue,
  setConfidential,
  writeMergeRequestNote,
  writeNote,
} from "./issue-writes.ts";
import { effectOf } from "./read-back.ts";
import { createReader } from "./reader.ts";
import {
  closeMergeRequest,
  commitFiles,
  deletePackage,
  editMergeRequest,
  merge,
  openMergeRequest,
  publishPackage,
} from "./repository-writes.ts";
import { explain, isUnclear } from "./write-outcome.ts";

/** @param project the project of the actions that name none. A refused write is an answer, not an exception. */
export function createWriter(connection: GitLabConnection, project: ProjectRef): ForgeWriter {
  return {
    perform: async (action) => {
      try {
        return { ok: true, action, url: await write(connection, project, action) };
      } catch (error) {
        const done =
          needsReading(action, error) &&
          (await effectOf(createReader(connection), project, action));
        return done
          ? { ok: true, action, url: null }
          : { ok: false, action, error: explain(action, error) };
      }
    },
  };
}

/**
 * Whether the answer leaves open what became of the write. Unclear answers do; so does a refusal that may mean "it is there
 * already" (GitLab answers 409 or 400) or, of a deletion, "it is gone already" (404). Then the effect decides.
 */
function needsReading({ kind }: Action, error: unknown): boolean {
  if (isUnclear(error)) return true;
  if (!(error instanceof GitLabError)) return false;
  if (kind === "commit-files" || kind === "open-merge-request")
    return error.kind === "conflict" || error.kind === "invalid";
  return /^delete-/.test(kind) && error.kind === "not-found";
}

/** The address of what was written, null where GitLab gives none. */
function write(
  connection: GitLabConnection,
  project: ProjectRef,
  action: Action,
): Promise<string | null> {
  const { gitlab } = connection;
  switch (action.kind) {
    case "set-confidential":
      return setConfidential(gitlab, project, action);
    case "change-labels":
      return changeLabels(gitlab, project, action);
    case "write-note":
      return writeNote(gitlab, action.project ?? project, action);
    case "delete-note":
      return deleteNote(gitlab, action.project ?? project, action);
    case "write-merge-request-note":
      return writeMergeRequestNote(gitlab, project, action);
    case "delete-merge-request-note":
      return deleteMergeRequestNote(gitlab, project, action);
    case "commit-files":
      return commitFiles(gitlab, project, action);
    case "open-merge-request":
      return openMergeRequest(gitlab, project, action);
    case "edit-merge-request":
      return editMergeRequest(gitlab, project, action);
    case "close-merge-request":
      return closeMergeRequest(gitlab, project, action);
    case "merge":
      return merge(gitlab, project, action);
    case "publish-package":
      return publishPackage(connection, action);
    case "delete-package":
      return deletePackage(gitlab, action);
    case "create-issue":
      return createIssue(gitlab, action);
    case "edit-issue":
      return editIssue(gitlab, action);
  }
}
