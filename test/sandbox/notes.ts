/** Writing notes: quick actions out, the rest stored, references and webhooks sent. */
import { type CommandOutcome, runCommands } from "./commands.ts";
import { crossReference } from "./cross-references.ts";
import { hookIssue, noteHookPayload } from "./hook-payloads.ts";
import { ACCESS, type Note, type Noteable, type User } from "./model.ts";
import { type Json, noteableUrl } from "./presenters.ts";
import { extractQuickActions } from "./quick-actions.ts";
import type { State } from "./state.ts";

/** May this user read the note? Internal ones: Planner and above. */
export function canSeeNote(
  state: State,
  user: User | null,
  noteable: Noteable,
  note: Note,
): boolean {
  if (!note.internal) return true;
  const project = state.projectById(noteable.projectId);
  return state.accessLevel(user, project) >= ACCESS.planner;
}

export interface NoteWish {
  readonly body: string;
  readonly internal?: boolean;
  readonly createdAt?: string | undefined;
  readonly discussionId?: string;
  readonly type?: Note["type"];
  readonly position?: Record<string, unknown> | null;
}

export type NoteResult =
  | { readonly kind: "note"; readonly note: Note; readonly outcome: CommandOutcome }
  | { readonly kind: "commands"; readonly outcome: CommandOutcome }
  | { readonly kind: "failed"; readonly message: string };

function sendNoteHook(
  state: State,
  noteable: Noteable,
  note: Note,
  user: User,
  action: "create" | "update",
): void {
  const project = state.projectById(noteable.projectId);
  const confidential = note.internal || (noteable.kind === "Issue" && noteable.confidential);
  const body: Json =
    noteable.kind === "Issue"
      ? { issue: hookIssue(state, noteable) }
      : { merge_request: state.mergeRequestHookBody(noteable) };
  const about = {
    id: noteable.id,
    kind: noteable.kind,
    url: noteableUrl(state, noteable),
    confidential,
    body,
  };
  const payload = noteHookPayload(state, project, note, user, about, action);
  state.hook(project, "note", payload, { confidential });
}

/** Creates a note as the API does: a text made of commands alone stores nothing. */
export async function createNote(
  state: State,
  noteable: Noteable,
  user: User,
  wish: NoteWish,
): Promise<NoteResult> {
  const project = state.projectById(noteable.projectId);
  const { text, actions } = extractQuickActions(wish.body);
  const outcome = await runCommands(actions, { state, project, noteable, user });
  if (actions.length > 0 && text.trim() === "") {
    return outcome.summaries.length > 0
      ? { kind: "commands", outcome }
      : { kind: "failed", message: outcome.failures.join(", ") };
  }
  const note = state.addNote(noteable, user, text, {
    internal: wish.internal ?? false,
    type: wish.type ?? null,
    position: wish.position ?? null,
    ...(wish.type === undefined || wish.type === null || noteable.kind === "Issue"
      ? {}
      : { resolvable: true }),
    ...(wish.createdAt === undefined
      ? {}
      : { createdAt: wish.createdAt, updatedAt: wish.createdAt }),
    ...(wish.discussionId === undefined ? {} : { discussionId: wish.discussionId }),
  });
  crossReference(state, user, noteable, text);
  sendNoteHook(state, noteable, note, user, "create");
  return { kind: "note", note, outcome };
}

/** Changes a note's text; commands in the new text run too. */
export async function editNote(
  state: State,
  noteable: Noteable,
  note: Note,
  user: User,
  body: string,
): Promise<NoteResult> {
  const project = state.projectById(noteable.projectId);
  const { text, actions } = extractQuickActions(body);
  const outcome = await runCommands(actions, { state, project, noteable, user });
  if (actions.length > 0 && text.trim() === "") {
    return outcome.summaries.length > 0
      ? { kind: "commands", outcome }
      : { kind: "failed", message: outcome.failures.join(", ") };
  }
  note.body = text;
  note.updatedAt = state.stamp();
  noteable.updatedAt = note.updatedAt;
  crossReference(state, user, noteable, text);
  sendNoteHook(state, noteable, note, user, "update");
  return { kind: "note", note, outcome };
}
