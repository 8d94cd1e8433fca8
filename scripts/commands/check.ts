// `seclog check`: the verdict on one information request, offline, by the code that the pipeline runs.
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { sha256 } from "../adapters/digest.ts";
import { loadEventTypes } from "../adapters/event-types.ts";
import { loadPolicies } from "../adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import { readYaml } from "../adapters/yaml-file.ts";
import type { EventTypeCatalogue } from "../domain/event-type.ts";
import { explainIssues, type Fault, formatFault } from "../domain/fault.ts";
import { shownInAuditEvents } from "../domain/information-request/audit-event-answer.ts";
import { decideRequest, incompleteVerdict } from "../domain/information-request/decision.ts";
import { AccountFacts } from "../domain/information-request/facts.ts";
import { IssueState } from "../domain/information-request/issue-state.ts";
import { InformationRequest } from "../domain/information-request/request.ts";
import { formatRequest } from "../domain/information-request/request-file.ts";
import { Claims, DecisionInput } from "../domain/information-request/situation.ts";
import type { Verdict } from "../domain/information-request/verdict.ts";
import { parseInstant } from "../domain/instant.ts";
import type { Policies } from "../domain/policy/policies.ts";
import { runBatch } from "./batch.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";

/** One fault of an input; `key` is the path of the value: `request.window.from`. */
export type InputFault = { readonly key: string; readonly message: string; readonly fix?: string };
type CaseFaults = readonly (InputFault | Fault)[];
export type CheckResult = Verdict & { readonly errors?: CaseFaults };

const CheckCase = z.looseObject({
  now: z
    .string()
    .refine((text) => parseInstant(text) !== null, "must be a time such as 2026-11-20T15:00:00Z"),
  request: z.unknown().optional(),
  facts: z.unknown().optional(),
  issue: z.unknown().optional(),
  claims: z.unknown().optional(),
  audit_events: DecisionInput.shape.audit_events,
});

/**
 * Judges one case: `{now, request, facts, issue?, claims?}`, `request` an object or YAML text. Whatever cannot be read
 * as its schema says makes the verdict needs-info, with every fault in `errors`.
 * @param catalogue says what the Audit Events show, where the case does not (`audit_events`); null = that is not known
 */
export function checkCase(
  line: unknown,
  policies: Policies,
  catalogue: EventTypeCatalogue | null = null,
): CheckResult {
  const read = readCase(line, catalogue);
  if (read.ok) return decideRequest({ ...read.value, policies });
  return { ...incompleteVerdict([], read.day, policies), errors: read.errors };
}

/** What a case is judged by, or every fault of it, with the day of its `now` where that could be read. */
export function readCase(
  line: unknown,
  catalogue: EventTypeCatalogue | null = null,
):
  | { readonly ok: true; readonly value: DecisionInput }
  | { readonly ok: false; readonly errors: CaseFaults; readonly day: string } {
  const outer = CheckCase.safeParse(line);
  if (!outer.success)
    return { ok: false, errors: faultsOf(CheckCase, line, outer.error, ""), day: "" };
  const { now } = outer.data;
  const request = readRequest(outer.data.request);
  const facts = readPart(AccountFacts, outer.data.facts ?? {}, "facts");
  const issue =
    outer.data.issue === undefined ? null : readPart(IssueState, outer.data.issue ?? {}, "issue");
  const claims =
    outer.data.claims === undefined ? undefined : readPart(Claims, outer.data.claims, "claims");
  if (request.ok && facts.ok && (issue === null || issue.ok) && (claims === undefined || claims.ok))
    return {
      ok: true,
      value: {
        request: request.value,
        facts: facts.value,
        issue: issue?.value ?? null,
        claims: claims?.value,
        audit_events: outer.data.audit_events ?? shownIn(catalogue, request.value),
        // Only what Legal decided is bound to the exact request.
        request_sha256:
          issue?.value.exception == null ? undefined : sha256(formatRequest(request.value)),
        now,
      },
    };
  const errors = [request, facts, issue, claims].flatMap((part) =>
    part === null || part === undefined || part.ok ? [] : part.errors,
  );
  return { ok: false, errors, day: now.slice(0, 10) };
}

const shownIn = (
  catalogue: EventTypeCatalogue | null,
  { event_types }: InformationRequest,
): DecisionInput["audit_events"] =>
  catalogue === null ? undefined : shownInAuditEvents(event_types, catalogue);

type Part<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: CaseFaults };

function readRequest(value: unknown): Part<InformationRequest> {
  if (typeof value === "string") return readYaml(value, "request", InformationRequest);
  return readPart(InformationRequest, withoutSwitches(value), "request");
}

/** Forms give `exception_requested` as a yes or no, and empty fields as null; the request file leaves them out. */
function withoutSwitches(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { exception_requested, ...rest } = value as Record<string, unknown>;
  const kept = Object.entries(rest).filter(
    ([key, one]) => one !== null || !["ticket", "note"].includes(key),
  );
  const exception = exception_requested === true ? { reason: "not stated" } : exception_requested;
  const asked = exception !== undefined && exception !== null && exception !== false;
  return { ...Object.fromEntries(kept), ...(asked ? { exception_requested: exception } : {}) };
}

function readPart<T>(schema: z.ZodType<T>, value: unknown, name: string): Part<T> {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, errors: faultsOf(schema, value, parsed.error, name) };
}

