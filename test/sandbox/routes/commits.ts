// Commits: create from a list of actions, list, show, diff, references, statuses.
import { fail, notFound } from "../errors.ts";
import { commitOf, presentCommit, type Readable, readable, refOf } from "../git/access.ts";
import type { FileAction } from "../git/commit-actions.ts";
import type { CommitInfo } from "../git/git-output.ts";
import { EMPTY_TREE } from "../git/repository.ts";
import { contentOf, filesFor, writeFiles } from "../git/write-files.ts";
import { type App, type Ctx, paginate, pathParam, projectFor } from "../http.ts";
import { ACCESS, type CommitStatus } from "../model.ts";
import type { Params } from "../params.ts";
import { type Json, presentUserId } from "../presenters.ts";
import type { State } from "../state.ts";
import { presentPipelineBasic } from "./pipelines.ts";

const ACTIONS = ["create", "update", "delete", "move", "chmod"] as const;
const STATES = ["pending", "running", "success", "failed", "canceled", "skipped"] as const;

export function registerCommits(app: App, state: State): void {
  const base = "/projects/:id/repository/commits";
  app.get(base, (c) => listCommits(c, state));
  app.post(base, (c) => createCommit(c, state));
  app.get(`${base}/:sha`, (c) => {
    const where = readable(c, state);
    return c.json(presentAlone(state, where, commitOf(where.repository, pathParam(c, "sha"))));
  });
  app.get(`${base}/:sha/diff`, (c) => {
    const { repository } = readable(c, state);
    const commit = commitOf(repository, pathParam(c, "sha"));
    return c.json(paginate(c, repository.diff(commit.parents[0] ?? EMPTY_TREE, commit.id)));
  });
  app.get(`${base}/:sha/refs`, (c) => {
    const { repository } = readable(c, state);
    const commit = commitOf(repository, pathParam(c, "sha"));
    const kinds = { branch: repository.branches(), tag: repository.tags() };
    const refs = Object.entries(kinds).flatMap(([type, names]) =>
      [...names]
        .filter(([, head]) => repository.isAncestor(commit.id, head))
        .map(([name]) => ({ type, name })),
    );
    return c.json(paginate(c, refs));
  });
  app.get(`${base}/:sha/merge_requests`, (c) => {
    const { project, repository } = readable(c, state);
    const commit = commitOf(repository, pathParam(c, "sha"));
    const found = project.mergeRequests.filter((one) =>
      one.versions.some(
        (version) =>
          version.headSha !== version.baseSha &&
          repository.isAncestor(commit.id, version.headSha) &&
          !repository.isAncestor(commit.id, version.baseSha),
      ),
    );
    const rows = found.map((one) => ({
      id: one.id,
      iid: one.iid,
      project_id: project.id,
      title: one.title,
      state: one.state,
    }));
    return c.json(paginate(c, rows));
  });
  app.get(`${base}/:sha/statuses`, (c) => {
    const { project, repository } = readable(c, state);
    const commit = commitOf(repository, pathParam(c, "sha"));
    const found = project.statuses.filter((one) => one.sha === commit.id);
    return c.json(paginate(c, found).map((one) => presentStatus(state, one)));
  });
  app.post("/projects/:id/statuses/:sha", (c) => createStatus(c, state));
}

function listCommits(c: Ctx, state: State): Response {
  const { project, repository } = readable(c, state);
  const params = c.var.params;
  const ref = refOf(c, project, "ref_name");
  const path = params.text("path");
  if (repository.resolve(ref) === null && params.flag("all") !== true) notFound("Commit");
  const commits = repository.log({
    ref,
    path: path === "" ? undefined : path,
    since: params.text("since"),
    until: params.text("until"),
    author: params.text("author"),
    firstParent: params.flag("first_parent"),
    all: params.flag("all"),
  });
  const page = paginate(c, commits);
  for (const header of ["x-total", "x-total-pages"]) c.header(header, undefined);
  const withStats = params.flag("with_stats") === true;
  const where = { project, repository };
  return c.json(
    page.map((commit) => ({
      ...presentCommit(state, project, commit),
      ...(withStats ? { stats: stats(where, commit) } : {}),
    })),
  );
}

