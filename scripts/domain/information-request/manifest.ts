/** `manifest.json`: what a log-dive did, in digests and counts. */
import * as z from "zod";
import { parseInstant } from "../instant.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().nonnegative();
const Instant = z
  .string()
  .refine((text) => parseInstant(text) !== null, "must be an RFC 3339 time with its offset");
const Reasons = z.record(z.string(), Count);

/** What was read of one log source, and what became of each line. `scanned = outside + matched + quarantined`; `matched = released + withheld`. */
export const SourceCounts = z.strictObject({
  source: z.string(),
  partitions: Count,
  bytes: Count,
  scanned: Count,
  outside: Count,
  matched: Count,
  released: Count,
  withheld: Reasons,
  quarantined: Reasons,
  /** Days of the window that the archive does not have, `YYYY-MM-DD`. */
  missing: z.array(z.string()),
  /** Objects that could not be read to their end, with the reason. */
  broken: z.array(z.strictObject({ object: z.string(), reason: z.string() })),
});
export type SourceCounts = z.infer<typeof SourceCounts>;

/** What was done to the values of one field of the released rows. */
export const FieldTally = z.strictObject({
  source: z.string(),
  field: z.string(),
  kept: Count,
  pseudonymised: Count,
  removed: Count,
  /** Why values did not leave as they were. */
  reasons: Reasons,
});

/**
 * `manifest.json`: what a log-dive did, in digests and counts, never rows.
 * It is committed beside the request file; approvals bind to `artefact.sha256`.
 */
export const Manifest = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("artefact_manifest"),
  request: z.strictObject({ id: z.string(), sha256: Sha256 }),
  policy: z.strictObject({ sha256: Sha256 }),
  code: z.strictObject({ sha: z.string() }),
  collected_at: Instant,
  expires_at: Instant,
  store: z.strictObject({
    kind: z.string(),
    query: z.string(),
    parameters: z.record(z.string(), z.unknown()),
  }),
  window: z.strictObject({ from: z.string(), to: z.string() }),
  /** Counts left instead of rows; absent = rows. `rows` and `sources` stay exact, so this manifest is not for the customer then. */
  lane: z.literal("aggregate").optional(),
  sources: z.array(SourceCounts),
  /** False when a day is missing, a file is broken or a cap was reached: such an artefact is never releasable. */
  complete: z.boolean(),
  rows: z.strictObject({ count: Count, root: Sha256 }),
  /** Per field of the released rows: what was done to its values. */
  fields: z.array(FieldTally),
  gate: z.array(
    z.strictObject({
      check: z.string(),
      ok: z.boolean(),
      findings: Count,
      /** How many values G5 sent through the redaction; none of the rows is one of them. */
      planted: Count.optional(),
    }),
  ),
  pseudonym_key_id: z.string(),
  /** Every file of the artefact by name, in name order; `evidence/` files are sealed apart and listed with `restricted: true`. */
  files: z.array(
    z.strictObject({ name: z.string(), bytes: Count, sha256: Sha256, restricted: z.boolean() }),
  ),
  /** SHA-256 over the canonical JSON of `files` without the restricted ones: the digest that reviewers approve. */
  artefact: z.strictObject({ sha256: Sha256 }),
});
export type Manifest = z.infer<typeof Manifest>;

export type ManifestFile = Manifest["files"][number];
