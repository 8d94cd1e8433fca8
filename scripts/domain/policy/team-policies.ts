// Policies of the organisation: labels, teams, projects, and the small settings of single stages.
import * as z from "zod";
import { Duration } from "./duration.ts";
import { RuleId } from "./rule.ts";

const version = z.literal("v1");

export const LabelPolicy = z.strictObject({
  apiVersion: version,
  kind: z.literal("label_policy"),
  labels: z
    .array(
      z.strictObject({
        /** GitLab separates labels by commas in its API, so a name has none. */
        name: z
          .string()
          .min(1)
          .max(255)
          .regex(/^[^,\n]+$/, "must not hold a comma"),
        color: z.string().regex(/^#[0-9a-f]{6}$/, "must be a colour such as #1f75cb"),
        description: z.string().min(1).max(255),
      }),
    )
    .min(1)
    .refine(
      (labels) => new Set(labels.map(({ name }) => name)).size === labels.length,
      "must not name two labels alike",
    ),
});
export type LabelPolicy = z.infer<typeof LabelPolicy>;

const TEAMS = ["legal", "security", "support", "sirt"] as const;
const groupPath = z.string().regex(/^[\w.-]+(?:\/[\w.-]+)*$/, "must be a group path");
const mention = z
  .string()
  .regex(/^@[\w.-]+(?:\/[\w.-]+)*$/, "must be a mention such as @gitlab-com/support")
  .nullable();
const ageRecipient = z.string().regex(/^age1[0-9a-z]+$/, "must be an age public key (age1…)");

export const TeamPolicy = z.strictObject({
  apiVersion: version,
  kind: z.literal("team_policy"),
  /** Team → GitLab groups whose direct members belong to it. */
  groups: z.record(z.enum(TEAMS), z.array(groupPath)),
  /** Who is called when it is their turn; null = nobody. */
  mentions: z.strictObject({
    support: mention,
    sirt: mention,
    legal: mention,
    reviewers: mention,
  }),
  /** Public keys that artefacts are encrypted to. */
  recipients: z.strictObject({
    reviewers: z.array(ageRecipient),
    evidence: z.array(ageRecipient),
    hand_over: z.array(ageRecipient),
  }),
});
export type TeamPolicy = z.infer<typeof TeamPolicy>;

/** `this` = the project that the pipeline runs in. */
const project = z.union([z.literal("this"), groupPath]);
export const ProjectPolicy = z.strictObject({
  apiVersion: version,
  kind: z.literal("project_policy"),
  tracker: project,
  gap: project,
  artefacts: project,
});
export type ProjectPolicy = z.infer<typeof ProjectPolicy>;

export const StatusUpdatePolicy = z.strictObject({
  apiVersion: version,
  kind: z.literal("status_update_policy"),
  /** Time between two updates for the customer, counted on business days only. */
  cadence: Duration,
  /** A note of the team that has the request may move the next update by this much at most, business time. */
  longest_extension: Duration,
  /** Rules that only we can put right: the clock goes on while nothing else fails. */
  runs_on: z.array(RuleId),
  /** Region of `calendar.yaml` whose business days count. */
  region: z.string(),
});
export type StatusUpdatePolicy = z.infer<typeof StatusUpdatePolicy>;

export const HandOverPolicy = z.strictObject({
  apiVersion: version,
  kind: z.literal("hand_over_policy"),
  /** An artefact is destroyed this long after it was collected. */
  artefact_expires_after: Duration,
});
export type HandOverPolicy = z.infer<typeof HandOverPolicy>;

export const GapPolicy = z.strictObject({
  apiVersion: version,
  kind: z.literal("gap_policy"),
  labels: z.array(z.string().min(1)).min(1),
  /** `{event_type}` is the only place to fill. */
  title: z
    .string()
    .includes("{event_type}", { message: "must hold {event_type}" })
    .refine(
      (title) => !/[{}]/.test(title.replaceAll("{event_type}", "")),
      "may use {event_type} only",
    ),
});
export type GapPolicy = z.infer<typeof GapPolicy>;
