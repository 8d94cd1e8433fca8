// What a proof says of one line, one scope and one manifest; whole artefacts are tampered with in test/commands/prove.test.ts.
import { describe, expect, test } from "vitest";
import { sha256 } from "../../../scripts/adapters/digest.ts";
import { canonicalJson } from "../../../scripts/domain/canonical-json.ts";
import {
  CUT_LINE_BYTES,
  evidenceBytes,
  MatchedLine,
  QuarantinedLine,
  readEvidence,
} from "../../../scripts/domain/information-request/evidence.ts";
import type { Manifest } from "../../../scripts/domain/information-request/manifest.ts";
import { artefactDigest } from "../../../scripts/domain/information-request/manifest-file.ts";
import {
  deriveMatched,
  quarantineFault,
  rowFault,
} from "../../../scripts/domain/information-request/proof-line.ts";
import {
  countFaults,
  manifestFaults,
} from "../../../scripts/domain/information-request/proof-manifest.ts";
import { scopeFaults } from "../../../scripts/domain/information-request/proof-scope.ts";
import { pseudonymLinks } from "../../../scripts/domain/information-request/pseudonym-links.ts";
import { InformationRequest } from "../../../scripts/domain/information-request/request.ts";
import { scopeOfRequest } from "../../../scripts/domain/information-request/request-scope.ts";
import { BASE, profiles, pseudonym, scope } from "../dive-fixture.ts";

const context = { scope, profiles, pseudonym };
const place = { source: "application", object: "a.ndjson", line: 1 };
const DIGEST = "a".repeat(64);
const matched = (row: object, change: Partial<MatchedLine> = {}): MatchedLine => ({
  ...place,
  row: DIGEST,
  text: JSON.stringify(row),
  ...change,
});

describe("a line of evidence", () => {
  const line = matched(BASE);
  test.each([
    ["as written", canonicalJson(line), line],
    ["no JSON", "{", null],
    ["not canonical", JSON.stringify({ ...line, base64: undefined }), null],
    ["an unknown key", canonicalJson({ ...line, more: 1 }), null],
    ["neither row nor withheld", canonicalJson({ ...line, row: undefined }), null],
    ["both", canonicalJson({ ...line, withheld: "exception" }), null],
  ])("%s", (_, text, expected) => {
    expect(readEvidence(text, MatchedLine)).toEqual(expected);
  });
  test("its bytes: text, base64, or neither", () => {
    expect(evidenceBytes({ text: "é" })).toEqual(new Uint8Array([0xc3, 0xa9]));
    expect(evidenceBytes({ base64: "/wA=" })).toEqual(new Uint8Array([0xff, 0x00]));
    expect(evidenceBytes({})).toBeNull();
    expect(evidenceBytes({ text: "a", base64: "YQ==" })).toBeNull();
    expect(readEvidence('{"line":0}', QuarantinedLine)).toBeNull();
  });
});

describe("a matched line", () => {
  test("gives its row again", () => {
    expect(deriveMatched(matched(BASE), context)).toMatchObject({
      is: "row",
      source: "application",
      time: "2026-11-16T12:00:00.000000000Z",
      event: "deploy_key_added",
      released: { "meta.project": "acme-corp/payments/api" },
    });
  });
  test.each<[string, MatchedLine, string]>([
    [
      "of another account",
      matched({ ...BASE, "meta.project": "other/app" }),
      "is not in the scope",
    ],
    ["without bytes", matched(BASE, { base64: "AA==" }), "gives no bytes"],
    ["of a source without profile", matched(BASE, { source: "x" }), "is of a log source"],
    ["of a source not asked for", matched(BASE, { source: "sidekiq" }), "is of a log source"],
    [
      "called withheld",
      { ...place, withheld: "exception", text: JSON.stringify(BASE) },
      'is withheld ("exception"), but can be released',
    ],
  ])("%s", (_, line, message) => {
    expect(deriveMatched(line, context)).toEqual({
      is: "fault",
      message: expect.stringContaining(message),
    });
  });
  test("that must be withheld", () => {
    const secret = "acme-corp/AKIAIOSFODNN7EXAMPLE";
    const wide = { ...scope, projects: [...scope.projects, { path: secret, id: 9002 }] };
    const row = { ...BASE, "meta.project": secret, project_id: 9002 };
    const { row: _, ...line } = matched(row);
    const leak = { ...context, scope: wide };
    expect(deriveMatched({ ...line, withheld: "secret_in_released_field" }, leak)).toEqual({
      is: "withheld",
      reason: "secret_in_released_field",
    });
    expect(deriveMatched(matched(row), leak)).toMatchObject({
      message: "must be withheld: secret_in_released_field",
    });
  });
});

