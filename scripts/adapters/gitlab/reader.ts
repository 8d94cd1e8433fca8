// Reads of GitLab as the jobs see them: each asked for once, to the last page, or it fails.

import * as z from "zod";
import type { MergeRequest } from "../../domain/forge.ts";
import type { ForgeReader, ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { GitLabError } from "./gitlab-error.ts";
import { readMergeRequestDetail } from "./merge-request-detail.ts";
import { packagePath } from "./package-path.ts";
import {
  BranchAnswer,
  FileAnswer,
  IssueAnswer,
  MemberAnswer,
  MergeRequestAnswer,
  NoteAnswer,
  PackageAnswer,
  ProjectAnswer,
  UserAnswer,
  understand,
} from "./schemas.ts";

const PAGE = { perPage: 100 } as const;
/** Largest file of a package that is taken, in bytes. */
const PACKAGE_FILE_LIMIT = 1024 * 1024 * 1024;

/** A reader holds one reading of the world: make a new one to read anew. @throws GitLabError (every method). */
export function createReader(connection: GitLabConnection): ForgeReader {
  const { gitlab } = connection;
  const branch = once((project: ProjectRef, name: string) =>
    gitlab.Branches.show(project, name).then((answer) =>
      understand(BranchAnswer, answer, "branch"),
    ),
  );
  return {
    currentUser: once(async () =>
      understand(UserAnswer, await gitlab.Users.showCurrentUser(), "user"),
    ),
    project: once(async (project: ProjectRef) =>
      understand(ProjectAnswer, await gitlab.Projects.show(project), "project"),
    ),
    openIssues: once(async (projectId: ProjectRef) =>
      listed(
        IssueAnswer,
        await gitlab.Issues.all({ projectId, state: "opened", ...OLDEST_FIRST, ...PAGE }),
        "issues",
      ),
    ),
    issue: once((projectId: ProjectRef, issue: number) =>
      orNull(async () =>
        understand(IssueAnswer, await gitlab.Issues.show(issue, { projectId }), "issue"),
      ),
    ),
    issueNotes: once(async (project: ProjectRef, issue: number) =>
      listed(
        NoteAnswer,
        await gitlab.IssueNotes.all(project, issue, { ...OLDEST_FIRST, ...PAGE }),
        "notes",
      ),
    ),
    issueParticipants: once(async (project: ProjectRef, issue: number) =>
      listed(UserAnswer, await gitlab.Issues.allParticipants(project, issue), "participants"),
    ),
    labelledIssues: once(async (projectId: ProjectRef, labels: readonly string[]) =>
      listed(
        IssueAnswer,
        await gitlab.Issues.all({ projectId, labels: labels.join(","), ...OLDEST_FIRST, ...PAGE }),
        "issues",
      ),
    ),
    requestMergeRequests: once(async (projectId: ProjectRef) => {
      const answer = await gitlab.MergeRequests.all({ projectId, ...OLDEST_FIRST, ...PAGE });
      const found = understand(z.array(MergeRequestAnswer), answer, "merge requests");
      return bySourceBranch(found.map(({ mergeRequest }) => mergeRequest));
    }),
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
    branchHead: (project, name) => orNull(async () => (await branch(project, name)).commit.id),
    branchProtected: async (project, name) => (await branch(project, name)).protected,
    user: once((id: number) =>
      orNull(async () => understand(UserAnswer, await gitlab.Users.show(id), "user")),
    ),
    projectMembers: once(async (project: ProjectRef) => {
      const answer = await gitlab.ProjectMembers.all(project, { includeInherited: true, ...PAGE });
      return listed(MemberAnswer, answer, "members");
    }),
    groupMembers: once((group: string) =>
      orNull(async () =>
        listed(MemberAnswer, await gitlab.GroupMembers.all(group, PAGE), "members"),
      ),
    ),
    packages: once(async (projectId: ProjectRef) => {
      const answer = await gitlab.Packages.all({ projectId, ...PAGE });
      return listed(PackageAnswer, answer, "packages")
        .filter(({ package_type }) => package_type === "generic")
        .map(({ id, name, version, created_at }) => ({ id, name, version, createdAt: created_at }));
    }),
    packageFile: (project, name, version, file) =>
      orNull(() =>
        connection.download(packagePath(project, name, version, file), PACKAGE_FILE_LIMIT),
      ),
  };
}

/** Rows that come while we read are added at the end, so that no page moves. */
const OLDEST_FIRST = { orderBy: "created_at", sort: "asc" } as const;

/** The same question is asked once; callers at the same time share the answer, and the failure. */
function once<A extends readonly unknown[], T>(
  ask: (...question: A) => Promise<T>,
): (...question: A) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (...question) => {
    const key = JSON.stringify(question);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(...question);
    answers.set(key, answer);
    return answer;
  };
}

/**
 * Null for GitLab's 404 of the thing asked for. When the project itself is not found, access was lost:
 * that says nothing about what is in it, and stays an error.
 */
async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof GitLabError) || error.kind !== "not-found") throw error;
    if (/project not found/i.test(error.message)) throw error;
    return null;
  }
}

/** All rows by ascending id, each once: an insertion while paging can show a row twice. */
function listed<S extends z.ZodType<{ readonly id: number }>>(
  schema: S,
  answer: unknown,
  what: string,
): readonly z.output<S>[] {
  const rows = understand(z.array(schema), answer, what);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...byId.values()].sort((left, right) => left.id - right.id);
}

const STATES: readonly MergeRequest["state"][] = ["opened", "locked", "merged", "closed"];

/**
 * One merge request a branch `request/…` of the project itself (a fork may use the same name): the open one, else the
 * merged, else the closed; of several the first, which is the one the branch was made for.
 */
function bySourceBranch(all: readonly MergeRequest[]): ReadonlyMap<string, MergeRequest> {
  const own = all.filter(
    (one) => one.sourceBranch.startsWith("request/") && one.sourceProjectId === one.targetProjectId,
  );
  own.sort(
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
