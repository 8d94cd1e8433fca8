import { expect, test } from "vitest";
import { chooseLane } from "../../../scripts/domain/information-request/lane.ts";
import { compileRules } from "../../../scripts/domain/policy/rule-language.ts";
import { loadPolicySet } from "../../policy-set.ts";

const { lane } = await loadPolicySet();

test("a rule that does not apply says nothing of the lane", () => {
  const [first] = compileRules(lane.limits, lane.rules).book.rules;
  if (first === undefined) throw new Error("the policy has a rule");
  const silent = { ...first, judge: () => null };
  const context = {} as Parameters<typeof first.judge>[0];
  expect(chooseLane(context, [silent])).toMatchObject({ rule: "lane", ok: true, measured: "rows" });
});
