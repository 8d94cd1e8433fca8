// What the rules see of one request: plain typed values, every "not known" spelled out.
import * as z from "zod";
import { parseInstant } from "../instant.ts";
import { AccountFacts } from "./facts.ts";
import { IssueState, type Participant } from "./issue-state.ts";
import { InformationRequest } from "./request.ts";

/** What the form says of the account; never believed, only compared with the facts. */
export const Claims = z.strictObject({
  plan: z.string().optional(),
  deployment: z.string().optional(),
  customer_contact_in_issue: z.boolean().optional(),
});
export type Claims = z.infer<typeof Claims>;

/** One request with everything that it is judged by. `issue` is null where a request is checked without its issue. */
export const DecisionInput = z.strictObject({
  request: InformationRequest,
  facts: AccountFacts,
  issue: IssueState.nullable(),
  claims: Claims.optional(),
  /** How many of the wanted events the customer's own Audit Events show; left out where the catalogue was not asked. */
  audit_events: z.enum(["saved", "partly", "none"]).optional(),
  /** SHA-256 of the request's text (`formatRequest`): a decision of Legal holds for exactly this. */
  request_sha256: z.string().optional(),
  now: z
    .string()
    .refine((text) => parseInstant(text) !== null, "must be a time such as 2026-11-20T15:00:00Z"),
});
export type DecisionInput = z.infer<typeof DecisionInput>;

type Field = "string" | "int" | "bool" | "list<string>";
type Value<F> = F extends "string"
  ? string
  : F extends "int"
    ? bigint
    : F extends "bool"
      ? boolean
      : F extends "list<string>"
        ? readonly string[]
        : { readonly [K in keyof F]: Value<F[K]> };

/**
 * The variables of the rule language and their types. Instants are milliseconds since 1970; a word that is not known
 * is the empty string; a yes-or-no that may be unknown is `yes`, `no` or `unknown`.
 */
export const SITUATION_FIELDS = {
  request: {
    account: "string",
    /** Groups and projects. */
    paths: "list<string>",
    users: "list<string>",
    event_types: "list<string>",
    log_sources: "list<string>",
    personal_data_needed: "bool",
    complex: "bool",
    /** The customer looked at the Audit Events first: yes, no, or unknown when the request does not say. */
    audit_events_checked: "string",
    /** What the customer's own Audit Events show of the wanted events: `saved` (all), `partly`, `none`, or empty. */
    audit_events: "string",
    /** Support says why the Audit Events do not answer it. */
    self_serve_insufficient: "bool",
    /** What the answer shall hold: `rows`, `aggregate`, or empty. */
    lane: "string",
  },
  window: { from: "int", to: "int" },
  facts: {
    /** Names of the facts that could not be read. */
    unreadable: "list<string>",
    namespace_exists: "string",
    canonical_path: "string",
    plan: "string",
    trial: "string",
    paying: "string",
    program: "string",
    support_plan: "string",
    deployment: "string",
    ends: "bool",
    end: "int",
    requester_owns_account: "string",
    /** `all`, `partial`, `none`, `since`, or empty. */
    resources_owned: "string",
    owned_since: "int",
    author_is_team_member: "string",
  },
  issue: {
    /** False where the request is checked without its issue. */
    given: "bool",
    unreadable: "list<string>",
    confidential: "string",
    author_role: "string",
    author_state: "string",
    /** Users whose membership is not known, by name. */
    unproven: "list<string>",
    /** Readers who are known not to belong to the team. */
    outsiders: "list<string>",
    events: "list<string>",
    customer_in_issue: "bool",
    /** `opened`, `closed`, `locked`, `moved` … */
    state: "string",
    service_desk: "bool",
    same_request_open: "bool",
  },
  claims: { plan: "string", deployment: "string" },
  /** When the request was filed. */
  filed: "int",
  now: "int",
} as const satisfies Record<string, Field | Record<string, Field>>;
export type Situation = Value<typeof SITUATION_FIELDS>;

/** Turns a request and what is known about it into the values that rules judge. @throws RangeError for a bad instant */
export function describeSituation(input: DecisionInput): Situation {
  const now = instant(input.now);
  const created = input.issue?.created_at;
  // A time of filing that lies ahead (a wrong clock, a forged date) would move the window forward.
  const filed = created === undefined ? now : smaller(instant(created), now);
  return {
    request: describeRequest(input.request, input.audit_events),
    window: { from: instant(input.request.window.from), to: roundedUp(input.request.window.to) },
    facts: describeFacts(input.facts),
    issue: describeIssue(input),
    claims: { plan: word(input.claims?.plan), deployment: word(input.claims?.deployment) },
    filed,
    now,
  };
}

