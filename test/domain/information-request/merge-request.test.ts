import { expect, test } from "vitest";
import type { CustodyData } from "../../../scripts/domain/information-request/custody.ts";
import {
  closeDoubles,
  planRedaction,
  planReview,
  planRouting,
  releaseRecord,
} from "../../../scripts/domain/information-request/merge-request.ts";
import type { Observation } from "../../../scripts/domain/information-request/observation.ts";
import { mergeRequest, observation, stored, user } from "./observation.ts";

const context = { defaultBranch: "main", description: "page" };
const file = (content: string) => ({
  path: "requests/information-request/2026/IR-2026-0042.yaml",
  content,
  lastCommitId: "c1",
  blobId: "b1",
});
const RELEASE = { verdict: "release", reasons: [], roles: [] } as const;
const HANDED_OVER = {
  custody: {
    ...observation().custody,
    entries: [
      { seq: 1, at: "2026-11-20T12:00:00Z", event: "hand-over", data: {}, prev: "", hash: "" },
    ],
  },
} as const;
const standing = {
  branchHead: "c1",
  requestFile: file("text of the request\n"),
  mergeRequest: mergeRequest(),
};

test("a second merge request of the branch is closed", () => {
  expect(closeDoubles(observation())).toEqual({ actions: [], records: [] });
  expect(closeDoubles(observation({ doubledMergeRequests: [8, 9] })).actions).toEqual([
    { kind: "close-merge-request", mergeRequest: 8 },
    { kind: "close-merge-request", mergeRequest: 9 },
  ]);
});

test("an accepted request gets its branch with its file, and its merge request", () => {
  expect(planRouting(observation(), context).actions).toMatchObject([
    {
      kind: "commit-files",
      branch: "request/IR-2026-0042",
      startBranch: "main",
      message: "Add the request IR-2026-0042",
      files: [{ lastCommit: null, content: "text of the request\n" }],
    },
    {
      kind: "open-merge-request",
      title: "IR-2026-0042: information request",
      targetBranch: "main",
    },
  ]);
});

test("an edited request is rewritten at the commit that was read", () => {
  expect(
    planRouting(observation({ ...standing, requestFile: file("old") }), context).actions,
  ).toMatchObject([
    {
      kind: "commit-files",
      startBranch: null,
      message: "Update the request IR-2026-0042",
      files: [{ lastCommit: "c1" }],
    },
  ]);
});

test("a branch without its merge request gets one", () => {
  expect(
    planRouting(observation({ ...standing, mergeRequest: null }), context).actions,
  ).toMatchObject([{ kind: "open-merge-request" }]);
});

test.each([
  ["everything stands", standing],
  ["the form is not whole", { requestText: null }],
  ["it is not accepted", { verdict: { ...observation().verdict, verdict: "needs-info" as const } }],
  [
    "it is merged",
    { ...standing, requestFile: null, mergeRequest: mergeRequest({ state: "merged" }) },
  ],
  [
    "it was handed over",
    {
      custody: {
        ...observation().custody,
        entries: [{ seq: 1, at: "", event: "hand-over" as const, data: {}, prev: "", hash: "" }],
      },
    },
  ],
])("routing writes nothing when %s", (_, more) => {
  expect(planRouting(observation(more), context).actions).toEqual([]);
});

test("the manifest is committed beside the request, once", () => {
  const seen = observation({ ...standing, collected: [stored()] });
  const first = planRedaction(seen, "{}\n");
  expect(first.actions).toMatchObject([
    { kind: "commit-files", files: [{ lastCommit: null, content: "{}\n" }] },
  ]);
  expect(first.records).toMatchObject([{ event: "log-dive", data: { rows: 7, complete: true } }]);
  const again = planRedaction({ ...seen, manifestFile: file("{}\n") }, "{}\n");
  expect(again.actions).toEqual([]);
  expect(again.records).toEqual(first.records);
  expect(planRedaction({ ...seen, manifestFile: file("old") }, "{}\n").actions).toMatchObject([
    { files: [{ lastCommit: "c1" }] },
  ]);
});

