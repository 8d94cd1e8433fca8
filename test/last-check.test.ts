import { expect, test } from "vitest";
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