test.each<[string, Partial<QuarantinedLine>, string | null]>([
  ["torn", { text: "{", reason: "not_json" }, null],
  ["with another reason", { text: "{", reason: "time_missing" }, "but the reason is not_json"],
  ["in the scope", { text: JSON.stringify(BASE), reason: "not_json" }, "it is in the scope"],
  ["outside", { text: "{}", reason: "not_json" }, "it is outside, "],
  ["of no source", { text: "{", source: "x", reason: "not_json" }, "is of a log source"],
  ["cut", { text: "y".repeat(CUT_LINE_BYTES), cut: true, reason: "too_large" }, null],
  ["cut short", { text: "y", cut: true, reason: "too_large" }, "is said to be cut"],
  ["cut for another reason", { text: "y", cut: true, reason: "not_json" }, "is cut, but not"],
])("a quarantined line: %s", (_, change, message) => {
  const fault = quarantineFault({ ...place, reason: "", ...change }, context);
  if (message === null) expect(fault).toBeNull();
  else expect(fault).toContain(message);
});

test.each<[string, string, string, string | null]>([
  ["equal", '{"a":1}', '{"a":1}', null],
  ["another value", '{"a":1}', '{"a":2}', "has another a"],
  ["a field less", '{"a":1}', '{"a":1,"b":2}', "lacks b"],
  ["a field more", '{"a":1,"b":2}', '{"a":1}', "has 1 more field"],
  ["two fields more", '{"a":1,"b":2,"c":3}', '{"a":1}', "has 2 more fields"],
  ["a list", "[1", '{"a":1}', "is not a row in canonical form"],
  ["no object", "1", '{"a":1}', "is not a row in canonical form"],
  ["null", "null", '{"a":1}', "is not a row in canonical form"],
  ["not canonical", '{ "a":1}', '{"a":1}', "is not a row in canonical form"],
])("a row: %s", (_, shown, derived, message) => {
  for (const links of [null, pseudonymLinks()]) {
    const fault = rowFault(shown, derived, links);
    if (message === null) expect(fault).toBeNull();
    else expect(fault).toContain(message);
  }
});

test("pseudonyms count as equal only where the key is not known", () => {
  const [shown, derived] = ["1", "2"].map((digit) => `{"a":"user-${digit.repeat(16)}","b":1}`);
  expect(rowFault(shown ?? "", derived ?? "", pseudonymLinks())).toBeNull();
  expect(rowFault(shown ?? "", derived ?? "", null)).toContain("has another a");
  const links = pseudonymLinks();
  expect(rowFault((shown ?? "").replace(":1}", ":2}"), derived ?? "", links)).toMatch(
    /: has another b$/,
  );
});

const request = InformationRequest.parse({
  apiVersion: "v1",
  kind: "information_request",
  id: "IR-2026-0042",
  issue: 42,
  account: { path: "acme-corp", id: 12345 },
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  resources: { groups: ["acme-corp/payments"], projects: ["acme-corp/payments/api"], users: [] },
  event_types: ["deploy_key_added"],
});
const own = scopeOfRequest(request, profiles.values());

test.each<[string, Partial<typeof own>, readonly string[]]>([
  ["its own", {}, []],
  [
    "the window in another zone",
    { window: { from: "2026-11-16T01:00:00+01:00", to: "2026-11-18T00:00:00Z" } },
    [],
  ],
  ["an account without an id", { account: { path: "acme-corp", id: null } }, []],
  ["another account id", { account: { path: "acme-corp", id: 1 } }, ["is of another account"]],
  ["a window that is no time", { window: { from: "x", to: "y" } }, ["has another window"]],
  [
    "a later end",
    { window: { ...own.window, to: "2026-11-18T00:00:01Z" } },
    ["has another window"],
  ],
  ["another id", { request_id: "IR-2026-0001" }, ["is of another request"]],
  ["a user", { users: [{ username: "x", id: 1 }] }, ["has 1 users that the request does not name"]],
  [
    "personal data",
    { personal_data_approved: true },
    ["shows personal data that the request does not ask for"],
  ],
])("a scope with %s", (_, change, faults) => {
  expect(scopeFaults({ ...own, ...change }, request, profiles.values())).toEqual(faults);
});

