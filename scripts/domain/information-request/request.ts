// The request file: what was asked, in the one form that every later stage reads.
import { Temporal } from "temporal-polyfill";
import * as z from "zod";
import { parseInstant } from "../instant.ts";
import { LogSource } from "../log-source.ts";
import { findForbidden } from "../text-hygiene.ts";

/** `IR-<year>-<number>`: safe in paths, refs and URLs. */
const RequestId = z.string().regex(/^IR-\d{4}-\d{4,8}$/, "must look like IR-2026-0042");

/** Hard caps of the file; the policy's limits on a request's scope are lower. */
export const MAX_RESOURCES = 500;
export const MAX_EVENT_TYPES = 200;
const MAX_TEXT = 10_000;
const MAX_LINE = 500;

/** One path segment or more of a GitLab group or project path; ASCII only, no `..`, no `--` at an edge. */
const SEGMENT = "[A-Za-z0-9_](?:[A-Za-z0-9_]|[.-](?=[A-Za-z0-9_-]))*";
/** GitLab refuses paths that end so: they would clash with its routes. */
const NO_ROUTE_SUFFIX = "(?!.*\\.(?:git|atom)(?:/|$))";

/** A group path, `acme-corp/payments`; a bare number is an id, not a path. */
export const NamespacePath = z
  .string()
  .max(255)
  .regex(
    new RegExp(`^${NO_ROUTE_SUFFIX}(?!\\d+$)${SEGMENT}(?:/${SEGMENT})*$`),
    "must be a GitLab path such as acme-corp/payments",
  );

/** A project path: at least a group and a name. */
export const ProjectPath = z
  .string()
  .max(255)
  .regex(
    new RegExp(`^${NO_ROUTE_SUFFIX}${SEGMENT}(?:/${SEGMENT})+$`),
    "must be a full project path such as acme-corp/payments/api",
  );

/** A person's user name; bots and GitLab's own users cannot be asked about by name. */
export const Username = z
  .string()
  .max(255)
  .regex(
    new RegExp(`^(?!.*\\.(?:git|atom)$)${SEGMENT}$`),
    "must be a GitLab user name such as acme-jdoe",
  )
  .refine(
    (name) => !/^(?:(?:project|group)_\d+_bot|service_account_|ghost\d*$)|[_-]bot\d*$/i.test(name),
    "must be a person, not a bot or a service account",
  );

/** The name of an audit event type; whether it is a known one is asked of the catalogue (`policies/event-types.yaml`). */
export const EventTypeName = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*$/, "must be an event type name such as deploy_key_added");

const Instant = z
  .string()
  .max(40)
  .refine(
    (text) => parseInstant(text) !== null,
    "must be a real RFC 3339 time with an offset such as 2026-11-16T00:00:00Z",
  );

/** Half open, `[from, to)`. */
const Window = z.strictObject({ from: Instant, to: Instant }).refine(
  ({ from, to }) => {
    const [start, end] = [parseInstant(from), parseInstant(to)];
    return start === null || end === null || Temporal.Instant.compare(start, end) < 0;
  },
  { message: "must end after it starts", path: ["to"] },
);

const Resources = z
  .strictObject({
    groups: z.array(NamespacePath),
    projects: z.array(ProjectPath),
    users: z.array(Username),
  })
  .superRefine(({ groups, projects, users }, context) => {
    const count = groups.length + projects.length + users.length;
    if (count === 0)
      context.addIssue({
        code: "custom",
        message: "must name at least one group, project or user",
      });
    if (count > MAX_RESOURCES)
      context.addIssue({
        code: "custom",
        message: `must name at most ${MAX_RESOURCES} groups, projects and users, not ${count}`,
      });
  });

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine(
      (value) => findForbidden(value).length === 0,
      "must not hold control, bidirectional or invisible characters",
    );

/** The request file `requests/information-request/<year>/<id>.yaml`. */
export const InformationRequest = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("information_request"),
  id: RequestId,
  issue: z.int().positive(),
  account: z.strictObject({ path: NamespacePath, id: z.int().positive() }),
  window: Window,
  resources: Resources,
  event_types: z
    .array(EventTypeName)
    .min(1, "must name at least one event type")
    .max(MAX_EVENT_TYPES),
  log_sources: z.array(LogSource).min(1).optional(),
  ticket: text(MAX_LINE).optional(),
  personal_data_needed: z.boolean().optional(),
  complex: z.boolean().optional(),
  exception_requested: z.strictObject({ reason: text(MAX_TEXT).min(1) }).optional(),
  audit_events_checked: z.boolean().optional(),
  /** Why the Audit Events do not answer it although they show every wanted event; Support's words, shown and never judged. */
  self_serve_insufficient: text(MAX_TEXT).min(1).optional(),
  /** What the answer holds: the rows (also where it is left out), or counts without personal data. */
  lane: z.enum(["rows", "aggregate"]).optional(),
  /** A person accepts the estimated cost of a broad log-dive. */
  cost_accepted: z.boolean().optional(),
  note: text(MAX_TEXT).optional(),
});
export type InformationRequest = z.infer<typeof InformationRequest>;
