// What intake says of a form: one finding for each answer that is missing or unclear.
import type { Finding } from "../finding.ts";
import { cleanText } from "../text-hygiene.ts";
import { findSecrets } from "./secret-detection.ts";

/** The rules of intake, each with the sentence of the process behind it (customer-incident assistance). */
const CLAUSES = {
  empty_form: "The author of the issue ensures that the request contains all required information.",
  unclear_form:
    "The author of the issue ensures that the request contains all required information.",
  secret_in_request: "Nothing confidential belongs into a request.",
  missing_account: "Requests can only apply to the account that the customer owns.",
  account_not_found: "Requests can only apply to the account that the customer owns.",
  bad_value: "The request should be specific and as narrow as possible.",
  missing_window: "A log-dive has a time window.",
  missing_from: "A log-dive has a time window.",
  missing_to: "A log-dive has a time window.",
  bad_date: "A log-dive has a time window.",
  ambiguous_date: "A log-dive has a time window.",
  timezone_missing: "A log-dive has a time window.",
  nonexistent_local_time: "A log-dive has a time window.",
  ambiguous_local_time: "A log-dive has a time window.",
  window_reversed: "A log-dive has a time window.",
  missing_resources: "The request should contain a list of specific resources of interest.",
  bad_resource: "The request should contain a list of specific resources of interest.",
  scope_too_broad: "The scope of the request should be specific and as narrow as possible.",
  missing_event_types: "The request should contain a list of specific events of interest.",
  unknown_event_type: "The request should contain a list of specific events of interest.",
  missing_personal_data: "Support takes requests that do not disclose personal data.",
} as const;
export type IntakeRule = keyof typeof CLAUSES;

const CUSTOMER =
  "We need a few more details before we can start; we will come back to you with our questions.";
const SHOWN = 60;

/** A failed rule of intake. `reason` and `fix` are one sentence each. */
export function intakeFinding(rule: IntakeRule, reason: string, fix: string): Finding {
  return { rule, ok: false, reason, fix, customer: CUSTOMER, clause: CLAUSES[rule] };
}

/** `Line 12 (“acme, other”) <what>.`: where it stands and how it begins; what looks like a secret is not shown. */
export function atLine({ line, text }: { line: number; text: string }, what: string): string {
  if (findSecrets(text.slice(0, 4 * SHOWN)).length > 0) return `Line ${line} ${what}.`;
  const words = cleanText(text.slice(0, 4 * SHOWN))
    .replace(/\s+/g, " ")
    .trim();
  const shown =
    words.length > SHOWN ? `${words.slice(0, SHOWN).replace(/[\uD800-\uDBFF]$/, "")}…` : words;
  return shown === "" ? `Line ${line} ${what}.` : `Line ${line} (“${shown}”) ${what}.`;
}
