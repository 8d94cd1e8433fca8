// What the custody log keeps of a verdict.
import type { Digest } from "./custody.ts";
import { isHandedOver } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";
import { pastCaseOf } from "./past-case.ts";
import { NOTHING, type Steps } from "./steps.ts";

/**
 * A verdict is recorded once for each request text and policy; an incomplete form has no verdict to record. Beside it
 * stands the case without names and texts, for `seclog impact`; before it the decision of Legal that it rests on.
 */
export function recordVerdict(seen: Observation, digest: Digest): Steps {
  if (seen.requestSha256 === null || seen.judged === null || isHandedOver(seen)) return NOTHING;
  const { verdict, route, findings, policy } = seen.verdict;
  const waived = findings.filter((finding) => finding.waived).map((finding) => finding.rule);
  return {
    actions: [],
    records: [
      ...(seen.legal.record === null ? [] : [seen.legal.record]),
      {
        event: "verdict",
        data: {
          verdict,
          route: route ?? "none",
          failed: findings.filter((finding) => !finding.ok).map((finding) => finding.rule),
          ...(waived.length === 0 ? {} : { waived }),
          request_sha256: seen.requestSha256,
          policy_sha256: policy.sha256,
        },
        beside: `${JSON.stringify(pastCaseOf(seen.judged, digest))}\n`,
      },
    ],
  };
}
