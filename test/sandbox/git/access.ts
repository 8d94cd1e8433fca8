// What every repository route needs: a repository the asker may read or push to, and commits as JSON.
import { fail, notFound } from "../errors.ts";
import { type Ctx, projectOf, requireUser, userOf } from "../http.ts";
import { ACCESS, type Project, type User } from "../model.ts";
import { type Json, projectUrl } from "../presenters.ts";
import type { State } from "../state.ts";
import { mayPush } from "./branch-protection.ts";
import type { CommitInfo } from "./git-output.ts";
import { repositoryOf } from "./project-repository.ts";
import type { Repository } from "./repository.ts";

export type Readable = { readonly project: Project; readonly repository: Repository };

/** May the user read code? Guests of a private project may not. */
export function mayReadCode(state: State, project: Project, user: User | null): boolean {
  if (!state.canSeeProject(user, project)) return false;
  return project.visibility !== "private" || state.accessLevel(user, project) >= ACCESS.reporter;
}

/** The repository of `:id`: 404 for who cannot see the project, 403 for who cannot read code, 404 when it is empty. */
export function readable(c: Ctx, state: State): Readable {
  const project = projectOf(c, state);
  if (!mayReadCode(state, project, userOf(c))) fail(403, "403 Forbidden");
  const repository = repositoryOf(project);
  return repository === null ? notFound("Repository") : { project, repository };
}

/** The same for Developers, who may write code; whether to this branch is for {@link requirePush}. */
export function writable(c: Ctx, state: State): Readable & { readonly user: User } {
  const project = projectOf(c, state);
  const user = requireUser(c);
  if (state.accessLevel(user, project) < ACCESS.developer) fail(403, "403 Forbidden");
  const repository = repositoryOf(project);
  return repository === null ? notFound("Repository") : { project, repository, user };
}

/** Refuses a branch the user may not push to, with the status its API uses. */
export function requirePush(
  state: State,
  project: Project,
  branch: string,
  user: User,
  status: 400 | 403,
): void {
  if (mayPush(state, project, branch, user)) return;
  const why = "You are not allowed to push into this branch";
  fail(status, status === 403 ? `403 Forbidden - ${why}` : why);
}

/** A commit that must exist, by any name. */
export function commitOf(repository: Repository, ref: string): CommitInfo {
  return repository.commit(ref) ?? notFound("Commit");
}

/** The ref of a query, or the default branch. */
export function refOf(c: Ctx, project: Project, name = "ref"): string {
  return c.var.params.text(name) ?? project.defaultBranch ?? "HEAD";
}

/** Git's date as GitLab prints it: milliseconds and a numeric offset. */
export function gitDate(iso: string): string {
  const offset = iso.endsWith("Z") ? "+00:00" : iso.slice(19);
  return `${iso.slice(0, 19)}.000${offset}`;
}

export function presentCommit(state: State, project: Project, commit: CommitInfo): Json {
  return {
    id: commit.id,
    short_id: commit.id.slice(0, 8),
    created_at: gitDate(commit.committedDate),
    parent_ids: commit.parents,
    title: commit.message.split("\n")[0] ?? "",
    message: commit.message,
    author_name: commit.authorName,
    author_email: commit.authorEmail,
    authored_date: gitDate(commit.authoredDate),
    committer_name: commit.committerName,
    committer_email: commit.committerEmail,
    committed_date: gitDate(commit.committedDate),
    trailers: {},
    extended_trailers: {},
    web_url: `${projectUrl(state, project)}/-/commit/${commit.id}`,
  };
}
