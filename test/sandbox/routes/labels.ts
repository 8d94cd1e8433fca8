/** Labels of projects and groups; label and state events of issues and merge requests. */
import { fail, invalid, notFound } from "../errors.ts";
import { createLabel } from "../factory.ts";
import {
  type App,
  type Ctx,
  groupOf,
  paginate,
  pathId,
  pathParam,
  projectFor,
  projectOf,
  requireGroupLevel,
  requireUser,
  userOf,
} from "../http.ts";
import { labelsOf } from "../labelling.ts";
import { ACCESS, type Label, type Noteable } from "../model.ts";
import { type Json, presentLabelDetails, presentUserId } from "../presenters.ts";
import type { State } from "../state.ts";

function noteablesOf(state: State): Noteable[] {
  return [...state.projects.values()].flatMap((one) => [...one.issues, ...one.mergeRequests]);
}

function present(state: State, label: Label, withCounts: boolean): Json {
  const users = withCounts
    ? noteablesOf(state).filter((one) => one.labelIds.includes(label.id))
    : [];
  const counted = (kind: Noteable["kind"], state: string): number =>
    users.filter((one) => one.kind === kind && one.state === state).length;
  return {
    ...presentLabelDetails(label),
    ...(withCounts
      ? {
          open_issues_count: counted("Issue", "opened"),
          closed_issues_count: counted("Issue", "closed"),
          open_merge_requests_count: counted("MergeRequest", "opened"),
        }
      : {}),
    subscribed: false,
    priority: label.priority,
    is_project_label: label.projectId !== null,
  };
}

/** The labels a route may list, and where new ones belong. */
interface Home {
  readonly own: { readonly projectId: number } | { readonly groupId: number };
  readonly listed: readonly Label[];
}

function checkColor(color: string): string {
  return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color) || /^[a-z]+$/i.test(color)
    ? color
    : invalid("color", "must be a valid color code");
}

function checkName(name: string): string {
  if (name.trim() === "") invalid("title", "can't be blank");
  if (/[,?&]/.test(name) && name.includes(",")) invalid("title", "is invalid");
  return name.trim();
}

function registerFor(
  app: App,
  state: State,
  base: string,
  home: (c: Ctx, write: boolean) => Home,
): void {
  const one = (c: Ctx, write: boolean): Label => {
    const wanted = pathParam(c, "label_id");
    const { listed } = home(c, write);
    return (
      listed.find((label) => label.name === wanted) ??
      listed.find((label) => String(label.id) === wanted) ??
      notFound("Label")
    );
  };
  app.get(base, (c) => {
    const { params } = c.var;
    const search = params.text("search")?.toLowerCase();
    const rows = [...home(c, false).listed]
      .filter((label) => search === undefined || label.name.toLowerCase().includes(search))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const counts = params.flag("with_counts") === true;
    return c.json(paginate(c, rows).map((label) => present(state, label, counts)));
  });
  app.post(base, (c) => {
    const { own, listed } = home(c, true);
    const { params } = c.var;
    const name = checkName(params.required("name"));
    const color = checkColor(params.required("color"));
    if (listed.some((label) => label.name === name)) fail(409, "Label already exists");
    const label = createLabel(state, own, {
      name,
      color,
      description: params.text("description"),
      priority: params.int("priority"),
    });
    return c.json(present(state, label, false), 201);
  });
  app.get(`${base}/:label_id`, (c) => c.json(present(state, one(c, false), false)));
  const edit = (c: Ctx, label: Label): Response => {
    const { params } = c.var;
    if (!["new_name", "color", "description", "priority"].some((key) => params.has(key))) {
      fail(400, {
        error:
          "new_name, color, description, priority are missing, at least one parameter must be provided",
      });
    }
    label.name = checkName(params.text("new_name") ?? label.name);
    label.color = checkColor(params.text("color") ?? label.color);
    label.description = params.text("description") ?? label.description;
    if (params.has("priority")) label.priority = params.int("priority") ?? null;
    return c.json(present(state, label, false));
  };
  const remove = (c: Ctx, label: Label): Response => {
    state.labels.delete(label.id);
    for (const noteable of noteablesOf(state)) {
      noteable.labelIds = noteable.labelIds.filter((id) => id !== label.id);
    }
    return c.body(null, 204);
  };
  app.put(`${base}/:label_id`, (c) => edit(c, one(c, true)));
  app.delete(`${base}/:label_id`, (c) => remove(c, one(c, true)));
  // The older form names the label in the parameters.
  const named = (c: Ctx): Label => {
    const name = c.var.params.text("name") ?? c.var.params.required("label_id");
    const { listed } = home(c, true);
    return (
      listed.find((label) => label.name === name || String(label.id) === name) ?? notFound("Label")
    );
  };
  app.put(base, (c) => edit(c, named(c)));
  app.delete(base, (c) => remove(c, named(c)));
}

