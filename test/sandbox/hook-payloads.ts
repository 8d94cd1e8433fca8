/** The bodies of webhooks, in the shapes GitLab sends. */
import type { Issue, Label, Note, Project, User } from "./model.ts";
import { type Json, noteableUrl, presentNamespaceOf, projectUrl } from "./presenters.ts";
import type { State } from "./state.ts";

export type HookChanges = Record<string, { previous: unknown; current: unknown }>;

const VISIBILITY_LEVELS = { private: 0, internal: 10, public: 20 } as const;

/** `user` of a payload: GitLab redacts the mail address. */
export function hookUser(user: User): Json {
  return {
    id: user.id,
    name: user.name,
    username: user.username,
    avatar_url: null,
    email: "[REDACTED]",
  };
}

export function hookProject(state: State, project: Project): Json {
  const url = projectUrl(state, project);
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    web_url: url,
    avatar_url: null,
    git_ssh_url: `git@sandbox.invalid:${project.fullPath}.git`,
    git_http_url: `${url}.git`,
    namespace: presentNamespaceOf(state, project)["name"],
    visibility_level: VISIBILITY_LEVELS[project.visibility],
    path_with_namespace: project.fullPath,
    default_branch: project.defaultBranch,
    ci_config_path: project.settings["ci_config_path"] ?? "",
    homepage: url,
    url: `${url}.git`,
    ssh_url: `git@sandbox.invalid:${project.fullPath}.git`,
    http_url: `${url}.git`,
  };
}

export function hookRepository(state: State, project: Project): Json {
  const url = projectUrl(state, project);
  return { name: project.name, url: `${url}.git`, description: project.description, homepage: url };
}

function hookLabel(label: Label): Json {
  return {
    id: label.id,
    title: label.name,
    color: label.color,
    project_id: label.projectId,
    template: false,
    description: label.description,
    type: label.projectId === null ? "GroupLabel" : "ProjectLabel",
    group_id: label.groupId,
  };
}

export function hookLabels(state: State, ids: readonly number[]): Json[] {
  return ids.flatMap((id) => {
    const label = state.labels.get(id);
    return label === undefined ? [] : [hookLabel(label)];
  });
}

/** The issue itself, as in `object_attributes` of issue events and `issue` of note events. */
export function hookIssue(state: State, issue: Issue): Json {
  return {
    id: issue.id,
    iid: issue.iid,
    title: issue.title,
    description: issue.description,
    state: issue.state,
    state_id: issue.state === "opened" ? 1 : 2,
    confidential: issue.confidential,
    author_id: issue.authorId,
    assignee_id: issue.assigneeIds[0] ?? null,
    assignee_ids: issue.assigneeIds,
    project_id: issue.projectId,
    milestone_id: null,
    due_date: issue.dueDate,
    weight: issue.weight,
    severity: issue.severity.toLowerCase(),
    health_status: null,
    discussion_locked: issue.discussionLocked,
    duplicated_to_id: issue.duplicatedToId,
    moved_to_id: issue.movedToId,
    labels: hookLabels(state, issue.labelIds),
    type: issue.issueType === "incident" ? "Incident" : "Issue",
    url: noteableUrl(state, issue),
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    time_estimate: 0,
    total_time_spent: 0,
  };
}

export function issueHookPayload(
  state: State,
  project: Project,
  issue: Issue,
  user: User,
  action: string,
  changes: HookChanges,
): Json {
  return {
    object_kind: "issue",
    event_type: issue.confidential ? "confidential_issue" : "issue",
    user: hookUser(user),
    project: hookProject(state, project),
    object_attributes: { ...hookIssue(state, issue), action },
    labels: hookLabels(state, issue.labelIds),
    changes,
    repository: hookRepository(state, project),
    assignees: issue.assigneeIds.map((id) => hookUser(state.user(id))),
  };
}

/** A comment on something; `about` is `{issue: …}` or `{merge_request: …}`. */
export function noteHookPayload(
  state: State,
  project: Project,
  note: Note,
  user: User,
  about: {
    readonly url: string;
    readonly id: number;
    readonly kind: string;
    readonly confidential: boolean;
    readonly body: Json;
  },
  action: "create" | "update",
): Json {
  return {
    object_kind: "note",
    event_type: about.confidential ? "confidential_note" : "note",
    user: hookUser(user),
    project_id: project.id,
    project: hookProject(state, project),
    object_attributes: {
      id: note.id,
      note: note.body,
      description: note.body,
      noteable_type: about.kind,
      noteable_id: about.id,
      author_id: note.authorId,
      project_id: project.id,
      system: note.system,
      internal: note.internal,
      discussion_id: note.discussionId,
      type: note.type,
      attachment: null,
      line_code: null,
      commit_id: null,
      position: note.position,
      action,
      created_at: note.createdAt,
      updated_at: note.updatedAt,
      url: `${about.url}#note_${note.id}`,
    },
    repository: hookRepository(state, project),
    ...about.body,
  };
}
