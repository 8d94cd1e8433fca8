// The reads of the project, its merge requests, files and branches.
import * as z from "zod";
import type { MergeRequest } from "../../domain/forge.ts";
import type { ForgeReader, ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { GitLabError } from "./gitlab-error.ts";
import { readMergeRequestDetail } from "./merge-request-detail.ts";
import { listed, OLDEST_FIRST, once, orNull, PAGE } from "./reading.ts";
import {
  BranchAnswer,
  FileAnswer,
  MergeRequestAnswer,
  NoteAnswer,
  ProjectAnswer,
  TreeAnswer,
  understand,
} from "./schemas.ts";

export function repositoryReads(
  gitlab: GitLabConnection["gitlab"],
): Pick<
  ForgeReader,
  | "project"
  | "requestMergeRequests"
  | "doubledMergeRequests"
  | "ownMergeRequests"
  | "mergeRequestNotes"
  | "mergeRequestDetail"
  | "file"
  | "filesBelow"
  | "branchHead"
  | "branchProtected"
> {
  const branch = once((project: ProjectRef, name: string) =>
    gitlab.Branches.show(project, name).then((answer) =>
      understand(BranchAnswer, answer, "branch"),
    ),
  );
  const mergeRequests = once(async (projectId: ProjectRef) => {
    const answer = await gitlab.MergeRequests.all({ projectId, ...OLDEST_FIRST, ...PAGE });
    const found = understand(z.array(MergeRequestAnswer), answer, "merge requests");
    return found.map(({ mergeRequest }) => mergeRequest);
  });
  const ofRequests = async (project: ProjectRef) =>
    (await mergeRequests(project)).filter(isOfRequest);
  return {
    project: once(async (project: ProjectRef) =>
      understand(ProjectAnswer, await gitlab.Projects.show(project), "project"),
    ),
    requestMergeRequests: async (project) => bySourceBranch(await ofRequests(project)),
    doubledMergeRequests: async (project) => {
      const all = await ofRequests(project);
      const chosen = bySourceBranch(all);
      return all.filter(
        (one) => one.state === "opened" && chosen.get(one.sourceBranch)?.iid !== one.iid,
      );
    },
    ownMergeRequests: async (project, target) =>
      (await mergeRequests(project))
        .filter((one) => one.state === "opened" && one.targetBranch === target && !isFromFork(one))
        .sort((left, right) => left.iid - right.iid),
    mergeRequestNotes: once(async (project: ProjectRef, mergeRequest: number) =>
      listed(
        NoteAnswer,
        await gitlab.MergeRequestNotes.all(project, mergeRequest, { ...OLDEST_FIRST, ...PAGE }),
        "notes",
      ),
    ),
    mergeRequestDetail: once((project: ProjectRef, mergeRequest: number) =>
      readMergeRequestDetail(gitlab, project, mergeRequest),
    ),
    file: once((project: ProjectRef, path: string, ref: string) =>
      orNull(async () => {
        const answer = await gitlab.RepositoryFiles.show(project, path, ref);
        const file = understand(FileAnswer, answer, "file");
        return {
          path: file.file_path,
          content: textOf(file.content, path),
          lastCommitId: file.last_commit_id,
          blobId: file.blob_id,
        };
      }),
    ),
    filesBelow: once(async (project: ProjectRef, path: string, ref: string) => {
      const answer = await orNull(() =>
        gitlab.Repositories.allRepositoryTrees(project, { path, ref, recursive: true, ...PAGE }),
      );
      const entries = understand(z.array(TreeAnswer), answer ?? [], "tree");
      return entries
        .filter(({ type }) => type === "blob")
        .map((entry) => entry.path)
        .sort();
    }),
    branchHead: (project, name) => orNull(async () => (await branch(project, name)).commit.id),
    branchProtected: async (project, name) => (await branch(project, name)).protected,
  };
}

/** A merge request on a branch `request/…` of the project itself; a fork may use the same name. */
const isOfRequest = (one: MergeRequest): boolean =>
  one.sourceBranch.startsWith("request/") && !isFromFork(one);

const isFromFork = (one: MergeRequest): boolean => one.sourceProjectId !== one.targetProjectId;

const STATES: readonly MergeRequest["state"][] = ["merged", "locked", "opened", "closed"];

/**
 * One merge request a branch: the merged one (what was released stays released, whatever is opened later), else the open,
 * else the closed; of several the first, which is the one the branch was made for.
 */
function bySourceBranch(all: readonly MergeRequest[]): ReadonlyMap<string, MergeRequest> {
  const own = all.toSorted(
    (left, right) =>
      STATES.indexOf(right.state) - STATES.indexOf(left.state) || right.iid - left.iid,
  );
  return new Map(own.map((one) => [one.sourceBranch, one]));
}

function textOf(base64: string, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(base64, "base64"),
    );
  } catch {
    throw new GitLabError(
      "wrong-shape",
      { method: "GET", path },
      200,
      "the file is not UTF-8 text",
    );
  }
}