/** `resource_label_events` and `resource_state_events` below an issue or merge request. */
export function registerEvents(
  app: App,
  state: State,
  base: string,
  find: (c: Ctx) => Noteable,
): void {
  const presentLabelEvent = (noteable: Noteable, event: Noteable["labelEvents"][number]): Json => {
    const label = state.labels.get(event.labelId);
    return {
      id: event.id,
      user: presentUserId(state, event.userId),
      created_at: event.createdAt,
      resource_type: noteable.kind,
      resource_id: noteable.id,
      label:
        label === undefined
          ? null
          : { id: label.id, name: label.name, color: label.color, description: label.description },
      action: event.action,
    };
  };
  const presentStateEvent = (noteable: Noteable, event: Noteable["stateEvents"][number]): Json => ({
    id: event.id,
    user: presentUserId(state, event.userId),
    created_at: event.createdAt,
    resource_type: noteable.kind,
    resource_id: noteable.id,
    state: event.state,
  });
  app.get(`${base}/resource_label_events`, (c) => {
    const noteable = find(c);
    requireUser(c);
    return c.json(paginate(c, noteable.labelEvents).map((one) => presentLabelEvent(noteable, one)));
  });
  app.get(`${base}/resource_label_events/:event_id`, (c) => {
    const noteable = find(c);
    const event = noteable.labelEvents.find((one) => one.id === pathId(c, "event_id"));
    return c.json(presentLabelEvent(noteable, event ?? notFound("ResourceLabelEvent")));
  });
  app.get(`${base}/resource_state_events`, (c) => {
    const noteable = find(c);
    requireUser(c);
    return c.json(paginate(c, noteable.stateEvents).map((one) => presentStateEvent(noteable, one)));
  });
  app.get(`${base}/resource_state_events/:event_id`, (c) => {
    const noteable = find(c);
    const event = noteable.stateEvents.find((one) => one.id === pathId(c, "event_id"));
    return c.json(presentStateEvent(noteable, event ?? notFound("ResourceStateEvent")));
  });
  for (const empty of [
    "resource_milestone_events",
    "resource_iteration_events",
    "resource_weight_events",
  ]) {
    app.get(`${base}/${empty}`, (c) => {
      find(c);
      return c.json(paginate(c, []));
    });
  }
}

export function registerLabels(app: App, state: State): void {
  registerFor(app, state, "/projects/:id/labels", (c, write) => {
    const project = write ? projectFor(c, state, ACCESS.planner).project : projectOf(c, state);
    return { own: { projectId: project.id }, listed: labelsOf(state, project) };
  });
  registerFor(app, state, "/groups/:id/labels", (c, write) => {
    const group = groupOf(c, state);
    if (write) requireGroupLevel(c, state, group, ACCESS.planner);
    else if (userOf(c) === null && group.visibility !== "public") requireUser(c);
    const chain = new Set(state.groupChain(group.id).map((one) => one.id));
    return {
      own: { groupId: group.id },
      listed: [...state.labels.values()].filter(
        (label) => label.groupId !== null && chain.has(label.groupId),
      ),
    };
  });
}