test.each([
  ["there is no artefact", standing],
  ["there is no request file", { collected: [stored()] }],
  [
    "it is merged",
    { ...standing, collected: [stored()], mergeRequest: mergeRequest({ state: "merged" }) },
  ],
])("no manifest is committed when %s", (_, more) => {
  expect(planRedaction(observation(more), "{}\n")).toEqual({ actions: [], records: [] });
});

test("the reviewers' page is kept current, whatever line ends GitLab keeps", () => {
  const page = (description: string, title?: string) =>
    planReview(
      observation({
        mergeRequest: mergeRequest({ description, ...(title === undefined ? {} : { title }) }),
      }),
      "one\ntwo\n",
    ).actions;
  expect(page("one\r\ntwo")).toEqual([]);
  expect(page("other")).toMatchObject([{ kind: "edit-merge-request", mergeRequest: 7 }]);
  expect(page("one\ntwo", "renamed")).toMatchObject([{ kind: "edit-merge-request" }]);
});

test("a release that a broken-off run merged is put on record, once", () => {
  const merged = mergeRequest({ state: "merged", description: "page" });
  const more = { collected: [stored()], release: RELEASE, mergeRequest: merged };
  const [record, ...none] = planReview(observation(more), "page").records;
  expect(none).toEqual([]);
  expect(record).toMatchObject({ event: "review", data: { head_sha: merged.mergeRequest.sha } });
  const recorded = (data: CustodyData) =>
    planReview(
      observation({
        ...more,
        custody: {
          ...observation().custody,
          entries: [{ seq: 1, at: "", prev: "", hash: "", event: "review", data }],
        },
      }),
      "page",
    ).records;
  expect(recorded({ head_sha: merged.mergeRequest.sha, approved_by: ["more"] })).toEqual([]);
  expect(recorded({ head_sha: "another" })).toHaveLength(1);
});

test.each<[string, Partial<Observation>, readonly string[], readonly string[]]>([
  ["opened", { mergeRequest: mergeRequest({ state: "opened" }) }, ["edit-merge-request"], []],
  ["merged", { mergeRequest: mergeRequest({ state: "merged" }) }, ["edit-merge-request"], []],
  [
    "merged and still released",
    { collected: [stored()], release: RELEASE, mergeRequest: mergeRequest({ state: "merged" }) },
    ["edit-merge-request"],
    ["review"],
  ],
  ["closed", { mergeRequest: mergeRequest({ state: "closed" }) }, [], []],
  ["handed over", { ...HANDED_OVER, mergeRequest: mergeRequest({ state: "merged" }) }, [], []],
])("the page of a merge request that is %s", (_, more, kinds, events) => {
  const { actions, records } = planReview(observation(more), "another page");
  expect(actions.map(({ kind }) => kind)).toEqual(kinds);
  expect(records.map(({ event }) => event)).toEqual(events);
});

test("a released artefact is merged at the head that was approved, and recorded", () => {
  const approvals = [
    { user: user(1, "lena"), at: "2026-11-20T12:00:00Z" },
    { user: user(2, "sam"), at: null },
  ];
  const seen = observation({
    collected: [stored()],
    release: RELEASE,
    mergeRequest: mergeRequest({}, { approvals }),
  });
  expect(planReview(seen, "page")).toEqual({
    actions: [
      {
        kind: "merge",
        mergeRequest: 7,
        sha: "1".repeat(40),
        message: "Merge the release of IR-2026-0042",
      },
    ],
    records: [
      {
        event: "review",
        data: {
          artefact_sha256: "e".repeat(64),
          head_sha: "1".repeat(40),
          approved_by: ["user 1 at 2026-11-20T12:00:00Z", "user 2 at an unknown time"],
        },
      },
    ],
  });
});

test("without a merge request there is no page", () => {
  expect(planReview(observation(), "page")).toEqual({ actions: [], records: [] });
  expect(releaseRecord(observation())).toEqual({
    artefact_sha256: "",
    head_sha: "",
    approved_by: [],
  });
});
