/** Whether a search engine answered with all that it has: anything else must not pass for a complete collection. */
import * as z from "zod";

const Count = z.int().nonnegative();

/** What must be there to be believed; engines add more. */
const Answer = z.object({
  timed_out: z.literal(false),
  terminated_early: z.literal(false).optional(),
  _shards: z.object({ total: Count, successful: Count, failed: z.literal(0) }),
  _clusters: z
    .object({ total: Count, successful: Count, skipped: Count })
    .catchall(z.unknown())
    .optional(),
  hits: z.object({ total: z.object({ value: Count, relation: z.literal("eq") }) }),
  error: z.undefined().optional(),
});

/** Counts of `_clusters` that are not zero in a good answer. */
const GOOD_CLUSTERS = new Set(["total", "successful", "details"]);

/**
 * True only when an Elasticsearch or OpenSearch answer says so on every count: no time-out, no early end, no failed
 * shard, no cluster that was skipped or partial, an exact total, no error. Shards skipped by `can_match` are fine.
 */
export function isComplete(answer: unknown): boolean {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) return false;
  const { _shards, _clusters } = parsed.data;
  return _shards.successful === _shards.total && (_clusters === undefined || allReached(_clusters));
}

function allReached(clusters: Readonly<Record<string, unknown>>): boolean {
  const others = Object.entries(clusters).filter(([name]) => !GOOD_CLUSTERS.has(name));
  return clusters["successful"] === clusters["total"] && others.every(([, count]) => count === 0);
}
