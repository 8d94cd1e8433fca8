// What the system of record says of an account: the facts that a request is judged by.
import * as z from "zod";

/**
 * What the system of record says of the account; `null` (or a missing key) = could not be read, which is never "allowed".
 * Never taken from the form. `program`, `expired_at` and `canonical_path` may be missing because there is none.
 */
export const AccountFacts = z.strictObject({
  namespace_exists: z.boolean().nullable().default(null),
  canonical_path: z.string().nullish(),
  /** GitLab's word for the plan, `premium`, `ultimate`, `free` … */
  plan: z.string().nullable().default(null),
  trial: z.boolean().nullable().default(null),
  paying: z.boolean().nullable().default(null),
  /** A programme that gives the plan away: `education`, `open_source`, `startups` … */
  program: z.string().nullish(),
  support_plan: z.string().nullable().default(null),
  deployment: z.enum(["gitlab.com", "self-managed", "dedicated"]).nullable().default(null),
  /** End of the subscription, RFC 3339 or `YYYY-MM-DD` (the day on which it is over). */
  expired_at: z.string().nullish(),
  requester_owns_account: z.boolean().nullable().default(null),
  /** `all`, `partial`, `none`, or `since <time>` when some resource came to the account only then. */
  resources_owned: z.string().nullable().default(null),
  author_is_team_member: z.boolean().nullable().default(null),
});
export type AccountFacts = z.infer<typeof AccountFacts>;
