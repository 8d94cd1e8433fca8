// One note of the bot on an issue, kept current: written where its text differs, and never two of them.
import type { Note } from "../forge.ts";
import { type Marker, ownNotes, withMarker } from "../note-marker.ts";
import type { Action } from "../plan.ts";
import { sameText } from "./merge-request.ts";

/**
 * Writes the note when its text differs from what stands, and deletes what a late or doubled write left beside it.
 * @param place the issue; `project` (full path) where it is not in the tracker
 */
export function keepNote(
  place: { readonly project?: string; readonly issue: number },
  notes: readonly Note[],
  botId: number,
  marker: Marker,
  body: string,
): readonly Action[] {
  const { tag } = marker;
  const marked = withMarker(marker, body);
  const [standing, ...doubles] = ownNotes(notes, botId, marker);
  const kept = standing !== undefined && sameText(standing.body, marked);
  const note = standing?.id ?? null;
  return [
    ...(kept ? [] : [{ kind: "write-note", ...place, tag, note, body: marked } as const]),
    ...doubles.map(({ id }): Action => ({ kind: "delete-note", ...place, tag, note: id })),
  ];
}
