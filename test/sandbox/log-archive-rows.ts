/** Log lines as GitLab's components write them: one maker a source, with the fields of the documented samples. */

export type Project = { readonly id: number; readonly path: string };
export type Person = { readonly id: number; readonly username: string; readonly name: string };
export type Tenant = {
  readonly root: string;
  readonly rootId: number;
  readonly projects: readonly Project[];
  readonly people: readonly Person[];
};
/** Who did something where, when and from which address. */
export type Deed = {
  readonly tenant: Tenant;
  readonly project: Project;
  readonly person: Person;
  readonly address: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** Joins the lines of one request across the logs. */
  readonly correlation: string;
};
export type Row = Readonly<Record<string, unknown>>;

const browser =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36";

/** The context that GitLab adds to every line of Rails (`meta.*`). */
const context = (deed: Deed, caller: string, category: string): Row => ({
  correlation_id: deed.correlation,
  "meta.caller_id": caller,
  "meta.remote_ip": deed.address,
  "meta.feature_category": category,
  "meta.user": deed.person.username,
  "meta.user_id": deed.person.id,
  "meta.project": deed.project.path,
  "meta.root_namespace": deed.tenant.root,
  "meta.client_id": `user/${deed.person.id}`,
});

export const applicationRow = (deed: Deed, event: string | null, message: string): Row => ({
  severity: "INFO",
  time: deed.time,
  ...context(deed, "ProjectsController#update", "groups_and_projects"),
  ...(event === null ? {} : { event_type: event }),
  project_id: deed.project.id,
  message,
});

export const auditRow = (deed: Deed, event: string, target: string, more: Row = {}): Row => ({
  severity: "INFO",
  time: deed.time,
  ...context(deed, "Projects::SettingsController#update", "audit_events"),
  author_id: deed.person.id,
  author_name: deed.person.name,
  entity_id: deed.project.id,
  entity_type: "Project",
  entity_path: deed.project.path,
  created_at: deed.time.replace("Z", "+00:00"),
  event_type: event,
  target_details: target,
  target_type: "Project",
  target_id: deed.project.id,
  ...more,
});

export const apiRow = (
  deed: Deed,
  method: string,
  tail: string,
  route: string,
  status: number,
): Row => ({
  time: deed.time,
  severity: "INFO",
  duration_s: 0.03036,
  db_duration_s: 0.0051,
  view_duration_s: 0.02526,
  status,
  method,
  path: `/api/v4/projects/${deed.project.id}${tail}`,
  params: [{ key: "private_token", value: "[FILTERED]" }],
  host: "gitlab.example.com",
  remote_ip: deed.address,
  ua: "curl/8.4.0",
  route: `/api/:version/projects/:id${route}`,
  user_id: deed.person.id,
  username: deed.person.username,
  token_type: "PersonalAccessToken",
  token_id: 4000 + deed.person.id,
  queue_duration_s: 0.065854,
  redis_calls: 2,
  db_count: 5,
  ...context(deed, `${method} /api/:version/projects/:id${route}`, "groups_and_projects"),
});

export const productionRow = (
  deed: Deed,
  method: string,
  controller: string,
  action: string,
  tail: string,
  status: number,
): Row => ({
  method,
  path: `/${deed.project.path}${tail}`,
  format: "html",
  controller,
  action,
  status,
  time: deed.time,
  params: [
    { key: "namespace_id", value: deed.project.path.split("/").slice(0, -1).join("/") },
    { key: "project_id", value: deed.project.path.split("/").at(-1) },
  ],
  remote_ip: deed.address,
  user_id: deed.person.id,
  username: deed.person.username,
  ua: browser,
  ...context(deed, `${controller}#${action}`, "continuous_integration"),
  gitaly_calls: 3,
  redis_calls: 15,
  cpu_s: 0.17,
  db_duration_s: 0.08,
  view_duration_s: 0.39,
  duration_s: 0.54,
  pid: 81836,
  worker_id: "puma_0",
});

export const shellRow = (deed: Deed, command: string): Row => ({
  command,
  correlation_id: deed.correlation,
  git_protocol: "version=2",
  gl_project_path: deed.project.path,
  gl_repository: `project-${deed.project.id}`,
  level: "info",
  msg: "executing git command",
  remote_ip: deed.address,
  time: deed.time,
  user_id: `user-${deed.person.id}`,
  username: deed.person.username,
});

export const gitalyRow = (deed: Deed, method: string, service: string): Row => ({
  component: "gitaly.StreamServerInterceptor",
  correlation_id: deed.correlation,
  "grpc.code": "OK",
  "grpc.meta.auth_version": "v2",
  "grpc.meta.client_name": "gitlab-shell-ssh",
  "grpc.meta.method_operation": "accessor",
  "grpc.meta.method_scope": "repository",
  "grpc.meta.method_type": "bidi_stream",
  "grpc.method": method,
  "grpc.request.fullMethod": `/gitaly.${service}/${method}`,
  "grpc.request.glProjectPath": deed.project.path,
  "grpc.request.glRepository": `project-${deed.project.id}`,
  "grpc.request.repoPath": `@hashed/6b/86/${deed.correlation.toLowerCase()}.git`,
  "grpc.request.repoStorage": "nfs-file07",
  "grpc.service": `gitaly.${service}`,
  "grpc.start_time": deed.time,
  "grpc.time_ms": 42.113,
  level: "info",
  msg: "finished streaming call with code OK",
  pid: 20516,
  "span.kind": "server",
  system: "grpc",
  time: deed.time,
  user_id: String(deed.person.id),
  username: deed.person.username,
});

export const sidekiqRow = (deed: Deed, worker: string): Row => ({
  severity: "INFO",
  time: deed.time,
  retry: 3,
  queue: "default",
  version: 0,
  class: worker,
  args: ["[FILTERED]"],
  jid: deed.correlation.slice(-24).toLowerCase(),
  created_at: deed.time,
  enqueued_at: deed.time,
  ...context(deed, worker, "source_code_management"),
  "meta.root_caller_id": "ProjectsController#update",
  worker_data_consistency: "always",
  pid: 1649,
  message: `${worker} JID-${deed.correlation.slice(-24).toLowerCase()}: done: 0.139 sec`,
  job_status: "done",
  duration_s: 0.139,
});
