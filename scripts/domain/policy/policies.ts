// All policies as one value: read from files by the loader, checked together, compiled, and named by a digest.
import type * as z from "zod";
import { CalendarPolicy } from "../calendar.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { Fault } from "../fault.ts";
import type { DecisionPolicies } from "../information-request/decision.ts";
import { CostPolicy } from "./cost-policy.ts";
import { EligibilityPolicy, LanePolicy, RoutingPolicy } from "./decision-policy.ts";
import { ReviewPolicy } from "./review-policy.ts";
import { runRuleCases } from "./rule-cases.ts";
import { compileRules, type RuleFault } from "./rule-language.ts";
import {
  GapPolicy,
  HandOverPolicy,
  LabelPolicy,
  ProjectPolicy,
  StatusUpdatePolicy,
  TeamPolicy,
} from "./team-policies.ts";

/** The files of `policies/` that every decision is made from: file name without `.yaml` → its form. */
export const POLICY_SCHEMAS = {
  eligibility: EligibilityPolicy,
  routing: RoutingPolicy,
  lane: LanePolicy,
  cost: CostPolicy,
  review: ReviewPolicy,
  "status-update": StatusUpdatePolicy,
  labels: LabelPolicy,
  teams: TeamPolicy,
  projects: ProjectPolicy,
  calendar: CalendarPolicy,
  "hand-over": HandOverPolicy,
  gap: GapPolicy,
} as const;
export type PolicyName = keyof typeof POLICY_SCHEMAS;
export type PolicySet = { readonly [N in PolicyName]: z.infer<(typeof POLICY_SCHEMAS)[N]> };

export type Policies = DecisionPolicies & {
  readonly review: ReviewPolicy;
  readonly statusUpdate: StatusUpdatePolicy;
  readonly labels: LabelPolicy;
  readonly teams: TeamPolicy;
  readonly projects: ProjectPolicy;
  readonly calendar: CalendarPolicy;
  readonly handOver: HandOverPolicy;
  readonly gap: GapPolicy;
  readonly cost: CostPolicy;
};
/** The policies of a folder or a commit, or every fault of them with its place. */
export type PoliciesReading =
  | { readonly ok: true; readonly policies: Policies }
  | {
      readonly ok: false;
      readonly errors: readonly Fault[];
      /** Where every file can be read and every rule runs, and only cases or names are wrong: enough for a preview. */
      readonly untested?: Policies;
    };

/** One fault of one policy file; `path` leads to the value. */
export type PolicyFault = RuleFault & { readonly policy: PolicyName };

/**
 * Compiles the rules, runs the cases beside them, and checks what one policy says of another.
 * @param digest SHA-256 of a text in hex; the digest of the set is taken over its canonical JSON
 */
export function assemblePolicies(
  set: PolicySet,
  digest: (text: string) => string,
): {
  readonly policies: Policies;
  readonly faults: readonly PolicyFault[];
  /** False where an expression does not compile: then the policies judge nothing rightly. */
  readonly compiled: boolean;
} {
  const eligibility = compileRules(set.eligibility.limits, set.eligibility.rules);
  const routing = compileRules(set.routing.limits, set.routing.rules);
  const lane = compileRules(set.lane.limits, set.lane.rules);
  const { baseline, exception } = set.eligibility;
  const named = (policy: PolicyName, faults: readonly RuleFault[]): PolicyFault[] =>
    faults.map((fault) => ({ policy, ...fault }));
  const compiled = [
    ...named("eligibility", eligibility.faults),
    ...named("routing", routing.faults),
    ...named("lane", lane.faults),
  ];
  // A rule that does not compile would fail its cases for that reason alone.
  const cases =
    compiled.length > 0
      ? []
      : [
          ...named("eligibility", runRuleCases(eligibility.book, baseline)),
          ...named("routing", runRuleCases(routing.book, baseline)),
          ...named("lane", runRuleCases(lane.book, baseline)),
        ];
  return {
    policies: {
      decision: {
        eligibility: eligibility.book,
        routing: routing.book,
        lane: lane.book,
        exception,
      },
      sha256: digest(canonicalJson(set)),
      review: set.review,
      statusUpdate: set["status-update"],
      labels: set.labels,
      teams: set.teams,
      projects: set.projects,
      calendar: set.calendar,
      handOver: set["hand-over"],
      gap: set.gap,
      cost: set.cost,
    },
    faults: [...compiled, ...cases, ...crossFaults(set)],
    compiled: compiled.length === 0,
  };
}

/** Names in one policy that another one has to know. */
function crossFaults(set: PolicySet): PolicyFault[] {
  const labels = new Set(set.labels.labels.map(({ name }) => name));
  const teams = Object.keys(set.teams.groups);
  return [
    ...set.gap.labels
      .filter((label) => !labels.has(label))
      .map((label) =>
        fault("gap", ["labels"], `names the label ${label}, which labels.yaml does not have`),
      ),
    ...Object.entries(set.review.roles)
      .filter(([, role]) => role.teams.some((team) => !teams.includes(team)))
      .map(([name]) =>
        fault("review", ["roles", name, "teams"], "names a team that teams.yaml does not have"),
      ),
    ...(set.eligibility.exception.decided_by.every((team) => teams.includes(team))
      ? []
      : [
          fault(
            "eligibility",
            ["exception", "decided_by"],
            "names a team that teams.yaml does not have",
          ),
        ]),
    ...set["status-update"].runs_on
      .filter((rule) => set.eligibility.rules.every(({ id }) => id !== rule))
      .map((rule) =>
        fault(
          "status-update",
          ["runs_on"],
          `names the rule ${rule}, which eligibility.yaml does not have`,
        ),
      ),
    ...(Object.hasOwn(set.calendar.regions, set["status-update"].region)
      ? []
      : [fault("status-update", ["region"], "is not a region of calendar.yaml")]),
  ];
}

const fault = (policy: PolicyName, path: PolicyFault["path"], message: string): PolicyFault => ({
  policy,
  path,
  message,
});
