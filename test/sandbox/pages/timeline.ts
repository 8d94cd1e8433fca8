// What happened on an issue or merge request, in order: comments, system notes, label and state events.
import type { Noteable, Project } from "../model.ts";
import { type Html, html } from "./html.ts";
import { markdown } from "./markdown.ts";
import { labelChip, person, time } from "./parts.ts";
import { seesNote, type Viewer } from "./viewer.ts";

type Entry = { readonly at: string; readonly order: number; readonly html: Html };

export function timeline(viewer: Viewer, project: Project, noteable: Noteable): Html {
  const entries = [
    ...notes(viewer, project, noteable),
    ...labelEvents(viewer, noteable),
    ...stateEvents(viewer, noteable),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.order - b.order));
  if (entries.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  return html`<ol class="timeline">${entries.map((entry) => entry.html)}</ol>`;
}

function notes(viewer: Viewer, project: Project, noteable: Noteable): readonly Entry[] {
  return noteable.notes
    .filter((note) => seesNote(viewer, noteable, note))
    .map((note) => {
      const author = person(viewer.state.user(note.authorId));
      const body = html`<div class="markdown">${markdown(note.system ? listAsMarkdown(note.body) : note.body, { viewer, project })}</div>`;
      const edited =
        note.updatedAt === note.createdAt ? null : html` · edited ${time(note.updatedAt)}`;
      const shown = note.system
        ? html`<li class="event" id="note_${note.id}">${author} ${body} · ${time(note.createdAt)}</li>`
        : html`<li class="comment${note.internal ? " internal-note" : ""}" id="note_${note.id}"><div class="head">${author}${
            note.authorId === noteable.authorId ? html` <span class="badge">author</span>` : null
          }${note.internal ? html` <span class="badge internal">Internal note</span>` : null}<span class="small soft">${time(note.createdAt)}${edited}</span></div><div class="pad">${body}</div></li>`;
      return { at: note.createdAt, order: 1, html: shown };
    });
}

/** GitLab's own notes about pushes list the commits as HTML. */
function listAsMarkdown(body: string): string {
  return body.replace(/<\/?ul>/g, "").replace(/<li>(.*?)<\/li>/g, "\n- $1\n");
}

function labelEvents(viewer: Viewer, noteable: Noteable): readonly Entry[] {
  const { state } = viewer;
  return noteable.labelEvents.flatMap((event) => {
    const label = state.labels.get(event.labelId);
    if (label === undefined) return [];
    const verb = event.action === "add" ? "added" : "removed";
    const author = person(state.user(event.userId));
    const shown = html`<li class="event">${author} ${verb} ${labelChip(label)} · ${time(event.createdAt)}</li>`;
    return [{ at: event.createdAt, order: 0, html: shown }];
  });
}

function stateEvents(viewer: Viewer, noteable: Noteable): readonly Entry[] {
  return noteable.stateEvents.map((event) => ({
    at: event.createdAt,
    order: 2,
    html: html`<li class="event">${person(viewer.state.user(event.userId))} <b>${event.state}</b> · ${time(event.createdAt)}</li>`,
  }));
}
