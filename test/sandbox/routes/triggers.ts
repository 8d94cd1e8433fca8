/** Trigger tokens and the endpoints that webhooks and other projects start pipelines with. */
import { fail, notFound } from "../errors.ts";
import { type App, type Ctx, paginate, pathId, pathParam, projectFor } from "../http.ts";
import {
  ACCESS,
  type Pipeline,
  type PipelineVariable,
  type Project,
  type TriggerToken,
  type User,
} from "../model.ts";
import { isHash } from "../params.ts";
import { createPipeline } from "../pipelines.ts";
import { type Json, presentUserId } from "../presenters.ts";
import type { State } from "../state.ts";
import { presentPipeline } from "./pipelines.ts";

const SHOWN_SIGNS = 4;

function present(state: State, trigger: TriggerToken, asker: User): Json {
  const own = trigger.ownerId === asker.id;
  return {
    id: trigger.id,
    token: own ? trigger.value : trigger.value.slice(0, SHOWN_SIGNS),
    description: trigger.description,
    created_at: trigger.createdAt,
    updated_at: trigger.createdAt,
    deleted_at: null,
    last_used: trigger.lastUsed,
    expires_at: null,
    owner: presentUserId(state, trigger.ownerId),
  };
}

/** The payload GitLab stores: every parameter but the token, with the path's `id` and `ref` merged in. */
function payloadOf(c: Ctx): PipelineVariable {
  const { token: _token, ...values } = c.var.params.values;
  const path = {
    id: pathParam(c, "id"),
    ...(c.req.param("ref") === undefined ? {} : { ref: pathParam(c, "ref") }),
  };
  return {
    key: "TRIGGER_PAYLOAD",
    value: JSON.stringify({ ...values, ...path }),
    variable_type: "file",
  };
}

function variablesOf(c: Ctx): PipelineVariable[] {
  const given = c.var.params.values["variables"];
  if (given === undefined || given === null) return [];
  if (!isHash(given) || !Object.values(given).every((value) => typeof value === "string")) {
    fail(400, "400 Bad request - variables needs to be a map of key-valued strings");
  }
  return Object.entries(given).map(([key, value]) => ({
    key,
    value: String(value),
    variable_type: "env_var" as const,
  }));
}

function trigger(
  c: Ctx,
  state: State,
  source: { user: User; source: string },
  project: Project,
): Pipeline {
  const ref = c.req.param("ref") ?? c.var.params.required("ref");
  return createPipeline(state, project, source.user, {
    ref,
    source: source.source,
    variables: variablesOf(c),
    systemVariables: [payloadOf(c)],
  });
}

/** Starts a pipeline with a trigger token or a job token; anything else is 404. */
function fire(c: Ctx, state: State): Response {
  const project = state.project(pathParam(c, "id")) ?? notFound();
  const value = c.var.params.text("token") ?? fail(400, { error: "token is missing" });
  if (c.req.param("ref") === undefined) c.var.params.required("ref");
  // A pipeline hook that starts pipelines would never end.
  if (c.req.header("x-gitlab-event") === "Pipeline Hook") fail(403, "403 Forbidden");
  const known = project.triggers.find((one) => one.value === value);
  const job = state.tokens.find((one) => one.kind === "job" && one.value === value && !one.revoked);
  if (known === undefined && job === undefined) notFound();
  if (known !== undefined) known.lastUsed = state.stamp();
  const user = state.user(known?.ownerId ?? job?.userId ?? 0);
  if (state.accessLevel(user, project) < ACCESS.developer) notFound();
  const source = known === undefined ? "pipeline" : "trigger";
  const pipeline = trigger(c, state, { user, source }, project);
  return c.json(presentPipeline(state, project, pipeline), 201);
}

export function registerTriggers(app: App, state: State): void {
  const base = "/projects/:id/triggers";
  const one = (c: Ctx): { project: Project; found: TriggerToken; user: User } => {
    const { project, user } = projectFor(c, state, ACCESS.maintainer);
    const id = pathId(c, "trigger_id");
    return { project, user, found: project.triggers.find((row) => row.id === id) ?? notFound() };
  };
  app.get(base, (c) => {
    const { project, user } = projectFor(c, state, ACCESS.maintainer);
    return c.json(paginate(c, project.triggers).map((row) => present(state, row, user)));
  });
  app.post(base, (c) => {
    const { project, user } = projectFor(c, state, ACCESS.maintainer);
    const made: TriggerToken = {
      id: state.nextId("trigger"),
      description: c.var.params.required("description"),
      value: state.newSecret("glptt-"),
      ownerId: user.id,
      createdAt: state.stamp(),
      lastUsed: null,
    };
    project.triggers.push(made);
    return c.json(present(state, made, user), 201);
  });
  app.get(`${base}/:trigger_id`, (c) => {
    const { found, user } = one(c);
    return c.json(present(state, found, user));
  });
  app.put(`${base}/:trigger_id`, (c) => {
    const { found, user } = one(c);
    found.description = c.var.params.text("description") ?? found.description;
    return c.json(present(state, found, user));
  });
  app.delete(`${base}/:trigger_id`, (c) => {
    const { project, found } = one(c);
    project.triggers.splice(project.triggers.indexOf(found), 1);
    return c.body(null, 204);
  });
  app.post("/projects/:id/trigger/pipeline", (c) => fire(c, state));
  app.post("/projects/:id/ref/:ref/trigger/pipeline", (c) => fire(c, state));
}
