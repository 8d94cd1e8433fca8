// Does one approval count? By user id, for exactly this head and artefact, given by somebody who may, and not too old.
import { Temporal } from "temporal-polyfill";
import { parseInstant } from "../instant.ts";
import type { ReviewPolicy } from "../policy/review-policy.ts";
import type { ApprovalCase, Person, ReviewCase } from "./review-case.ts";

/** The times that an approval is measured by, milliseconds since 1970. */
export type ReviewClock = {
  readonly now: number;
  /** Approvals before this moment may be of an older commit; null = the last push is not known. */
  readonly settled: number | null;
  readonly oldest: number;
  /** UTC day of now. */
  readonly today: string;
};

/** The words by which GitLab's approvals API is named as the origin of an approval. */
const OWN_APPROVAL = ["api", "approval", "approved"];

/** An approval with what it comes to: it counts where `fault` is null. */
export type JudgedApproval = { readonly user: string; readonly at: string } & (
  | { readonly fault: null; readonly person: Person }
  | { readonly fault: string; readonly person: Person | null }
);

/** Judges one approval. `outside` = ids of those who may not approve this request. */
export function judgeApproval(
  approval: ApprovalCase,
  input: ReviewCase,
  clock: ReviewClock,
  outside: ReadonlySet<number>,
): JudgedApproval {
  const { user } = approval;
  const at = approval.at ?? "";
  const person = personNamed(user, input);
  if (person === null) return { user, at, person, fault: "the user is not known" };
  const fault =
    personFault(person, input, outside) ??
    originFault(approval, person, input) ??
    timeFault(at, clock) ??
    (isRevoked(person, at, input) ? "it was taken back" : null);
  return { user, at, person, fault };
}

/** The person behind a user name, or null. */
export const personNamed = (name: string, { people }: ReviewCase): Person | null =>
  (Object.hasOwn(people, name) ? people[name] : null) ?? null;

/** Why this person may not approve at all, or null. Everything known under the same user id counts. */
export function personFault(
  person: Person,
  { people }: ReviewCase,
  outside: ReadonlySet<number>,
): string | null {
  if (outside.has(person.id)) return "requester, log-diver, author and committers may not approve";
  const same = Object.values(people).filter(({ id }) => id === person.id);
  if (same.some(({ bot }) => bot)) return "the user is a bot";
  const state = same.find((entry) => entry.state !== "active")?.state;
  return state === undefined ? null : `the user is ${state}`;
}

function originFault(
  { user_id, via, sha, digest }: ApprovalCase,
  { id }: Person,
  { mr, artefact_digest }: ReviewCase,
): string | null {
  if (user_id !== undefined && user_id !== id) return "name and user id do not agree";
  if (via !== undefined && !OWN_APPROVAL.includes(via)) return "it is not an approval in GitLab";
  if ((sha ?? null) === null) return "it is not known which commit was approved";
  if (sha !== mr.head_sha) return "another commit was approved";
  if (digest !== undefined && digest !== artefact_digest) return "another artefact was approved";
  return null;
}

function timeFault(at: string, { now, settled, oldest }: ReviewClock): string | null {
  const given = parseInstant(at)?.epochMilliseconds;
  if (given === undefined || settled === null) return "it is not known when it was given";
  if (given > now) return "it is dated in the future";
  if (given < settled) return "it was given before the last push had settled";
  return given < oldest ? "it has expired" : null;
}

/** True when the same user took an approval back at or after `at`; an event without a time counts. */
function isRevoked(person: Person, at: string, input: ReviewCase): boolean {
  return (input.events ?? []).some((event) => {
    const { action, by, time } = readEvent(event);
    const same = personNamed(by, input)?.id === person.id;
    return same && REVOKING.includes(action) && (time === null || !isBefore(time, at));
  });
}

const isBefore = (a: string, b: string): boolean => Temporal.Instant.compare(a, b) < 0;

const REVOKING = ["unapproved", "revoked"];
const HARMLESS = ["approved", "commented", "labelled", "mentioned"];

/** Events that the gate does not understand; each holds the release. */
export function unknownEvents({ events = [] }: ReviewCase): string[] {
  return events
    .map((event) => readEvent(event).action)
    .filter((action) => !REVOKING.includes(action) && !HARMLESS.includes(action));
}

type ReviewEvent = NonNullable<ReviewCase["events"]>[number];

function readEvent(event: ReviewEvent): { action: string; by: string; time: string | null } {
  if (typeof event !== "string") return { action: event.action, by: event.user, time: event.at };
  const at = event.indexOf("_by:");
  return at < 0
    ? { action: event, by: "", time: null }
    : { action: event.slice(0, at), by: event.slice(at + 4), time: null };
}

/**
 * True when the person belongs to the team today: a direct member (or an inherited one, where the policy says so)
 * whose membership has not ended, and who was one already when approving (`at`, null = not asked).
 * GitLab ends a membership as its day `expires_at` begins.
 */
export function memberOf(
  person: Person,
  team: string,
  today: string,
  policy: ReviewPolicy,
  at: string | null,
): boolean {
  const {
    groups,
    member_expires = {},
    member_since = {},
    inherited_only: inherited = false,
  } = person;
  const ends = member_expires[team] ?? null;
  const since = member_since[team] ?? null;
  const direct = !(Array.isArray(inherited) ? inherited.includes(team) : inherited);
  return (
    groups.includes(team) &&
    (ends === null || ends > today) &&
    (since === null || at === null || !isBefore(at, since)) &&
    (direct || policy.inherited_members)
  );
}
