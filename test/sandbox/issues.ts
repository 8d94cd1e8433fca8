/** What happens to issues: visibility, creation, changes with events, system notes and webhooks, moving. */
import { createHash } from "node:crypto";
import { crossReference } from "./cross-references.ts";
import { type HookChanges, issueHookPayload } from "./hook-payloads.ts";
import { setLabels } from "./labelling.ts";
import { ACCESS, type Issue, type Project, type User } from "./model.ts";
import { presentLabelDetails } from "./presenters.ts";
import type { State } from "./state.ts";

/** May this user see the issue? Confidential ones: author, assignees, Planner and above. */
export function canSeeIssue(state: State, user: User | null, issue: Issue): boolean {
  const project = state.projectById(issue.projectId);
  if (!state.canSeeProject(user, project)) return false;
  if (!issue.confidential) return true;
  if (user === null) return false;
  return (
    issue.authorId === user.id ||
    issue.assigneeIds.includes(user.id) ||
    state.accessLevel(user, project) >= ACCESS.planner
  );
}

/** Fields of an issue that can be written; labels as ids. */
export interface IssueChanges {
  title?: string | undefined;
  description?: string | null | undefined;
  confidential?: boolean | undefined;
  labelIds?: number[] | undefined;
  assigneeIds?: number[] | undefined;
  dueDate?: string | null | undefined;
  weight?: number | null | undefined;
  severity?: string | undefined;
  issueType?: Issue["issueType"] | undefined;
  discussionLocked?: boolean | undefined;
  stateEvent?: "close" | "reopen" | undefined;
}

/** Stores a new issue; commands of the description were cut out before. */
export function createIssue(
  state: State,
  project: Project,
  author: User,
  wish: IssueChanges & {
    readonly title: string;
    readonly iid?: number;
    readonly createdAt?: string;
  },
): Issue {
  const stamp = wish.createdAt ?? state.stamp();
  const iid = wish.iid ?? Math.max(0, ...project.issues.map((one) => one.iid)) + 1;
  const issue: Issue = {
    kind: "Issue",
    id: state.nextId("issue"),
    iid,
    projectId: project.id,
    title: wish.title,
    description: wish.description ?? null,
    authorId: author.id,
    assigneeIds: wish.assigneeIds ?? [],
    labelIds: [],
    discussionLocked: wish.discussionLocked ?? false,
    createdAt: stamp,
    updatedAt: stamp,
    closedAt: null,
    closedById: null,
    notes: [],
    labelEvents: [],
    stateEvents: [],
    awards: [],
    state: "opened",
    confidential: wish.confidential ?? false,
    issueType: wish.issueType ?? "issue",
    dueDate: wish.dueDate ?? null,
    weight: wish.weight ?? null,
    severity: wish.severity ?? "UNKNOWN",
    movedToId: null,
    duplicatedToId: null,
    emailParticipants: [],
  };
  project.issues.push(issue);
  project.lastActivityAt = stamp;
  setLabels(state, issue, author, wish.labelIds ?? []);
  crossReference(state, author, issue, issue.description ?? "");
  sendIssueHook(state, issue, author, "open", {});
  return issue;
}

function sendIssueHook(
  state: State,
  issue: Issue,
  user: User,
  action: string,
  changes: HookChanges,
): void {
  const project = state.projectById(issue.projectId);
  const payload = issueHookPayload(state, project, issue, user, action, changes);
  state.hook(project, "issues", payload, { confidential: issue.confidential });
}

/** Applies changes with their events, system notes and one webhook. */
export function updateIssue(state: State, issue: Issue, user: User, wish: IssueChanges): void {
  const changes: HookChanges = {};
  changeText(state, issue, user, wish, changes);
  changeFlags(state, issue, user, wish, changes);
  changeAssignees(state, issue, user, wish, changes);
  changeFields(state, issue, user, wish, changes);
  if (wish.labelIds !== undefined) {
    const previous = labelRecords(state, issue.labelIds);
    if (setLabels(state, issue, user, wish.labelIds)) {
      changes["labels"] = { previous, current: labelRecords(state, issue.labelIds) };
    }
  }
  const action = changeState(state, issue, user, wish.stateEvent, changes);
  if (Object.keys(changes).length === 0) return;
  const previous = issue.updatedAt;
  issue.updatedAt = state.stamp();
  changes["updated_at"] = { previous, current: issue.updatedAt };
  changes["updated_by_id"] = { previous: null, current: user.id };
  sendIssueHook(state, issue, user, action, changes);
}

function labelRecords(state: State, ids: readonly number[]): unknown[] {
  return ids.flatMap((id) => {
    const label = state.labels.get(id);
    return label === undefined ? [] : [{ ...presentLabelDetails(label), title: label.name }];
  });
}

function changeText(
  state: State,
  issue: Issue,
  user: User,
  wish: IssueChanges,
  changes: HookChanges,
): void {
  if (wish.title !== undefined && wish.title !== issue.title) {
    changes["title"] = { previous: issue.title, current: wish.title };
    const body = `changed title from **${issue.title}** to **${wish.title}**`;
    issue.title = wish.title;
    state.systemNote(issue, user, body);
  }
  if (wish.description !== undefined && wish.description !== issue.description) {
    changes["description"] = { previous: issue.description, current: wish.description };
    issue.description = wish.description;
    state.systemNote(issue, user, "changed the description");
    crossReference(state, user, issue, issue.description ?? "");
  }
}

