/** The lines of `evidence/*.ndjson`: original log lines with their places and what became of each. */
import * as z from "zod";
import { canonicalJson } from "../canonical-json.ts";

const Place = {
  source: z.string(),
  object: z.string(),
  line: z.int().positive(),
  /** The line's bytes: as text where they are UTF-8, else in base64. */
  text: z.string().optional(),
  base64: z.base64().optional(),
};

/** A matched line: `row` = the digest of the row that left, or `withheld` = why none did. */
export const MatchedLine = z
  .strictObject({
    ...Place,
    row: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    withheld: z.string().optional(),
  })
  .refine(
    ({ row, withheld }) => (row === undefined) !== (withheld === undefined),
    "must be a row or withheld, and not both",
  );
export type MatchedLine = z.infer<typeof MatchedLine>;

/** Bytes that are kept of a line that is too long to be held, so that a person can see where it came from. */
export const CUT_LINE_BYTES = 64 * 1024;

/** A line that could not be judged; `cut`: it was too long to be held, what is here is its beginning. */
export const QuarantinedLine = z.strictObject({
  ...Place,
  reason: z.string(),
  cut: z.literal(true).optional(),
});
export type QuarantinedLine = z.infer<typeof QuarantinedLine>;

/** The line of an evidence file, or null when it is none or not in its canonical form. */
export function readEvidence<T>(text: string, schema: z.ZodType<T>): T | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(value);
  return parsed.success && canonicalJson(value) === text ? parsed.data : null;
}

/** The bytes of the log line; null when the evidence gives none, or two versions. */
export function evidenceBytes({
  text,
  base64,
}: Pick<MatchedLine, "text" | "base64">): Uint8Array | null {
  if ((text === undefined) === (base64 === undefined)) return null;
  if (text !== undefined) return new TextEncoder().encode(text);
  return Uint8Array.from(atob(base64 as string), (character) => character.charCodeAt(0));
}
