// Which of the wanted events the customer could not have seen in Audit Events.
import type { EventTypeCatalogue } from "../event-type.ts";
import { auditEventAnswers } from "./audit-event-answer.ts";
import type { Gap } from "./gap.ts";

/** An event type that an owner of the group sees is no gap; all others are, each once and of the kind of their answer. */
export function gapsOf(wanted: readonly string[], catalogue: EventTypeCatalogue): readonly Gap[] {
  const categories = new Map(catalogue.audit_events.map(({ name, category }) => [name, category]));
  return auditEventAnswers(wanted, catalogue).flatMap(({ eventType, kind }): readonly Gap[] =>
    kind === "saved" ? [] : [{ eventType, kind, category: categories.get(eventType) ?? null }],
  );
}
