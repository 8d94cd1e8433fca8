import fc from "fast-check";
import { expect, test } from "vitest";
import { loadLogProfiles } from "../../../scripts/adapters/log-profiles.ts";
import { POLICY_FOLDER } from "../../../scripts/adapters/policy-path.ts";
import {
  type CollectedRow,
  columnsOf,
  compareRows,
  csvLine,
  csvRecord,
  eventOf,
} from "../../../scripts/domain/information-request/artefact.ts";

import { readLine } from "../../../scripts/domain/information-request/log-dive.ts";
import type { Scope } from "../../../scripts/domain/information-request/scope.ts";
import type { LogProfile } from "../../../scripts/domain/log-profile.ts";
import type { LogRow } from "../../../scripts/domain/log-row.ts";

const row = (change: Partial<CollectedRow> = {}): CollectedRow => ({
  source: "audit",
  time: "2026-11-16T12:00:00.000000000Z",
  released: { log_source: "audit", time: "2026-11-16T12:00:00Z", event_type: "deploy_key_added" },
  event: "deploy_key_added",
  sha256: "a".repeat(64),
  object: "source=audit/date=2026-11-16/a.ndjson",
  line: 1,
  ...change,
});

test.each([
  [{ time: "2026-11-16T12:00:00.000000001Z" }, {}],
  [{ sha256: "b".repeat(64) }, {}],
  [{ object: "source=audit/date=2026-11-16/b.ndjson" }, {}],
  [{ line: 2 }, { line: 1 }],
])("puts %j after %j", (later, earlier) => {
  expect(compareRows(row(later), row(earlier))).toBeGreaterThan(0);
  expect(compareRows(row(earlier), row(later))).toBeLessThan(0);
  expect(compareRows(row(later), row(later))).toBe(0);
});

test("names every released field as a column, time and source first", () => {
  const rows = [row(), row({ released: { log_source: "api", status: 200, time: "x", a: true } })];
  expect(columnsOf(rows)).toEqual(["time", "log_source", "a", "event_type", "status"]);
  expect(columnsOf([])).toEqual(["time", "log_source"]);
  expect(rows.map((each) => csvRecord(each, columnsOf(rows)))).toEqual([
    "2026-11-16T12:00:00Z,audit,,deploy_key_added,\r\n",
    "x,api,true,,200\r\n",
  ]);
});

test.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\\u0009=1"],
  ["\r=1", "'\\u000d=1"],
  ["＝1+1", "'＝1+1"],
  ['say "hi"', '"say ""hi"""'],
  ["a,b", '"a,b"'],
  ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
  ["a\nb", "a\\u000ab"],
  ["a\u2028\u202Eb\u0085", "a\\u2028\\u202eb\\u0085"],
  ["\u001b]0;pwn\u0007", "\\u001b]0;pwn\\u0007"],
  ["plain", "plain"],
  [-5, "-5"],
  [true, "true"],
] as const)("writes the cell %j as %s", (value, cell) => {
  expect(csvLine([value])).toBe(`${cell}\r\n`);
});

test("whatever the text, a cell is one cell on one line and no formula", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const line = csvLine([text]);
      expect(line.endsWith("\r\n")).toBe(true);
      const cell = line.slice(0, -2);
      const inner = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', "\u0000") : cell;
      expect(inner).not.toMatch(/^[=+\-@]|[\r\n\t"]/);
      if (!cell.startsWith('"')) expect(cell).not.toContain(",");
    }),
  );
});

const profiles = await loadLogProfiles(POLICY_FOLDER);
test.each([
  [
    "audit",
    { event_type: "deploy_key_added" },
    { event_type: "deploy_key_added" },
    "deploy_key_added",
  ],
  ["shell", { command: "git-upload-pack" }, {}, "git_clone_ssh"],
] as const)(
  "counts a row of %s under the event it names, else under its recipe",
  (source, fields, released, event) => {
    const profile = profiles.get(source) as LogProfile;
    const line = Buffer.from(
      JSON.stringify({ time: "2026-11-16T12:00:00Z", gl_project_path: "a/b", ...fields }),
    );
    const parsed = readLine(line, profile) as LogRow;
    const scope = { event_types: ["repository_git_operation"] } as unknown as Scope;
    expect(eventOf(parsed, released, profile, scope)).toBe(event);
  },
);
