// Stage routing: which team takes an accepted request.
import { choiceFinding, type Finding } from "../finding.ts";
import { fillSentence, type RoutingRule } from "../policy/rule.ts";
import type { CompiledRule, RuleContext } from "../policy/rule-language.ts";

/**
 * Support takes a request that meets every condition of its lane; one condition that does not hold sends it to SIRT
 * (process, "Who is involved"). The finding tells why; it is no fault of the request.
 */
export function chooseRoute(
  context: RuleContext,
  rules: readonly CompiledRule<RoutingRule>[],
): { readonly route: "support" | "sirt"; readonly finding: Finding } {
  const judged = rules.flatMap(({ rule, judge }) => {
    const judgement = judge(context);
    if (judgement === null) return [];
    const sentence = fillSentence(judgement.ok ? rule.holds : rule.message, judgement.values);
    return [{ clause: rule.clause, sentence, ok: judgement.ok }];
  });
  const against = judged.filter(({ ok }) => !ok);
  const telling = against.length > 0 ? against : judged;
  const route = against.length > 0 ? "sirt" : "support";
  const headline = `${route === "sirt" ? "SIRT" : "Support"} takes it`;
  return { route, finding: choiceFinding("route", route, headline, telling) };
}
