/** Pipeline schedules and their variables. */

import { isCron, isTimeZone, nextRun } from "../cron.ts";
import { fail, invalid, notFound } from "../errors.ts";
import { type App, type Ctx, paginate, pathId, pathParam, projectFor } from "../http.ts";
import {
  ACCESS,
  type PipelineSchedule,
  type PipelineVariable,
  type Project,
  type User,
} from "../model.ts";
import type { Params } from "../params.ts";
import { createPipeline } from "../pipelines.ts";
import { type Json, presentUserId } from "../presenters.ts";
import type { State } from "../state.ts";
import { presentPipelineBasic } from "./pipelines.ts";

function runsOf(project: Project, schedule: PipelineSchedule): Project["pipelines"] {
  return project.pipelines.filter((one) => one.scheduleId === schedule.id);
}

function present(state: State, schedule: PipelineSchedule): Json {
  const owner = state.user(schedule.ownerId);
  const runs = schedule.active && owner.state === "active";
  return {
    id: schedule.id,
    description: schedule.description,
    ref: schedule.ref,
    cron: schedule.cron,
    cron_timezone: schedule.cronTimezone,
    next_run_at: runs
      ? (nextRun(schedule.cron, schedule.cronTimezone, state.now())?.toISOString() ?? null)
      : null,
    active: runs,
    created_at: schedule.createdAt,
    updated_at: schedule.updatedAt,
    owner: presentUserId(state, schedule.ownerId),
  };
}

function presentAlone(state: State, project: Project, schedule: PipelineSchedule): Json {
  const last = runsOf(project, schedule).at(-1);
  return {
    ...present(state, schedule),
    last_pipeline: last === undefined ? null : presentPipelineBasic(state, project, last),
    variables: schedule.variables,
    inputs: [],
  };
}

function assign(schedule: PipelineSchedule, params: Params): void {
  const cron = params.text("cron") ?? schedule.cron;
  const zone = params.text("cron_timezone") ?? schedule.cronTimezone;
  if (!isCron(cron)) invalid("cron", "syntax is invalid");
  if (!isTimeZone(zone)) invalid("cron_timezone", "syntax is invalid");
  const ref = params.text("ref");
  schedule.cron = cron;
  schedule.cronTimezone = zone;
  schedule.description = params.text("description") ?? schedule.description;
  if (ref !== undefined) schedule.ref = ref.startsWith("refs/") ? ref : `refs/heads/${ref}`;
  schedule.active = params.flag("active") ?? schedule.active;
}

function readVariable(params: Params, key: string): PipelineVariable {
  return {
    key,
    value: params.required("value"),
    variable_type: params.oneOf("variable_type", ["env_var", "file"]) ?? "env_var",
  };
}

type Found = {
  readonly project: Project;
  readonly user: User;
  readonly schedule: PipelineSchedule;
};

function registerScheduleVariables(app: App, base: string, owned: (c: Ctx) => Found): void {
  app.post(`${base}/:schedule_id/variables`, (c) => {
    const { schedule } = owned(c);
    const key = c.var.params.required("key");
    if (schedule.variables.some((one) => one.key === key)) invalid("key", "has already been taken");
    const variable = readVariable(c.var.params, key);
    schedule.variables.push(variable);
    return c.json(variable, 201);
  });
  app.get(`${base}/:schedule_id/variables/:key`, (c) => {
    const { schedule } = owned(c);
    return c.json(schedule.variables.find((one) => one.key === pathParam(c, "key")) ?? notFound());
  });
  app.put(`${base}/:schedule_id/variables/:key`, (c) => {
    const { schedule } = owned(c);
    const at = schedule.variables.findIndex((one) => one.key === pathParam(c, "key"));
    if (at < 0) notFound();
    const variable = readVariable(c.var.params, pathParam(c, "key"));
    schedule.variables[at] = variable;
    return c.json(variable);
  });
  app.delete(`${base}/:schedule_id/variables/:key`, (c) => {
    const { schedule } = owned(c);
    const at = schedule.variables.findIndex((one) => one.key === pathParam(c, "key"));
    if (at < 0) notFound();
    const [gone] = schedule.variables.splice(at, 1);
    return c.json(gone, 202);
  });
}

export function registerSchedules(app: App, state: State): void {
  const base = "/projects/:id/pipeline_schedules";
  const find = (c: Ctx): Found => {
    const { project, user } = projectFor(c, state, ACCESS.developer);
    const id = pathId(c, "schedule_id");
    const schedule =
      project.schedules.find((one) => one.id === id) ?? notFound("Pipeline Schedule");
    return { project, user, schedule };
  };
  // Changing somebody else's schedule needs taking it over first.
  const owned = (c: Ctx): Found => {
    const found = find(c);
    if (found.schedule.ownerId !== found.user.id && !found.user.admin) fail(403);
    return found;
  };
  app.get(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.developer);
    const scope = c.var.params.oneOf("scope", ["active", "inactive"]);
    const rows = project.schedules.filter(
      (one) => scope === undefined || one.active === (scope === "active"),
    );
    return c.json(paginate(c, rows).map((one) => present(state, one)));
  });
  app.post(base, (c) => {
    const { project, user } = projectFor(c, state, ACCESS.developer);
    const { params } = c.var;
    const stamp = state.stamp();
    const schedule: PipelineSchedule = {
      id: 0,
      description: params.required("description"),
      ref: params.required("ref"),
      cron: params.required("cron"),
      cronTimezone: "UTC",
      active: true,
      ownerId: user.id,
      variables: [],
      createdAt: stamp,
      updatedAt: stamp,
    };
    assign(schedule, params);
    const stored = { ...schedule, id: state.nextId("schedule") };
    project.schedules.push(stored);
    return c.json(presentAlone(state, project, stored), 201);
  });
  app.get(`${base}/:schedule_id`, (c) => {
    const { project, schedule } = find(c);
    return c.json(presentAlone(state, project, schedule));
  });
  app.put(`${base}/:schedule_id`, (c) => {
    const { project, schedule } = owned(c);
    assign(schedule, c.var.params);
    schedule.updatedAt = state.stamp();
    return c.json(presentAlone(state, project, schedule));
  });
  app.delete(`${base}/:schedule_id`, (c) => {
    const { project, schedule } = owned(c);
    project.schedules.splice(project.schedules.indexOf(schedule), 1);
    return c.body(null, 204);
  });
  app.post(`${base}/:schedule_id/play`, (c) => {
    const { project, user, schedule } = find(c);
    createPipeline(state, project, user, {
      ref: schedule.ref,
      source: "schedule",
      systemVariables: schedule.variables,
      scheduleId: schedule.id,
    });
    return c.json({ message: "201 Created" }, 201);
  });
  app.post(`${base}/:schedule_id/take_ownership`, (c) => {
    const { project, user, schedule } = find(c);
    if (state.accessLevel(user, project) < ACCESS.maintainer) fail(403);
    schedule.ownerId = user.id;
    return c.json(presentAlone(state, project, schedule), 201);
  });
  app.get(`${base}/:schedule_id/pipelines`, (c) => {
    const { project, schedule } = find(c);
    const rows = runsOf(project, schedule);
    return c.json(paginate(c, rows).map((one) => presentPipelineBasic(state, project, one)));
  });
  registerScheduleVariables(app, base, owned);
}