function changeFlags(
  state: State,
  issue: Issue,
  user: User,
  wish: IssueChanges,
  changes: HookChanges,
): void {
  if (wish.confidential !== undefined && wish.confidential !== issue.confidential) {
    changes["confidential"] = { previous: issue.confidential, current: wish.confidential };
    issue.confidential = wish.confidential;
    const body = wish.confidential
      ? "made the issue confidential"
      : "made the issue visible to everyone";
    state.systemNote(issue, user, body);
  }
  if (wish.discussionLocked !== undefined && wish.discussionLocked !== issue.discussionLocked) {
    changes["discussion_locked"] = {
      previous: issue.discussionLocked,
      current: wish.discussionLocked,
    };
    issue.discussionLocked = wish.discussionLocked;
    const word = wish.discussionLocked ? "locked" : "unlocked";
    state.systemNote(issue, user, `${word} the discussion in this issue`);
  }
}

function changeAssignees(
  state: State,
  issue: Issue,
  user: User,
  wish: IssueChanges,
  changes: HookChanges,
): void {
  if (wish.assigneeIds === undefined) return;
  const wanted = [...new Set(wish.assigneeIds)];
  const before = issue.assigneeIds;
  const named = (ids: readonly number[]): string =>
    ids.map((id) => `@${state.user(id).username}`).join(", ");
  const added = wanted.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !wanted.includes(id));
  if (added.length + removed.length === 0) return;
  const people = (ids: readonly number[]): unknown[] =>
    ids.map((id) => ({ id, name: state.user(id).name, username: state.user(id).username }));
  changes["assignees"] = { previous: people(before), current: people(wanted) };
  issue.assigneeIds = wanted;
  const parts = [
    ...(added.length > 0 ? [`assigned to ${named(added)}`] : []),
    ...(removed.length > 0 ? [`unassigned ${named(removed)}`] : []),
  ];
  state.systemNote(issue, user, parts.join(" and "));
}

function changeFields(
  state: State,
  issue: Issue,
  user: User,
  wish: IssueChanges,
  changes: HookChanges,
): void {
  if (wish.dueDate !== undefined && wish.dueDate !== issue.dueDate) {
    changes["due_date"] = { previous: issue.dueDate, current: wish.dueDate };
    issue.dueDate = wish.dueDate;
    state.systemNote(
      issue,
      user,
      wish.dueDate === null ? "removed due date" : `changed due date to ${wish.dueDate}`,
    );
  }
  if (wish.weight !== undefined && wish.weight !== issue.weight) {
    changes["weight"] = { previous: issue.weight, current: wish.weight };
    issue.weight = wish.weight;
  }
  if (wish.severity !== undefined && wish.severity !== issue.severity) {
    changes["severity"] = { previous: issue.severity, current: wish.severity };
    issue.severity = wish.severity;
    state.systemNote(issue, user, `changed the severity to **${wish.severity}**`);
  }
  if (wish.issueType !== undefined && wish.issueType !== issue.issueType) {
    changes["type"] = { previous: issue.issueType, current: wish.issueType };
    state.systemNote(issue, user, `changed type from ${issue.issueType} to ${wish.issueType}`);
    issue.issueType = wish.issueType;
  }
}

function changeState(
  state: State,
  issue: Issue,
  user: User,
  event: IssueChanges["stateEvent"],
  changes: HookChanges,
): "close" | "reopen" | "update" {
  const closes = event === "close" && issue.state === "opened";
  const reopens = event === "reopen" && issue.state === "closed";
  if (!closes && !reopens) return "update";
  changes["state_id"] = { previous: closes ? 1 : 2, current: closes ? 2 : 1 };
  changes["closed_at"] = {
    previous: issue.closedAt,
    current: closes ? state.stamp() : null,
  };
  issue.state = closes ? "closed" : "opened";
  issue.closedAt = closes ? state.stamp() : null;
  issue.closedById = closes ? user.id : null;
  issue.stateEvents.push({
    id: state.nextId("state_event"),
    userId: user.id,
    createdAt: state.stamp(),
    state: closes ? "closed" : "reopened",
  });
  return closes ? "close" : "reopen";
}

/** Copies an issue with its notes into another project. */
export function copyIssue(
  state: State,
  issue: Issue,
  target: Project,
  user: User,
  withNotes: boolean,
): Issue {
  const copy = createIssue(state, target, user, {
    title: issue.title,
    description: issue.description,
    confidential: issue.confidential,
    assigneeIds: [...issue.assigneeIds],
    dueDate: issue.dueDate,
    weight: issue.weight,
    issueType: issue.issueType,
    labelIds: issue.labelIds.filter((id) => {
      const label = state.labels.get(id);
      return label?.projectId === target.id || label?.groupId !== null;
    }),
  });
  if (!withNotes) return copy;
  copy.notes = issue.notes.map((note) => {
    const id = state.nextId("note");
    const discussionId = createHash("sha1").update(`discussion ${id}`).digest("hex");
    return { ...note, id, discussionId, awards: [...note.awards] };
  });
  return copy;
}

/** Moves an issue: a copy with the notes in the target, the original closed. */
export function moveIssue(state: State, issue: Issue, target: Project, user: User): Issue {
  const source = state.projectById(issue.projectId);
  const moved = copyIssue(state, issue, target, user, true);
  state.systemNote(moved, user, `moved from ${source.fullPath}#${issue.iid}`);
  issue.movedToId = moved.id;
  state.systemNote(issue, user, `moved to ${target.fullPath}#${moved.iid}`);
  updateIssue(state, issue, user, { stateEvent: "close" });
  return moved;
}
