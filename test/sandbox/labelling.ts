/** What labels do to an issue or merge request: look-up, creation by name, scoped exclusivity, events. */
import { createLabel } from "./factory.ts";
import { ACCESS, type Label, type Noteable, type Project, type User } from "./model.ts";
import type { State } from "./state.ts";

/** Labels a project may use: its own and those of its ancestor groups. */
export function labelsOf(state: State, project: Project): Label[] {
  const groupIds = new Set(state.groupChain(project.groupId).map((group) => group.id));
  return [...state.labels.values()].filter(
    (label) =>
      label.projectId === project.id || (label.groupId !== null && groupIds.has(label.groupId)),
  );
}

export function labelNamed(state: State, project: Project, name: string): Label | undefined {
  return labelsOf(state, project).find((label) => label.name === name);
}

/** The scope of a label: everything before its last `::`; `null` for a plain label. */
function labelScope(name: string): string | null {
  const cut = name.lastIndexOf("::");
  return cut <= 0 ? null : name.slice(0, cut);
}

/**
 * Turns names (or ids written as text) into label ids. A name that does not exist is created when the user
 * may do so (Planner and above), and silently left out otherwise.
 */
export function resolveLabels(
  state: State,
  project: Project,
  user: User,
  names: readonly string[],
): number[] {
  const mayCreate = state.accessLevel(user, project) >= ACCESS.planner;
  return names.flatMap((name) => {
    const known =
      labelNamed(state, project, name) ??
      labelsOf(state, project).find((label) => String(label.id) === name);
    if (known !== undefined) return [known.id];
    return mayCreate ? [createLabel(state, { projectId: project.id }, { name }).id] : [];
  });
}

/**
 * Changes the label set and writes the events. Of several labels of one scope the last one stays.
 * @returns whether anything changed
 */
export function setLabels(
  state: State,
  noteable: Noteable,
  user: User,
  wanted: readonly number[],
): boolean {
  const kept = exclusive(state, wanted);
  const before = noteable.labelIds;
  const added = kept.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !kept.includes(id));
  noteable.labelIds = kept;
  const event = (labelId: number, action: "add" | "remove"): void => {
    noteable.labelEvents.push({
      id: state.nextId("label_event"),
      userId: user.id,
      createdAt: state.stamp(),
      labelId,
      action,
    });
  };
  for (const id of added) event(id, "add");
  for (const id of removed) event(id, "remove");
  return added.length + removed.length > 0;
}

function exclusive(state: State, labelIds: readonly number[]): number[] {
  const unique = [...new Set(labelIds)];
  const winner = new Map<string, number>();
  for (const id of unique) {
    const scope = labelScope(state.labels.get(id)?.name ?? "");
    if (scope !== null) winner.set(scope, id);
  }
  return unique.filter((id) => {
    const scope = labelScope(state.labels.get(id)?.name ?? "");
    return scope === null || winner.get(scope) === id;
  });
}
