/** Pipelines, their variables, and the thin list of jobs. */
import { fail, notFound } from "../errors.ts";
import {
  type App,
  type Ctx,
  paginate,
  pathId,
  projectFor,
  projectOf,
  requireUser,
} from "../http.ts";
import { ACCESS, type Pipeline, type PipelineVariable, type Project } from "../model.ts";
import type { Params } from "../params.ts";
import { createPipeline, setPipelineStatus } from "../pipelines.ts";
import { type Json, presentUserId, projectUrl } from "../presenters.ts";
import type { State } from "../state.ts";

/** A pipeline as embedded in lists. */
export function presentPipelineBasic(state: State, project: Project, pipeline: Pipeline): Json {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: project.id,
    sha: pipeline.sha,
    ref: pipeline.ref,
    status: pipeline.status,
    source: pipeline.source,
    created_at: pipeline.createdAt,
    updated_at: pipeline.updatedAt,
    web_url: `${projectUrl(state, project)}/-/pipelines/${pipeline.id}`,
    name: null,
  };
}

export function presentPipeline(state: State, project: Project, pipeline: Pipeline): Json {
  return {
    ...presentPipelineBasic(state, project, pipeline),
    before_sha: "0".repeat(40),
    tag: false,
    yaml_errors: null,
    user: presentUserId(state, pipeline.userId),
    started_at: null,
    finished_at: pipeline.finishedAt,
    committed_at: null,
    duration: null,
    queued_duration: null,
    coverage: null,
    archived: false,
    detailed_status: {
      icon: `status_${pipeline.status}`,
      text: pipeline.status,
      label: pipeline.status,
      group: pipeline.status,
    },
  };
}

/** `variables: [{key, value, variable_type}]` */
function readVariables(params: Params): PipelineVariable[] {
  return (params.hashes("variables") ?? []).map((one) => ({
    key: one.required("key"),
    value: one.text("value") ?? "",
    variable_type: one.oneOf("variable_type", ["env_var", "file"]) ?? "env_var",
  }));
}

function listed(c: Ctx, state: State, project: Project): Pipeline[] {
  const { params } = c.var;
  const status = params.text("status");
  const ref = params.text("ref");
  const sha = params.text("sha");
  const source = params.text("source");
  const username = params.text("username");
  const after = params.time("updated_after");
  const before = params.time("updated_before");
  const sign = params.oneOf("sort", ["asc", "desc"]) === "asc" ? 1 : -1;
  return project.pipelines
    .filter((one) => status === undefined || one.status === status)
    .filter((one) => ref === undefined || one.ref === ref)
    .filter((one) => sha === undefined || one.sha === sha)
    .filter((one) => source === undefined || one.source === source)
    .filter((one) => username === undefined || state.user(one.userId).username === username)
    .filter((one) => after === undefined || Date.parse(one.updatedAt) >= after)
    .filter((one) => before === undefined || Date.parse(one.updatedAt) <= before)
    .sort((a, b) => sign * (a.id - b.id));
}

export function registerPipelines(app: App, state: State): void {
  const base = "/projects/:id/pipelines";
  const one = (c: Ctx, level: number): { project: Project; pipeline: Pipeline } => {
    const { project } = projectFor(c, state, level);
    const id = pathId(c, "pipeline_id");
    return { project, pipeline: project.pipelines.find((row) => row.id === id) ?? notFound() };
  };
  app.post("/projects/:id/pipeline", (c) => {
    const { project, user } = projectFor(c, state, ACCESS.developer);
    const pipeline = createPipeline(state, project, user, {
      ref: c.var.params.required("ref"),
      source: "api",
      variables: readVariables(c.var.params),
    });
    return c.json(presentPipeline(state, project, pipeline), 201);
  });
  app.get(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.reporter);
    const page = paginate(c, listed(c, state, project));
    return c.json(page.map((row) => presentPipelineBasic(state, project, row)));
  });
  app.get(`${base}/latest`, (c) => {
    const { project } = projectFor(c, state, ACCESS.reporter);
    const ref = c.var.params.text("ref") ?? project.defaultBranch;
    const latest = project.pipelines.filter((row) => row.ref === ref).at(-1) ?? notFound();
    return c.json(presentPipeline(state, project, latest));
  });
  app.get(`${base}/:pipeline_id`, (c) => {
    const { project, pipeline } = one(c, ACCESS.reporter);
    return c.json(presentPipeline(state, project, pipeline));
  });
  app.get(`${base}/:pipeline_id/variables`, (c) => {
    const { pipeline } = one(c, ACCESS.maintainer);
    return c.json(pipeline.variables.map((row) => ({ ...row, raw: false })));
  });
  for (const list of ["jobs", "bridges"]) {
    app.get(`${base}/:pipeline_id/${list}`, (c) => {
      one(c, ACCESS.reporter);
      return c.json(paginate(c, []));
    });
  }
  app.post(`${base}/:pipeline_id/cancel`, (c) => {
    const { project, pipeline } = one(c, ACCESS.developer);
    setPipelineStatus(state, pipeline, "canceled");
    return c.json(presentPipeline(state, project, pipeline), 201);
  });
  app.post(`${base}/:pipeline_id/retry`, (c) => {
    const { project, pipeline } = one(c, ACCESS.developer);
    setPipelineStatus(state, pipeline, "pending");
    return c.json(presentPipeline(state, project, pipeline), 201);
  });
  app.delete(`${base}/:pipeline_id`, (c) => {
    const { project, pipeline } = one(c, ACCESS.owner);
    project.pipelines.splice(project.pipelines.indexOf(pipeline), 1);
    return c.body(null, 204);
  });
  app.get("/projects/:id/jobs", (c) => {
    projectFor(c, state, ACCESS.reporter);
    return c.json(paginate(c, []));
  });
  app.get("/job", (c) => {
    const user = requireUser(c);
    const token = c.var.actor?.token;
    if (token?.kind !== "job" || token.projectId === null) fail(404, "404 Not Found");
    const pipeline = projectOf(c, state, String(token.projectId)).pipelines.at(-1);
    return c.json({
      id: token.id,
      name: "job",
      status: "running",
      user: presentUserId(state, user.id),
      pipeline: { id: pipeline?.id ?? null, project_id: token.projectId },
    });
  });
}
