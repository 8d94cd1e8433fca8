// The reads of issues, their notes and the people on them.
import type { ForgeReader, ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { listed, OLDEST_FIRST, once, orNull, PAGE } from "./reading.ts";
import { IssueAnswer, NoteAnswer, UserAnswer, understand } from "./schemas.ts";

export function issueReads(
  gitlab: GitLabConnection["gitlab"],
): Pick<ForgeReader, "openIssues" | "issue" | "issueNotes" | "issueParticipants" | "filedIssues"> {
  return {
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
    filedIssues: once(async (projectId: ProjectRef, authorId: number) =>
      listed(
        IssueAnswer,
        await gitlab.Issues.all({ projectId, authorId, ...OLDEST_FIRST, ...PAGE }),
        "issues",
      ),
    ),
  };
}
