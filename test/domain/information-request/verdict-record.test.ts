import { expect, test } from "vitest";
import { sha256 } from "../../../scripts/adapters/digest.ts";
import { recordVerdict } from "../../../scripts/domain/information-request/verdict-record.ts";
import { observation } from "./observation.ts";

test("a verdict is recorded with the digests of what was judged and by what", () => {
  const { verdict } = observation();
  const failed = { rule: "trial", ok: false, reason: "It is a trial.", clause: "paying" };
  const seen = observation({
    verdict: {
      ...verdict,
      verdict: "reject",
      route: null,
      findings: [failed, ...verdict.findings],
    },
  });
  expect(recordVerdict(seen, sha256)).toEqual({
    actions: [],
    records: [
      {
        event: "verdict",
        data: {
          verdict: "reject",
          route: "none",
          failed: ["trial"],
          request_sha256: "a".repeat(64),
          policy_sha256: "b".repeat(64),
        },
        beside: expect.stringMatching(/^\{"name":"IR-2026-0042",.*\}\n$/),
      },
    ],
  });
  expect(recordVerdict(observation(), sha256).records).toMatchObject([{ data: { route: "sirt" } }]);
});

test("of an incomplete form it is kept what is missing; of a finished request nothing any more", () => {
  const verdict = { ...observation().verdict, verdict: "needs-info", route: null } as const;
  const incomplete = { request: null, requestSha256: null, judged: null, verdict };
  expect(recordVerdict(observation(incomplete), sha256).records).toEqual([
    {
      event: "verdict",
      data: {
        verdict: "needs-info",
        route: "none",
        failed: [],
        policy_sha256: "b".repeat(64),
      },
    },
  ]);
  const entries = [{ seq: 1, at: "", event: "hand-over" as const, data: {}, prev: "", hash: "" }];
  const done = observation({ custody: { ...observation().custody, entries } });
  expect(recordVerdict(done, sha256).records).toEqual([]);
});

test("what Legal decided stands before the verdict that rests on it, which names the waived rules", () => {
  const record = { event: "exception", data: { decision: "grant", note: 7 } } as const;
  const [finding] = observation().verdict.findings;
  if (finding === undefined) return expect.fail("no finding");
  const seen = observation({
    legal: { decision: null, record, dismissed: [] },
    verdict: { ...observation().verdict, findings: [{ ...finding, waived: true }] },
  });
  const { records } = recordVerdict(seen, sha256);
  expect(records[0]).toEqual(record);
  expect(records[1]).toMatchObject({ event: "verdict", data: { waived: ["window_too_old"] } });
});
