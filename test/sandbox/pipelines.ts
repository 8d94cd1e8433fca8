/** Pipelines: creation with its checks, and telling the listener that may really run them. */
import { fail } from "./errors.ts";
import { repositoryOf } from "./git/project-repository.ts";
import { ACCESS, type Pipeline, type PipelineVariable, type Project, type User } from "./model.ts";
import type { State } from "./state.ts";

export interface PipelineWish {
  readonly ref: string;
  readonly source: string;
  readonly variables?: readonly PipelineVariable[];
  /** Variables that GitLab itself adds: not subject to the override role. */
  readonly systemVariables?: readonly PipelineVariable[];
  readonly scheduleId?: number;
}

const OVERRIDE_ROLES: Readonly<Record<string, number>> = {
  no_one_allowed: Number.POSITIVE_INFINITY,
  owner: ACCESS.owner,
  maintainer: ACCESS.maintainer,
  developer: ACCESS.developer,
};

/** `refs/heads/main` and `main` are the same branch. */
function shortRef(ref: string): string {
  return ref.replace(/^refs\/(?:heads|tags)\//, "");
}

/** Creates a pipeline; 400 for an unknown ref or variables the user may not set. */
export function createPipeline(
  state: State,
  project: Project,
  user: User,
  wish: PipelineWish,
): Pipeline {
  const ref = shortRef(wish.ref);
  const sha = repositoryOf(project)?.resolve(ref) ?? null;
  if (sha === null) fail(400, { message: { base: ["Reference not found"] } });
  const variables = wish.variables ?? [];
  const role = String(
    project.settings["ci_pipeline_variables_minimum_override_role"] ?? "developer",
  );
  const needed = OVERRIDE_ROLES[role] ?? ACCESS.developer;
  if (variables.length > 0 && state.accessLevel(user, project) < needed) {
    fail(400, { message: { base: ["Insufficient permissions to set pipeline variables"] } });
  }
  const stamp = state.stamp();
  const pipeline: Pipeline = {
    id: state.nextId("pipeline"),
    iid: project.pipelines.length + 1,
    projectId: project.id,
    ref,
    sha,
    source: wish.source,
    status: "created",
    userId: user.id,
    variables: [...(wish.systemVariables ?? []), ...variables],
    scheduleId: wish.scheduleId ?? null,
    createdAt: stamp,
    updatedAt: stamp,
    finishedAt: null,
  };
  project.pipelines.push(pipeline);
  const { onPipeline } = state;
  if (onPipeline !== null) {
    // The answer to the trigger goes out first, as with a real runner.
    state.later(Promise.resolve().then(() => onPipeline(pipeline, project)));
  }
  return pipeline;
}

/** What a runner reports: `running`, `success`, `failed`, `canceled`. */
export function setPipelineStatus(state: State, pipeline: Pipeline, status: string): void {
  pipeline.status = status;
  pipeline.updatedAt = state.stamp();
  if (["success", "failed", "canceled", "skipped"].includes(status)) {
    pipeline.finishedAt = pipeline.updatedAt;
  }
}
