// What the environment of a run says, read once and checked: every missing or odd variable is named in one error.
import * as z from "zod";

const Environment = z.object({
  GITLAB_URL: z.url({ protocol: /^https?$/ }).optional(),
  CI_SERVER_URL: z.url({ protocol: /^https?$/ }).optional(),
  SECLOG_TOKEN: z.string().min(1).optional(),
  SECLOG_READ_TOKEN: z.string().min(1).optional(),
  CI_JOB_TOKEN: z.string().min(1).optional(),
  CI_PROJECT_PATH: z.string().min(1).optional(),
  CI_COMMIT_SHA: z.string().optional(),
  SECLOG_PROJECT: z.string().min(1).optional(),
  SECLOG_ACCOUNTS: z.string().min(1).optional(),
  SECLOG_ACCOUNTS_TOKEN: z.string().min(1).optional(),
  SECLOG_LOG_STORE: z.string().min(1).optional(),
  SECLOG_LOG_STORE_API_KEY: z.string().min(1).optional(),
  SECLOG_LOG_STORE_USER: z.string().min(1).optional(),
  SECLOG_LOG_STORE_PASSWORD: z.string().min(1).optional(),
  SECLOG_LOG_STORE_MAX_BYTES: z.string().min(1).optional(),
  SECLOG_ARTEFACT_KEY: z
    .string()
    .regex(/^AGE-SECRET-KEY-1[0-9A-Z]+$/, "is not an age identity (AGE-SECRET-KEY-1…)")
    .optional(),
  SECLOG_PSEUDONYM_KEY: z.string().min(32, "must be at least 32 characters").optional(),
  SECLOG_MARKER_KEY: z
    .string()
    .regex(/^[^,]{32,}(?:,[^,]{32,})*$/, "must be keys of at least 32 characters, commas between")
    .optional(),
  SECLOG_POLICIES: z.string().min(1).optional(),
  SECLOG_WORK: z.string().min(1).optional(),
  TRIGGER_PAYLOAD: z.string().min(1).optional(),
});
export type Environment = z.infer<typeof Environment>;

/** @throws Error that names each variable at fault, never its value. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  // GitLab hands an unset variable of a job as the empty string.
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = Environment.safeParse(set);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new Error(`the environment is not usable: ${faults.join("; ")}`);
}
