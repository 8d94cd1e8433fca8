// The gate over whole files: what it finds does not depend on the pieces in which a file is read back.
import fc from "fast-check";
import { expect, test } from "vitest";
import { artefactCheck } from "../../scripts/domain/information-request/artefact-check.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import { rememberRemoved } from "../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import { BASE, profileOf, profiles, pseudonym, rowOfLine, scope } from "./dive-fixture.ts";

const profile = profileOf("application");
const redacted = redactRow(
  rowOfLine({ ...BASE, message: "something about other-co/secret-project" }, profile),
  profile,
  scope,
  pseudonym,
);
if ("withheld" in redacted) throw new Error(redacted.withheld);
const ledger = emptyLedger();
rememberRemoved(
  ledger,
  [...redacted.removed, "other-co/secret-project", "1507378", "Jane Q. Doe"],
  scope,
  profile,
);
const ROW = JSON.stringify(redacted.released);

type Files = Readonly<Record<string, readonly string[]>>;
function kinds(rows: readonly string[], files: Files = {}): string[] {
  const check = artefactCheck({ ledger, scope, profiles });
  for (const row of rows) check.row(row);
  for (const [name, pieces] of Object.entries(files)) {
    const file = check.file(name);
    for (const piece of pieces) file.add(piece);
    file.end();
  }
  return check.findings().map(({ check: one, where, type }) => `${one} ${where} ${type}`);
}

test("what was redacted passes, and so does a date behind a word like token", () => {
  expect(kinds([ROW, ROW], { "summary.md": ["1 row of application"] })).toStrictEqual([]);
  const dated = "project_access_token_created: 2026-11-16";
  expect(kinds([ROW], { "summary.md": [dated], "withheld.json": [] })).toStrictEqual([]);
});

test.each<[string, string[], string[]]>([
  ["a row that is none", ["{", "[]x", "null"], ["G1 rows.ndjson not_a_row"]],
  ["a row of no source", ['{"log_source":"nginx"}'], ["G1 rows.ndjson unknown_source"]],
  [
    "a row with a removed value",
    [ROW.replace("key laptop", "key other-co/secret-project")],
    ["G1 target words", "G3 target removed_value"],
  ],
])("%s is found", (_, rows, expected) => expect(kinds(rows)).toStrictEqual(expected));

test.each<[string, string[]]>([
  ["a,other-co/secret-project,glpat-CANARY0123456789abcd", ["gitlab_token", "removed_value"]],
  ["x\nother-co/\nsecret-project\n", ["removed_value"]],
  ["x,jane\nq.\ndoe,y", ["removed_value"]],
  ["x,\n150\n7378\n", ["removed_value"]],
  ["x\nauthorization\n:\nabcdefgh\ny\n", ["authorization"]],
  ["x\nprivate-token:\nabcdefgh", ["authorization"]],
  ["x\nauthorization\n\n:\nabcdefgh\n", []],
  ["91507378\nother-co\nproject\n", []],
])("%j holds %j, however it is cut", (text, types) => {
  const expected = types.map((type) =>
    type === "removed_value" ? `G3 f ${type}` : `G2 f ${type}`,
  );
  expect(kinds([], { f: [text] })).toStrictEqual(expected);
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  expect(kinds([], { f: lines })).toStrictEqual(expected);
  const first = lines.slice(0, 2).join("");
  expect(kinds([], { f: [first, text.slice(first.length)] })).toStrictEqual(expected);
});

test("a file gives the same findings in one piece and line by line", () => {
  const part = fc.constantFrom(
    ...["other-co", "/", "secret-project", "1507378", "150", "7378", "jane", "Q.", "doe", ","],
    ...["token", "authorization", ":", "=", '"', "abcdefgh", " ", "\n", "\r\n", "acme-corp", "Σ"],
    ...["bearer ", "://u:", "pass@", "-----BEGIN ", "PRIVATE KEY", "eyJhbGciOiJ", ".eyJzdWIi", "é"],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
      const text = parts.join("");
      const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
      expect(kinds([], { f: lines }).sort()).toEqual(kinds([], { f: [text] }).sort());
    }),
    { numRuns: 3000 },
  );
});
