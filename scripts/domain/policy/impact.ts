// What a change of the policies does to past requests: each is judged by both, and every verdict that differs is named.
import {
  type DecisionPolicies,
  type JudgedSituation,
  judgeSituation,
} from "../information-request/decision.ts";
import { type Lane, laneOf } from "../information-request/lane.ts";
import type { Verdict } from "../information-request/verdict.ts";
import { dayOf } from "./moment.ts";

/** A past request by its name. */
export type PastRequest = JudgedSituation & { readonly name: string };

/** Past requests, and those that could not be read, each with its first fault. */
export type Past = {
  readonly requests: readonly PastRequest[];
  readonly unreadable: readonly { readonly name: string; readonly message: string }[];
};

/** Who had, or would have, the work: a team, the author of the request (`needs-info`), or nobody (`reject`). */
export const TEAMS = ["support", "sirt", "legal", "needs-info", "reject"] as const;
type Team = (typeof TEAMS)[number];
type Load = Readonly<Record<Team, number>>;

type Outcome = Pick<Verdict, "verdict" | "route"> & {
  /** What an accepted request is answered with; null where nothing is accepted. */
  readonly lane: Lane | null;
};
export type Flip = {
  readonly name: string;
  readonly from: Outcome;
  readonly to: Outcome;
  /** Rules that judge otherwise now; `route` for the choice of the team, `lane` for that of the answer. */
  readonly rules: readonly string[];
};
type Replay = {
  readonly flips: readonly Flip[];
  readonly load: { readonly base: Load; readonly head: Load };
};
export type Impact = Replay & {
  readonly requests: number;
  /**
   * The same as if all had been filed today under the limits that were announced last; null where that says no more.
   * A limit with a date that is still ahead changes no past verdict, and this shows what it will change.
   */
  readonly newest: Replay | null;
};

/** A day after every change of a limit. */
const LAST_DAY = "9999-12-31";

/** Replays past requests against the policies before (`base`) and after (`head`) a change. */
export function impactOf(
  requests: readonly PastRequest[],
  base: DecisionPolicies,
  head: DecisionPolicies,
): Impact {
  const filed = ({ situation }: PastRequest): string => dayOf(situation.filed);
  const asFiled = replay(requests, base, head, filed);
  const dated = requests.some((request) =>
    [base, head].some((policies) => !isNewest(filed(request), policies)),
  );
  return {
    requests: requests.length,
    ...asFiled,
    newest: dated ? replay(requests, base, head, () => LAST_DAY) : null,
  };
}

/** Whether no limit changes after this day. */
const isNewest = (day: string, { decision }: DecisionPolicies): boolean =>
  [decision.eligibility, decision.routing, decision.lane].every(
    (book) => book.limitsOn(day).from === book.limitsOn(LAST_DAY).from,
  );

function replay(
  requests: readonly PastRequest[],
  base: DecisionPolicies,
  head: DecisionPolicies,
  dayFor: (request: PastRequest) => string,
): Replay {
  const flips: Flip[] = [];
  const load = { base: emptyLoad(), head: emptyLoad() };
  for (const request of requests) {
    const day = dayFor(request);
    const before = judgeSituation(request, base, day);
    const after = judgeSituation(request, head, day);
    load.base[teamOf(before)] += 1;
    load.head[teamOf(after)] += 1;
    const [from, to] = [outcomeOf(before), outcomeOf(after)];
    if (from.verdict === to.verdict && from.route === to.route && from.lane === to.lane) continue;
    flips.push({
      name: request.name,
      from,
      to,
      rules: changedRules(before, after),
    });
  }
  return { flips, load };
}

const outcomeOf = (verdict: Verdict): Outcome => ({
  verdict: verdict.verdict,
  route: verdict.route,
  lane: laneOf(verdict),
});

const emptyLoad = (): Record<Team, number> => ({
  support: 0,
  sirt: 0,
  legal: 0,
  "needs-info": 0,
  reject: 0,
});

/** Who has the work of a verdict: an accepted request has a route, and one that waits for Legal is with Legal. */
const teamOf = ({ verdict, route }: Verdict): Team =>
  route ?? (verdict === "reject" ? "reject" : "needs-info");

/** Rules that fail in one verdict and not in the other; where the same fail, what chose the team or the lane. */
function changedRules(before: Verdict, after: Verdict): readonly string[] {
  const [was, is] = [failedRules(before), failedRules(after)];
  const changed = [...was, ...is].filter((rule) => was.has(rule) !== is.has(rule));
  if (changed.length > 0) return [...new Set(changed)];
  const chosen = [
    ...(before.route === after.route ? [] : ["route"]),
    ...(laneOf(before) === laneOf(after) ? [] : ["lane"]),
  ];
  // The same rules fail, and one of them has another outcome now.
  return chosen.length > 0 ? chosen : [...was];
}

const failedRules = ({ findings }: Verdict): ReadonlySet<string> =>
  new Set(findings.filter(({ ok }) => !ok).map(({ rule }) => rule));

/** `accept, sirt → accept, support (route)`. */
export const flipText = ({ from, to, rules }: Flip): string =>
  `${outcomeText(from)} → ${outcomeText(to)} (${rules.join(", ")})`;

function outcomeText({ verdict, route, lane }: Outcome): string {
  const words = [verdict, route, lane === "rows" ? null : lane];
  return words.filter((word) => word !== null).join(", ");
}
