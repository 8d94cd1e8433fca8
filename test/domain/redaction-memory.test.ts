// What redaction, gate and ledger remember from row to row saves time and changes nothing.
import { expect, test } from "vitest";
import { artefactCheck } from "../../scripts/domain/information-request/artefact-check.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import {
  checkReleasedRow,
  rememberRemoved,
} from "../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import type { LogRow } from "../../scripts/domain/log-row.ts";
import { profileOf, profiles, pseudonym, scope } from "../redaction/fixture.ts";

const MANY = 9000;
const profile = profileOf("api");
const project = scope.projects[0]?.path as string;
const times = <T>(make: (at: number) => T): readonly T[] =>
  Array.from({ length: MANY }, (_, at) => make(at));
const rowOf = (path: string): LogRow => ({
  fields: new Map([
    ["path", path],
    ["meta.project", project],
  ]),
  ambiguous: new Set(),
  objects: new Set(),
});

test("a row is redacted alike after thousands of others, whether its values come again or not", () => {
  const same = `/${project}/-/issues/7`;
  const fresh: typeof pseudonym = (kind, value) => pseudonym(kind, value);
  const before = redactRow(rowOf(same), profile, scope, fresh);
  for (const at of times((at) => at)) {
    redactRow(rowOf(`/${project}/-/issues/${at}`), profile, scope, fresh);
    redactRow(rowOf(same), profile, scope, fresh);
  }
  expect(redactRow(rowOf(same), profile, scope, fresh)).toEqual(before);
  expect(redactRow(rowOf(`/${project}/-/issues/1`), profile, scope, fresh)).toMatchObject({
    released: { path: `/${project}/-/issues/1`, "meta.project": project },
  });
});

test("the ledger holds the first of thousands of texts, and of numbers", () => {
  const ledger = emptyLedger();
  rememberRemoved(
    ledger,
    times((at) => `other-corp-${at}-x`),
    scope,
    profile,
  );
  rememberRemoved(
    ledger,
    times((at) => String(7_000_000 + at)),
    scope,
    profile,
  );
  for (const removed of ["other-corp-0-x", "other-corp-8999-x", "7000000", "7008999"]) {
    const released = { log_source: profile.source, path: `/${removed}` };
    expect(checkReleasedRow(released, ledger, scope, profile)).toContainEqual({
      check: "G3",
      where: "path",
      type: "removed_value",
    });
  }
});

test.each([
  ["7000000", "/7000000", true],
  ["7000000", "/17000000", false],
  ["7000000", "/7000000a", false],
  ["7000000", "/7000000.5", true],
  ["0.123456", "/0.123456", true],
  ["0.123456", "/0.1234567", false],
  ["0.123456", "/10.123456", false],
  ["0.123456", "/1.0.123456.1", true],
  ["123456789012345678", "/123456789012345678", true],
])("the removed number %s stands in %s: %s", (removed, path, expected) => {
  const ledger = emptyLedger();
  rememberRemoved(ledger, [removed], scope, profile);
  const found = checkReleasedRow({ log_source: profile.source, path }, ledger, scope, profile);
  expect(found.some(({ check }) => check === "G3")).toBe(expected);
});

test("the gate finds the last of thousands of rows, and says it once", () => {
  const lines = times((at) =>
    JSON.stringify({ log_source: profile.source, path: `/${project}/-/issues/${at}` }),
  );
  const bad = JSON.stringify({ log_source: profile.source, path: "/other-corp/secret" });
  const check = artefactCheck({ ledger: emptyLedger(), scope, profiles });
  for (const line of lines) check.row(line);
  expect(check.findings()).toEqual([]);
  for (const line of [bad, bad]) check.row(line);
  expect(check.findings()).toEqual([{ check: "G1", where: "path", type: "url_path" }]);
});
