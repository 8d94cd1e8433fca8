/** Notes, discussions and award emoji below issues and merge requests. */
import { badRequest, fail, notFound } from "../errors.ts";
import { type App, type Ctx, paginate, pathId, pathParam, requireUser, userOf } from "../http.ts";
import { ACCESS, type AwardEmoji, type Note, type Noteable, type User } from "../model.ts";
import { canSeeNote, createNote, editNote, type NoteResult, type NoteWish } from "../notes.ts";
import { type Json, presentNote, presentUserId } from "../presenters.ts";
import type { State } from "../state.ts";

const MAX_BODY = 1_000_000;

/** Finds the issue or merge request of a request's path; 404 when the asker may not see it. */
export type FindNoteable = (c: Ctx) => Noteable;

function answer(
  c: Ctx,
  state: State,
  noteable: Noteable,
  result: NoteResult,
  status: 200 | 201,
): Response {
  switch (result.kind) {
    case "failed":
      return badRequest(result.message);
    case "commands":
      return c.json(
        { commands_changes: result.outcome.changes, summary: result.outcome.summaries },
        202,
      );
    case "note":
      return c.json(
        {
          ...presentNote(state, noteable, result.note),
          commands_changes: result.outcome.changes,
        },
        status,
      );
  }
}

function readBody(c: Ctx): string {
  const body = c.var.params.required("body");
  if (body.trim() === "") badRequest(`Note {:note=>["can't be blank"]}`);
  if (body.length > MAX_BODY)
    badRequest(`Note {:note=>["is too long (maximum is ${MAX_BODY} characters)"]}`);
  return body;
}

function mayComment(state: State, user: User, noteable: Noteable): void {
  const level = state.accessLevel(user, state.projectById(noteable.projectId));
  if (noteable.discussionLocked && level < ACCESS.guest) fail(403);
}

function readWish(c: Ctx, state: State, noteable: Noteable, user: User): NoteWish {
  const { params } = c.var;
  const project = state.projectById(noteable.projectId);
  const internal = params.flag("internal") ?? params.flag("confidential") ?? false;
  if (internal && state.accessLevel(user, project) < ACCESS.planner) fail(403);
  const mayDate = state.accessLevel(user, project) >= ACCESS.owner;
  const createdAt = mayDate ? params.time("created_at") : undefined;
  return {
    body: readBody(c),
    internal,
    createdAt: createdAt === undefined ? undefined : new Date(createdAt).toISOString(),
  };
}

/** A note of the path the asker may read. */
function noteOf(c: Ctx, state: State, noteable: Noteable): Note {
  const note = noteable.notes.find((one) => one.id === pathId(c, "note_id"));
  if (note === undefined || !canSeeNote(state, userOf(c), noteable, note)) notFound();
  return note;
}

function requireNoteEditor(state: State, user: User, noteable: Noteable, note: Note): void {
  const level = state.accessLevel(user, state.projectById(noteable.projectId));
  if (note.system || (note.authorId !== user.id && level < ACCESS.maintainer)) fail(403);
}

function registerNotesAt(app: App, state: State, base: string, find: FindNoteable): void {
  app.get(`${base}/notes`, (c) => {
    const noteable = find(c);
    const user = requireUser(c);
    const { params } = c.var;
    const column = params.oneOf("order_by", ["created_at", "updated_at"]) ?? "created_at";
    const sign = (params.oneOf("sort", ["asc", "desc"]) ?? "desc") === "desc" ? -1 : 1;
    const filter = params.oneOf("activity_filter", ["all_notes", "only_comments", "only_activity"]);
    const value = (note: Note): string =>
      column === "created_at" ? note.createdAt : note.updatedAt;
    const rows = noteable.notes
      .filter((note) => filter !== "only_comments" || !note.system)
      .filter((note) => filter !== "only_activity" || note.system)
      .sort((a, b) => {
        const [left, right] = [value(a), value(b)];
        return sign * (left < right ? -1 : left > right ? 1 : a.id - b.id);
      });
    // Visibility is judged after the page was cut, so a page may be short.
    const page = paginate(c, rows).filter((note) => canSeeNote(state, user, noteable, note));
    return c.json(page.map((note) => presentNote(state, noteable, note)));
  });
  app.get(`${base}/notes/:note_id`, (c) => {
    const noteable = find(c);
    requireUser(c);
    return c.json(presentNote(state, noteable, noteOf(c, state, noteable)));
  });
  app.post(`${base}/notes`, async (c) => {
    const noteable = find(c);
    const user = requireUser(c);
    mayComment(state, user, noteable);
    const result = await createNote(state, noteable, user, readWish(c, state, noteable, user));
    return answer(c, state, noteable, result, 201);
  });
  app.put(`${base}/notes/:note_id`, async (c) => {
    const noteable = find(c);
    const user = requireUser(c);
    const note = noteOf(c, state, noteable);
    requireNoteEditor(state, user, noteable, note);
    const body = c.var.params.text("body") === undefined ? note.body : readBody(c);
    return answer(c, state, noteable, await editNote(state, noteable, note, user, body), 200);
  });
  app.delete(`${base}/notes/:note_id`, (c) => {
    const noteable = find(c);
    const user = requireUser(c);
    const note = noteOf(c, state, noteable);
    requireNoteEditor(state, user, noteable, note);
    noteable.notes.splice(noteable.notes.indexOf(note), 1);
    return c.body(null, 204);
  });
}

