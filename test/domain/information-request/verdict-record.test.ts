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

test("an incomplete form and a finished request have no verdict to record", () => {
  expect(recordVerdict(observation({ requestSha256: null }), sha256).records).toEqual([]);
  expect(recordVerdict(observation({ judged: null }), sha256).records).toEqual([]);
  const entries = [{ seq: 1, at: "", event: "hand-over" as const, data: {}, prev: "", hash: "" }];
  const done = observation({ custody: { ...observation().custody, entries } });
  expect(recordVerdict(done, sha256).records).toEqual([]);
});
