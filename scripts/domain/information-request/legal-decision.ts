// What GitLab Legal decides on an exception: which rules it waives, for exactly which request, how long, or that it refuses.
import { Temporal } from "temporal-polyfill";
import * as z from "zod";
import { parseInstant } from "../instant.ts";
import { RuleId } from "../policy/rule.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex");

/** A decision that holds for the request with this digest alone: an edited request is another one. */
export const LegalDecision = z.discriminatedUnion("decision", [
  z.strictObject({
    decision: z.literal("grant"),
    request_sha256: Sha256,
    /** Rules that do not stand against the request any more. */
    waives: z.array(RuleId).min(1),
    /** What Legal acts on, such as the number of a subpoena. */
    reference: z.string().min(1).max(80),
    /** The grant counts before this moment. */
    expires_at: z
      .string()
      .refine((text) => parseInstant(text) !== null, "must be a time such as 2026-11-20T15:00:00Z"),
  }),
  z.strictObject({
    decision: z.literal("refuse"),
    request_sha256: Sha256,
    reason: z.string().min(1).max(300),
  }),
]);
export type LegalDecision = z.infer<typeof LegalDecision>;

/** The exception that a request asks for, and Legal's word on it. */
export type ExceptionAsked = {
  readonly requested: boolean;
  /** Null while there is none that holds. */
  readonly decision: LegalDecision | null;
  /** Why a decision that was made does not hold any more; one sentence. */
  readonly lapsed: string | null;
};

/**
 * Whether Legal's decision holds for this request at this moment.
 * @param requestSha256 digest of the request's text; without it no decision can be told to be its own
 */
export function exceptionAsked(
  requested: boolean,
  decision: LegalDecision | null,
  requestSha256: string | null,
  now: string,
): ExceptionAsked {
  const lapsed = decision === null ? null : lapseOf(decision, requestSha256, now);
  return { requested, decision: lapsed === null ? decision : null, lapsed };
}

function lapseOf(
  decision: LegalDecision,
  requestSha256: string | null,
  now: string,
): string | null {
  if (decision.request_sha256 !== requestSha256)
    return "Legal's decision is for another text of the request.";
  const over =
    decision.decision === "grant" && Temporal.Instant.compare(decision.expires_at, now) <= 0;
  return over ? "Legal's grant has expired." : null;
}
