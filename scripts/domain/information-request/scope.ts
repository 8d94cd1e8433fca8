import * as z from "zod";

const Named = z.strictObject({ path: z.string(), id: z.int().positive().nullable() });

/**
 * What one request may see, with the ids of the inventory (GitLab's own answer, never the form's):
 * ownership is judged by id where a log line carries one. `id: null` = the inventory gave none, so the path decides alone.
 */
export const Scope = z.strictObject({
  request_id: z.string(),
  account: Named,
  namespaces: z.array(Named),
  projects: z.array(Named),
  users: z.array(z.strictObject({ username: z.string(), id: z.int().positive().nullable() })),
  /** Half open, `[from, to)`. */
  window: z.strictObject({ from: z.string(), to: z.string() }),
  event_types: z.array(z.string()),
  log_sources: z.array(z.string()),
  may_show: z.array(z.string()).optional(),
  personal_data_approved: z.boolean(),
  note: z.string().optional(),
});
export type Scope = z.infer<typeof Scope>;
