// The cases of requests.jsonl: what a form says, what is known, and what has to come of it.
import { readFileSync } from "node:fs";

type Fields = {
  readonly account: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly resources: object;
  readonly event_types: readonly string[];
  readonly log_kinds: readonly string[];
  readonly claimed_plan: string;
  readonly deployment: string;
  readonly [field: string]: unknown;
};
export type Row = {
  readonly name: string;
  readonly now: string;
  readonly fields: Fields;
  readonly facts: object;
  readonly issue: object;
  readonly render: object;
  readonly expect: string;
  readonly route: string | null;
  readonly reasons: readonly string[];
  readonly ambiguous?: object;
};
export const rows: readonly Row[] = readFileSync(
  new URL("cases/shared/requests.jsonl", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line): Row => JSON.parse(line));

/** The request file that the form's values come to. */
function requestOf({ account, from, to, resources, event_types, log_kinds, ...rest }: Fields) {
  const { personal_data_needed, complex, exception_requested, audit_events_checked, ticket } = rest;
  return {
    apiVersion: "v1",
    kind: "information_request",
    id: "IR-2026-0042",
    issue: 42,
    account: { path: account, id: 12345 },
    window: { from, to },
    resources,
    event_types,
    log_sources: log_kinds,
    personal_data_needed,
    complex,
    exception_requested,
    audit_events_checked,
    ticket,
  };
}
/** A row as a line of `check --batch`. */
export const lineOf = ({ name, now, fields, facts, issue }: Row) => ({
  name,
  now,
  request: requestOf(fields),
  facts,
  issue,
  claims: { plan: fields.claimed_plan, deployment: fields.deployment },
});

/** Rows whose answer lies in how the form was filled in, which `check` does not see. */
const formAlone = new Set(["unclear_form", "empty_form"]);
export const judged = rows.filter(
  ({ reasons }) => !reasons.some((reason) => formAlone.has(reason)),
);
