// One commit through the API: which branch it builds on, what refuses it, and what follows.
import { fail, notFound } from "../errors.ts";
import { type Ctx, projectOf, requireUser } from "../http.ts";
import { ACCESS, type Project, type User } from "../model.ts";
import type { Params } from "../params.ts";
import type { State } from "../state.ts";
import { requirePush } from "./access.ts";
import { CommitRefused, commitActions, type FileAction } from "./commit-actions.ts";
import {
  ensureRepository,
  protectDefaultBranch,
  repositoryOf,
  signatureOf,
} from "./project-repository.ts";
import { afterPush } from "./push.ts";
import type { Repository } from "./repository.ts";

/** The project for a Developer who writes files; an empty one is welcome. */
export function filesFor(c: Ctx, state: State): { readonly project: Project; readonly user: User } {
  const project = projectOf(c, state);
  const user = requireUser(c);
  if (state.accessLevel(user, project) < ACCESS.developer) fail(403, "403 Forbidden");
  return { project, user };
}

export type FileWrite = {
  readonly project: Project;
  readonly user: User;
  readonly branch: string;
  readonly message: string;
  readonly actions: readonly FileAction[];
  /** What the API answers when the branch is protected: 403 for commits, 400 for files. */
  readonly refusal: 400 | 403;
  /** What a stale `last_commit_id` is called; the commits API has its own words. */
  readonly staleMessage?: string;
};

/** Commits the actions on the branch named by the parameters and tells everybody; returns the commit id. */
export function writeFiles(state: State, params: Params, write: FileWrite): string {
  const { project, user, branch } = write;
  const fresh = repositoryOf(project) === null;
  requirePush(state, project, branch, user, write.refusal);
  const repository = ensureRepository(state, project);
  if (!repository.validBranchName(branch)) fail(400, "Branch name is invalid");
  const head = repository.branchHead(branch);
  const parent = parentOf(state, repository, params, branch, head);
  const committer = signatureOf(user);
  try {
    const id = commitActions(repository, {
      branch,
      parent,
      head,
      message: write.message,
      author: {
        name: params.text("author_name") ?? committer.name,
        email: params.text("author_email") ?? committer.email,
      },
      committer,
      date: state.now(),
      actions: write.actions,
    });
    afterPush(state, project, { branch, from: head, to: id }, user);
    if (fresh) protectDefaultBranch(state, project);
    return id;
  } catch (error) {
    if (!(error instanceof CommitRefused)) throw error;
    return fail(400, error.stale ? (write.staleMessage ?? error.message) : error.message);
  }
}

/** The commit to build on: the branch itself, or the start point of a branch that does not exist yet. */
function parentOf(
  state: State,
  repository: Repository,
  params: Params,
  branch: string,
  head: string | null,
): string | null {
  const startBranch = params.text("start_branch");
  const startSha = params.text("start_sha");
  if (startBranch !== undefined && startSha !== undefined) {
    fail(400, { error: "start_branch, start_sha are mutually exclusive" });
  }
  const forced = params.flag("force") === true;
  const start = startSha ?? startBranch;
  if (start === undefined || (start === branch && !params.has("start_project"))) {
    if (head !== null || repository.branches().size === 0) return head;
    return fail(400, "You can only create or edit files when you are on a branch");
  }
  if (head !== null && !forced) {
    fail(
      400,
      `A branch called '${branch}' already exists. Switch to that branch in order to make changes`,
    );
  }
  const source = startRepository(state, params, repository);
  const from = startSha === undefined ? source.branchHead(start) : source.resolve(start);
  if (from === null)
    fail(400, startSha === undefined ? "Invalid start branch" : `Cannot find start_sha '${start}'`);
  if (source !== repository) source.shareCommit(repository, from);
  return from;
}

function startRepository(state: State, params: Params, own: Repository): Repository {
  const id = params.text("start_project");
  if (id === undefined) return own;
  const project = state.project(id) ?? notFound("Project");
  return repositoryOf(project) ?? notFound("Repository");
}

/** Content of a file as the API carries it: text, or base64. */
export function contentOf(params: Params): Buffer | undefined {
  const text = params.text("content");
  if (text === undefined) return undefined;
  return Buffer.from(text, params.text("encoding") === "base64" ? "base64" : "utf8");
}
