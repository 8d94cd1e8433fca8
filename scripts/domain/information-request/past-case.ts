// What is kept of a judged request, so that a later policy can be tried on it: all that rules look at, no name and no text of a person.
import type { Digest } from "./custody.ts";
import type { AccountFacts } from "./facts.ts";
import type { IssueState, Participant } from "./issue-state.ts";
import type { LegalDecision } from "./legal-decision.ts";
import type { InformationRequest } from "./request.ts";
import { formatRequest } from "./request-file.ts";
import type { Claims, DecisionInput } from "./situation.ts";

/** One line that `check --batch` and `impact` read. */
export type PastCase = Pick<DecisionInput, "request" | "facts" | "audit_events" | "now"> & {
  readonly name: string;
  /** Left out where the request was judged without its issue; null would say that it could not be read. */
  readonly issue?: IssueState;
  readonly claims: Claims;
};

/**
 * The case without personal data: users, readers and path segments become numbered words (equal ones the same word,
 * so that every comparison of a rule comes out as before), free text is left out. Every rule judges it as it judged
 * the request, except that a reader whose membership was not known stays not known.
 */
export function pastCaseOf(input: DecisionInput, digest: Digest): PastCase {
  const { facts, issue, claims, now } = input;
  const users = numbered("user-");
  const paths = pathsBy(numbered("s"));
  const readers = numbered("reader-");
  const asked = new Set(input.request.resources.users.map((user) => user.toLowerCase()));
  const reader = (one: Participant): Participant => {
    const { username, team_member } =
      typeof one === "string" ? { username: one, team_member: null } : one;
    if (asked.has(username.toLowerCase())) return { username: users(username), team_member };
    const known = username.includes("@") ? false : team_member;
    return { username: readers(username), team_member: known };
  };
  const request = requestWithout(input.request, users, paths);
  // A decision on this request is kept as one on the request without names; one on another stays one on another.
  const own = (sha256: string): string =>
    sha256 === input.request_sha256 ? digest(formatRequest(request)) : "0".repeat(64);
  return {
    name: request.id,
    now,
    request,
    facts: factsWithout(facts, paths),
    ...(issue === null ? {} : { issue: issueWithout(issue, reader, own) }),
    claims: claimsWithout(claims ?? {}),
    ...(input.audit_events === undefined ? {} : { audit_events: input.audit_events }),
  };
}

/** Names `word` by number in the order of their coming; case does not count. */
function numbered(word: string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const key = name.toLowerCase();
    const given = known.get(key) ?? `${word}${known.size + 1}`;
    known.set(key, given);
    return given;
  };
}

const pathsBy =
  (segment: (name: string) => string) =>
  (path: string): string =>
    path.split("/").map(segment).join("/");

function requestWithout(
  request: InformationRequest,
  users: (name: string) => string,
  paths: (path: string) => string,
): InformationRequest {
  const {
    ticket: _ticket,
    note: _note,
    exception_requested,
    self_serve_insufficient,
    account,
    resources,
    ...rest
  } = request;
  return {
    ...rest,
    account: { path: paths(account.path), id: 1 },
    resources: {
      groups: resources.groups.map(paths),
      projects: resources.projects.map(paths),
      users: resources.users.map(users),
    },
    ...(self_serve_insufficient === undefined ? {} : { self_serve_insufficient: "not kept" }),
    ...(exception_requested === undefined ? {} : { exception_requested: { reason: "not kept" } }),
  };
}

const factsWithout = (facts: AccountFacts, paths: (path: string) => string): AccountFacts => ({
  ...facts,
  ...(typeof facts.canonical_path === "string"
    ? { canonical_path: paths(facts.canonical_path) }
    : {}),
});

/** By allow-list: what GitLab tells of an issue and no rule looks at is left out. */
function issueWithout(
  issue: IssueState,
  reader: (one: Participant) => Participant,
  own: (sha256: string) => string,
): IssueState {
  const { confidential, author_role, author_state, participants, state, exception } = issue;
  const replyTo =
    typeof issue.service_desk_reply_to === "string" && issue.service_desk_reply_to !== "";
  return {
    confidential,
    author_role,
    author_state,
    participants: participants?.map(reader) ?? null,
    assignees: (issue.assignees ?? []).map(reader),
    email_participants: (issue.email_participants ?? []).map(() => "reader@example.invalid"),
    customer_contact_in_issue: issue.customer_contact_in_issue === true,
    state,
    discussion_locked: issue.discussion_locked,
    moved: issue.moved,
    moved_to_id: issue.moved_to_id,
    service_desk: issue.service_desk === true || replyTo,
    same_request_open: issue.same_request_open,
    ...(issue.created_at === undefined ? {} : { created_at: issue.created_at }),
    ...(exception === undefined || exception === null
      ? {}
      : { exception: decisionWithout(exception, own(exception.request_sha256)) }),
    // `customer_added_by:jdoe`: the name of the person goes.
    events: (issue.events ?? []).map((event) => event.replace(/:.*$/s, "")),
  };
}

const decisionWithout = (decision: LegalDecision, request_sha256: string): LegalDecision =>
  decision.decision === "grant"
    ? { ...decision, request_sha256, reference: "not kept" }
    : { ...decision, request_sha256, reason: "not kept" };

/** Words that a rule may tell apart; anything else that a person wrote is `other`. */
const CLAIMS = new Set([
  ...["free", "bronze", "silver", "gold", "starter", "premium", "ultimate"],
  ...["gitlab.com", "saas", "self-managed", "dedicated"],
]);

function claimsWithout({ plan, deployment, customer_contact_in_issue }: Claims): Claims {
  const known = (text: string): string => {
    const word = text.trim().toLowerCase();
    return word === "" || CLAIMS.has(word) ? word : "other";
  };
  return {
    ...(plan === undefined ? {} : { plan: known(plan) }),
    ...(deployment === undefined ? {} : { deployment: known(deployment) }),
    ...(customer_contact_in_issue === undefined ? {} : { customer_contact_in_issue }),
  };
}

/** Where the case of a custody entry lies beside the log: each verdict has its own. */
export const pastCasePath = (id: string, seq: number): string =>
  `information-request/${id.slice(3, 7)}/${id}.case-${seq}.json`;

/** Of the files on the branch, the last case of each request. */
export function newestCases(paths: readonly string[]): readonly string[] {
  const newest = new Map<string, { readonly seq: number; readonly path: string }>();
  for (const path of paths) {
    const [, id, seq] = /([^/]+)\.case-(\d+)\.json$/.exec(path) ?? [];
    if (id === undefined || Number(seq) < (newest.get(id)?.seq ?? 0)) continue;
    newest.set(id, { seq: Number(seq), path });
  }
  return [...newest.values()].map(({ path }) => path);
}
