// Who looks at a page: everything is shown, unless the address says `?as=username`.
import { mayReadCode } from "../git/access.ts";
import { canSeeIssue } from "../issues.ts";
import type { Issue, Note, Noteable, Project, User } from "../model.ts";
import { canSeeNote } from "../notes.ts";
import type { State } from "../state.ts";

export type Viewer = {
  readonly state: State;
  /** `null`: the sandbox's own view, which hides nothing. */
  readonly user: User | null;
};

export function seesProject({ state, user }: Viewer, project: Project): boolean {
  return user === null || state.canSeeProject(user, project);
}

export function seesCode({ state, user }: Viewer, project: Project): boolean {
  return user === null || mayReadCode(state, project, user);
}

export function seesIssue({ state, user }: Viewer, issue: Issue): boolean {
  return user === null || canSeeIssue(state, user, issue);
}

export function seesNote({ state, user }: Viewer, noteable: Noteable, note: Note): boolean {
  return user === null || canSeeNote(state, user, noteable, note);
}

/** An address inside the sandbox that keeps the view. */
export function link({ user }: Viewer, path: string): string {
  if (user === null) return path;
  const [place = "", anchor] = path.split("#");
  const query = `${place.includes("?") ? "&" : "?"}as=${encodeURIComponent(user.username)}`;
  return `${place}${query}${anchor === undefined ? "" : `#${anchor}`}`;
}
