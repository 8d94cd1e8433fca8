/** Texts that mention other issues and merge requests leave "mentioned in" system notes there, as in GitLab. */
import { live } from "./live.ts";
import type { Noteable, Project, User } from "./model.ts";
import type { State } from "./state.ts";

function target(state: State, home: Project, reference: string): Noteable | undefined {
  const match = /^([\w.-]+(?:\/[\w.-]+)*)?([#!])(\d+)$/.exec(reference);
  if (match === null) return undefined;
  const path = match[1];
  const full =
    path === undefined || path.includes("/")
      ? path
      : `${home.fullPath.split("/").slice(0, -1).join("/")}/${path}`;
  const project = full === undefined ? home : state.project(full);
  const list: readonly Noteable[] | undefined =
    match[2] === "#" ? project?.issues : project?.mergeRequests;
  return list?.find((one) => one.iid === Number(match[3]));
}

/** Writes the system notes for the references that are live in a text. */
export function crossReference(state: State, author: User, from: Noteable, text: string): void {
  const home = state.projectById(from.projectId);
  for (const reference of new Set(live(text).references)) {
    const to = target(state, home, reference);
    if (to === undefined || to === from) continue;
    const project = state.projectById(to.projectId);
    if (!state.canSeeProject(author, project)) continue;
    const prefix = project === home ? "" : home.fullPath;
    const mark = from.kind === "Issue" ? "#" : "!";
    const kind = from.kind === "Issue" ? "issue" : "merge request";
    const body = `mentioned in ${kind} ${prefix}${mark}${from.iid}`;
    if (!to.notes.some((note) => note.system && note.body === body)) {
      state.systemNote(to, author, body);
    }
  }
}
