// What each rule says of a request that passes it and of one that fails it, as text: for golden files.
import {
  type DecisionPolicies,
  decideRequest,
} from "../scripts/domain/information-request/decision.ts";
import { DecisionInput } from "../scripts/domain/information-request/situation.ts";
import type { PolicySet } from "../scripts/domain/policy/policies.ts";
import type { Rule } from "../scripts/domain/policy/rule.ts";
import { overlay } from "../scripts/domain/policy/rule-cases.ts";

type Explained = { readonly book: "eligibility" | "routing" | "lane"; readonly rule: Rule };

export const rulesOf = (set: PolicySet): readonly Explained[] => [
  ...set.eligibility.rules.map((rule) => ({ book: "eligibility" as const, rule })),
  ...set.routing.rules.map((rule) => ({ book: "routing" as const, rule })),
  ...set.lane.rules.map((rule) => ({ book: "lane" as const, rule })),
];

/** The golden text of one rule: its first passing and its first failing case, and what an exception changes. */
export function explanationOf(
  { book, rule }: Explained,
  set: PolicySet,
  policies: DecisionPolicies,
): string {
  const told = (given: object, exception: boolean): readonly string[] => {
    const asked = { request: { exception_requested: { reason: "a court order" } } };
    const base = overlay(set.eligibility.baseline, exception ? asked : {});
    const input = DecisionInput.parse(overlay(base, given as Record<string, unknown>));
    const { verdict, route, findings } = decideRequest({ ...input, policies });
    const outcome = `${verdict}, ${route ?? "nobody"}`;
    if (exception) return [`With an exception asked for: ${outcome}`];
    const id = { eligibility: rule.id, routing: "route", lane: "lane" }[book];
    const finding = findings.find((one) => one.rule === id);
    return [
      `Verdict: ${outcome}`,
      ...Object.entries(finding ?? {})
        .filter(([key]) => key !== "rule")
        .map(([key, value]) => `${key}: ${value}`),
    ];
  };
  const [passing] = rule.cases.passes;
  const [failing] = rule.cases.fails;
  return [
    `# ${book}: ${rule.id}`,
    "",
    "## Passes",
    ...told(passing?.given ?? {}, false),
    "",
    "## Fails",
    ...told(failing?.given ?? {}, false),
    ...told(failing?.given ?? {}, true),
    "",
  ].join("\n");
}

export const goldenFile = ({ book, rule }: Explained): URL =>
  new URL(`cases/explanations/${book}-${rule.id}.md`, import.meta.url);
