// The catalogue of event types that a request may name (`policies/event-types.yaml`).
import * as z from "zod";
import { EventTypeName } from "./information-request/request.ts";

/**
 * One event type. `recorded`: `saved` in the customer's Audit Events; only `streamed` to a destination that was set up
 * beforehand; or `never`, which leaves the logs. `category` is GitLab's name of the product area; null = not known.
 */
const EventType = z.strictObject({
  name: EventTypeName,
  category: z.string().min(1).nullable(),
  recorded: z.enum(["saved", "streamed", "never"]),
});
export type EventType = z.infer<typeof EventType>;

export const EventTypeCatalogue = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("event_type_catalogue"),
  event_types: z.array(EventType).superRefine((types, context) => {
    const seen = new Set<string>();
    for (const [at, { name }] of types.entries()) {
      if (seen.has(name))
        context.addIssue({
          code: "custom",
          path: [at, "name"],
          message: `names ${name} a second time`,
        });
      seen.add(name);
    }
  }),
});
export type EventTypeCatalogue = z.infer<typeof EventTypeCatalogue>;
