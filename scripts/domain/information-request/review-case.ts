// What the release gate is told: the merge request, the people, the roles and the approvals, as GitLab's API gives them.
import * as z from "zod";
import { parseInstant } from "../instant.ts";

const Instant = z
  .string()
  .refine((text) => parseInstant(text) !== null, "must be a time such as 2026-11-20T15:00:00Z");
const Name = z.string().min(1);

const MergeRequestCase = z.strictObject({
  head_sha: Name,
  last_push_at: Instant.nullable(),
  /** Digest of the artefact that the manifest at the head names. */
  digest_in_head: z.string().nullable(),
  author: Name,
  committers: z.array(Name),
  /** People who had pushed before a rebase took their commits' names away. */
  former_committers: z.array(Name).optional(),
  state: Name,
  draft: z.boolean(),
  target: Name,
  target_protected: z.boolean().nullable(),
  diff_paths: z.array(z.string()),
  /** False when GitLab cut the diff: then the paths are not known. */
  paths_complete: z.boolean().nullish(),
  /** Path or id of the source project where it is not the target project. */
  source_project: z.union([z.string(), z.int()]).nullish(),
  target_project: z.union([z.string(), z.int()]).nullish(),
  source_branch: z.string().optional(),
  merged_by: z.string().nullish(),
  /** Reviewers who asked for changes. */
  changes_requested_by: z.array(Name).optional(),
  title: z.string().optional(),
  description: z.string().nullish(),
  labels: z.array(z.string()).optional(),
  iid: z.int().optional(),
});

const Person = z.strictObject({
  id: z.int().positive(),
  state: Name,
  bot: z.boolean(),
  groups: z.array(z.string()),
  /** Team → last day of the membership (`YYYY-MM-DD`), null = no end. */
  member_expires: z.record(z.string(), z.iso.date().nullable()).optional(),
  /** True, or the teams, where the membership comes from a parent group only. */
  inherited_only: z.union([z.boolean(), z.array(z.string())]).optional(),
  /** Team → since when the person is a member. */
  member_since: z.record(z.string(), Instant.nullable()).optional(),
  username: z.string().optional(),
  name: z.string().optional(),
  renamed_from: z.string().optional(),
});
export type Person = z.infer<typeof Person>;

const ApprovalCase = z.strictObject({
  user: Name,
  user_id: z.int().optional(),
  at: z.string().nullish(),
  /** The head commit that was approved; null or missing = not known, which does not count. */
  sha: z.string().nullish(),
  /** How it was given; only GitLab's own approval counts. */
  via: z.string().optional(),
  /** Digest that the approver saw, where it is recorded. */
  digest: z.string().nullish(),
});
export type ApprovalCase = z.infer<typeof ApprovalCase>;

const OneOrMore = z.union([Name, z.array(Name).min(1)]).nullable();

/**
 * The input of the release gate. Texts, labels, comments, emoji and GitLab's own rules may be handed in and decide
 * nothing. An unknown key is refused: what we do not understand may be what forbids the release.
 */
export const ReviewCase = z.strictObject({
  now: Instant,
  artefact_digest: z.string().nullable(),
  /** False when the collection is incomplete. */
  artefact_complete: z.boolean().nullish(),
  mr: MergeRequestCase,
  people: z.record(z.string(), Person),
  /** Who asked and who dived; more roles may be named, and none of these people may approve. */
  roles: z.object({ requester: OneOrMore, log_diver: OneOrMore }).catchall(OneOrMore),
  approvals: z.array(ApprovalCase),
  /** What happened to approvals, `unapproved_by:<user>` or an object; later ones count. */
  events: z
    .array(
      z.union([
        z.string(),
        z.strictObject({ user: Name, action: Name, at: Instant, sha: z.string().nullish() }),
      ]),
    )
    .optional(),
  rules: z.array(z.unknown()).optional(),
  gitlab_says_approved: z.boolean().nullish(),
  description: z.string().nullish(),
  labels: z.array(z.string()).optional(),
  comments: z.array(z.unknown()).optional(),
  notes: z.array(z.unknown()).optional(),
  emoji: z.array(z.unknown()).optional(),
  award_emoji: z.array(z.unknown()).optional(),
});
export type ReviewCase = z.infer<typeof ReviewCase>;