test("personal data that the request asks for, and sources that it names", () => {
  const asked = { ...request, personal_data_needed: true, log_sources: ["audit" as const] };
  const wide = { ...own, personal_data_approved: true };
  expect(scopeFaults({ ...wide, log_sources: ["audit"] }, asked, [])).toEqual([]);
  expect(scopeFaults(wide, asked, [])).toEqual([
    "has 1 log sources that the request does not name",
  ]);
});

const counts = {
  matched: 3,
  released: 2,
  withheld: { exception: 1 },
  quarantined: { not_json: 2 },
};
const files = [{ name: "rows.ndjson", bytes: 1, sha256: DIGEST, restricted: false }];
const manifest = {
  window: own.window,
  collected_at: "2026-11-20T15:00:00Z",
  expires_at: "2026-11-27T15:00:00Z",
  sources: [{ source: "application", ...counts, scanned: 9, outside: 4, missing: [], broken: [] }],
  complete: true,
  rows: { count: 2, root: DIGEST },
  fields: [],
  gate: ["G1", "G2", "G3", "G4", "G5"].map((check) => ({ check, ok: true, findings: 0 })),
  files,
  artefact: { sha256: artefactDigest(files, sha256) },
} as unknown as Manifest;
const [source] = manifest.sources as [Manifest["sources"][number]];

test.each<[string, Partial<Manifest>, string | null]>([
  ["as it must be", {}, null],
  ["a file twice", { files: [...files, ...files] }, "lists a file twice"],
  ["another digest", { artefact: { sha256: DIGEST } }, "artefact.sha256 is not the digest"],
  ["not complete", { complete: false }, "says incomplete, but its sources say otherwise"],
  ["not whole", { sources: [{ ...source, missing: ["2026-11-16"] }] }, "says complete, but its"],
  ["another count", { rows: { count: 3, root: DIGEST } }, "rows.count is not the sum"],
  ["no gate", { gate: [] }, "does not say that every check of the gate passed"],
  [
    "a failed gate",
    { gate: [...manifest.gate.slice(0, 4), { check: "G5", ok: false, findings: 0 }] },
    "every check",
  ],
  [
    "a finding",
    { gate: [...manifest.gate.slice(0, 4), { check: "G5", ok: true, findings: 1 }] },
    "every check",
  ],
  ["a check twice", { gate: [...manifest.gate, ...manifest.gate] }, "every check"],
  ["another expiry", { expires_at: "2026-11-28T15:00:00Z" }, "expires_at is not P7D after"],
  [
    "lines that are nowhere",
    { sources: [{ ...source, scanned: 10 }] },
    "application: scanned is not",
  ],
  ["fewer than none", { sources: [{ ...source, scanned: 4, outside: -1 }] }, "scanned is not"],
])("a manifest with %s", (_, change, message) => {
  const faults = manifestFaults({ ...manifest, ...change }, "P7D", sha256);
  if (message === null) expect(faults).toEqual([]);
  else expect(faults.join("\n")).toContain(message);
});

test("the counts of a manifest are those of the evidence", () => {
  const asked = { ...own, log_sources: ["application"] };
  const derived = new Map([["application", counts]]);
  expect(countFaults(manifest, asked, derived, [])).toEqual([]);
  expect(countFaults(manifest, { ...asked, log_sources: ["audit"] }, new Map(), [])).toEqual([
    "lists other sources than the scope",
    "application: matched is not what the evidence gives",
    "application: released is not what the evidence gives",
    "application: withheld is not what the evidence gives",
    "application: quarantined is not what the evidence gives",
  ]);
  const other = { ...asked, window: { from: "", to: "" } };
  const field = { source: "a", field: "b", kept: 1, pseudonymised: 0, removed: 0, reasons: {} };
  expect(countFaults(manifest, other, derived, [field])).toEqual([
    "has another window than the scope",
    "fields: the counts are not what the evidence gives",
  ]);
});
