// Intake: the form of an issue becomes a request, or a list of what is missing. Facts about the account are not read here.
import type { Finding } from "../finding.ts";
import { type Form, parseForm } from "./form.ts";
import { FormAnswers } from "./form-reader.ts";
import { type Draft, readDraft } from "./intake-draft.ts";
import { atLine, intakeFinding } from "./intake-findings.ts";
import type { InformationRequest } from "./request.ts";
import { requestIdOf } from "./request-file.ts";
import { findSecrets } from "./secret-detection.ts";
import type { Claims } from "./situation.ts";
import type { Verdict } from "./verdict.ts";

/** What intake needs of an issue. */
export type IntakeIssue = {
  readonly iid: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly title: string;
  readonly description: string;
};
export type Intake = {
  /** Null when an answer that a request cannot be without is missing or unclear. */
  readonly request: InformationRequest | null;
  /** Failed rules of intake only, in the order of the form. */
  readonly findings: readonly Finding[];
  /** What the form says of the account: compared with the facts, never believed. */
  readonly claims: Claims;
};

/**
 * Reads the form.
 * @param accountId the id behind the account's path by the inventory; null = there is none, and so no request
 * @param eventTypes known event types; null = not checked here
 */
export function readIntake(
  issue: IntakeIssue,
  accountId: number | null,
  eventTypes: ReadonlySet<string> | null = null,
): Intake {
  const form = parseForm(issue.description);
  const answers = new FormAnswers(form);
  const secrets = secretsIn(issue);
  const found = secretFindings(secrets);
  for (const problem of form.problems)
    answers.add("unclear_form", atLine(problem, `is unclear: ${problem.message}`), PLAIN_FORM);
  if (answers.empty && form.stray === null && form.problems.length === 0)
    return { request: null, claims: {}, findings: [...found, EMPTY] };
  const draft = readDraft(answers, eventTypes);
  if (draft.account !== null && accountId === null)
    answers.add(
      "account_not_found",
      `The account ${draft.account} was not found, or could not be read.`,
      "check the path of the top-level group",
    );
  const missing = answers.findings.some(({ rule }) => rule.startsWith("missing_"));
  if (form.stray !== null && missing)
    answers.add(
      "unclear_form",
      atLine(form.stray, `was not understood: ${form.stray.message}`),
      PLAIN_FORM,
    );
  const findings = [...found, ...answers.findings];
  if (isTainted(form, secrets)) return { request: null, claims: {}, findings };
  const whole = answers.findings.length === 0;
  return {
    request: whole ? assemble(issue, draft, accountId) : null,
    findings,
    claims: draft.claims,
  };
}

const PLAIN_FORM =
  "use the headings of the template information_request, and plain text under them";
const EMPTY = intakeFinding(
  "empty_form",
  "The form is empty.",
  "fill in the template information_request",
);

/** Where a secret stands (line 0 is the title) and of what kind, never the secret. */
type Secret = { readonly line: number; readonly kind: string };

function secretsIn({ title, description }: IntakeIssue): readonly Secret[] {
  return [title, ...description.split("\n")].flatMap((text, line) =>
    findSecrets(text).map((kind) => ({ line, kind: kind.replaceAll("_", " ") })),
  );
}

const MAX_SECRETS = 5;
const secretFindings = (secrets: readonly Secret[]): Finding[] =>
  secrets
    .slice(0, MAX_SECRETS)
    .map(({ line, kind }) =>
      intakeFinding(
        "secret_in_request",
        `${line === 0 ? "The title" : `Line ${line}`} holds what looks like a secret (${kind}).`,
        "have it revoked or rotated, and take it out of the text",
      ),
    );

/** Whether an answer that would go into the request is on the line of a secret. */
function isTainted(form: Form, secrets: readonly Secret[]): boolean {
  const lines = new Set(secrets.map(({ line }) => line));
  return [...form.fields].some(
    ([field, answers]) => field !== "free_text" && answers.some(({ line }) => lines.has(line)),
  );
}

/** Only for a draft without a finding: then account, id and window are there. */
function assemble(issue: IntakeIssue, draft: Draft, accountId: number | null): InformationRequest {
  return {
    apiVersion: "v1",
    kind: "information_request",
    id: requestIdOf(issue),
    issue: issue.iid,
    account: { path: draft.account as string, id: accountId as number },
    window: draft.window as InformationRequest["window"],
    resources: draft.resources,
    event_types: draft.event_types,
    ...draft.optional,
  };
}

/** A verdict together with what intake found: an accepted request waits until the form is right. */
export function withIntakeFindings(verdict: Verdict, findings: readonly Finding[]): Verdict {
  if (findings.length === 0) return verdict;
  const all = { ...verdict, findings: [...findings, ...verdict.findings] };
  return verdict.verdict === "accept" ? { ...all, verdict: "needs-info", route: null } : all;
}
