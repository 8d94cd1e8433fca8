/** Projects: create, edit, list, move, archive, delete. */
import { join } from "node:path";
import { fail, invalid } from "../errors.ts";
import { addMember, createProject } from "../factory.ts";
import { initialiseRepository } from "../git/project-repository.ts";
import {
  type App,
  type Ctx,
  groupOf,
  paginate,
  paginateKeyset,
  projectFor,
  projectOf,
  requireGroupLevel,
  requireUser,
  userOf,
  wantsKeyset,
} from "../http.ts";
import { ACCESS, type Project, type User, type Visibility } from "../model.ts";
import type { Params } from "../params.ts";
import { type Json, presentNamespaceOf, presentUser, projectUrl } from "../presenters.ts";
import type { State } from "../state.ts";

const VISIBILITIES: readonly Visibility[] = ["private", "internal", "public"];

/** Writable settings and their values in a new project. */
const SETTINGS: Readonly<Json> = {
  issues_enabled: true,
  merge_requests_enabled: true,
  jobs_enabled: true,
  wiki_enabled: true,
  snippets_enabled: true,
  container_registry_enabled: true,
  packages_enabled: true,
  request_access_enabled: true,
  shared_runners_enabled: true,
  public_jobs: true,
  only_allow_merge_if_pipeline_succeeds: false,
  only_allow_merge_if_all_discussions_are_resolved: false,
  allow_merge_on_skipped_pipeline: null,
  remove_source_branch_after_merge: true,
  merge_method: "merge",
  squash_option: "default_off",
  ci_config_path: "",
  ci_pipeline_variables_minimum_override_role: "developer",
  restrict_user_defined_variables: true,
  ci_push_repository_for_job_token_allowed: false,
  ci_job_token_scope_enabled: false,
  ci_forward_deployment_enabled: true,
  build_timeout: 3600,
  auto_cancel_pending_pipelines: "enabled",
  keep_latest_artifact: true,
  protect_merge_request_pipelines: true,
  issues_access_level: "enabled",
  repository_access_level: "enabled",
  merge_requests_access_level: "enabled",
  builds_access_level: "enabled",
  pages_access_level: "private",
  forking_access_level: "enabled",
  package_registry_access_level: "enabled",
  issues_template: null,
  merge_requests_template: null,
  service_desk_enabled: false,
  emails_enabled: true,
  topics: [],
};

export function presentProject(state: State, project: Project, asker: User | null): Json {
  const url = projectUrl(state, project);
  const namespace = presentNamespaceOf(state, project);
  const level = state.accessLevel(asker, project);
  const direct = asker === null ? undefined : project.members.get(asker.id);
  return {
    id: project.id,
    description: project.description,
    name: project.name,
    name_with_namespace: `${namespace["name"]} / ${project.name}`,
    path: project.path,
    path_with_namespace: project.fullPath,
    created_at: project.createdAt,
    default_branch: project.defaultBranch,
    tag_list: [],
    ssh_url_to_repo: `git@sandbox.invalid:${project.fullPath}.git`,
    http_url_to_repo: `${url}.git`,
    web_url: url,
    readme_url:
      project.defaultBranch === null ? null : `${url}/-/blob/${project.defaultBranch}/README.md`,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: project.lastActivityAt,
    namespace,
    ...(project.ownerId === null ? {} : { owner: presentUser(state, state.user(project.ownerId)) }),
    creator_id: project.creatorId,
    visibility: project.visibility,
    archived: project.archived,
    empty_repo: project.repositoryDir === null,
    open_issues_count: project.issues.filter((one) => one.state === "opened").length,
    import_status: "none",
    ...SETTINGS,
    ...project.settings,
    permissions: {
      project_access:
        direct === undefined ? null : { access_level: direct.accessLevel, notification_level: 3 },
      group_access:
        project.groupId === null || level === 0
          ? null
          : { access_level: level, notification_level: 3 },
    },
    _links: {
      self: `${state.url}/api/v4/projects/${project.id}`,
      issues: `${state.url}/api/v4/projects/${project.id}/issues`,
      merge_requests: `${state.url}/api/v4/projects/${project.id}/merge_requests`,
      repo_branches: `${state.url}/api/v4/projects/${project.id}/repository/branches`,
      labels: `${state.url}/api/v4/projects/${project.id}/labels`,
      members: `${state.url}/api/v4/projects/${project.id}/members`,
    },
  };
}

function applySettings(project: Project, params: Params): void {
  for (const [key, value] of Object.entries(params.values)) {
    if (!(key in SETTINGS)) continue;
    project.settings[key] =
      typeof SETTINGS[key] === "boolean" ? (params.flag(key) ?? SETTINGS[key]) : value;
  }
}

function listed(c: Ctx, state: State): Project[] {
  const user = userOf(c);
  const { params } = c.var;
  const search = params.text("search")?.toLowerCase();
  const floor = params.int("min_access_level");
  const visibility = params.oneOf("visibility", VISIBILITIES);
  const archived = params.flag("archived");
  const wantsMembership = params.flag("membership") === true;
  const isMember = (one: Project): boolean =>
    user !== null &&
    (one.ownerId === user.id ||
      state.membersOf(one.members, state.groupChain(one.groupId)).has(user.id));
  return [...state.projects.values()]
    .filter((one) => state.canSeeProject(user, one))
    .filter((one) => search === undefined || one.fullPath.toLowerCase().includes(search))
    .filter((one) => visibility === undefined || one.visibility === visibility)
    .filter((one) => archived === undefined || one.archived === archived)
    .filter((one) => !wantsMembership || isMember(one))
    .filter((one) => params.flag("owned") !== true || (user !== null && one.ownerId === user.id))
    .filter((one) => floor === undefined || state.accessLevel(user, one) >= floor);
}

