/** Project webhooks: create, edit, list, delete, test. */
import { fail, invalid, notFound } from "../errors.ts";
import { issueHookPayload } from "../hook-payloads.ts";
import { type App, type Ctx, paginate, pathId, pathParam, projectFor } from "../http.ts";
import { ACCESS, HOOK_FLAGS, type Hook, type HookFlag, type Project } from "../model.ts";
import type { Params } from "../params.ts";
import type { Json } from "../presenters.ts";
import type { State } from "../state.ts";
import { deliver } from "../webhooks.ts";

function present(project: Project, hook: Hook): Json {
  return {
    id: hook.id,
    url: hook.url,
    name: hook.name,
    description: null,
    created_at: hook.createdAt,
    project_id: project.id,
    ...hook.flags,
    enable_ssl_verification: hook.enable_ssl_verification,
    push_events_branch_filter: hook.push_events_branch_filter,
    branch_filter_strategy: "wildcard",
    custom_webhook_template: hook.template,
    custom_headers: Object.keys(hook.customHeaders).map((key) => ({ key })),
    url_variables: Object.keys(hook.urlVariables).map((key) => ({ key })),
    repository_update_events: false,
    alert_status: hook.disabledUntil === null ? "executable" : "temporarily_disabled",
    disabled_until: hook.disabledUntil,
  };
}

function readPairs(params: Params, name: string): Record<string, string> | undefined {
  const pairs = params.hashes(name);
  if (pairs === undefined) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair.required("key"), pair.text("value") ?? ""]));
}

function checkUrl(url: string): string {
  // Braces hold URL variables.
  return URL.canParse(url.replace(/[{}]/g, "")) && /^https?:/.test(url)
    ? url
    : invalid("url", "must be a valid URL");
}

function assign(hook: Hook, params: Params): Hook {
  hook.url = checkUrl(params.text("url") ?? hook.url);
  hook.name = params.text("name") ?? hook.name;
  hook.token = params.text("token") ?? hook.token;
  hook.enable_ssl_verification =
    params.flag("enable_ssl_verification") ?? hook.enable_ssl_verification;
  hook.push_events_branch_filter =
    params.text("push_events_branch_filter") ?? hook.push_events_branch_filter;
  hook.template = params.text("custom_webhook_template") ?? hook.template;
  hook.urlVariables = readPairs(params, "url_variables") ?? hook.urlVariables;
  hook.customHeaders = readPairs(params, "custom_headers") ?? hook.customHeaders;
  for (const flag of HOOK_FLAGS) hook.flags[flag] = params.flag(flag) ?? hook.flags[flag];
  return hook;
}

export function registerHooks(app: App, state: State): void {
  const base = "/projects/:id/hooks";
  const one = (c: Ctx): { project: Project; hook: Hook } => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    const id = pathId(c, "hook_id");
    return { project, hook: project.hooks.find((hook) => hook.id === id) ?? notFound() };
  };
  app.get(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    return c.json(paginate(c, project.hooks).map((hook) => present(project, hook)));
  });
  app.post(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    const url = c.var.params.required("url");
    const flags = Object.fromEntries(HOOK_FLAGS.map((flag) => [flag, flag === "push_events"]));
    const hook = assign(
      {
        id: state.nextId("hook"),
        url,
        name: null,
        token: null,
        enable_ssl_verification: true,
        push_events_branch_filter: null,
        urlVariables: {},
        template: null,
        customHeaders: {},
        flags: flags as Record<HookFlag, boolean>,
        createdAt: state.stamp(),
        failures: 0,
        disabledUntil: null,
        deliveries: [],
      },
      c.var.params,
    );
    project.hooks.push(hook);
    return c.json(present(project, hook), 201);
  });
  app.get(`${base}/:hook_id`, (c) => {
    const { project, hook } = one(c);
    return c.json(present(project, hook));
  });
  app.put(`${base}/:hook_id`, (c) => {
    const { project, hook } = one(c);
    return c.json(present(project, assign(hook, c.var.params)));
  });
  app.delete(`${base}/:hook_id`, (c) => {
    const { project, hook } = one(c);
    project.hooks.splice(project.hooks.indexOf(hook), 1);
    return c.body(null, 204);
  });
  app.get(`${base}/:hook_id/events`, (c) => {
    const { hook } = one(c);
    const rows = hook.deliveries.map((delivery, index) => ({
      id: index + 1,
      url: hook.url,
      trigger: delivery.event,
      response_status: delivery.status === null ? "internal error" : String(delivery.status),
      created_at: delivery.at,
    }));
    return c.json(paginate(c, rows.reverse()));
  });
  app.post(`${base}/:hook_id/test/:trigger`, async (c) => {
    const { project, hook } = one(c);
    const issue = project.issues.at(-1);
    const user = c.var.actor?.user;
    if (pathParam(c, "trigger") !== "issues_events" || issue === undefined || user === undefined) {
      fail(422, "Ensure the project has issues.");
    }
    const payload = issueHookPayload(state, project, issue, user, "open", {});
    const status = await deliver(state, hook, "Issue Hook", payload);
    return status !== null && status < 400
      ? c.json({ message: "201 Created" }, 201)
      : fail(422, `Hook execution failed: ${status ?? "no answer"}`);
  });
}
