import fc from "fast-check";
import { expect, test } from "vitest";
import {
  concernedPeople,
  decisionForms,
  readSaying,
  type Statement,
  sayingsOf,
  speakerFault,
} from "../../../scripts/domain/information-request/statement.ts";
import { BOT, issue, note, user } from "./observation.ts";

const SHA = "a".repeat(64);

test.each([
  [
    `/seclog grant exception for ${SHA} waiving trial, window_too_old until 2026-12-10 reference SUB-2026/17`,
    {
      kind: "grant",
      requestSha256: SHA,
      waives: ["trial", "window_too_old"],
      until: "2026-12-10",
      reference: "SUB-2026/17",
    },
  ],
  [
    `\n /seclog refuse exception for ${SHA} because no contract covers it \r\n`,
    { kind: "refuse", requestSha256: SHA, reason: "no contract covers it" },
  ],
  [
    "/seclog extend PT24H because the archive is being restored",
    { kind: "extend", by: "PT24H", reason: "the archive is being restored" },
  ],
])("%s", (body, saying) => {
  expect(readSaying(body)).toEqual(saying);
});

test.each([
  "I say:\n/seclog extend PT1H because x",
  "> /seclog extend PT1H because x",
  "`/seclog extend PT1H because x`",
  "/seclogs extend PT1H because x",
  "/approve",
  "",
])("%j is not meant for seclog", (body) => {
  expect(readSaying(body)).toBeNull();
});

test.each([
  "/seclog",
  "/seclog hello",
  "/seclog extend PT1H because x\nand more",
  "/seclog extend P1M because x",
  "/seclog extend 24h because x",
  "/seclog extend PT1H because …",
  "/seclog extend PT1H",
  `/seclog grant exception for ${SHA} waiving trial until 2026-12-10`,
  `/seclog grant exception for ${SHA} waiving trial until 2026-12-10 reference @all`,
  `/seclog grant exception for ${SHA.slice(1)} waiving trial until 2026-12-10 reference A`,
  `/seclog grant exception for ${SHA.toUpperCase()} waiving trial until 2026-12-10 reference A`,
  `/seclog grant exception for ${SHA} waiving * until 2026-12-10 reference A`,
  `/seclog refuse exception for ${SHA} because ${"x".repeat(301)}`,
  ...decisionForms(SHA, ["trial"]).split("\n"),
])("%j is not understood", (body) => {
  expect(readSaying(body)).toEqual({ kind: "unclear" });
});

test("a completed form is understood, whatever the rules are called", () => {
  const rule = fc.stringMatching(/^[a-z][a-z0-9_]{0,30}$/);
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 9 }), (waives) => {
      const [grant = "", refuse = ""] = decisionForms(SHA, waives).split("\n");
      const completed = grant.replace("until …", "until 2026-12-10").replace(/…$/, "A-1");
      expect(readSaying(completed)).toMatchObject({ kind: "grant", waives });
      expect(readSaying(refuse.replace("…", "why not"))).toMatchObject({ reason: "why not" });
    }),
  );
});

test("the notes of people are read in the order of their writing; the bot's and GitLab's own are not", () => {
  const lena = user(21, "lena");
  const body = "/seclog extend PT1H because x";
  const notes = [
    note(9, body, { author: lena }),
    note(3, body, { author: lena }),
    note(4, body),
    note(5, body, { author: lena, system: true }),
    note(6, "hello", { author: lena }),
  ];
  expect(sayingsOf(notes, BOT).map((one) => one.note.id)).toEqual([3, 9]);
});

const lena = user(21, "lena");
const member = { ...lena, accessLevel: 30, since: "2026-01-05T09:00:00Z", expiresAt: null };
const statement = (more: Partial<Statement>): Statement => ({
  note: note(1, "", { author: lena }),
  saying: { kind: "unclear" },
  author: lena,
  memberships: { legal: member },
  ...more,
});

test.each<[string, Partial<Statement>, string | null]>([
  ["a member since before", {}, null],
  [
    "a member since this very moment",
    { memberships: { legal: { ...member, since: "2026-11-20T10:00:00Z" } } },
    null,
  ],
  [
    "an edited note",
    { note: note(1, "", { author: lena, updatedAt: "2026-11-20T10:00:00.001Z" }) },
    "the note was edited; write a new one",
  ],
  ["a user who cannot be read", { author: null }, "its author could not be read"],
  ["a bot", { author: { ...lena, bot: true } }, "its author is a bot"],
  ["a blocked user", { author: { ...lena, state: "blocked" } }, "its author is blocked"],
  ["somebody of another team", { memberships: { security: member } }, "its author is not in legal"],
  [
    "a later member",
    { memberships: { legal: { ...member, since: "2026-11-20T10:00:01Z" } } },
    "its author was not in legal when it was written",
  ],
  [
    "a member since nobody knows when",
    { memberships: { legal: { ...member, since: null } } },
    "its author was not in legal when it was written",
  ],
])("%s", (_, more, fault) => {
  expect(speakerFault(statement(more), ["legal"])).toBe(fault);
});

test("who asks and who works on it are concerned", () => {
  const concerned = concernedPeople(issue({ assignees: [lena] }));
  expect([...concerned]).toEqual([4, 21]);
});
