// What the custody log keeps of a verdict.
import type { Finding } from "../finding.ts";
import type { CustodyData, Digest } from "./custody.ts";
import { isHandedOver } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";
import { pastCaseOf } from "./past-case.ts";
import { NOTHING, type Steps } from "./steps.ts";

/**
 * A verdict is recorded once for each request text and policy; that of an incomplete form names no request, since there
 * is none yet: it tells since when the author is waited for. Beside it
 * stands the case without names and texts, for `seclog impact`; before it the decision of Legal that it rests on.
 */
export function recordVerdict(seen: Observation, digest: Digest): Steps {
  if (isHandedOver(seen)) return NOTHING;
  const { verdict, route, findings, policy } = seen.verdict;
  const rules = (kept: readonly Finding[]): readonly string[] => kept.map(({ rule }) => rule);
  const waived = rules(findings.filter((finding) => finding.waived));
  const data: CustodyData = {
    verdict,
    route: route ?? "none",
    failed: rules(findings.filter(({ ok }) => !ok)),
    ...(waived.length === 0 ? {} : { waived }),
    ...(seen.requestSha256 === null ? {} : { request_sha256: seen.requestSha256 }),
    policy_sha256: policy.sha256,
  };
  const beside =
    seen.judged === null ? {} : { beside: `${JSON.stringify(pastCaseOf(seen.judged, digest))}\n` };
  return {
    actions: [],
    records: [
      ...(seen.legal.record === null ? [] : [seen.legal.record]),
      { event: "verdict", data, ...beside },
    ],
  };
}
