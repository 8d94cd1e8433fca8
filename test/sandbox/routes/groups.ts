/** Groups, subgroups and namespaces. */
import { fail, invalid, notFound } from "../errors.ts";
import { addMember, createGroup } from "../factory.ts";
import {
  type App,
  groupOf,
  isGroupOwner,
  paginate,
  pathParam,
  requireGroupLevel,
  requireUser,
  userOf,
} from "../http.ts";
import { ACCESS, type Group, type User, type Visibility } from "../model.ts";
import { type Json, presentNamespace, userNamespaceId } from "../presenters.ts";
import type { State } from "../state.ts";
import { presentProject } from "./projects.ts";

const VISIBILITIES: readonly Visibility[] = ["private", "internal", "public"];
const PATH = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

function present(state: State, group: Group): Json {
  const names = state
    .groupChain(group.id)
    .reverse()
    .map((one) => one.name);
  return {
    id: group.id,
    web_url: `${state.url}/groups/${group.fullPath}`,
    name: group.name,
    path: group.path,
    description: group.description,
    visibility: group.visibility,
    full_name: names.join(" / "),
    full_path: group.fullPath,
    created_at: group.createdAt,
    parent_id: group.parentId,
    avatar_url: null,
    share_with_group_lock: false,
    require_two_factor_authentication: false,
    project_creation_level: "developer",
    subgroup_creation_level: "maintainer",
    emails_enabled: true,
    mentions_disabled: null,
    lfs_enabled: true,
    request_access_enabled: true,
    archived: false,
    marked_for_deletion_on: null,
    shared_with_groups: [],
  };
}

/** A namespace; plan and trial are shown to owners and administrators only. */
function presentPlan(state: State, group: Group, user: User): Json {
  const root = state.groupChain(group.id).at(-1) ?? group;
  const basic = presentNamespace(state, group);
  if (!isGroupOwner(state, user, group)) return basic;
  return {
    ...basic,
    members_count_with_descendants: group.members.size,
    billable_members_count: group.members.size,
    plan: root.plan,
    trial: root.trial,
    trial_ends_on: root.facts["trial_ends_on"] ?? null,
    end_date: root.facts["expired_at"] ?? null,
  };
}

function registerLists(app: App, state: State): void {
  const visible = (user: User | null): Group[] =>
    [...state.groups.values()].filter((one) => state.canSeeGroup(user, one));

  app.get("/groups", (c) => {
    const user = userOf(c);
    const { params } = c.var;
    const search = params.text("search")?.toLowerCase();
    const floor = params.int("min_access_level");
    const found = visible(user)
      .filter(
        (one) =>
          search === undefined || `${one.fullPath} ${one.name}`.toLowerCase().includes(search),
      )
      .filter((one) => params.flag("top_level_only") !== true || one.parentId === null)
      .filter((one) => params.flag("owned") !== true || isGroupOwner(state, user, one))
      .filter((one) => floor === undefined || state.groupAccessLevel(user, one) >= floor)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return c.json(paginate(c, found).map((one) => present(state, one)));
  });

  app.get("/groups/:id/subgroups", (c) => {
    const group = groupOf(c, state);
    const found = visible(userOf(c)).filter((one) => one.parentId === group.id);
    return c.json(paginate(c, found).map((one) => present(state, one)));
  });

  app.get("/groups/:id/descendant_groups", (c) => {
    const group = groupOf(c, state);
    const found = visible(userOf(c)).filter(
      (one) => one !== group && state.groupChain(one.id).includes(group),
    );
    return c.json(paginate(c, found).map((one) => present(state, one)));
  });

  app.get("/groups/:id/projects", (c) => {
    const group = groupOf(c, state);
    const deep = c.var.params.flag("include_subgroups") === true;
    const found = [...state.projects.values()].filter(
      (one) =>
        (deep ? state.groupChain(one.groupId).includes(group) : one.groupId === group.id) &&
        state.canSeeProject(userOf(c), one),
    );
    return c.json(paginate(c, found).map((one) => presentProject(state, one, userOf(c))));
  });
}

function registerNamespaces(app: App, state: State): void {
  app.get("/namespaces", (c) => {
    const user = requireUser(c);
    const found = [...state.groups.values()].filter(
      (one) => state.groupAccessLevel(user, one) >= ACCESS.guest,
    );
    return c.json(paginate(c, found).map((one) => presentPlan(state, one, user)));
  });

  app.get("/namespaces/:id", (c) => {
    const user = requireUser(c);
    const id = pathParam(c, "id");
    const group = state.group(id);
    if (group !== undefined && state.canSeeGroup(user, group)) {
      return c.json(presentPlan(state, group, user));
    }
    const owner = [...state.users.values()].find(
      (one) => one.username === id || String(userNamespaceId(one)) === id,
    );
    if (owner === undefined || (owner !== user && !user.admin)) notFound("Namespace");
    return c.json({
      id: userNamespaceId(owner),
      name: owner.name,
      path: owner.username,
      kind: "user",
      full_path: owner.username,
      parent_id: null,
      plan: "free",
      trial: false,
    });
  });
}

export function registerGroups(app: App, state: State): void {
  registerLists(app, state);
  registerNamespaces(app, state);

  app.get("/groups/:id", (c) => {
    const group = groupOf(c, state);
    const projects = [...state.projects.values()].filter(
      (one) => one.groupId === group.id && state.canSeeProject(userOf(c), one),
    );
    return c.json({
      ...present(state, group),
      ...(c.var.params.flag("with_projects") === false
        ? {}
        : { projects: projects.map((one) => presentProject(state, one, userOf(c))) }),
    });
  });

  app.post("/groups", (c) => {
    const user = requireUser(c);
    const { params } = c.var;
    const name = params.required("name");
    const path = params.required("path");
    if (!PATH.test(path)) invalid("path", "can contain only letters, digits, '_', '-' and '.'");
    const parentId = params.int("parent_id") ?? null;
    const parent = parentId === null ? null : groupOf(c, state, String(parentId));
    if (parent !== null) requireGroupLevel(c, state, parent, ACCESS.maintainer);
    const fullPath = parent === null ? path : `${parent.fullPath}/${path}`;
    if (state.group(fullPath) !== undefined || state.project(fullPath) !== undefined) {
      fail(400, `Failed to save group {:path=>["has already been taken"]}`);
    }
    const visibility = params.oneOf("visibility", VISIBILITIES);
    const description = params.text("description") ?? "";
    const group = createGroup(state, {
      name,
      path,
      parentId,
      description,
      ...(visibility === undefined ? {} : { visibility }),
    });
    addMember(state, group.members, user.id, ACCESS.owner);
    return c.json(present(state, group), 201);
  });

  app.put("/groups/:id", (c) => {
    const group = groupOf(c, state);
    requireGroupLevel(c, state, group, ACCESS.owner);
    const { params } = c.var;
    group.name = params.text("name") ?? group.name;
    group.description = params.text("description") ?? group.description;
    group.visibility = params.oneOf("visibility", VISIBILITIES) ?? group.visibility;
    return c.json(present(state, group));
  });

  app.delete("/groups/:id", (c) => {
    const group = groupOf(c, state);
    requireGroupLevel(c, state, group, ACCESS.owner);
    for (const project of [...state.projects.values()]) {
      if (state.groupChain(project.groupId).includes(group)) state.projects.delete(project.id);
    }
    for (const one of [...state.groups.values()]) {
      if (state.groupChain(one.id).includes(group)) state.groups.delete(one.id);
    }
    return c.json({ message: "202 Accepted" }, 202);
  });
}