function presentDiscussion(state: State, noteable: Noteable, notes: readonly Note[]): Json {
  return {
    id: notes[0]?.discussionId,
    individual_note: notes.every((note) => note.type === null),
    notes: notes.map((note) => presentNote(state, noteable, note)),
  };
}

function registerDiscussionsAt(app: App, state: State, base: string, find: FindNoteable): void {
  const threads = (c: Ctx, noteable: Noteable): Note[][] => {
    const byId = new Map<string, Note[]>();
    for (const note of noteable.notes) {
      if (!canSeeNote(state, userOf(c), noteable, note)) continue;
      byId.set(note.discussionId, [...(byId.get(note.discussionId) ?? []), note]);
    }
    return [...byId.values()];
  };
  const thread = (c: Ctx, noteable: Noteable): Note[] =>
    threads(c, noteable).find(
      (notes) => notes[0]?.discussionId === pathParam(c, "discussion_id"),
    ) ?? notFound("Discussion");

  app.get(`${base}/discussions`, (c) => {
    const noteable = find(c);
    requireUser(c);
    const page = paginate(c, threads(c, noteable));
    return c.json(page.map((notes) => presentDiscussion(state, noteable, notes)));
  });
  app.get(`${base}/discussions/:discussion_id`, (c) => {
    const noteable = find(c);
    requireUser(c);
    return c.json(presentDiscussion(state, noteable, thread(c, noteable)));
  });
  app.post(`${base}/discussions`, async (c) => {
    const noteable = find(c);
    const user = requireUser(c);
    mayComment(state, user, noteable);
    const position = c.var.params.has("position") ? c.var.params.nested("position").values : null;
    const result = await createNote(state, noteable, user, {
      ...readWish(c, state, noteable, user),
      type: position === null ? "DiscussionNote" : "DiffNote",
      position,
    });
    if (result.kind !== "note") return answer(c, state, noteable, result, 201);
    return c.json(presentDiscussion(state, noteable, [result.note]), 201);
  });
  app.post(`${base}/discussions/:discussion_id/notes`, async (c) => {
    const noteable = find(c);
    const user = requireUser(c);
    mayComment(state, user, noteable);
    const notes = thread(c, noteable);
    const result = await createNote(state, noteable, user, {
      ...readWish(c, state, noteable, user),
      type: notes[0]?.type ?? "DiscussionNote",
      discussionId: pathParam(c, "discussion_id"),
    });
    return answer(c, state, noteable, result, 201);
  });
  app.put(`${base}/discussions/:discussion_id`, (c) => {
    const noteable = find(c);
    const user = requireUser(c);
    const notes = thread(c, noteable);
    const resolved = c.var.params.flag("resolved") ?? fail(400, { error: "resolved is missing" });
    for (const note of notes) {
      note.resolved = resolved;
      note.resolvedById = resolved ? user.id : null;
    }
    return c.json(presentDiscussion(state, noteable, notes));
  });
}

function registerAwardsAt(
  app: App,
  state: State,
  base: string,
  find: (c: Ctx) => { readonly awards: AwardEmoji[] },
): void {
  const present = (award: AwardEmoji): Json => ({
    id: award.id,
    name: award.name,
    user: presentUserId(state, award.userId),
    created_at: award.createdAt,
    updated_at: award.createdAt,
    url: null,
  });
  app.get(`${base}/award_emoji`, (c) => c.json(paginate(c, find(c).awards).map(present)));
  app.post(`${base}/award_emoji`, (c) => {
    const { awards } = find(c);
    const user = requireUser(c);
    const name = c.var.params.required("name");
    if (awards.some((one) => one.userId === user.id && one.name === name)) {
      fail(404, "404 Award Emoji Name has already been taken Not Found");
    }
    const award: AwardEmoji = {
      id: state.nextId("award"),
      name,
      userId: user.id,
      createdAt: state.stamp(),
    };
    awards.push(award);
    return c.json(present(award), 201);
  });
  app.delete(`${base}/award_emoji/:award_id`, (c) => {
    const { awards } = find(c);
    const user = requireUser(c);
    const award = awards.find((one) => one.id === pathId(c, "award_id")) ?? notFound();
    if (award.userId !== user.id && !user.admin) fail(403);
    awards.splice(awards.indexOf(award), 1);
    return c.body(null, 204);
  });
}

/** Notes, discussions and awards below `base` (such as `/projects/:id/issues/:iid`). */
export function registerNotesFor(app: App, state: State, base: string, find: FindNoteable): void {
  registerNotesAt(app, state, base, find);
  registerDiscussionsAt(app, state, base, find);
  registerAwardsAt(app, state, base, find);
  registerAwardsAt(app, state, `${base}/notes/:note_id`, (c) => noteOf(c, state, find(c)));
}