function describeRequest(
  request: InformationRequest,
  auditEvents: DecisionInput["audit_events"],
): Situation["request"] {
  return {
    account: request.account.path.toLowerCase(),
    paths: [...request.resources.groups, ...request.resources.projects].map((path) =>
      path.toLowerCase(),
    ),
    users: request.resources.users,
    event_types: request.event_types,
    log_sources: request.log_sources ?? [],
    personal_data_needed: request.personal_data_needed === true,
    complex: request.complex === true,
    audit_events_checked: yesNo(request.audit_events_checked),
    audit_events: auditEvents ?? "",
    self_serve_insufficient: request.self_serve_insufficient !== undefined,
    lane: request.lane ?? "",
  };
}

const NEEDED_FACTS = [
  "namespace_exists",
  "plan",
  "trial",
  "paying",
  "support_plan",
  "deployment",
  "requester_owns_account",
  "resources_owned",
  "author_is_team_member",
] as const;

function describeFacts(facts: AccountFacts): Situation["facts"] {
  const end = endOf(facts.expired_at ?? "");
  const owned = ownership(facts.resources_owned ?? "");
  const unreadable = NEEDED_FACTS.filter((name) => facts[name] === null);
  return {
    unreadable: [
      ...unreadable,
      ...(owned.word === "" && facts.resources_owned !== null ? ["resources_owned"] : []),
      ...(end === null && word(facts.expired_at) !== "" ? ["expired_at"] : []),
    ],
    namespace_exists: yesNo(facts.namespace_exists),
    canonical_path: word(facts.canonical_path),
    plan: word(facts.plan),
    trial: yesNo(facts.trial),
    paying: yesNo(facts.paying),
    program: word(facts.program),
    support_plan: word(facts.support_plan),
    deployment: word(facts.deployment),
    ends: end !== null,
    end: end ?? 0n,
    requester_owns_account: yesNo(facts.requester_owns_account),
    resources_owned: owned.word,
    owned_since: owned.since,
    author_is_team_member: yesNo(facts.author_is_team_member),
  };
}

function describeIssue({ issue, claims, request }: DecisionInput): Situation["issue"] {
  const readers = [...(issue?.participants ?? []), ...(issue?.assignees ?? [])];
  const asked = new Set(request.resources.users.map((user) => user.toLowerCase()));
  const isOutside = (reader: Participant): boolean =>
    asked.has(nameOf(reader).toLowerCase()) ||
    nameOf(reader).includes("@") ||
    (typeof reader !== "string" && reader.team_member !== true);
  return {
    given: issue !== null,
    unreadable: issue === null ? [] : unreadableOf(issue),
    confidential: yesNo(issue?.confidential),
    author_role: word(issue?.author_role),
    author_state: word(issue?.author_state ?? "active"),
    unproven: readers.filter((reader) => typeof reader === "string").map((name) => word(name)),
    outsiders: [...readers.filter(isOutside).map(nameOf), ...(issue?.email_participants ?? [])],
    events: (issue?.events ?? []).map(word),
    customer_in_issue:
      issue?.customer_contact_in_issue === true || claims?.customer_contact_in_issue === true,
    state: issueState(issue),
    service_desk: issue?.service_desk === true || word(issue?.service_desk_reply_to) !== "",
    same_request_open: issue?.same_request_open === true,
  };
}

/** `null` = could not be read, also where the key may be missing. */
function unreadableOf(issue: IssueState): string[] {
  const needed = ["confidential", "author_role", "participants", "state"] as const;
  const optional = ["author_state", "discussion_locked", "moved", "same_request_open"] as const;
  return [...needed, ...optional].filter((name) => issue[name] === null);
}

function issueState(issue: IssueState | null): string {
  if (issue?.moved === true || typeof issue?.moved_to_id === "number") return "moved";
  if (issue?.discussion_locked === true) return "locked";
  return word(issue?.state);
}

/** The end of a subscription; a bare date is over as it begins. Null = none, or not readable. */
function endOf(text: string): bigint | null {
  const moment = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  return moment === null ? null : BigInt(moment.epochMilliseconds);
}

function ownership(text: string): { word: string; since: bigint } {
  const since = /^since (\S+)$/.exec(text)?.[1];
  if (since === undefined)
    return { word: ["all", "partial", "none"].includes(text) ? text : "", since: 0n };
  const moment = endOf(since);
  return moment === null ? { word: "", since: 0n } : { word: "since", since: moment };
}

const nameOf = (reader: Participant): string =>
  typeof reader === "string" ? reader : reader.username;
const word = (text: string | null | undefined): string => (text ?? "").trim().toLowerCase();
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function yesNo(value: boolean | null | undefined): string {
  if (value === true) return "yes";
  return value === false ? "no" : "unknown";
}

function instant(text: string): bigint {
  const moment = parseInstant(text);
  if (moment === null) throw new RangeError(`${text} is not an RFC 3339 time with an offset`);
  return BigInt(moment.epochMilliseconds);
}

/** The end of a window, a begun millisecond counted whole: cutting it off would let a later end pass. */
function roundedUp(text: string): bigint {
  const milliseconds = instant(text);
  return /\.\d{3}\d*[1-9]/.test(text) ? milliseconds + 1n : milliseconds;
}
