import { expect, test } from "vitest";
import { withHeadTrailer } from "../scripts/domain/information-request/custody-verification.ts";
import { outgoingFaults } from "../scripts/domain/outgoing-action.ts";
import type { Action } from "../scripts/domain/plan.ts";
import { checkedWriter } from "../scripts/last-check.ts";

const ALLOWED = { mentions: [], urls: [] };
const note = (body: string): Action => ({
  kind: "write-note",
  issue: 1,
  tag: "status",
  note: null,
  body,
});
const ISSUE = {
  kind: "create-issue",
  project: "sec/gaps",
  tag: "gap/x",
  title: "Record it",
  description: "Words",
  labels: [],
  confidential: false,
} as const;

const COMMIT = {
  kind: "commit-files",
  branch: "request/IR-2026-0042",
  startBranch: null,
  message: "Add the request IR-2026-0042",
  files: [],
} as const;
const commit = (message: string): Action => ({ ...COMMIT, message });
const WITH_HEAD = withHeadTrailer("Add the manifest of IR-2026-0042", "IR-2026-0042", [
  {
    seq: 1,
    prev: "0".repeat(64),
    hash: "a".repeat(64),
    at: "2026-11-20T09:00:00Z",
    event: "verdict",
    data: {},
  },
]);
const PACKAGE = {
  kind: "publish-package",
  project: "sec/seclog",
  name: "IR-2026-0042-hand-over",
  version: "d783be2b166f",
  directory: "/tmp/x",
  files: ["rows.ndjson.age", "manifest.json"],
} as const;

/** The writer that stands behind the check, and what reached it. */
function scene() {
  const sent: Action[] = [];
  const writer = checkedWriter(
    {
      perform: async (action) => {
        sent.push(action);
        return { ok: true, action, url: null };
      },
    },
    ALLOWED,
  );
  return { sent, writer };
}

test.each<[string, Action, readonly string[]]>([
  ["a note", note("Hello\n\n/close"), ["note, line 3: a quick action"]],
  ["a title", { ...ISSUE, title: "For @all" }, ["title, line 1: a mention or an e-mail address"]],
  [
    "a description",
    { ...ISSUE, description: "See\n#1 and https://x.invalid" },
    ["description, line 2: a reference", "description, line 2: a link"],
  ],
  [
    "an edited description",
    { kind: "edit-issue", project: "p", issue: 1, description: "<b>" },
    ["description, line 1: raw HTML"],
  ],
  ["an action without text", { kind: "set-confidential", issue: 1 }, []],
  ["a commit message of ours", commit("Add the request IR-2026-0042"), []],
  ["a commit message with the head of the custody log", commit(WITH_HEAD), []],
  ["a commit message", commit("Add\n\nSee #1"), ["commit message, line 3: a reference"]],
  [
    "a commit message that skips pipelines",
    commit("Add the request [skip ci]"),
    ["commit message, line 1: a word that skips pipelines"],
  ],
  [
    "a commit message that skips pipelines the other way round",
    commit("Add the request [CI-SKIP]"),
    ["commit message, line 1: a word that skips pipelines"],
  ],
  [
    "a commit message that closes an issue",
    commit("Fixes sec/seclog/-/issues"),
    ["commit message, line 1: a word that closes issues"],
  ],
  [
    "a merge commit's message",
    { kind: "merge", mergeRequest: 1, sha: "0".repeat(40), message: "Merge for @all" },
    ["commit message, line 1: a mention or an e-mail address"],
  ],
  ["a merge without a message", { kind: "merge", mergeRequest: 1, sha: "0".repeat(40) }, []],
  ["a branch", { ...COMMIT, branch: "request/--upload" }, ["branch: not a plain name"]],
  [
    "the paths of a commit",
    {
      ...COMMIT,
      files: ["requests/x.yaml", "../x", "a//b", "a b"].map((path) => ({
        path,
        content: "",
        lastCommit: null,
      })),
    },
    Array.from({ length: 3 }, () => "path: not a plain name"),
  ],
  [
    "the branch of a merge request",
    {
      kind: "open-merge-request",
      sourceBranch: "request/`x`",
      targetBranch: "main",
      title: "Review",
      description: "Words",
    },
    ["branch: not a plain name"],
  ],
  ["the package of a log-dive", PACKAGE, []],
  [
    "names of a package",
    { ...PACKAGE, name: "@all", version: "1 2", files: ["rows.ndjson.age", "$(x)", ".hidden"] },
    [
      "package: not a plain name",
      "package version: not a plain name",
      "package file: not a plain name",
      "package file: not a plain name",
    ],
  ],
])("what would act is found by its place: %s", async (_, action, faults) => {
  expect(outgoingFaults(action, ALLOWED)).toEqual(faults);
  const { sent, writer } = scene();
  expect((await writer.perform(action)).ok).toBe(faults.length === 0);
  expect(sent).toHaveLength(faults.length === 0 ? 1 : 0);
});

test("the refusal names the first places and no word of the text", async () => {
  const result = await scene().writer.perform(note("@kingfisher\n".repeat(8)));
  const error = result.ok ? "" : result.error;
  expect(error).toMatch(
    /^#1 create note status: not sent, .*note, line 1: a mention.*line 5.*; and 3 more\)\. Mend the/,
  );
  expect(error).not.toContain("kingfisher");
});
