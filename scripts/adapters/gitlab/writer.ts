// The only writer: one action, one write, sent once; what GitLab answers is compared with what was asked for.
import type { Action } from "../../domain/plan.ts";
import type { ForgeWriter, ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import {
  changeLabels,
  createIssue,
  editIssue,
  setConfidential,
  writeNote,
} from "./issue-writes.ts";
import {
  commitFiles,
  deletePackage,
  editMergeRequest,
  merge,
  openMergeRequest,
  publishPackage,
} from "./repository-writes.ts";
import { explain } from "./write-outcome.ts";

/** @param project the project of the actions that name none. A refused write is an answer, not an exception. */
export function createWriter(connection: GitLabConnection, project: ProjectRef): ForgeWriter {
  return {
    perform: async (action) => {
      try {
        return { ok: true, action, url: await write(connection, project, action) };
      } catch (error) {
        return { ok: false, action, error: explain(action, error) };
      }
    },
  };
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
      return writeNote(gitlab, project, action);
    case "commit-files":
      return commitFiles(gitlab, project, action);
    case "open-merge-request":
      return openMergeRequest(gitlab, project, action);
    case "edit-merge-request":
      return editMergeRequest(gitlab, project, action);
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
