import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  appendCustody,
  type CustodyRecord,
  headAfter,
  readCustody,
} from "../../../scripts/domain/information-request/custody.ts";
import {
  headsIn,
  readHead,
  shortHead,
  verifyCustody,
  withHeadTrailer,
} from "../../../scripts/domain/information-request/custody-verification.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const AT = "2026-11-20T12:00:00Z";
const ID = "IR-2026-0042";
const RECORDS: readonly CustodyRecord[] = [
  { event: "verdict", data: { verdict: "accept", failed: [] } },
  { event: "log-dive", data: { rows: 7, complete: true } },
  { event: "review", data: { approved_by: ["user 11 at 2026-11-20T11:00:00Z"] } },
  { event: "hand-over", data: { artefact_sha256: "abc" } },
];
const whole = appendCustody("", [], RECORDS, AT, digest);
const lines = whole.trimEnd().split("\n");
const { entries } = readCustody(whole, digest);
const firstLines = (count: number): string =>
  lines
    .slice(0, count)
    .map((line) => `${line}\n`)
    .join("");
const head = headAfter(entries, [], AT, digest);
if (head === null) throw new Error("the log has entries");
const witness = { ...head, from: "--head" };
const copy = (log: string, ...older: readonly string[]) => ({
  from: "refs/heads/custody",
  log,
  older: older.map((state, at) => ({ from: `commit ${at}`, log: state })),
});
const verify = (log: string, witnesses = [witness]) =>
  verifyCustody([copy(log)], witnesses, digest);

test("a log as it was written verifies, with any head that it went through", () => {
  expect(verify(whole)).toEqual({ ok: true, entries, head, faults: [] });
  for (const { seq, hash } of entries)
    expect(verify(whole, [{ count: seq, hash: hash.slice(0, 16), from: "note" }]).ok).toBe(true);
  expect(verify(whole, []).ok).toBe(true);
});

test("the head after what is to be recorded is the head once it is recorded", () => {
  for (let count = 0; count <= RECORDS.length; count += 1) {
    const before = readCustody(firstLines(count), digest).entries;
    expect(headAfter(before, RECORDS.slice(count), AT, digest)).toEqual(head);
  }
  expect(headAfter([], [], AT, digest)).toBeNull();
});

test.each<[string, readonly ReturnType<typeof copy>[], RegExp]>([
  ["no copy", [], /there is no entry.*--head knows 4 entries, the log has 0: its end was cut/],
  ["an empty log", [copy("")], /there is no entry/],
  ["a cut at the end of a line", [copy(firstLines(3))], /--head knows 4 entries, the log has 3/],
  [
    "another request's log",
    [copy(appendCustody("", [], RECORDS.toReversed(), AT, digest))],
    /--head knows another entry 4/,
  ],
  [
    "a copy that went another way",
    [
      copy(whole),
      copy(appendCustody(firstLines(2), entries.slice(0, 2), RECORDS.slice(3), AT, digest)),
    ],
    /refs\/heads\/custody says something else than the longest copy/,
  ],
  [
    "an older commit that said something else",
    [copy(whole, firstLines(2).replace('"rows":7', '"rows":9'))],
    /commit 0 says something else/,
  ],
  ["a copy that was longer once", [copy(firstLines(3), whole), copy(whole)], /shorter than it was/],
])("finds %s", (_, copies, fault) => {
  const { ok, faults } = verifyCustody(copies, [witness], digest);
  expect(ok).toBe(false);
  expect(faults.join("; ")).toMatch(fault);
});

test("copies that are behind, and older states, are no fault", () => {
  const copies = [copy(firstLines(3), firstLines(1), ""), copy(whole, firstLines(2))];
  expect(verifyCustody(copies, [witness], digest)).toMatchObject({ ok: true, head });
});

/** Replaces, inserts or removes one byte; reads the result as the command does. */
const bytes = Buffer.from(whole);
const mutation = fc.oneof(
  fc.record({
    kind: fc.constant("byte"),
    at: fc.nat(bytes.length - 1),
    byte: fc.nat(255),
  }),
  fc.record({ kind: fc.constant("insert"), at: fc.nat(bytes.length), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant("remove"), at: fc.nat(bytes.length - 1), byte: fc.constant(0) }),
  fc.record({ kind: fc.constant("cut"), at: fc.nat(bytes.length - 1), byte: fc.constant(0) }),
  fc.record({ kind: fc.constant("cut-lines"), at: fc.nat(lines.length - 1), byte: fc.constant(0) }),
  fc.record({ kind: fc.constant("drop"), at: fc.nat(lines.length - 1), byte: fc.constant(0) }),
  fc.record({ kind: fc.constant("repeat"), at: fc.nat(lines.length - 1), byte: fc.nat(4) }),
  fc.record({ kind: fc.constant("swap"), at: fc.nat(lines.length - 1), byte: fc.nat(3) }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated({ kind, at, byte }: Mutation): string {
  const text = (parts: readonly Uint8Array[]) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(parts));
  const joined = (some: readonly string[]) => some.map((line) => `${line}\n`).join("");
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
  switch (kind) {
    case "byte":
      return text([before, Uint8Array.of(byte), after]);
    case "insert":
      return text([before, Uint8Array.of(byte), bytes.subarray(at)]);
    case "remove":
      return text([before, after]);
    case "cut":
      return text([before]);
    case "cut-lines":
      return firstLines(at);
    case "drop":
      return joined(lines.toSpliced(at, 1));
    case "repeat":
      return joined(lines.toSpliced(byte, 0, lines[at] ?? ""));
    default: {
      const [first, second] = [lines[at] ?? "", lines[byte] ?? ""];
      return joined(lines.with(at, second).with(byte, first));
    }
  }
}

test("every one of 4,000 changed bytes, insertions, removals, cuts, dropped, repeated and swapped entries is found", () => {
  let changed = 0;
  fc.assert(
    fc.property(mutation, (one) => {
      const log = mutated(one);
      fc.pre(log !== whole);
      changed += 1;
      expect(verify(log).ok).toBe(false);
    }),
    { numRuns: 4000 },
  );
  expect(changed).toBe(4000);
});

test.each([
  ["0123456789abcdef:5", { hash: "0123456789abcdef", count: 5 }],
  [`${"a".repeat(64)}:12`, { hash: "a".repeat(64), count: 12 }],
  ["0123456789abcde:5", null],
  [`${"a".repeat(65)}:1`, null],
  ["0123456789ABCDEF:5", null],
  ["0123456789abcdef:0", null],
  ["0123456789abcdef", null],
  ["", null],
])("a head written %j", (text, expected) => {
  expect(readHead(text)).toEqual(expected);
});

test("a head comes back from its short form and from a commit message, for its request only", () => {
  expect(readHead(shortHead(head))).toEqual({ hash: head.hash.slice(0, 16), count: 4 });
  const message = withHeadTrailer("Add the manifest", ID, entries);
  expect(message.split("\n").slice(0, 2)).toEqual(["Add the manifest", ""]);
  expect(headsIn(`${message}\n`, ID)).toEqual([head]);
  expect(headsIn(message.replaceAll("\n", "\r\n"), ID)).toEqual([head]);
  expect(headsIn(message, "IR-2026-00421")).toEqual([]);
  expect(headsIn(message, "IR-2026-004")).toEqual([]);
  expect(headsIn(message.replace(/.$/, "x"), ID)).toEqual([]);
  expect(withHeadTrailer("Add the manifest", ID, [])).toBe("Add the manifest");
});
