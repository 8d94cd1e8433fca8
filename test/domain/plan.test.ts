import { expect, test } from "vitest";
import { type Action, describePlan, withoutRepeats } from "../../scripts/domain/plan.ts";

test("a plan reads as one line for each action and shows no text of a person", () => {
  const text = describePlan([
    { kind: "set-confidential", issue: 7 },
    {
      kind: "change-labels",
      issue: 7,
      add: ["Request::Eligible", "oncall"],
      remove: ["Stage::Intake"],
    },
    { kind: "change-labels", issue: 7, add: ["a"], remove: [] },
    { kind: "change-labels", issue: 7, add: [], remove: ["b"] },
    { kind: "write-note", issue: 7, tag: "status", note: null, body: "secret" },
    { kind: "write-note", issue: 7, tag: "status", note: 3, body: "secret" },
    {
      kind: "commit-files",
      branch: "request/IR-2026-0007",
      startBranch: null,
      message: "m",
      files: [{ path: "a.yaml", content: "secret", lastCommit: null }],
    },
    {
      kind: "open-merge-request",
      sourceBranch: "s",
      targetBranch: "main",
      title: "t",
      description: "secret",
    },
    { kind: "edit-merge-request", mergeRequest: 3, title: "t", description: "secret" },
    { kind: "merge", mergeRequest: 3, sha: "0123456789abcdef" },
    {
      kind: "publish-package",
      project: "p",
      name: "n",
      version: "v",
      directory: "d",
      files: ["f"],
    },
    { kind: "delete-package", project: "p", package: 1, name: "n", version: "v" },
    {
      kind: "create-issue",
      project: "p",
      tag: "gap/x",
      title: "secret",
      description: "secret",
      labels: [],
      confidential: false,
    },
    { kind: "edit-issue", project: "p", issue: 4, description: "secret" },
    { kind: "edit-issue", project: "p", issue: 5, description: "secret", close: true },
    { kind: "delete-note", issue: 7, tag: "status", note: 3 },
    { kind: "close-merge-request", mergeRequest: 4 },
    {
      kind: "write-note",
      project: "sec/gaps",
      issue: 9,
      tag: "gap-shipped/x",
      note: null,
      body: "secret",
    },
    { kind: "delete-note", project: "sec/gaps", issue: 9, tag: "gap-shipped/x", note: 4 },
    {
      kind: "write-merge-request-note",
      mergeRequest: 4,
      tag: "policy-preview",
      note: null,
      body: "x",
    },
    {
      kind: "write-merge-request-note",
      mergeRequest: 4,
      tag: "policy-preview",
      note: 5,
      body: "x",
    },
    { kind: "delete-merge-request-note", mergeRequest: 4, tag: "policy-preview", note: 6 },
  ]);
  expect(text).toBe(
    [
      "#7 make confidential",
      '#7 label ~"Request::Eligible" ~"oncall" unlabel ~"Stage::Intake"',
      '#7 label ~"a"',
      '#7 unlabel ~"b"',
      "#7 create note status",
      "#7 edit note status",
      "commit a.yaml to request/IR-2026-0007",
      "open merge request s → main",
      "!3 edit description",
      "!3 merge at 0123456789ab",
      "publish package n/v (1 files) in p",
      "delete package n/v in p",
      "create issue gap/x in p",
      "edit issue p#4",
      "close issue p#5",
      "#7 delete doubled note status",
      "!4 close as a double",
      "sec/gaps#9 create note gap-shipped/x",
      "sec/gaps#9 delete doubled note gap-shipped/x",
      "!4 create note policy-preview",
      "!4 edit note policy-preview",
      "!4 delete doubled note policy-preview",
    ].join("\n"),
  );
});

test("of several requests the first writes a gap issue, the others wait for the next run", () => {
  const create = (tag: string): Action => ({
    kind: "create-issue",
    project: "sec/gaps",
    tag,
    title: "t",
    description: "d",
    labels: [],
    confidential: false,
  });
  const edit = (issue: number): Action => ({
    kind: "edit-issue",
    project: "sec/gaps",
    issue,
    description: "d",
  });
  const note: Action = { kind: "set-confidential", issue: 1 };
  expect(
    withoutRepeats([
      [note, create("gap/x"), edit(3)],
      [note, create("gap/x"), create("gap/y"), edit(4)],
      [edit(3), edit(4), note],
    ]),
  ).toEqual([[note, create("gap/x"), edit(3)], [note, create("gap/y"), edit(4)], [note]]);
});