function faultsOf(
  schema: z.ZodType,
  value: unknown,
  error: z.ZodError,
  name: string,
): InputFault[] {
  return explainIssues(schema, value, error.issues).map(({ key, message, fix }) => ({
    key: [name, key].filter((part) => part !== "").join("."),
    message,
    ...(fix === undefined ? {} : { fix }),
  }));
}

export const command: Command = {
  name: "check",
  usage: "REQUEST.yaml --facts FACTS.json [--issue-state FILE] [--now T] | --batch FILE.jsonl",
  help: `
Judges a request file by the policies of this repository. FACTS.json holds what the system of record says of the
account; --issue-state FILE what GitLab says of the issue (without it, the rules about the issue do not run). Its key
exception holds what Legal decided, {decision: "grant", request_sha256, waives, reference, expires_at} or {decision:
"refuse", request_sha256, reason}; a decision on another text of the request does not count.
--now sets the time of the decision (RFC 3339). --json prints the whole verdict. --batch reads one case a line,
{name, now, request, facts, issue?}, and prints one verdict a line.

Exit codes: 0 accept, 3 needs-info or reject, 2 a file that cannot be read as it should.
Example: seclog check requests/information-request/2026/IR-2026-0042.yaml --facts facts.json`,
  options: {
    facts: { type: "string" },
    "issue-state": { type: "string" },
    now: { type: "string" },
    policies: { type: "string" },
    batch: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const text = (name: string): string | undefined =>
      typeof values[name] === "string" ? values[name] : undefined;
    const folder = text("policies") ?? POLICY_FOLDER;
    const policies = await loadPolicies(folder);
    const catalogue = await loadEventTypes(folder);
    const batch = text("batch");
    const now = text("now") ?? terminal.now;
    if (batch !== undefined)
      return runBatch(terminal, batch, (line) => checkCase({ now, ...line }, policies, catalogue));
    const [file] = positionals;
    const facts = text("facts");
    if (file === undefined || facts === undefined || positionals.length > 1) {
      terminal.complain(`usage: seclog check ${command.usage}\n`);
      return EXIT.badInput;
    }
    const issue = text("issue-state");
    const read = await readInputs(terminal, { request: file, facts, issue });
    if (read === null) return EXIT.badInput;
    const result = checkCase({ now, ...read }, policies, catalogue);
    report(terminal, result, values["json"] === true);
    if (result.errors !== undefined) return EXIT.badInput;
    return result.verdict === "accept" ? EXIT.done : EXIT.gateClosed;
  },
};

/** Reads the files of one case; says what is wrong and returns null when one cannot be read. */
async function readInputs(
  terminal: Terminal,
  files: { readonly request: string; readonly facts: string; readonly issue: string | undefined },
): Promise<{ request: string; facts: unknown; issue?: unknown } | null> {
  const parts: { request: string; facts: unknown; issue?: unknown } = { request: "", facts: null };
  let current = files.request;
  try {
    parts.request = await readFile(files.request, "utf8");
    current = files.facts;
    parts.facts = JSON.parse(await readFile(files.facts, "utf8"));
    if (files.issue === undefined) return parts;
    current = files.issue;
    return { ...parts, issue: JSON.parse(await readFile(files.issue, "utf8")) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown fault";
    terminal.complain(`${current} cannot be read: ${reason}\n`);
    return null;
  }
}

/** Prints one result: as JSON, or for people with its errors or its verdict. */
export function report(terminal: Terminal, result: CheckResult, json: boolean): void {
  if (json) terminal.write(`${JSON.stringify(result)}\n`);
  else if (result.errors !== undefined)
    terminal.complain(`${result.errors.map(faultLine).join("\n")}\n`);
  else terminal.write(verdictText(result));
}

const faultLine = (fault: InputFault | Fault): string =>
  "file" in fault
    ? formatFault(fault)
    : `${fault.key} ${fault.message}${fault.fix === undefined ? "" : `; ${fault.fix}`}`;

const HEADLINE = {
  accept: "Accepted",
  "needs-info": "Something is missing",
  reject: "Not eligible",
} as const;
const ROUTE = {
  support: ", Support takes it",
  sirt: ", SIRT takes it",
  legal: ", Legal decides first",
} as const;

/** The verdict for people: what fails with its way out, what Legal waived, then why this team, then how many rules held. */
function verdictText({ verdict, route, findings, policy }: Verdict): string {
  const failed = findings.filter(({ ok }) => !ok);
  const lines = [
    `${HEADLINE[verdict]}${route === null ? "" : ROUTE[route]}.`,
    ...failed.flatMap(({ rule, reason, fix, customer }) => [
      "",
      `✗ ${reason}  (${rule})`,
      `  To do: ${fix}`,
      `  For the customer: ${customer}`,
    ]),
    ...findings
      .filter(({ waived }) => waived)
      .flatMap(({ rule, reason }) => ["", `○ ${reason}  (${rule}, waived by Legal)`]),
    ...findings
      .filter(({ rule }) => rule === "route" || rule === "lane")
      .map(({ reason }) => reason),
    "",
    `${findings.filter(({ ok, waived }) => ok && !waived).length} of ${findings.length} rules hold. Policy of ${policy.version}, ${policy.sha256.slice(0, 12)}.`,
  ];
  return `${lines.join("\n")}\n`;
}
