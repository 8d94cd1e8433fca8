// The issue's side of a decision: who asks, who can read it, and whether it is open.
import * as z from "zod";
import { parseInstant } from "../instant.ts";
import { LegalDecision } from "./legal-decision.ts";

const Instant = z
  .string()
  .refine((text) => parseInstant(text) !== null, "must be a time such as 2026-11-20T15:00:00Z");

/** A reader of the issue: a name alone, or a name with what the group membership says of it (null = not known). */
const Participant = z.union([
  z.string(),
  z.strictObject({
    username: z.string(),
    team_member: z.boolean().nullable(),
  }),
]);
export type Participant = z.infer<typeof Participant>;

/** What GitLab tells of an issue and no rule looks at. */
const ignored = z.unknown().optional();
const IGNORED = {
  id: ignored,
  iid: ignored,
  title: ignored,
  description: ignored,
  labels: ignored,
  author: ignored,
  author_id: ignored,
  updated_at: ignored,
  closed_at: ignored,
  due_date: ignored,
  milestone: ignored,
  project_id: ignored,
  references: ignored,
  type: ignored,
  issue_type: ignored,
  url: ignored,
  web_url: ignored,
  weight: ignored,
};

/**
 * The state of the request's issue as it stands when it is judged; `null` = could not be read.
 * Labels, titles and texts may be handed in but decide nothing. An unknown key is refused: what we do not
 * understand may be the very thing that forbids the request.
 */
export const IssueState = z.strictObject({
  confidential: z.boolean().nullable().default(null),
  /** The team of the author: `support`, `csm`, `sirt` … (`policies/eligibility.yaml`, author_roles). */
  author_role: z.string().nullable().default(null),
  /** GitLab's word for the state of the author's user: `active`, `blocked` … */
  author_state: z.string().nullish(),
  author_renamed: z.boolean().optional(),
  participants: z.array(Participant).nullable().default(null),
  assignees: z.array(Participant).optional(),
  /** Outside addresses that get the issue by mail. */
  email_participants: z.array(z.string()).optional(),
  customer_contact_in_issue: z.boolean().optional(),
  state: z.string().nullable().default(null),
  discussion_locked: z.boolean().nullish(),
  moved: z.boolean().nullish(),
  /** Where the issue went, as GitLab's `moved_to_id` says; null = nowhere. */
  moved_to_id: z.int().nullish(),
  service_desk: z.boolean().optional(),
  service_desk_reply_to: z.string().nullish(),
  /** Another open issue asks for the same. */
  same_request_open: z.boolean().nullish(),
  /** When the request was filed; without it, the time of the decision. */
  created_at: Instant.optional(),
  /** What happened to the issue, `<event>_by:<username>`. */
  events: z.array(z.string()).optional(),
  /** What Legal decided on the exception that the request asks for; the pipeline reads it from a note of theirs. */
  exception: LegalDecision.nullish(),
  ...IGNORED,
});
export type IssueState = z.infer<typeof IssueState>;
