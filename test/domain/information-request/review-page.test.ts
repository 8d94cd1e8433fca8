import { expect, test } from "vitest";
import { reviewView } from "../../../scripts/domain/information-request/review-page.ts";
import { manifest, observation, stored } from "./observation.ts";

test("before there is an artefact the page shows the scope alone", () => {
  expect(reviewView(observation({ request: null }), [])).toBeNull();
  expect(reviewView(observation(), ["@sec/legal"])).toMatchObject({
    issue: "#42",
    verdictLine: "accept, with sirt",
    account: "acme-corp",
    resources: ["acme-corp/payments", "acme-corp/payments/api"],
    reviewers: [],
    artefact: null,
  });
  const nobody = { ...observation().verdict, route: null };
  expect(reviewView(observation({ verdict: nobody }), [])?.verdictLine).toBe("accept");
});

test("with an artefact it shows counts, reasons, digests, and who may still approve", () => {
  const [source] = manifest().sources;
  if (source === undefined) throw new Error("the fixture has a source");
  const page = reviewView(
    observation({
      collected: [
        stored({
          manifest: manifest({
            complete: false,
            sources: [
              source,
              {
                ...source,
                source: "api",
                withheld: { SECRET: 1, NO_TEMPLATE: 1, CAP: 1 },
                quarantined: {},
                missing: ["2026-11-17"],
                broken: [{ object: "api/x.gz", reason: "cut short" }],
              },
            ],
            gate: [
              { check: "G1 schema", ok: true, findings: 0 },
              { check: "G2 detectors", ok: false, findings: 2 },
            ],
          }),
        }),
      ],
      release: {
        verdict: "hold",
        reasons: ["Legal: 1 more approval is needed", "it is a draft"],
        roles: [
          { name: "Legal", approved_by: null, may_approve: ["lena", "noor"] },
          { name: "Security", approved_by: "sam", may_approve: [] },
        ],
      },
    }),
    ["@sec/legal", "@sec/security"],
  );
  expect(page).toMatchObject({
    hold: ["it is a draft"],
    reviewers: ["@sec/legal", "@sec/security"],
    roles: [
      { name: "Legal", state: "may still approve", people: ["lena", "noor"] },
      { name: "Security", state: "approved by", people: ["sam"] },
    ],
    artefact: {
      complete: false,
      missing: ["api of 2026-11-17", "api/x.gz: cut short"],
      reasons: [
        { reason: "SYSTEM_INFO", values: 5, withheld: 0, quarantined: 0 },
        { reason: "SECRET", values: 0, withheld: 3, quarantined: 0 },
        { reason: "CAP", values: 0, withheld: 1, quarantined: 0 },
        { reason: "NO_TEMPLATE", values: 0, withheld: 1, quarantined: 0 },
        { reason: "not JSON", values: 0, withheld: 0, quarantined: 1 },
      ],
      gate: [
        { check: "G1 schema", result: "passed" },
        { check: "G2 detectors", result: "2 findings" },
      ],
    },
  });
});

test("of counts the page tells how to open the file with the counts", () => {
  const opened = (lane: "aggregate" | undefined) =>
    reviewView(
      observation({
        collected: [stored({ manifest: manifest(lane === undefined ? {} : { lane }) })],
      }),
      [],
    )?.artefact?.openWith;
  expect(opened("aggregate")).toMatch(/ aggregate\.json\.age$/);
  expect(opened(undefined)).toMatch(/ rows\.ndjson\.age$/);
});
