// The shipped policies with one limit changed, for measuring a preview.
import { sha256 } from "../../scripts/adapters/digest.ts";
import { assemblePolicies, type Policies } from "../../scripts/domain/policy/policies.ts";
import { loadPolicySet } from "../policy-set.ts";

/** The Support lane reaches back one month in place of seven days. */
export async function widerFastWindow(): Promise<Policies> {
  const set = await loadPolicySet();
  const limits = { ...set.routing.limits, fast_window: wholeTime("P1M") };
  return assemblePolicies({ ...set, routing: { ...set.routing, limits } }, sha256).policies;
}

const wholeTime = (value: string): [{ from: string; value: string }] => [
  { from: "2000-01-01", value },
];
