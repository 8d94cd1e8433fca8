// The gate over whole files: what it finds does not depend on the pieces in which a file is read back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aggregateFile,
  aggregatePage,
} from "../../scripts/domain/information-request/aggregate.ts";
import { artefactCheck } from "../../scripts/domain/information-request/artefact-check.ts";
import {
  rowCounter,
  summaryPage,
  withheldPage,
} from "../../scripts/domain/information-request/artefact-summary.ts";
import type { CountedPage } from "../../scripts/domain/information-request/counted-page.ts";
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

test("the name of a field is no value, though a line of another source held it as one", () => {
  const held = emptyLedger();
  rememberRemoved(held, ["namespace_id", "per_page"], scope, profileOf("workhorse"));
  const found = (text: string): number => {
    const check = artefactCheck({ ledger: held, scope, profiles });
    const file = check.file("f");
    file.add(text);
    file.end();
    return check.findings().length;
  };
  for (const name of ["meta.namespace_id", "params.per_page"]) {
    expect(found(`  "field": "${name}",\n`)).toBe(0);
    expect(found(`| \`production\` | \`${name}\` |\n`)).toBe(0);
    expect(found(`status,${name},time\r\n`)).toBe(0);
    expect(found(`${name}\n`)).toBe(0);
    expect(found(`the ${name} of Jane\n`)).toBe(1);
    expect(found(`"x-${name}"\n`)).toBe(1);
  }
});

describe("counts that happen to be equal to a removed number", () => {
  const COUNT = 1507378;
  const source = {
    ...{ source: "application", partitions: 1, bytes: 9, missing: ["2026-11-17"] },
    ...{ scanned: COUNT, outside: COUNT, matched: COUNT, released: COUNT },
    withheld: { secret_in_released_field: COUNT },
    quarantined: { not_json: COUNT },
    broken: [],
  };
  const values = rowCounter();
  values.add({ source: "application", event: "e", time: "2026-11-16T12", released: { status: 7 } });
  const { window } = scope;
  const summary = (rows = values.counts()): CountedPage =>
    summaryPage({ requestId: "IR-2026-0042", window, complete: false, sources: [source], rows });
  const many = { ...values.counts(), rows: COUNT, events: new Map([["e", COUNT]]) };
  const hours = new Map([["2026-11-16 12:00", COUNT]]);
  const status = { source: "application", field: "status", more: false };
  const counted = [{ ...status, values: new Map([["7", COUNT]]) }];
  const field = { source: "application", field: "status", kept: 0, pseudonymised: COUNT };
  const answer = {
    ...({ apiVersion: "v1", kind: "aggregate_answer", request: "IR-2026-0042", window } as const),
    ...{ complete: true, smallest_count: 5, days: { first: "2026-11-16", last: "2026-11-16" } },
    ...{ total: `at least ${COUNT}`, users: COUNT, addresses: COUNT, projects: [] },
    events: [{ event: "e", total: COUNT, days: [{ day: "2026-11-16", count: COUNT }] }],
  };
  const found = (made: CountedPage | undefined, written: string): string[] => {
    const check = artefactCheck({ ledger, scope, profiles });
    const file = check.file("f", made);
    for (const line of written.match(/[^\n]*\n|[^\n]+$/g) ?? []) file.add(line);
    file.end();
    return check.findings().map(({ check: one, where, type }) => `${one} ${where} ${type}`);
  };
  const pages: readonly (readonly [string, CountedPage])[] = [
    ["summary.md", summary({ ...many, hours, values: counted })],
    [
      "withheld.json",
      withheldPage([source], [{ ...field, removed: COUNT, reasons: { R: COUNT } }]),
    ],
    ["aggregate.json", aggregateFile(answer)],
    ["summary.md of counts", aggregatePage(answer)],
  ];

  test.each(pages)("do not refuse %s, which is known to the byte", (_, page) => {
    expect(page.text).toContain(String(COUNT));
    expect(page.withoutCounts).not.toContain(String(COUNT));
    expect(found(page, page.text)).toStrictEqual([]);
    expect(found(undefined, page.text)).toStrictEqual(["G3 f removed_value"]);
  });

  test.each(pages)("hide no such number that stands elsewhere in %s", (_, page) => {
    const lines = page.text.split("\n");
    for (const at of lines.keys()) {
      const planted = [...lines.slice(0, at), `${lines[at]} ${COUNT}`, ...lines.slice(at + 1)];
      expect(found(page, planted.join("\n"))).toStrictEqual([
        "G1 f other_page",
        "G3 f removed_value",
      ]);
    }
    const other = page.text.replace(String(COUNT), String(COUNT + 1));
    expect(found(page, other)).toContain("G1 f other_page");
    expect(found(page, page.text.slice(0, -1))).toContain("G1 f other_page");
    expect(found(page, "")).toContain("G1 f other_page");
  });

  test.each<[string, CountedPage]>([
    [
      "a value that leaves",
      summary({ ...many, values: [{ ...status, values: new Map([[String(COUNT), 1]]) }] }),
    ],
    ["an event", summary({ ...many, events: new Map([[String(COUNT), 1]]) })],
    [
      "a field",
      withheldPage([source], [{ ...field, field: String(COUNT), removed: 1, reasons: {} }]),
    ],
    ["a reason", withheldPage([{ ...source, withheld: { [COUNT]: 1 } }], [])],
    [
      "an event of the answer",
      aggregatePage({
        ...answer,
        events: [{ ...answer.events[0], event: String(COUNT), total: 1, days: [] }],
      }),
    ],
    ["a project of the answer", aggregateFile({ ...answer, projects: [`p/${COUNT}`] })],
    ["the request", aggregatePage({ ...answer, request: String(COUNT) })],
  ])("hide no such number that the page itself has as %s", (_, page) => {
    expect(found(page, page.text)).toStrictEqual(["G3 f removed_value"]);
  });

  test("hide no secret", () => {
    const page = aggregatePage({ ...answer, request: "glpat-CANARY0123456789abcd" });
    expect(found(page, page.text)).toStrictEqual(["G2 f gitlab_token"]);
  });
});
