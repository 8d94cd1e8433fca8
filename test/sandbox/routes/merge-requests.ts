// Merge requests: create, list, show, edit, diffs, commits, versions, participants, merge and rebase.
import { runCommands } from "../commands.ts";
import { fail, invalid, notFound } from "../errors.ts";
import { mayReadCode } from "../git/access.ts";
import { mayMerge } from "../git/branch-protection.ts";
import { repositoryOf } from "../git/project-repository.ts";
import {
  type App,
  type Ctx,
  groupOf,
  paginate,
  requireLevel,
  requireUser,
  userOf,
} from "../http.ts";
import { resolveLabels } from "../labelling.ts";
import { registerMergeRequestCommands } from "../merge-requests/commands.ts";
import { hookMergeRequest } from "../merge-requests/events.ts";
import { filterMergeRequests, inScope } from "../merge-requests/filters.ts";
import { mergeRequestOf, mergeRequestProject } from "../merge-requests/find.ts";
import {
  createMergeRequest,
  type MergeRequestChanges,
  updateMergeRequest,
} from "../merge-requests/lifecycle.ts";
import { mergeMergeRequest, rebaseMergeRequest } from "../merge-requests/merge.ts";
import { presentMergeRequest, presentMergeRequestAlone } from "../merge-requests/present.ts";
import { countRead, trueStatus } from "../merge-requests/status.ts";
import { latestVersion, targetRepository } from "../merge-requests/versions.ts";
import { ACCESS, type MergeRequest, type Project, type User } from "../model.ts";
import { extractQuickActions } from "../quick-actions.ts";
import type { State } from "../state.ts";
import { registerEvents } from "./labels.ts";
import { registerNotesFor } from "./notes.ts";

const BASE = "/projects/:id/merge_requests";
const ONE = `${BASE}/:iid`;

export function registerMergeRequests(app: App, state: State): void {
  registerMergeRequestCommands(state);
  state.mergeRequestHookBody = (one) => hookMergeRequest(state, one);
  registerLists(app, state);
  app.post(BASE, (c) => create(c, state));
  app.get(ONE, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const shown = presentMergeRequestAlone(state, mergeRequest, userOf(c));
    countRead(state, mergeRequest);
    if (c.var.params.flag("include_rebase_in_progress") === true)
      shown["rebase_in_progress"] = false;
    return c.json(shown);
  });
  app.put(ONE, (c) => edit(c, state));
  app.delete(ONE, (c) => {
    const mergeRequest = mergeRequestOf(c, state);
    const project = state.projectById(mergeRequest.projectId);
    requireLevel(c, state, project, ACCESS.owner);
    project.mergeRequests = project.mergeRequests.filter((one) => one !== mergeRequest);
    return c.body(null, 204);
  });
  app.put(`${ONE}/merge`, (c) => merge(c, state));
  app.put(`${ONE}/rebase`, (c) => rebase(c, state));
  registerNotesFor(app, state, ONE, (c) => mergeRequestOf(c, state));
  registerEvents(app, state, ONE, (c) => mergeRequestOf(c, state));
}

function registerLists(app: App, state: State): void {
  const list = (c: Ctx, all: readonly MergeRequest[]): Response => {
    const found = filterMergeRequests(c, state, all);
    const labelDetails = c.var.params.flag("with_labels_details") ?? false;
    return c.json(
      paginate(c, found).map((one) => presentMergeRequest(state, one, { labelDetails })),
    );
  };
  const visible = (user: User | null, projects: Iterable<Project>): MergeRequest[] =>
    [...projects]
      .filter((project) => mayReadCode(state, project, user))
      .flatMap((project) => project.mergeRequests);
  app.get(BASE, (c) => list(c, mergeRequestProject(c, state).mergeRequests));
  app.get("/groups/:id/merge_requests", (c) => {
    const group = groupOf(c, state);
    const inside = [...state.projects.values()].filter((project) =>
      state.groupChain(project.groupId).includes(group),
    );
    return list(c, visible(userOf(c), inside));
  });
  app.get("/merge_requests", (c) => {
    const user = requireUser(c);
    return list(c, visible(user, state.projects.values()).filter(inScope(c, user)));
  });
}

async function create(c: Ctx, state: State): Promise<Response> {
  const source = mergeRequestProject(c, state);
  const user = requireLevel(c, state, source, ACCESS.developer);
  const params = c.var.params;
  const title = params.required("title");
  const sourceBranch = params.required("source_branch");
  const targetBranch = params.required("target_branch");
  if (title.trim() === "") invalid("title", "can't be blank");
  const target = targetProject(c, state, source, user);
  const sourceHead = checkBranches(source, target, sourceBranch, targetBranch);
  const { text, actions } = extractQuickActions(params.text("description") ?? "");
  const mergeRequest = createMergeRequest(state, target, user, {
    ...changesOf(c, state, target, user, null),
    title,
    description: params.has("description") ? text : null,
    sourceProject: source,
    sourceBranch,
    sourceHead,
    targetBranch,
  });
  await runCommands(actions, { state, project: target, noteable: mergeRequest, user });
  return c.json(presentMergeRequestAlone(state, mergeRequest, user), 201);
}

function targetProject(c: Ctx, state: State, source: Project, user: User): Project {
  const id = c.var.params.int("target_project_id");
  if (id === undefined || id === source.id) return source;
  const target = state.projects.get(id);
  if (target === undefined || !mayReadCode(state, target, user)) notFound("Project");
  return target;
}

