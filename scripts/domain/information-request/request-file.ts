// The request file: its name, and its text. The text is a function of the request alone, so that a rewrite changes nothing.
import type { InformationRequest } from "./request.ts";

/** `requests/information-request/<year>/<id>.yaml`; the id is checked by its pattern before it comes here. */
export const requestPath = (id: string): string =>
  `requests/information-request/${id.slice(3, 7)}/${id}.yaml`;
export const manifestPath = (id: string): string =>
  `requests/information-request/${id.slice(3, 7)}/${id}.manifest.json`;
export const requestBranch = (id: string): string => `request/${id}`;

/** The id of the request that an issue asks for: year of filing and the issue's number. */
export const requestIdOf = (issue: { readonly iid: number; readonly createdAt: string }): string =>
  `IR-${issue.createdAt.slice(0, 4)}-${String(issue.iid).padStart(4, "0")}`;

/** Lets an editor help whoever looks at the file: the form of a request, from the folder of its year. */
const SCHEMA_LINE =
  "# yaml-language-server: $schema=../../../docs/schemas/information_request.json";

/** The request as YAML 1.2, keys in the order of the schema. */
export function formatRequest(request: InformationRequest): string {
  const { window, resources, exception_requested: exception } = request;
  const lines = [
    SCHEMA_LINE,
    `apiVersion: ${request.apiVersion}`,
    `kind: ${request.kind}`,
    `id: ${request.id}`,
    `issue: ${request.issue}`,
    `account: { path: ${scalar(request.account.path)}, id: ${request.account.id} }`,
    `window: { from: ${JSON.stringify(window.from)}, to: ${JSON.stringify(window.to)} }`,
    "resources:",
    `  groups: ${list(resources.groups)}`,
    `  projects: ${list(resources.projects)}`,
    `  users: ${list(resources.users)}`,
    `event_types: ${list(request.event_types)}`,
    ...optional("log_sources", request.log_sources, list),
    ...optional("ticket", request.ticket, JSON.stringify),
    ...optional("personal_data_needed", request.personal_data_needed, String),
    ...optional("complex", request.complex, String),
    ...optional(
      "exception_requested",
      exception,
      ({ reason }) => `{ reason: ${JSON.stringify(reason)} }`,
    ),
    ...optional("audit_events_checked", request.audit_events_checked, String),
    ...optional("self_serve_insufficient", request.self_serve_insufficient, JSON.stringify),
    ...optional("lane", request.lane, String),
    ...optional("cost_accepted", request.cost_accepted, String),
    ...optional("note", request.note, JSON.stringify),
  ];
  return `${lines.join("\n")}\n`;
}

const optional = <T>(
  key: string,
  value: T | undefined,
  format: (value: T) => string,
): readonly string[] => (value === undefined ? [] : [`${key}: ${format(value)}`]);

const list = (values: readonly string[]): string =>
  values.length === 0 ? "[]" : `[${values.map(scalar).join(", ")}]`;

/** Plain where a plain scalar can only be a string in YAML 1.2 core, else double-quoted (JSON is YAML there). */
const scalar = (value: string): string =>
  /^[A-Za-z][\w./-]*$/.test(value) && !/^(?:null|true|false)$/i.test(value)
    ? value
    : JSON.stringify(value);
