/** What one rule says of one request. A rule is named after the fault it finds; `ok` means that the fault is absent, or waived. */
export type Finding = {
  /** Stable id of the rule, snake_case: `window_too_old`. */
  readonly rule: string;
  readonly ok: boolean;
  /** The fault is there, and Legal waived the rule for this request. */
  readonly waived?: true;
  /** One sentence a person can read, with the measured values in it. */
  readonly reason: string;
  readonly measured?: string | number | boolean;
  readonly limit?: string | number | boolean;
  /** What to change so that the rule passes. */
  readonly fix?: string;
  /** When the rule fails: what Support may tell the customer; names nothing internal. */
  readonly customer?: string;
  /** The sentence of the process behind the rule, in a few words. */
  readonly clause: string;
};

/** Why something was chosen: a sentence of a policy, and the clause behind it. */
export type ChoiceReason = { readonly sentence: string; readonly clause: string };

/** A choice that a policy made, told as a finding; it is no fault of the request. */
export const choiceFinding = (
  rule: string,
  chosen: string,
  headline: string,
  why: readonly ChoiceReason[],
): Finding => ({
  rule,
  ok: true,
  reason: `${headline}: ${why.map(({ sentence }) => sentence).join(" ")}`,
  measured: chosen,
  clause: [...new Set(why.map(({ clause }) => clause))].join(" "),
});
