/** The JSON shape of an issue. */
import type { Issue } from "./model.ts";
import {
  type Json,
  noteableUrl,
  presentLabels,
  presentReferences,
  presentUser,
  presentUserId,
  TIME_STATS,
} from "./presenters.ts";
import type { State } from "./state.ts";

/** An issue as every endpoint shows it. */
export function presentIssue(state: State, issue: Issue, details = false): Json {
  const assignees = issue.assigneeIds.map((id) => presentUser(state, state.user(id)));
  const api = `${state.url}/api/v4/projects/${issue.projectId}`;
  return {
    id: issue.id,
    iid: issue.iid,
    project_id: issue.projectId,
    title: issue.title,
    description: issue.description,
    state: issue.state,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: presentUserId(state, issue.closedById),
    labels: presentLabels(state, issue.labelIds, details),
    milestone: null,
    assignees,
    author: presentUserId(state, issue.authorId),
    type: issue.issueType.toUpperCase(),
    assignee: assignees[0] ?? null,
    user_notes_count: issue.notes.filter((note) => !note.system).length,
    merge_requests_count: 0,
    upvotes: issue.awards.filter((one) => one.name === "thumbsup").length,
    downvotes: issue.awards.filter((one) => one.name === "thumbsdown").length,
    due_date: issue.dueDate,
    confidential: issue.confidential,
    discussion_locked: issue.discussionLocked ? true : null,
    issue_type: issue.issueType,
    web_url: noteableUrl(state, issue),
    time_stats: TIME_STATS,
    task_completion_status: { count: 0, completed_count: 0 },
    weight: issue.weight,
    blocking_issues_count: 0,
    has_tasks: false,
    _links: {
      self: `${api}/issues/${issue.iid}`,
      notes: `${api}/issues/${issue.iid}/notes`,
      award_emoji: `${api}/issues/${issue.iid}/award_emoji`,
      project: api,
      closed_as_duplicate_of: null,
    },
    references: presentReferences(state, issue),
    severity: issue.severity,
    subscribed: false,
    moved_to_id: issue.movedToId,
    imported: false,
    imported_from: "none",
    service_desk_reply_to: null,
  };
}
