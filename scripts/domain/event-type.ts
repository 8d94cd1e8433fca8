// The catalogue of event types that a request may name (`policies/event-types.yaml`).
import * as z from "zod";
import { EventTypeName } from "./information-request/request.ts";

/** One audit event type of GitLab. `saved`: found in the customer's Audit Events; `streamed`: can be streamed to them. */
const AuditEventType = z.strictObject({
  name: EventTypeName,
  category: z.string().min(1),
  saved: z.boolean(),
  streamed: z.boolean(),
  scope: z.array(z.enum(["Instance", "Group", "Project", "User"])).min(1),
  /** The version of GitLab that brought it. */
  since: z
    .string()
    .regex(/^\d{1,2}\.\d{1,2}$/, "must be a version such as 16.10, quoted")
    .optional(),
});

export const EventTypeCatalogue = z
  .strictObject({
    apiVersion: z.literal("v1"),
    kind: z.literal("event_type_catalogue"),
    audit_events: z.array(AuditEventType),
    /** What no audit event records and only the logs show; each has a query recipe. */
    log_events: z.array(EventTypeName),
  })
  .superRefine((catalogue, context) => {
    const seen = new Set<string>();
    for (const { name, path } of entries(catalogue)) {
      if (seen.has(name))
        context.addIssue({ code: "custom", path, message: `names ${name} a second time` });
      seen.add(name);
    }
  });
export type EventTypeCatalogue = z.infer<typeof EventTypeCatalogue>;

type Names = {
  readonly audit_events: readonly { readonly name: string }[];
  readonly log_events: readonly string[];
};

const entries = ({ audit_events, log_events }: Names) => [
  ...audit_events.map(({ name }, at) => ({ name, path: ["audit_events", at, "name"] })),
  ...log_events.map((name, at) => ({ name, path: ["log_events", at] })),
];

/** Every name that a request may use. */
export const eventTypeNames = (catalogue: EventTypeCatalogue): ReadonlySet<string> =>
  new Set(entries(catalogue).map(({ name }) => name));
