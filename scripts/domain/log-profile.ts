import * as z from "zod";

/** The one description of a log source that query, judgement and redaction share (`policies/log-sources/<source>.yaml`). */
export const LogProfile = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("log_profile"),
  source: z.string().regex(/^[a-z][a-z0-9_]*$/),
});
export type LogProfile = z.infer<typeof LogProfile>;
