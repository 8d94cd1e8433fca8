// One note of the bot on an issue or a merge request, kept current: written where its text differs, and never two of them.
import type { Note } from "../forge.ts";
import { type Marker, ownNotes, withMarker } from "../note-marker.ts";
import type { Action } from "../plan.ts";
import { sameText } from "./merge-request.ts";

/** An issue, with `project` (full path) where it is not in the tracker; or a merge request of the tracker. */
type Place =
  | { readonly project?: string; readonly issue: number }
  | { readonly mergeRequest: number };

/** Writes the note when its text differs from what stands, and deletes what a late or doubled write left beside it. */
export function keepNote(
  place: Place,
  notes: readonly Note[],
  botId: number,
  marker: Marker,
  body: string,
): readonly Action[] {
  const { tag } = marker;
  const marked = withMarker(marker, body);
  const [standing, ...doubles] = ownNotes(notes, botId, marker);
  const kept = standing !== undefined && sameText(standing.body, marked);
  return [
    ...(kept ? [] : [written(place, { tag, note: standing?.id ?? null, body: marked })]),
    ...doubles.map(({ id }) => deleted(place, { tag, note: id })),
  ];
}

const written = (
  place: Place,
  note: { readonly tag: string; readonly note: number | null; readonly body: string },
): Action =>
  "issue" in place
    ? { kind: "write-note", ...place, ...note }
    : { kind: "write-merge-request-note", ...place, ...note };

const deleted = (place: Place, note: { readonly tag: string; readonly note: number }): Action =>
  "issue" in place
    ? { kind: "delete-note", ...place, ...note }
    : { kind: "delete-merge-request-note", ...place, ...note };
