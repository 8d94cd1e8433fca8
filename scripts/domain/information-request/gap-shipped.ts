// The end of a gap: the catalogue says that owners of a group now see an event type whose gap issue is still open.
import type { EventTypeCatalogue } from "../event-type.ts";
import type { Issue } from "../forge.ts";
import { type MarkedPlace, markerOf, ownIssues, type Sign } from "../note-marker.ts";
import { auditEventAnswers } from "./audit-event-answer.ts";
import { gapPlace } from "./gap.ts";

export type ShippedGap = {
  readonly eventType: string;
  /** What the catalogue says: since which version it is saved, and where it is seen. */
  readonly answer: string;
  /** Number of the open gap issue. */
  readonly issue: number;
};

/**
 * The open gap issues of the bot whose event type an owner of the group sees by now. Of several issues for one type only the
 * lowest counts, as in `planGap`; one that a person closed is settled.
 * @param context.project numeric id of the project of gap issues
 */
export function shippedGaps(
  issues: readonly Issue[],
  catalogue: EventTypeCatalogue,
  context: { readonly project: number; readonly botId: number; readonly sign: Sign },
): readonly ShippedGap[] {
  if (issues.every(({ state }) => state === "closed")) return [];
  const names = catalogue.audit_events.map(({ name }) => name);
  return auditEventAnswers(names, catalogue).flatMap(({ eventType, kind, answer }) => {
    if (kind !== "saved") return [];
    const marker = markerOf(gapPlace(context.project, eventType), context.sign);
    const [standing] = ownIssues(issues, context.botId, marker);
    return standing?.state === "opened" ? [{ eventType, answer, issue: standing.iid }] : [];
  });
}

/** Where the one comment on it stands. */
export const shippedPlace = (project: number, { eventType, issue }: ShippedGap): MarkedPlace => ({
  project,
  kind: "note",
  parent: issue,
  tag: `gap-shipped/${eventType}`,
});
