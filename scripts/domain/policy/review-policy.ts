// The release policy: which teams have to approve an artefact, and how long an approval holds.
import * as z from "zod";
import { Duration } from "./duration.ts";

export const ReviewPolicy = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("review_policy"),
  /** Role → how many distinct people of which teams. The teams are those of `teams.yaml`. */
  roles: z
    .record(
      z.string().regex(/^[a-z][a-z_]*$/),
      z.strictObject({ required: z.int().min(1).max(5), teams: z.array(z.string()).min(1) }),
    )
    .refine((roles) => Object.keys(roles).length > 0, "needs at least one role"),
  /** An approval older than this no longer counts. */
  approval_expires_after: Duration,
  /** After a push GitLab may still show approvals of the older commit for this long. */
  settle_after_push: Duration,
  /** Members who belong to a team only through a parent group may approve. */
  inherited_members: z.boolean(),
  /** Branches that a request may be merged into. */
  target_branches: z.array(z.string().min(1)).min(1),
});
export type ReviewPolicy = z.infer<typeof ReviewPolicy>;
