// The writes on issues and their notes.
import type { Note } from "../../domain/forge.ts";
import { firstLine } from "../../domain/note-marker.ts";
import type { Action } from "../../domain/plan.ts";
import type { ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { GitLabError } from "./gitlab-error.ts";
import { listed, OLDEST_FIRST, PAGE } from "./reading.ts";
import { IssueAnswer, NoteAnswer, understand } from "./schemas.ts";
import { applied, deleted, sameText } from "./write-outcome.ts";

type Of<K extends Action["kind"]> = Extract<Action, { kind: K }>;
type GitLab = GitLabConnection["gitlab"];

/** gitbeaker's types do not tell of it: of a deletion the status comes along as well. */
const EXPANDED: object = { showExpanded: true };

export async function setConfidential(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"set-confidential">,
): Promise<string> {
  const answer = await gitlab.Issues.edit(project, action.issue, { confidential: true });
  const { confidential, webUrl } = understand(IssueAnswer, answer, "issue");
  applied(action, confidential, "the issue is still public; make it confidential by hand now");
  return webUrl;
}

/** Deltas only: GitLab's `labels` would replace what others set meanwhile. */
export async function changeLabels(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"change-labels">,
): Promise<string> {
  const { add, remove } = action;
  const answer = await gitlab.Issues.edit(project, action.issue, {
    ...(add.length > 0 ? { addLabels: joined(action, add) } : {}),
    ...(remove.length > 0 ? { removeLabels: joined(action, remove) } : {}),
  });
  const { labels, webUrl } = understand(IssueAnswer, answer, "issue");
  labelled(action, labels, add);
  const left = remove.filter((label) => labels.includes(label));
  applied(action, left.length === 0, `labels still there: ${left.join(", ")}`);
  return webUrl;
}

export async function writeNote(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"write-note">,
): Promise<null> {
  const { issue, note, body } = action;
  const { data, status } =
    note === null
      ? await gitlab.IssueNotes.create(project, issue, body, { showExpanded: true })
      : await gitlab.IssueNotes.edit(project, issue, note, { body, showExpanded: true });
  const taken = noteTaken(action, data, status);
  if (note === null) await withdrawDoubles(gitlab, project, issue, taken);
  return null;
}

/**
 * Of two runs that write the first note at once, each looks whether it was the later one. What cannot be seen now the next
 * run puts right, as long as the issue is open.
 */
async function withdrawDoubles(
  gitlab: GitLab,
  project: ProjectRef,
  issue: number,
  { author, body }: Note,
): Promise<void> {
  try {
    const answer = await gitlab.IssueNotes.all(project, issue, { ...OLDEST_FIRST, ...PAGE });
    const same = listed(NoteAnswer, answer, "notes")
      .filter((note) => note.author.id === author.id && firstLine(note.body) === firstLine(body))
      .map(({ id }) => id);
    const first = Math.min(...same);
    for (const id of same.filter((each) => each !== first))
      await gitlab.IssueNotes.remove(project, issue, id);
  } catch (error) {
    if (!(error instanceof GitLabError)) throw error;
  }
}

function noteTaken(
  action: Of<"write-note"> | Of<"write-merge-request-note">,
  data: unknown,
  status: number,
): Note {
  applied(action, status !== 202, "GitLab took the text for quick actions and stored no note");
  const taken = understand(NoteAnswer, data, "note");
  const { commands, body: stored } = taken;
  applied(action, commands.length === 0, `GitLab ran quick actions in it: ${commands.join(", ")}`);
  applied(
    action,
    sameText(stored, action.body),
    "GitLab stored another text: did a line act as a command?",
  );
  return taken;
}

/** The same on a merge request. */
export async function writeMergeRequestNote(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"write-merge-request-note">,
): Promise<null> {
  const { mergeRequest, note, body } = action;
  const { data, status } =
    note === null
      ? await gitlab.MergeRequestNotes.create(project, mergeRequest, body, { showExpanded: true })
      : await gitlab.MergeRequestNotes.edit(project, mergeRequest, note, {
          body,
          showExpanded: true,
        });
  noteTaken(action, data, status);
  return null;
}

export async function deleteMergeRequestNote(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"delete-merge-request-note">,
): Promise<null> {
  const { mergeRequest, note } = action;
  const answer: unknown = await gitlab.MergeRequestNotes.remove(
    project,
    mergeRequest,
    note,
    EXPANDED,
  );
  const { status } = answer as { readonly status: number };
  deleted(action, status);
  return null;
}

export async function deleteNote(
  gitlab: GitLab,
  project: ProjectRef,
  action: Of<"delete-note">,
): Promise<null> {
  const { issue, note } = action;
  const answer: unknown = await gitlab.IssueNotes.remove(project, issue, note, EXPANDED);
  const { status } = answer as { readonly status: number };
  deleted(action, status);
  return null;
}

export async function createIssue(gitlab: GitLab, action: Of<"create-issue">): Promise<string> {
  const { confidential, description, labels, project, title } = action;
  // Confidential in the same call: set afterwards, the issue would be public for a moment.
  const answer = await gitlab.Issues.create(project, title, {
    description,
    confidential,
    ...(labels.length > 0 ? { labels: joined(action, labels) } : {}),
  });
  const made = understand(IssueAnswer, answer, "issue");
  applied(
    action,
    made.confidential || !confidential,
    `GitLab made #${made.iid} public; make it confidential by hand now`,
  );
  labelled(action, made.labels, labels);
  applied(action, sameText(made.description, description), "GitLab stored another description");
  return made.webUrl;
}

export async function editIssue(gitlab: GitLab, action: Of<"edit-issue">): Promise<string> {
  const { project, issue, description, add = [], close = false } = action;
  const answer = await gitlab.Issues.edit(project, issue, {
    description,
    ...(add.length > 0 ? { addLabels: joined(action, add) } : {}),
    ...(close ? { stateEvent: "close" as const } : {}),
  });
  const edited = understand(IssueAnswer, answer, "issue");
  labelled(action, edited.labels, add);
  applied(action, !close || edited.state === "closed", "the issue is still open");
  applied(action, sameText(edited.description, description), "GitLab stored another description");
  return edited.webUrl;
}

function joined(action: Action, labels: readonly string[]): string {
  const split = labels.filter((label) => label.includes(","));
  applied(action, split.length === 0, `not sent: a label has no comma (${split.join("; ")})`);
  return labels.join(",");
}

function labelled(action: Action, labels: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.filter((label) => !labels.includes(label));
  applied(
    action,
    missing.length === 0,
    `labels not set: ${missing.join(", ")}; may the token label issues (Reporter)?`,
  );
}
