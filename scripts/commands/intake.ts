// `seclog intake`: what the form of an issue asks for, what is missing in it, and the verdict, offline.
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { loadEventTypes } from "../adapters/event-types.ts";
import { loadPolicies } from "../adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import { type EventTypeCatalogue, eventTypeNames } from "../domain/event-type.ts";
import { explainIssues } from "../domain/fault.ts";
import { incompleteVerdict } from "../domain/information-request/decision.ts";
import { readIntake, withIntakeFindings } from "../domain/information-request/intake.ts";
import type { InformationRequest } from "../domain/information-request/request.ts";
import { formatRequest } from "../domain/information-request/request-file.ts";
import { parseInstant } from "../domain/instant.ts";
import type { Policies } from "../domain/policy/policies.ts";
import { runBatch } from "./batch.ts";
import { type CheckResult, checkCase, report } from "./check.ts";
import { type Command, EXIT } from "./command.ts";

const Time = z
  .string()
  .refine((text) => parseInstant(text) !== null, "must be a time such as 2026-11-20T15:00:00Z");

/** One issue with its facts. `issue` without `state` and the like (a file on disk) is judged without its issue rules. */
const IntakeCase = z.looseObject({
  now: Time,
  issue: z.looseObject({
    description: z.string(),
    title: z.string().default(""),
    iid: z.int().positive().default(1),
    created_at: Time.optional(),
  }),
  facts: z.unknown().optional(),
  /** Id of the account by the inventory. */
  account_id: z.int().positive().optional(),
});

/** The verdict with the request that the form makes; null where it makes none. */
export type IntakeResult = CheckResult & { readonly request: InformationRequest | null };

/** What an offline reading puts for the account's id when the inventory was not asked; no rule looks at it. */
const UNKNOWN_ACCOUNT = 1;

/**
 * Reads and judges one case `{now, issue: {title, description, …}, facts}` as the pipeline does. Without a state, the
 * issue counts as a bare text: the rules about the issue do not run.
 */
export function intakeCase(
  line: unknown,
  policies: Policies,
  catalogue: EventTypeCatalogue,
): IntakeResult {
  const parsed = IntakeCase.safeParse(line);
  if (!parsed.success) {
    const errors = explainIssues(IntakeCase, line, parsed.error.issues);
    return { ...incompleteVerdict([], "", policies), errors, request: null };
  }
  const { now, issue, facts, account_id } = parsed.data;
  const createdAt = issue.created_at ?? now;
  const { request, findings, claims } = readIntake(
    { ...issue, createdAt },
    account_id ?? UNKNOWN_ACCOUNT,
    eventTypeNames(catalogue),
  );
  if (request === null)
    return { ...incompleteVerdict(findings, createdAt.slice(0, 10), policies), request };
  const state = issue["state"] === undefined ? {} : { issue: (line as { issue: unknown }).issue };
  const checked = checkCase({ now, request, facts, claims, ...state }, policies, catalogue);
  return { ...checked, ...withIntakeFindings(checked, findings), request };
}

export const command: Command = {
  name: "intake",
  usage:
    "ISSUE.md [--facts FACTS.json] [--now T] [--issue N] [--account-id N] | --batch FILE.jsonl",
  help: `
Reads the text of an issue as the form information_request, prints the request file that it makes, and judges it.
--facts holds what the system of record says of the account (without it nothing can be accepted), --now the time of
the decision and of the filing (RFC 3339), --issue the issue's number and --account-id the account's id, 1 without
them. --json prints the verdict with the request. --batch reads {name, now, issue: {title, description, …}, facts}
a line.

Exit codes: 0 accept, 3 needs-info or reject, 2 a file that cannot be read as it should.
Example: seclog intake issue.md --facts facts.json`,
  options: {
    facts: { type: "string" },
    now: { type: "string" },
    issue: { type: "string" },
    "account-id": { type: "string" },
    policies: { type: "string" },
    batch: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const text = (name: string): string | undefined =>
      typeof values[name] === "string" ? values[name] : undefined;
    const folder = text("policies") ?? POLICY_FOLDER;
    const policies = await loadPolicies(folder);
    const catalogue = await loadEventTypes(folder);
    const now = text("now") ?? terminal.now;
    const batch = text("batch");
    if (batch !== undefined)
      return runBatch(terminal, batch, (line) => intakeCase({ now, ...line }, policies, catalogue));
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) {
      terminal.complain(`usage: seclog intake ${command.usage}\n`);
      return EXIT.badInput;
    }
    const facts = text("facts");
    let input: { description: string; facts: unknown };
    try {
      input = {
        description: await readFile(file, "utf8"),
        facts: facts === undefined ? {} : JSON.parse(await readFile(facts, "utf8")),
      };
    } catch (error) {
      terminal.complain(
        `cannot read: ${error instanceof Error ? error.message : "unknown fault"}\n`,
      );
      return EXIT.badInput;
    }
    const line = {
      now,
      issue: { description: input.description, ...numberOf("iid", text("issue")) },
      facts: input.facts,
      ...numberOf("account_id", text("account-id")),
    };
    const result = intakeCase(line, policies, catalogue);
    const json = values["json"] === true;
    if (!json && result.request !== null) terminal.write(`${formatRequest(result.request)}\n`);
    report(terminal, result, json);
    if (result.errors !== undefined) return EXIT.badInput;
    return result.verdict === "accept" ? EXIT.done : EXIT.gateClosed;
  },
};

/** A number given as an option; what is none stays a text, which the schema refuses by name. */
const numberOf = (key: string, text: string | undefined): object =>
  text === undefined ? {} : { [key]: /^\d{1,15}$/.test(text) ? Number(text) : text };
