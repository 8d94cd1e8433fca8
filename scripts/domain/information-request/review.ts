// Stage review: may the artefact be released? Judged by us from GitLab's facts, failing closed; GitLab's own "approved" is no evidence.
import { Temporal } from "temporal-polyfill";
import { matchPeople } from "../approval.ts";
import { durationMilliseconds } from "../policy/duration.ts";
import type { ReviewPolicy } from "../policy/review-policy.ts";
import { judgeApproval, memberOf, personFault, type ReviewClock } from "./review-approval.ts";
import type { ReviewCase } from "./review-case.ts";
import {
  mergeRequestFaults,
  peopleOutsideReview,
  touchesNoRequest,
} from "./review-merge-request.ts";

/** One place of a role: who filled it, or who still may. User names. */
type RoleState = {
  readonly name: string;
  readonly approved_by: string | null;
  readonly may_approve: readonly string[];
};
export type Release = {
  readonly verdict: "release" | "hold" | "not_applicable";
  /** Everything that stands in the way, empty for release. */
  readonly reasons: readonly string[];
  readonly roles: readonly RoleState[];
};

/**
 * The release gate: distinct people of every role of the policy approved exactly this artefact at exactly this head,
 * and nothing about the merge request is amiss (process, step 8). Roles come from the policy alone, never from the
 * merge request's own rules.
 */
export function evaluateRelease(input: ReviewCase, policy: ReviewPolicy): Release {
  if (touchesNoRequest(input.mr))
    return {
      verdict: "not_applicable",
      reasons: ["the merge request touches no request"],
      roles: [],
    };
  const clock = clockOf(input, policy);
  const outside = peopleOutsideReview(input);
  const judged = input.approvals.map((approval) =>
    judgeApproval(approval, input, clock, outside.ids),
  );
  const demands = Object.entries(policy.roles).map(([role, { required, teams }]) => ({
    role,
    required,
    candidates: judged.flatMap(({ fault, person, at }) =>
      fault === null && teams.some((team) => memberOf(person, team, clock.today, policy, at))
        ? [person.id]
        : [],
    ),
  }));
  const roles = roleStates(input, policy, clock, outside.ids, matchPeople(demands));
  const faults = [
    ...mergeRequestFaults(input, policy),
    ...outside.faults,
    ...Object.keys(policy.roles).flatMap((role) => missingText(role, roles)),
  ];
  if (faults.length === 0) return { verdict: "release", reasons: [], roles };
  const wanted = new Set(demands.flatMap(({ candidates }) => candidates));
  const dismissed = judged.flatMap(({ user, fault, person }) => {
    if (fault === null && wanted.has(person.id)) return [];
    return [
      `the approval of ${user} does not count: ${fault ?? "no role asks for the user's teams"}`,
    ];
  });
  return { verdict: "hold", reasons: [...faults, ...dismissed], roles };
}

function clockOf({ now, mr }: ReviewCase, policy: ReviewPolicy): ReviewClock {
  const moment = Temporal.Instant.from(now);
  return {
    now: moment.epochMilliseconds,
    settled:
      mr.last_push_at === null
        ? null
        : Temporal.Instant.from(mr.last_push_at).epochMilliseconds +
          durationMilliseconds(policy.settle_after_push),
    oldest: moment.epochMilliseconds - durationMilliseconds(policy.approval_expires_after),
    today: moment.toString().slice(0, 10),
  };
}

/** One entry for each place of each role, the filled ones with the name of who filled it. */
function roleStates(
  input: ReviewCase,
  policy: ReviewPolicy,
  clock: ReviewClock,
  outside: ReadonlySet<number>,
  filled: ReadonlyMap<string, readonly number[]>,
): readonly RoleState[] {
  const placed = new Set([...filled.values()].flat());
  const people = Object.entries(input.people);
  const able = people.filter(
    ([, person]) => !placed.has(person.id) && personFault(person, input, outside) === null,
  );
  return Object.entries(policy.roles).flatMap(([role, { required, teams }]) => {
    const by = [...filled].flatMap(([name, ids]) => (name === role ? ids : []));
    const free = able
      .filter(([, person]) =>
        teams.some((team) => memberOf(person, team, clock.today, policy, null)),
      )
      .map(([name]) => name);
    return Array.from({ length: required }, (_, place) => {
      const [name] = people.find(([, person]) => person.id === by[place]) ?? [null];
      return { name: role, approved_by: name, may_approve: name === null ? free : [] };
    });
  });
}

function missingText(role: string, roles: readonly RoleState[]): string[] {
  const open = roles.filter(({ name, approved_by }) => name === role && approved_by === null);
  if (open.length === 0) return [];
  const people = [...new Set(open.flatMap(({ may_approve }) => may_approve))];
  const needed = open.length === 1 ? "1 more approval is" : `${open.length} more approvals are`;
  const who =
    people.length === 0 ? "nobody can give it" : `may still approve: ${people.join(", ")}`;
  return [`${role}: ${needed} needed; ${who}`];
}