/** The head of the source branch; refuses missing branches, the same branch, and a second open merge request. */
function checkBranches(
  source: Project,
  target: Project,
  sourceBranch: string,
  targetBranch: string,
): string {
  if (source === target && sourceBranch === targetBranch) {
    fail(422, { message: ["You can't use same project/branch for source and target"] });
  }
  const head = repositoryOf(source)?.branchHead(sourceBranch) ?? null;
  if (head === null) fail(400, { message: [`Source branch "${sourceBranch}" does not exist`] });
  if ((repositoryOf(target)?.branchHead(targetBranch) ?? null) === null) {
    fail(400, { message: [`Target branch "${targetBranch}" does not exist`] });
  }
  const other = target.mergeRequests.find(
    (one) =>
      one.state === "opened" &&
      one.sourceProjectId === source.id &&
      one.sourceBranch === sourceBranch &&
      one.targetBranch === targetBranch,
  );
  if (other !== undefined) {
    fail(409, {
      message: [`Another open merge request already exists for this source branch: !${other.iid}`],
    });
  }
  return head;
}

async function edit(c: Ctx, state: State): Promise<Response> {
  const mergeRequest = mergeRequestOf(c, state);
  const project = state.projectById(mergeRequest.projectId);
  const user = requireUser(c);
  const level = state.accessLevel(user, project);
  if (level < ACCESS.developer && mergeRequest.authorId !== user.id) fail(403, "403 Forbidden");
  const params = c.var.params;
  const title = params.text("title");
  if (title !== undefined && title.trim() === "") invalid("title", "can't be blank");
  const targetBranch = params.text("target_branch");
  if (
    targetBranch !== undefined &&
    targetRepository(state, mergeRequest).branchHead(targetBranch) === null
  ) {
    fail(400, { message: [`Target branch "${targetBranch}" does not exist`] });
  }
  const stateEvent = params.oneOf("state_event", ["close", "reopen"]);
  const { text, actions } = extractQuickActions(params.text("description") ?? "");
  updateMergeRequest(state, mergeRequest, user, {
    ...changesOf(c, state, project, user, mergeRequest),
    title,
    description: params.has("description") ? text : undefined,
    targetBranch,
    stateEvent,
  });
  await runCommands(actions, { state, project, noteable: mergeRequest, user });
  return c.json(presentMergeRequestAlone(state, mergeRequest, user));
}

/** Labels, people and flags, as both creating and editing take them. */
function changesOf(
  c: Ctx,
  state: State,
  project: Project,
  user: User,
  present: MergeRequest | null,
): MergeRequestChanges {
  const params = c.var.params;
  const labels = params.list("labels");
  const add = params.list("add_labels") ?? [];
  const remove = params.list("remove_labels") ?? [];
  const before =
    labels === undefined ? (present?.labelIds ?? []) : resolveLabels(state, project, user, labels);
  const dropped = resolveLabels(state, project, user, remove);
  const labelIds = [...before, ...resolveLabels(state, project, user, add)].filter(
    (id) => !dropped.includes(id),
  );
  const touched = labels !== undefined || add.length > 0 || remove.length > 0;
  const people = (many: string, one?: string): number[] | undefined => {
    const single = one === undefined ? undefined : params.int(one);
    const ids = params.ints(many) ?? (single === undefined ? undefined : [single]);
    return ids?.filter((id) => id !== 0 && state.users.has(id));
  };
  return {
    labelIds: touched ? labelIds : undefined,
    assigneeIds: people("assignee_ids", "assignee_id"),
    reviewerIds: people("reviewer_ids"),
    squash: params.flag("squash"),
    removeSourceBranch: params.flag("remove_source_branch"),
    discussionLocked: params.flag("discussion_locked"),
  };
}

/** 401 without the right, 405 when something stands against it, 409 when the head moved, 422 when it fails. */
function merge(c: Ctx, state: State): Response {
  const mergeRequest = mergeRequestOf(c, state);
  const project = state.projectById(mergeRequest.projectId);
  const user = requireUser(c);
  const params = c.var.params;
  if (!mayMerge(state, project, mergeRequest.targetBranch, user)) fail(401, "401 Unauthorized");
  if (trueStatus(state, mergeRequest) !== "mergeable") fail(405, "405 Method Not Allowed");
  checkSha(c, mergeRequest);
  const done = mergeMergeRequest(state, mergeRequest, user, {
    squash: params.flag("squash") ?? mergeRequest.squash,
    removeSourceBranch:
      params.flag("should_remove_source_branch") ?? mergeRequest.removeSourceBranch,
    mergeCommitMessage: params.text("merge_commit_message"),
    squashCommitMessage: params.text("squash_commit_message"),
  });
  if (!done) fail(422, "Branch cannot be merged");
  return c.json(presentMergeRequestAlone(state, mergeRequest, user));
}

/** `sha` of the request must be the head. */
function checkSha(c: Ctx, mergeRequest: MergeRequest): void {
  const sha = c.var.params.text("sha");
  const head = latestVersion(mergeRequest).headSha;
  if (sha !== undefined && sha !== head)
    fail(409, `SHA does not match HEAD of source branch: ${head}`);
}

function rebase(c: Ctx, state: State): Response {
  const mergeRequest = mergeRequestOf(c, state);
  const source = state.projectById(mergeRequest.sourceProjectId);
  const user = requireLevel(c, state, source, ACCESS.developer);
  if (mergeRequest.state !== "opened")
    fail(403, "403 Forbidden - Cannot rebase this merge request");
  const fault = rebaseMergeRequest(state, mergeRequest, user);
  if (fault !== null) fail(409, fault);
  return c.json({ rebase_in_progress: true }, 202);
}
