import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { issueHint } from "../../scripts/adapters/wake-up.ts";

const hint = (payload: unknown): Promise<number | null> => {
  const file = join(mkdtempSync(join(tmpdir(), "payload-")), "TRIGGER_PAYLOAD");
  writeFileSync(file, typeof payload === "string" ? payload : JSON.stringify(payload));
  return issueHint(file);
};

test.each<[string, unknown, number | null]>([
  ["an issue event", { object_kind: "issue", object_attributes: { iid: 42 } }, 42],
  [
    "a note on an issue",
    { object_kind: "note", object_attributes: { id: 9 }, issue: { iid: 42 } },
    42,
  ],
  ["an own short payload", { object_attributes: { iid: 42, action: "update" } }, 42],
  [
    "a merge request of a request",
    {
      object_kind: "merge_request",
      object_attributes: { iid: 3, source_branch: "request/IR-2026-0042" },
    },
    42,
  ],
  [
    "a note on such a merge request",
    { object_kind: "note", merge_request: { source_branch: "request/IR-2026-0042" } },
    42,
  ],
  [
    "another merge request",
    { object_kind: "merge_request", object_attributes: { iid: 3, source_branch: "x" } },
    null,
  ],
  [
    "a merge request without a branch",
    { object_kind: "merge_request", object_attributes: { iid: 3 } },
    null,
  ],
  ["a forged number", { object_attributes: { iid: "42; rm -rf /" } }, null],
  ["a negative number", { object_attributes: { iid: -1 } }, null],
  ["a list", [], null],
  ["no JSON", "{", null],
])("%s", async (_, payload, expected) => {
  expect(await hint(payload)).toBe(expected);
});

test("no payload, or one that cannot be read, is no hint", async () => {
  expect(await issueHint(undefined)).toBeNull();
  expect(await issueHint("/does/not/exist")).toBeNull();
});
