// Which of the wanted events the customer could not have seen in Audit Events.
import type { EventTypeCatalogue } from "../event-type.ts";
import type { Gap } from "./gap.ts";

/**
 * An event type that is saved is no gap: the customer can see it. One that is only streamed is lost without a
 * destination set up beforehand; what only the logs show is not recorded at all.
 */
export function gapsOf(wanted: readonly string[], catalogue: EventTypeCatalogue): readonly Gap[] {
  const types = new Map(catalogue.audit_events.map((type) => [type.name, type]));
  return [...new Set(wanted)].flatMap((eventType): readonly Gap[] => {
    const type = types.get(eventType);
    if (type === undefined) return [{ eventType, kind: "not_recorded", category: null }];
    return type.saved ? [] : [{ eventType, kind: "stream_only", category: type.category }];
  });
}
