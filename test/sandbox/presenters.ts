/** JSON shapes that several routes share: people, references, times. */
import type { Group, Label, Note, Noteable, Project, User } from "./model.ts";
import type { State } from "./state.ts";

export type Json = Record<string, unknown>;

/** A user as embedded in every other answer. */
export function presentUser(state: State, user: User): Json {
  return {
    id: user.id,
    username: user.username,
    public_email: "",
    name: user.name,
    state: user.state,
    locked: false,
    avatar_url: null,
    web_url: `${state.url}/${user.username}`,
  };
}

export function presentUserId(state: State, id: number | null): Json | null {
  return id === null ? null : presentUser(state, state.user(id));
}

export function projectUrl(state: State, project: Project): string {
  return `${state.url}/${project.fullPath}`;
}

/** `https://…/-/issues/3` or `https://…/-/merge_requests/3`. */
export function noteableUrl(state: State, noteable: Noteable): string {
  const kind = noteable.kind === "Issue" ? "issues" : "merge_requests";
  return `${projectUrl(state, state.projectById(noteable.projectId))}/-/${kind}/${noteable.iid}`;
}

/** `references: {short, relative, full}`, the relative one as seen from a project. */
export function presentReferences(state: State, noteable: Noteable): Json {
  const short = `${noteable.kind === "Issue" ? "#" : "!"}${noteable.iid}`;
  const project = state.projectById(noteable.projectId);
  return { short, relative: short, full: `${project.fullPath}${short}` };
}

export function labelNames(state: State, labelIds: readonly number[]): string[] {
  return labelIds
    .flatMap((id) => state.labels.get(id)?.name ?? [])
    .sort((a, b) => (a < b ? -1 : 1));
}

/** A label as shown by `with_labels_details` and in label events. */
export function presentLabelDetails(label: Label): Json {
  return {
    id: label.id,
    name: label.name,
    description: label.description,
    description_html: label.description ?? "",
    text_color: "#FFFFFF",
    color: label.color,
    archived: false,
  };
}

/** `labels` of an issue or merge request: names, or details when asked for. */
export function presentLabels(
  state: State,
  labelIds: readonly number[],
  details: boolean,
): unknown[] {
  const names = labelNames(state, labelIds);
  if (!details) return names;
  return labelIds.flatMap((id) => {
    const label = state.labels.get(id);
    return label === undefined ? [] : [presentLabelDetails(label)];
  });
}

/** The namespace a project lives in, as embedded in projects. */
export function presentNamespaceOf(state: State, project: Project): Json {
  const group = project.groupId === null ? undefined : state.groups.get(project.groupId);
  if (group !== undefined) return presentNamespace(state, group);
  const owner = state.user(project.ownerId ?? project.creatorId);
  return {
    id: userNamespaceId(owner),
    name: owner.name,
    path: owner.username,
    kind: "user",
    full_path: owner.username,
    parent_id: null,
    avatar_url: null,
    web_url: `${state.url}/${owner.username}`,
  };
}

/** User namespaces share the id space of groups in GitLab; here they are set far apart. */
export function userNamespaceId(user: User): number {
  return 1_000_000_000 + user.id;
}

export function presentNamespace(state: State, group: Group): Json {
  return {
    id: group.id,
    name: group.name,
    path: group.path,
    kind: "group",
    full_path: group.fullPath,
    parent_id: group.parentId,
    avatar_url: null,
    web_url: `${state.url}/groups/${group.fullPath}`,
  };
}

/** A note as the notes API shows it. */
export function presentNote(state: State, noteable: Noteable, note: Note): Json {
  return {
    id: note.id,
    type: note.type,
    body: note.body,
    attachment: null,
    author: presentUserId(state, note.authorId),
    created_at: note.createdAt,
    updated_at: note.updatedAt,
    system: note.system,
    noteable_id: noteable.id,
    noteable_type: noteable.kind,
    project_id: noteable.projectId,
    ...(note.position === null ? {} : { position: note.position }),
    resolvable: note.resolvable,
    ...(note.resolvable
      ? { resolved: note.resolved, resolved_by: presentUserId(state, note.resolvedById) }
      : {}),
    confidential: note.internal,
    internal: note.internal,
    imported: false,
    imported_from: "none",
    noteable_iid: noteable.iid,
    commands_changes: {},
  };
}

/** `time_stats` of an issue or merge request; the sandbox keeps no times. */
export const TIME_STATS = {
  time_estimate: 0,
  total_time_spent: 0,
  human_time_estimate: null,
  human_total_time_spent: null,
} as const;
