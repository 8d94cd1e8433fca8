import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  appendCustody,
  type CustodyRecord,
  custodyPath,
  isRecorded,
  readCustody,
} from "../../../scripts/domain/information-request/custody.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const AT = "2026-11-20T12:00:00Z";
const RECORDS: readonly CustodyRecord[] = [
  { event: "verdict", data: { verdict: "accept", failed: [] } },
  { event: "log-dive", data: { rows: 7, complete: true } },
  { event: "hand-over", data: { artefact_sha256: "abc" } },
];
const whole = appendCustody("", [], RECORDS, AT, digest);

test("a log reads back as it was written, in one go or entry by entry", () => {
  let text = "";
  for (const record of RECORDS)
    text = appendCustody(text, readCustody(text, digest).entries, [record], AT, digest);
  expect(text).toBe(whole);
  const { entries, faults } = readCustody(whole, digest);
  expect(faults).toEqual([]);
  expect(entries.map(({ seq, event, data }) => ({ seq, event, data }))).toEqual(
    RECORDS.map((record, index) => ({ seq: index + 1, ...record })),
  );
});

test("an empty log has no entries and no faults but its missing end", () => {
  expect(readCustody("", digest)).toEqual({ entries: [], faults: [] });
});

test("a record is not repeated, a changed one is recorded anew", () => {
  const { entries } = readCustody(whole, digest);
  for (const record of RECORDS) expect(isRecorded(entries, record)).toBe(true);
  expect(isRecorded(entries, { event: "verdict", data: { verdict: "reject", failed: [] } })).toBe(
    false,
  );
  expect(isRecorded([], { event: "gap", data: {} })).toBe(false);
});

test.each([
  ["an edited entry", whole.replace('"rows":7', '"rows":8'), "line 2 was changed"],
  ["a dropped entry", whole.split("\n").toSpliced(1, 1).join("\n"), "line 2 has number 3"],
  [
    "a dropped entry, renumbered",
    whole.split("\n").toSpliced(0, 1).join("\n").replaceAll('"seq":2', '"seq":1'),
    "line 1 does not follow the line before it",
  ],
  ["a cut line", whole.slice(0, -10), "the last line has no end: the log was cut"],
  ["no JSON", `${whole}{"seq":\n`, "line 4 is not a custody entry"],
  ["another value", `${whole}null\n`, "line 4 is not a custody entry"],
  ["an entry without data", `${whole}{"seq":4}\n`, "line 4 is not a custody entry"],
])("%s is named", (_, text, fault) => {
  expect(readCustody(text, digest).faults).toContain(fault);
});

test("no change of one byte goes unseen", () => {
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.constantFrom("0", "x", " ", '"', "\n"), (at, byte) => {
      fc.pre(whole[at] !== byte);
      const changed = whole.slice(0, at) + byte + whole.slice(at + 1);
      expect(readCustody(changed, digest).faults).not.toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test("the log of a request has one place", () => {
  expect(custodyPath("IR-2026-0042")).toBe("information-request/2026/IR-2026-0042.jsonl");
});

test("a key that the hash does not cover is a change", () => {
  const added = whole.replace('"seq":2', '"seq":2,"extra":1');
  expect(readCustody(added, digest).faults).toEqual(["line 2 was changed"]);
});
