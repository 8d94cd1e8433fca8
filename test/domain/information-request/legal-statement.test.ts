import { expect, test } from "vitest";
import type { CustodyEntry } from "../../../scripts/domain/information-request/custody.ts";
import {
  type LegalContext,
  readLegalDecision,
} from "../../../scripts/domain/information-request/legal-statement.ts";
import type { Saying, Statement } from "../../../scripts/domain/information-request/statement.ts";
import { note, user } from "./observation.ts";

const SHA = "a".repeat(64);
const lena = user(21, "lena");
const since = "2026-01-05T09:00:00Z";
const context: LegalContext = {
  requestSha256: SHA,
  teams: ["legal"],
  longest: "P31D",
  waivable: new Set(["trial", "window_too_old"]),
  concerned: new Set([4]),
  entries: [],
  digest: (text) => `digest of ${text}`,
};
const said = (id: number, saying: Saying, author = lena): Statement => ({
  note: note(id, `note ${id}`, { author }),
  saying,
  author,
  memberships: { legal: { ...author, accessLevel: 30, since, expiresAt: null } },
});
const grant = (more: Partial<Extract<Saying, { kind: "grant" }>> = {}): Saying => ({
  kind: "grant",
  requestSha256: SHA,
  waives: ["trial"],
  until: "2026-12-10",
  reference: "SUB-17",
  ...more,
});
const refuse: Saying = { kind: "refuse", requestSha256: SHA, reason: "no contract" };
const recorded = (decision: string, noteId: number, sha = SHA): CustodyEntry => ({
  seq: 1,
  at: "",
  event: "exception",
  data: { decision, note: noteId, request_sha256: sha },
  prev: "",
  hash: "",
});
const GRANTED = {
  decision: "grant",
  request_sha256: SHA,
  waives: ["trial"],
  reference: "SUB-17",
  expires_at: "2026-12-11T00:00:00Z",
};

test("a grant counts until its last day is over, and goes on record without free text", () => {
  expect(readLegalDecision([said(7, grant())], context)).toEqual({
    decision: GRANTED,
    record: {
      event: "exception",
      data: {
        decision: "grant",
        request_sha256: SHA,
        note: 7,
        note_sha256: "digest of note 7",
        decided_by: "user 21 at 2026-11-20T10:00:00Z",
        waives: ["trial"],
        reference: "SUB-17",
        expires_at: "2026-12-11T00:00:00Z",
      },
    },
    dismissed: [],
  });
});

test("the newest decision stands", () => {
  const { decision, record } = readLegalDecision([said(7, grant()), said(8, refuse)], context);
  expect(decision).toEqual({ decision: "refuse", request_sha256: SHA, reason: "no contract" });
  expect(record?.data).toEqual({
    decision: "refuse",
    request_sha256: SHA,
    note: 8,
    note_sha256: "digest of note 8",
    decided_by: "user 21 at 2026-11-20T10:00:00Z",
  });
  expect(readLegalDecision([said(7, refuse), said(8, grant())], context).decision).toEqual(GRANTED);
});

test.each<[string, readonly Statement[], CustodyEntry, string | undefined]>([
  ["of a note that is gone", [said(7, grant())], recorded("refuse", 8), "refuse"],
  ["without any note left", [], recorded("refuse", 8), "refuse"],
  ["older than the grant", [said(9, grant())], recorded("refuse", 8), "grant"],
  [
    "on another text of the request",
    [said(7, grant())],
    recorded("refuse", 8, "b".repeat(64)),
    "grant",
  ],
  ["that was a grant", [], recorded("grant", 8), undefined],
  ["of another kind", [], { ...recorded("refuse", 8), event: "verdict" }, undefined],
])("a refusal on record, %s", (_, statements, entry, decision) => {
  const reading = readLegalDecision(statements, { ...context, entries: [entry] });
  expect(reading.decision?.decision).toBe(decision);
});

test.each<[string, Statement, string]>([
  [
    "of the requester",
    said(7, grant(), user(4, "sofia")),
    "requester and log-diver do not decide on their own request",
  ],
  ["of another team", { ...said(7, refuse), memberships: {} }, "its author is not in legal"],
  [
    "on another text",
    said(7, grant({ requestSha256: "b".repeat(64) })),
    "it is for another text of the request",
  ],
  [
    "of what nobody can waive",
    said(7, grant({ waives: ["trial", "self_managed"] })),
    "nobody can waive self_managed",
  ],
  ["until no day", said(7, grant({ until: "2026-02-30" })), "2026-02-30 is no day"],
  [
    "too far ahead",
    said(7, grant({ until: "2026-12-22" })),
    "a grant reaches P31D at most, and it says 2026-12-22",
  ],
  [
    "that is not understood",
    said(7, { kind: "unclear" }),
    "it was not understood; copy a line from above and complete it",
  ],
])("a decision %s does not count, and is named", (_, statement, reason) => {
  const { author, createdAt } = statement.note;
  expect(readLegalDecision([statement], context)).toEqual({
    decision: null,
    record: null,
    dismissed: [{ user: author.username, at: createdAt, reason }],
  });
});

test("the furthest day of a grant, and what is no decision at all", () => {
  const furthest = readLegalDecision([said(7, grant({ until: "2026-12-21" }))], context);
  expect(furthest.decision).not.toBeNull();
  const extend: Saying = { kind: "extend", by: "PT1H", reason: "x" };
  expect(readLegalDecision([said(7, extend)], context)).toEqual({
    decision: null,
    record: null,
    dismissed: [],
  });
});