function createCommit(c: Ctx, state: State): Response {
  const { project, user } = filesFor(c, state);
  const params = c.var.params;
  const branch = params.required("branch");
  const message = params.required("commit_message");
  const actions = params.hashes("actions") ?? fail(400, { error: "actions is missing" });
  const id = writeFiles(state, params, {
    project,
    user,
    branch,
    message,
    actions: actions.map(readAction),
    refusal: 403,
  });
  const where = readable(c, state);
  return c.json(presentAlone(state, where, commitOf(where.repository, id)), 201);
}

function readAction(params: Params, position: number): FileAction {
  const where = (name: string): string => `actions[${position}][${name}]`;
  const action =
    ACTIONS.find((one) => one === params.text("action")) ??
    fail(400, {
      error: params.has("action")
        ? `${where("action")} does not have a valid value`
        : `${where("action")} is missing`,
    });
  const filePath = params.text("file_path");
  if (filePath === undefined) fail(400, { error: `${where("file_path")} is missing` });
  if (action === "move" && !params.has("previous_path")) {
    fail(400, "You must provide a previous path");
  }
  return {
    action,
    filePath,
    previousPath: params.text("previous_path"),
    content: contentOf(params),
    lastCommitId: params.text("last_commit_id"),
    executable: params.flag("execute_filemode"),
  };
}

function presentAlone(state: State, where: Readable, commit: CommitInfo): Json {
  const statuses = where.project.statuses.filter((one) => one.sha === commit.id);
  const pipeline = where.project.pipelines.filter((one) => one.sha === commit.id).at(-1);
  return {
    ...presentCommit(state, where.project, commit),
    stats: stats(where, commit),
    status: pipeline?.status ?? statuses.at(-1)?.status ?? null,
    project_id: where.project.id,
    last_pipeline:
      pipeline === undefined ? null : presentPipelineBasic(state, where.project, pipeline),
  };
}

function stats({ repository }: Readable, commit: CommitInfo): Json {
  const files = repository.diff(commit.parents[0] ?? EMPTY_TREE, commit.id);
  const count = (mark: RegExp): number =>
    files.reduce((sum, file) => sum + (file.diff.match(mark)?.length ?? 0), 0);
  const additions = count(/^\+/gm);
  const deletions = count(/^-/gm);
  return { additions, deletions, total: additions + deletions };
}

function createStatus(c: Ctx, state: State): Response {
  const { project, user } = projectFor(c, state, ACCESS.developer);
  const { repository } = readable(c, state);
  const commit = commitOf(repository, pathParam(c, "sha"));
  const params = c.var.params;
  params.required("state");
  const status = params.oneOf("state", STATES) ?? "pending";
  const name = params.text("name") ?? params.text("context") ?? "default";
  const known = project.statuses.find(
    (one) =>
      one.sha === commit.id && one.name === name && ["pending", "running"].includes(one.status),
  );
  if (known !== undefined) {
    known.status = status;
    known.targetUrl = params.text("target_url") ?? known.targetUrl;
    known.description = params.text("description") ?? known.description;
    return c.json(presentStatus(state, known), 201);
  }
  const branch = [...repository.branches()].find(([, head]) => head === commit.id)?.[0];
  const made: CommitStatus = {
    id: state.nextId("commit_status"),
    sha: commit.id,
    ref: params.text("ref") ?? branch ?? null,
    name,
    status,
    targetUrl: params.text("target_url") ?? null,
    description: params.text("description") ?? null,
    authorId: user.id,
    pipelineId: params.int("pipeline_id") ?? null,
    createdAt: state.stamp(),
  };
  project.statuses.push(made);
  return c.json(presentStatus(state, made), 201);
}

function presentStatus(state: State, status: CommitStatus): Json {
  return {
    id: status.id,
    sha: status.sha,
    ref: status.ref,
    status: status.status,
    name: status.name,
    target_url: status.targetUrl,
    description: status.description,
    created_at: status.createdAt,
    started_at: null,
    finished_at: null,
    allow_failure: false,
    coverage: null,
    pipeline_id: status.pipelineId,
    author: presentUserId(state, status.authorId),
  };
}
