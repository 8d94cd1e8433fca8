import * as z from "zod";

/** `IR-<year>-<number>`: safe in paths, refs and URLs. */
export const RequestId = z.string().regex(/^IR-\d{4}-\d{4,8}$/, "must look like IR-2026-0042");

/** One path segment or more of a GitLab group or project path; ASCII only, no `..`, no trailing `.git`. */
const SEGMENT = "[A-Za-z0-9_](?:[A-Za-z0-9_]|[.-](?=[A-Za-z0-9_]))*";
export const NamespacePath = z
  .string()
  .max(255)
  .regex(
    new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`),
    "must be a GitLab path such as acme-corp/payments",
  );

/**
 * The request file `requests/information-request/<year>/<id>.yaml`.
 * The window is half open, `[from, to)`, RFC 3339 with an offset.
 */
export const InformationRequest = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("information_request"),
  id: RequestId,
  issue: z.int().positive(),
  account: z.strictObject({ path: NamespacePath, id: z.int().positive() }),
  window: z.strictObject({ from: z.string(), to: z.string() }),
  resources: z.strictObject({
    groups: z.array(NamespacePath),
    projects: z.array(NamespacePath),
    users: z.array(z.string()),
  }),
  event_types: z.array(z.string()).min(1),
  log_sources: z.array(z.string()).optional(),
  ticket: z.string().optional(),
  personal_data_needed: z.boolean().optional(),
  complex: z.boolean().optional(),
  exception_requested: z.strictObject({ reason: z.string() }).optional(),
  audit_events_checked: z.boolean().optional(),
  note: z.string().optional(),
});
export type InformationRequest = z.infer<typeof InformationRequest>;
