import { expect, test } from "vitest";
import type { CustodyEntry } from "../../../scripts/domain/information-request/custody.ts";
import {
  readExtensions,
  unusedExtensions,
} from "../../../scripts/domain/information-request/extension.ts";
import type { Statement } from "../../../scripts/domain/information-request/statement.ts";
import { note, user } from "./observation.ts";

const diego = user(51, "diego");
const asked = (id: number, by = "PT12H", more: Partial<Statement["note"]> = {}): Statement => ({
  note: note(id, `note ${id}`, { author: diego, ...more }),
  saying: { kind: "extend", by, reason: `reason ${id}` },
  author: diego,
  memberships: {
    sirt: { ...diego, accessLevel: 30, since: "2026-01-05T09:00:00Z", expiresAt: null },
  },
});
const context = {
  team: "sirt",
  longest: "PT24H",
  entries: [],
  digest: (text: string) => `digest of ${text}`,
};
const entry = (noteId: number): CustodyEntry => ({
  seq: 1,
  at: "",
  event: "extension",
  data: { note: noteId, by: "PT6H", asked_at: "2026-11-20T08:00:00Z" },
  prev: "",
  hash: "",
});
const AT = "2026-11-20T10:00:00Z";

test("what the team asks for is taken, with what goes on record", () => {
  const other: Statement = { ...asked(2), saying: { kind: "unclear" } };
  expect(readExtensions([asked(1), other], context)).toEqual({
    extensions: [
      {
        note: 1,
        at: AT,
        by: "PT12H",
        words: { user: "diego", reason: "reason 1" },
        record: {
          event: "extension",
          data: {
            note: 1,
            note_sha256: "digest of note 1",
            asked_by: "user 51",
            asked_at: AT,
            by: "PT12H",
          },
        },
      },
    ],
    dismissed: [],
  });
});

test.each<[string, Statement, string | null, string]>([
  ["while nobody has the request", asked(1), null, "nobody has the request yet"],
  ["of another team", asked(1), "support", "its author is not in support"],
  [
    "too long",
    asked(1, "PT24H1S"),
    "sirt",
    "an extension reaches PT24H at most, and it says PT24H1S",
  ],
])("an extension %s does not count, and is named", (_, statement, team, reason) => {
  expect(readExtensions([statement], { ...context, team })).toEqual({
    extensions: [],
    dismissed: [{ user: "diego", at: AT, reason }],
  });
});

test("what is on record stays, whatever became of its note or its author", () => {
  const kept = { at: "2026-11-20T08:00:00Z", by: "PT6H", record: null };
  const left: Statement = { ...asked(1), memberships: {} };
  const edited = asked(2, "PT1H", { updatedAt: "2026-11-20T11:00:00Z" });
  const entries = [entry(1), entry(2), entry(3), { ...entry(4), event: "gap" as const }];
  expect(readExtensions([left, edited], { ...context, entries })).toEqual({
    extensions: [
      { note: 1, words: { user: "diego", reason: "reason 1" }, ...kept },
      { note: 2, words: null, ...kept },
      { note: 3, words: null, ...kept },
    ],
    dismissed: [],
  });
});

test("those that move nothing are named, once they are not on record", () => {
  const { extensions } = readExtensions([asked(1), asked(2)], { ...context, entries: [entry(3)] });
  const used = extensions.filter((extension) => extension.note === 1);
  expect(unusedExtensions(extensions, used)).toEqual([
    { user: "diego", at: AT, reason: "no update is due, or it was extended once already" },
  ]);
});
