// What a merge request holds: diffs, commits, versions, people, the issues it closes, its pipelines.
import { notFound } from "../errors.ts";
import { presentCommit } from "../git/access.ts";
import { type App, paginate, pathId, userOf } from "../http.ts";
import { canSeeIssue } from "../issues.ts";
import { issuesClosedBy } from "../merge-requests/closing.ts";
import { mergeRequestOf } from "../merge-requests/find.ts";
import { presentMergeRequestAlone } from "../merge-requests/present.ts";
import { latestVersion, targetRepository, versionCommits } from "../merge-requests/versions.ts";
import type { MergeRequest, MergeRequestVersion } from "../model.ts";
import { type Json, noteableUrl, presentUserId } from "../presenters.ts";
import type { State } from "../state.ts";
import { presentPipelineBasic } from "./pipelines.ts";

const ONE = "/projects/:id/merge_requests/:iid";

export function registerMergeRequestContents(app: App, state: State): void {
  registerContents(app, state);
  registerPeople(app, state);
}

function registerContents(app: App, state: State): void {
  const diffOf = (mergeRequest: MergeRequest) => {
    const version = latestVersion(mergeRequest);
    return targetRepository(state, mergeRequest).diff(version.baseSha, version.headSha);
  };
  app.get(`${ONE}/diffs`, (c) => c.json(paginate(c, diffOf(mergeRequestOf(c, state)))));
  app.get(`${ONE}/changes`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const shown = presentMergeRequestAlone(state, mergeRequest, userOf(c));
    return c.json({ ...shown, changes: diffOf(mergeRequest), overflow: false });
  });
  app.get(`${ONE}/commits`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const project = state.projectById(mergeRequest.projectId);
    const commits = versionCommits(
      targetRepository(state, mergeRequest),
      latestVersion(mergeRequest),
    );
    return c.json(paginate(c, commits).map((commit) => presentCommit(state, project, commit)));
  });
  app.get(`${ONE}/versions`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const versions = mergeRequest.versions.toReversed();
    return c.json(paginate(c, versions).map((one) => presentVersion(state, mergeRequest, one)));
  });
  app.get(`${ONE}/versions/:version`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const id = pathId(c, "version");
    const version = mergeRequest.versions.find((one) => one.id === id) ?? notFound();
    const repository = targetRepository(state, mergeRequest);
    const project = state.projectById(mergeRequest.projectId);
    return c.json({
      ...presentVersion(state, mergeRequest, version),
      commits: versionCommits(repository, version).map((one) => presentCommit(state, project, one)),
      diffs: repository.diff(version.baseSha, version.headSha),
    });
  });
}

function presentVersion(
  state: State,
  mergeRequest: MergeRequest,
  version: MergeRequestVersion,
): Json {
  const files = targetRepository(state, mergeRequest).diff(version.baseSha, version.headSha);
  return {
    id: version.id,
    head_commit_sha: version.headSha,
    base_commit_sha: version.baseSha,
    start_commit_sha: version.startSha,
    created_at: version.createdAt,
    merge_request_id: mergeRequest.id,
    state: "collected",
    real_size: String(files.length),
    patch_id_sha: version.patchId,
  };
}

function registerPeople(app: App, state: State): void {
  app.get(`${ONE}/participants`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const ids = new Set([
      mergeRequest.authorId,
      ...mergeRequest.assigneeIds,
      ...mergeRequest.reviewerIds,
      ...mergeRequest.notes.filter((note) => !note.system).map((note) => note.authorId),
    ]);
    return c.json(paginate(c, [...ids]).map((id) => presentUserId(state, id)));
  });
  app.get(`${ONE}/reviewers`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const rows = mergeRequest.reviewerIds.map((id) => ({
      user: presentUserId(state, id),
      state: mergeRequest.approvals.some((one) => one.userId === id) ? "approved" : "unreviewed",
      created_at: mergeRequest.createdAt,
    }));
    return c.json(paginate(c, rows));
  });
  app.get(`${ONE}/closes_issues`, (c) => {
    const issues = issuesClosedBy(state, mergeRequestOf(c, state)).filter((issue) =>
      canSeeIssue(state, userOf(c), issue),
    );
    return c.json(
      paginate(c, issues).map((issue) => ({
        id: issue.id,
        iid: issue.iid,
        project_id: issue.projectId,
        title: issue.title,
        state: issue.state,
        web_url: noteableUrl(state, issue),
      })),
    );
  });
  app.get(`${ONE}/pipelines`, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const heads = new Set(mergeRequest.versions.map((one) => one.headSha));
    const project = state.projectById(mergeRequest.projectId);
    const rows = project.pipelines.filter((one) => heads.has(one.sha)).toReversed();
    return c.json(paginate(c, rows).map((one) => presentPipelineBasic(state, project, one)));
  });
}
