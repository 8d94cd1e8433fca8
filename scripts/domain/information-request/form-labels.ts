// The questions of the form, by every name that people give them.

/** The answers that a request is made of, and the parts of a form that hold none themselves. */
export type FormField =
  | "account"
  | "plan"
  | "deployment"
  | "window"
  | "from"
  | "to"
  | "resources"
  | "groups"
  | "projects"
  | "users"
  | "event_types"
  | "log_sources"
  | "personal_data_needed"
  | "complex"
  | "exception_requested"
  | "exception_reason"
  | "audit_events_checked"
  | "self_serve_insufficient"
  | "lane"
  | "cost_accepted"
  | "customer_contact_in_issue"
  | "ticket"
  | "free_text";

const NAMES: Readonly<Record<FormField, readonly string[]>> = {
  account: [
    "account",
    "customer account",
    "account path",
    "namespace",
    "top level group",
    "root group",
  ],
  plan: ["plan", "claimed plan", "subscription", "subscription plan", "tier"],
  deployment: ["deployment", "offering", "instance", "instance type", "hosting"],
  window: [
    "window",
    "time window",
    "time frame",
    "timeframe",
    "time range",
    "date range",
    "period",
  ],
  from: [
    "from",
    "start",
    "start time",
    "start date",
    "window from",
    "window start",
    "time window from",
  ],
  to: ["to", "until", "end", "end time", "end date", "window to", "window end", "time window to"],
  resources: ["resources", "resources of interest", "relevant resources", "scope"],
  groups: ["groups", "group", "subgroups", "namespaces", "group paths"],
  projects: ["projects", "project", "project paths", "repositories"],
  users: ["users", "user", "usernames", "user names"],
  event_types: [
    "event types",
    "event type",
    "events",
    "events of interest",
    "relevant events",
    "type of relevant events",
    "audit event types",
  ],
  log_sources: [
    "log sources",
    "log source",
    "log kinds",
    "log kind",
    "log types",
    "kind of logs",
    "logs",
  ],
  personal_data_needed: ["personal data needed", "personal data", "personal data is needed"],
  complex: ["complex", "complex request", "complexity"],
  exception_requested: [
    "exception requested",
    "exception",
    "exception needed",
    "exception required",
  ],
  exception_reason: [
    "exception reason",
    "reason for the exception",
    "reason for exception",
    "reason",
  ],
  audit_events_checked: ["audit events checked", "audit events", "audit events were checked"],
  self_serve_insufficient: [
    "why the audit events are not enough",
    "why audit events are not enough",
    "audit events are not enough",
    "self serve insufficient",
  ],
  lane: ["kind of answer", "answer lane", "lane"],
  cost_accepted: ["cost accepted", "cost is accepted"],
  customer_contact_in_issue: [
    "customer contact in issue",
    "customer in issue",
    "customer contact is in this issue",
    "customer can see this issue",
  ],
  ticket: ["ticket", "support ticket", "ticket link", "ticket url", "zendesk ticket"],
  free_text: [
    "anything else",
    "free text",
    "notes",
    "note",
    "details",
    "description",
    "background",
    "context",
    "comments",
    "additional information",
    "further information",
  ],
};
const FIELDS = new Map(
  (Object.entries(NAMES) as [FormField, readonly string[]][]).flatMap(([field, names]) =>
    names.map((name) => [name, field] as const),
  ),
);

/** How a label is set: a heading outranks bold words, and these a plain `Label:`. */
export type LabelRank = "heading" | "bold" | "plain";

export type Label = {
  /** Null: a heading that names no question. */
  readonly field: FormField | null;
  readonly rank: LabelRank;
  /** What stands behind the label on its line. */
  readonly value: string;
};

/** No label is longer; longer lines are not searched for one. */
const MAX_LABEL_LINE = 2_000;
const MARKED = [
  ["heading", /^#{1,6}[ \t]+(.*?)[ \t]*#*$/],
  ["bold", /^(?:\*\*|__)([^*_][^*]{0,80}?)(?:\*\*|__)[ \t]*[:：]?[ \t]*(.*)$/],
  ["plain", /^([^:：|[\]]{1,60})[:：][ \t]*(.*)$/],
] as const;

/** The field that a text names: case, marks, brackets and a last colon do not count. Null = none. */
export function fieldNamed(text: string): FormField | null {
  const name = text
    .replace(/^\s*\d{1,2}[.)]\s/, "")
    .replace(/\([^()]*\)/g, " ")
    .replace(/[*`:：?？]/g, " ")
    .replace(/[_\-/\s]+/g, " ")
    .trim()
    .toLowerCase();
  return FIELDS.get(name) ?? null;
}

/** The label that a line starts with, or null. List marks must be off. */
export function labelOf(text: string): Label | null {
  if (text.length > MAX_LABEL_LINE) return null;
  for (const [rank, pattern] of MARKED) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const named = fieldNamed(String(match[1]));
    if (named !== null) return { field: named, rank, value: match[2] ?? "" };
    if (rank === "heading") return headingWithValue(String(match[1]));
  }
  return null;
}

/** `## Account: acme-corp`, or a heading that asks nothing we know. */
function headingWithValue(text: string): Label {
  const inner = labelOf(text);
  return { field: inner?.field ?? null, rank: "heading", value: inner?.value ?? "" };
}
