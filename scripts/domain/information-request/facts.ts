import * as z from "zod";

/**
 * What the system of record says of the account; `null` = could not be read, which is never "allowed".
 * Never taken from the form.
 */
export const AccountFacts = z.object({
  namespace_exists: z.boolean().nullable(),
  canonical_path: z.string().nullish(),
  plan: z.string().nullable(),
  trial: z.boolean().nullable(),
  paying: z.boolean().nullable(),
  program: z.string().nullish(),
  support_plan: z.string().nullable(),
  deployment: z.enum(["gitlab.com", "self-managed", "dedicated"]).nullable(),
  expired_at: z.string().nullish(),
  requester_owns_account: z.boolean().nullable(),
  /** `all`, `partial`, `none`, or `since <time>` when some resource came to the account only then. */
  resources_owned: z.string().nullable(),
  author_is_team_member: z.boolean().nullable(),
});
export type AccountFacts = z.infer<typeof AccountFacts>;
