// The form of a rule: a condition in CEL, what follows when it does not hold, and the words for people.
import * as z from "zod";

/** Text of one sentence or more; `{measured}` and `{limit}` are the only places to fill. */
export const Sentence = z
  .string()
  .min(1)
  .refine(
    (text) => !/[{}]/.test(text.replaceAll(/\{(?:measured|limit)\}/g, "")),
    "may use {measured} and {limit} only",
  );
const Expression = z.string().min(1).max(1000);
export const RuleId = z.string().regex(/^[a-z][a-z0-9_]*$/);

/** A situation that differs from the baseline by these values: maps are merged, everything else is replaced. */
const RuleCase = z.strictObject({ given: z.record(z.string(), z.unknown()) });
export type RuleCase = z.infer<typeof RuleCase>;

const COMMON = {
  id: RuleId,
  /** The rule runs only where this holds; without it, always. */
  when: Expression.optional(),
  /** The condition that has to hold. */
  require: Expression,
  measured: Expression.optional(),
  limit: Expression.optional(),
  /** Said when the condition holds. */
  holds: Sentence,
  /** Said when it does not. */
  message: Sentence,
  clause: z.string().min(1),
  cases: z.strictObject({
    passes: z.array(RuleCase).min(1, "needs a case that passes the rule"),
    fails: z.array(RuleCase).min(1, "needs a case that fails the rule"),
    /** Situations in which the rule does not run. */
    skips: z.array(RuleCase).optional(),
  }),
};

/** A condition of assistance. */
export const EligibilityRule = z.strictObject({
  ...COMMON,
  outcome: z.enum(["needs-info", "reject"]),
  /** Legal may grant an exception from this condition. */
  waivable: z.boolean().optional(),
  fix: Sentence,
  /** What Support may tell the customer; names nothing internal. */
  customer: Sentence,
});
export type EligibilityRule = z.infer<typeof EligibilityRule>;

/** A condition for the Support lane; where it does not hold, the request goes to `otherwise`. */
export const RoutingRule = z.strictObject({ ...COMMON, otherwise: z.literal("sirt") });
export type RoutingRule = z.infer<typeof RoutingRule>;

/** A condition for answering with rows; where it does not hold, the answer is `otherwise`. */
export const LaneRule = z.strictObject({
  ...COMMON,
  otherwise: z.enum(["self-serve", "aggregate"]),
});
export type LaneRule = z.infer<typeof LaneRule>;

export type Rule = EligibilityRule | RoutingRule | LaneRule;

/** Fills `{measured}` and `{limit}`; the values go in as they are and are never read as templates. */
export function fillSentence(
  sentence: string,
  { measured, limit }: { readonly measured?: unknown; readonly limit?: unknown },
): string {
  const parts = sentenceParts(sentence);
  if (parts.length === 1) return sentence;
  let filled = "";
  for (const part of parts) {
    if (part === "{measured}") filled += String(measured);
    else if (part === "{limit}") filled += String(limit);
    else filled += part;
  }
  return filled;
}

/** Sentences are few and said often: each is taken apart once. */
const PARTS = new Map<string, readonly string[]>();

function sentenceParts(sentence: string): readonly string[] {
  const known = PARTS.get(sentence);
  if (known !== undefined) return known;
  const parts = sentence.split(/(\{measured\}|\{limit\})/);
  PARTS.set(sentence, parts);
  return parts;
}
