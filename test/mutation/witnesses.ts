// Who notices that a policy was changed: the cases beside its rules, then the cases of whole requests and releases.
import { readFileSync } from "node:fs";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { checkCase } from "../../scripts/commands/check.ts";
import { reviewCase } from "../../scripts/commands/review.ts";
import {
  assemblePolicies,
  type Policies,
  type PolicySet,
} from "../../scripts/domain/policy/policies.ts";
import { explanationOf, goldenFile, rulesOf } from "../explanations.ts";
import { judged, lineOf } from "../request-rows.ts";

export const WITNESSES = [
  "the rules' compiler and the cases beside them",
  "cases/explanations",
  "requests.jsonl",
  "approvals.jsonl",
] as const;
type Witness = (typeof WITNESSES)[number];

type ReleaseRow = { readonly input: unknown; readonly expect: string };
const releases = readFileSync(new URL("../cases/shared/approvals.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line): ReleaseRow => JSON.parse(line));

/** The first witness that says no, or null: the mutant survives. */
export function noticedBy(set: PolicySet): Witness | null {
  const { policies, faults } = assemblePolicies(set, sha256);
  if (faults.length > 0) return "the rules' compiler and the cases beside them";
  const explained = rulesOf(set).every(
    (one) => explanationOf(one, set, policies) === readFileSync(goldenFile(one), "utf8"),
  );
  if (!explained) return "cases/explanations";
  if (!judged.every((row) => isJudgedRightly(row, policies))) return "requests.jsonl";
  const right = releases.every(
    ({ input, expect }) => reviewCase(input, set.review).verdict === expect,
  );
  return right ? null : "approvals.jsonl";
}

function isJudgedRightly(row: (typeof judged)[number], policies: Policies): boolean {
  const { verdict, route, findings, errors } = checkCase(lineOf(row), policies);
  if (row.ambiguous !== undefined && verdict === "needs-info") return true;
  if (verdict !== row.expect || route !== row.route) return false;
  const failed = new Set(findings.filter(({ ok }) => !ok).map(({ rule }) => rule));
  return errors !== undefined || row.reasons.every((reason) => failed.has(reason));
}
