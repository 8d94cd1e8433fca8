// All that the release gate needs to know of one merge request, from six questions to GitLab.
import * as z from "zod";
import type { Approval, MergeRequestDetail, Note } from "../../domain/forge.ts";
import type { ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { PAGE } from "./reading.ts";
import {
  ApprovalsAnswer,
  CommitAnswer,
  DiffAnswer,
  MergeRequestAnswer,
  NoteAnswer,
  understand,
  VersionAnswer,
} from "./schemas.ts";

/**
 * The paths are complete when GitLab lists as many files as it counts: past its diff limits it counts `1000+`, and while
 * it still works on a push it gives no count.
 * @throws GitLabError when any of the questions fails
 */
export async function readMergeRequestDetail(
  gitlab: GitLabConnection["gitlab"],
  project: ProjectRef,
  iid: number,
): Promise<MergeRequestDetail> {
  const [found, diffs, commits, versions, approvals] = await Promise.all([
    gitlab.MergeRequests.show(project, iid),
    gitlab.MergeRequests.allDiffs(project, iid, PAGE),
    gitlab.MergeRequests.allCommits(project, iid, PAGE),
    gitlab.MergeRequests.allDiffVersions(project, iid),
    gitlab.MergeRequestApprovals.showConfiguration(project, { mergerequestIId: iid }),
  ]);
  const { mergeRequest, changesCount } = understand(MergeRequestAnswer, found, "merge request");
  const changed = understand(z.array(DiffAnswer), diffs, "diffs");
  const { approved, approved_by } = understand(ApprovalsAnswer, approvals, "approvals");
  const notes = approved_by.some(({ approved_at }) => approved_at === null)
    ? understand(
        z.array(NoteAnswer),
        await gitlab.MergeRequestNotes.all(project, iid, PAGE),
        "notes",
      )
    : [];
  return {
    mergeRequest,
    changedPaths: [...new Set(changed.flatMap((file) => [file.old_path, file.new_path]))].sort(),
    pathsComplete: changesCount === String(changed.length),
    commits: understand(z.array(CommitAnswer), commits, "commits"),
    lastPushAt: pushedAt(
      understand(z.array(VersionAnswer), versions, "versions"),
      mergeRequest.sha,
    ),
    approvals: approved_by.map(
      ({ user, approved_at }): Approval => ({
        user,
        at: approved_at ?? approvalNoteOf(notes, user.id),
      }),
    ),
    gitlabSaysApproved: approved,
  };
}

/** When the newest version came; null while GitLab has not yet made a version of the head. */
function pushedAt(
  versions: readonly z.output<typeof VersionAnswer>[],
  head: string,
): string | null {
  const newest = versions.toSorted((left, right) => right.id - left.id)[0];
  return newest?.head_commit_sha === head ? newest.created_at : null;
}

/** GitLab writes this system note at every approval; the latest one of the user dates the approval that stands. */
function approvalNoteOf(notes: readonly Note[], userId: number): string | null {
  const own = notes.filter(
    (note) =>
      note.system && note.author.id === userId && /^approved this merge request/.test(note.body),
  );
  return own.toSorted((left, right) => right.id - left.id)[0]?.createdAt ?? null;
}