const ORDERS: Readonly<Record<string, (one: Project) => string | number>> = {
  id: (one) => one.id,
  name: (one) => one.name,
  path: (one) => one.path,
  created_at: (one) => one.createdAt,
  updated_at: (one) => one.lastActivityAt,
  last_activity_at: (one) => one.lastActivityAt,
};

function listProjects(c: Ctx, state: State): Project[] {
  const { params } = c.var;
  const column = params.oneOf("order_by", Object.keys(ORDERS)) ?? "created_at";
  const descending = (params.oneOf("sort", ["asc", "desc"]) ?? "desc") === "desc";
  const value = ORDERS[column] ?? ((one: Project) => one.id);
  const found = listed(c, state);
  if (wantsKeyset(c)) {
    if (column !== "id") {
      fail(405, { error: "Keyset pagination is not yet available for this type of request" });
    }
    return paginateKeyset(c, found, { column, value, id: (one) => one.id, descending });
  }
  const sign = descending ? -1 : 1;
  found.sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    return sign * (left < right ? -1 : left > right ? 1 : a.id - b.id);
  });
  return paginate(c, found);
}

function create(c: Ctx, state: State, user: User): Project {
  const { params } = c.var;
  const path =
    params.text("path") ??
    params
      .text("name")
      ?.toLowerCase()
      .replace(/[^a-z0-9_.-]+/g, "-");
  if (path === undefined) {
    fail(400, { error: "name, path are missing, at least one parameter must be provided" });
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(path)) {
    invalid("path", "can contain only letters, digits, '_', '-' and '.'");
  }
  const namespaceId = params.text("namespace_id");
  const own = namespaceId === undefined || namespaceId === String(1_000_000_000 + user.id);
  const group = own ? null : groupOf(c, state, namespaceId);
  if (group !== null) requireGroupLevel(c, state, group, ACCESS.developer);
  const fullPath = `${group?.fullPath ?? user.username}/${path}`;
  if (state.project(fullPath) !== undefined) {
    fail(400, { message: { name: ["has already been taken"], path: ["has already been taken"] } });
  }
  const project = createProject(state, user, {
    path,
    name: params.text("name"),
    group,
    visibility: params.oneOf("visibility", VISIBILITIES),
    description: params.text("description"),
  });
  applySettings(project, params);
  if (group === null || state.groupAccessLevel(user, group) < ACCESS.maintainer) {
    addMember(state, project.members, user.id, group === null ? ACCESS.owner : ACCESS.maintainer);
  }
  if (params.flag("initialize_with_readme") === true) {
    project.defaultBranch = params.text("default_branch") ?? "main";
    initialiseRepository(state, project, user, {
      files: { "README.md": `# ${project.name}\n` },
    });
  }
  return project;
}

/** Renames or moves a project; the old path answers 301 afterwards. */
function repath(state: State, project: Project, fullPath: string): void {
  state.redirects.set(project.fullPath.toLowerCase(), project.id);
  project.fullPath = fullPath;
}

export function registerProjects(app: App, state: State): void {
  app.get("/projects", (c) =>
    c.json(listProjects(c, state).map((one) => presentProject(state, one, userOf(c)))),
  );
  app.post("/projects", (c) => {
    const user = requireUser(c);
    const project = create(c, state, user);
    return c.json(presentProject(state, project, user), 201);
  });
  app.get("/projects/:id", (c) => c.json(presentProject(state, projectOf(c, state), userOf(c))));
  app.put("/projects/:id", (c) => {
    const { project, user } = projectFor(c, state, ACCESS.maintainer);
    const { params } = c.var;
    project.name = params.text("name") ?? project.name;
    project.description = params.text("description") ?? project.description;
    project.visibility = params.oneOf("visibility", VISIBILITIES) ?? project.visibility;
    project.defaultBranch = params.text("default_branch") ?? project.defaultBranch;
    const path = params.text("path");
    if (path !== undefined && path !== project.path) {
      project.path = path;
      repath(state, project, join(project.fullPath, "..", path));
    }
    applySettings(project, params);
    return c.json(presentProject(state, project, user));
  });
  app.put("/projects/:id/transfer", (c) => {
    const { project, user } = projectFor(c, state, ACCESS.owner);
    const group = groupOf(c, state, c.var.params.required("namespace"));
    requireGroupLevel(c, state, group, ACCESS.developer);
    project.groupId = group.id;
    project.ownerId = null;
    repath(state, project, `${group.fullPath}/${project.path}`);
    return c.json(presentProject(state, project, user));
  });
  for (const [word, archived] of [
    ["archive", true],
    ["unarchive", false],
  ] as const) {
    app.post(`/projects/:id/${word}`, (c) => {
      const { project, user } = projectFor(c, state, ACCESS.owner);
      project.archived = archived;
      return c.json(presentProject(state, project, user), 201);
    });
  }
  app.delete("/projects/:id", (c) => {
    const { project } = projectFor(c, state, ACCESS.owner);
    state.projects.delete(project.id);
    return c.json({ message: "202 Accepted" }, 202);
  });
  app.get("/projects/:id/users", (c) => {
    const project = projectOf(c, state);
    requireUser(c);
    const members = [...state.membersOf(project.members, state.groupChain(project.groupId)).keys()];
    return c.json(paginate(c, members).map((id) => presentUser(state, state.user(id))));
  });
}
