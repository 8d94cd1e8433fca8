// The rules of redaction by their numbers, each with what it takes out.
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../scripts/domain/canonical-json.ts";
import {
  aggregateCounter,
  aggregateOf,
  smallestCountOn,
} from "../../scripts/domain/information-request/aggregate.ts";
import { decodedViews } from "../../scripts/domain/information-request/decode-views.ts";
import { readLine } from "../../scripts/domain/information-request/log-dive.ts";
import { findPersonalData } from "../../scripts/domain/information-request/personal-data-detection.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import {
  checkReleasedRow,
  rememberRemoved,
} from "../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import { findSecrets } from "../../scripts/domain/information-request/secret-detection.ts";
import { profileOf, profiles, pseudonym, scope } from "./fixture.ts";

const BASE = { time: "2026-11-16T12:00:00.999Z", event_type: "member_added", project_id: 9001 };

function redact(source: string, row: object) {
  const profile = profileOf(source);
  const read = readLine(Buffer.from(JSON.stringify({ ...BASE, ...row })), profile);
  if (typeof read === "string") throw new Error(read);
  const redacted = redactRow(read, profile, scope, pseudonym);
  if ("withheld" in redacted) throw new Error(redacted.withheld);
  return redacted;
}
/** The value that leaves, else why none does. */
function fate(source: string, row: Readonly<Record<string, unknown>>, field: string): unknown {
  const { released, tally } = redact(source, row);
  return released[field] ?? tally.find((one) => one.field === field)?.reason;
}

describe("what becomes of a value", () => {
  test.each<[string, string, Record<string, unknown>, string, unknown]>([
    ["R1: unknown field", "application", { foreign: "x" }, "(unknown)", "UNKNOWN_FIELD"],
    ["R1: wrong type", "application", { severity: ["INFO"] }, "severity", "TYPE"],
    [
      "R3: no id beyond 2^53",
      "application",
      { namespace_id: 2 ** 60 },
      "namespace_id",
      "OTHER_ACCOUNT",
    ],
    ["R3: bounds", "api", { status: 1000 }, "status", "NOT_LISTED"],
    [
      "R5: query and fragment go",
      "api",
      { path: "/acme-corp/payments/api/-/issues?a=b#c" },
      "path",
      "/acme-corp/payments/api/-/issues",
    ],
    [
      "R5: a foreign project goes",
      "api",
      { path: "/other-co/api/-/issues" },
      "path",
      "OTHER_ACCOUNT",
    ],
    [
      "R5: escapes are undone first",
      "api",
      { path: "/acme-corp%2Fpayments%2Fapi/-/issues" },
      "path",
      "/acme-corp/payments/api/-/issues",
    ],
    [
      "R5: the number of a thing stays",
      "api",
      { path: "/acme-corp/payments/api/-/merge_requests/7/notes/12345678" },
      "path",
      "/acme-corp/payments/api/-/merge_requests/7/notes/12345678",
    ],
    [
      "R3: the number of a person goes",
      "api",
      { path: "/api/v4/projects/9001/members/77712345" },
      "path",
      "/api/v4/projects/9001/members/[removed]",
    ],
    [
      "R3: the number of another account goes",
      "api",
      { path: "/api/v4/projects/acme-corp%2Fpayments%2Fapi/share/8888" },
      "path",
      "/api/v4/projects/acme-corp/payments/api/share/[removed]",
    ],
    [
      "R5: a number that names a file goes, and one behind another number",
      "workhorse",
      { uri: "/acme-corp/payments/api/-/blob/4155550142/issues/198/51/100/7" },
      "uri",
      "/acme-corp/payments/api/-/blob/[removed]/issues/198/[removed]/[removed]/[removed]",
    ],
    [
      "R6: family and version",
      "api",
      { ua: "Mozilla/5.0 (jane) Chrome/119.0.0.0 Safari/537.36" },
      "ua",
      "Chrome 119",
    ],
    [
      "R6: an unknown agent goes",
      "api",
      { ua: "bot (+mailto:jane@acme.example)" },
      "ua",
      "NOT_LISTED",
    ],
    ["R7: no template", "application", { message: "Jane called" }, "message", "[text removed]"],
    [
      "R7: an own path stays among the words",
      "audit",
      { target_details: "project acme-corp/payments/api of other-co/payments/api" },
      "target_details",
      "project acme-corp/payments/api of [removed]",
    ],
    [
      "R7: a path that only begins as an own one goes",
      "audit",
      { target_details: "acme-corp/payments/api2" },
      "target_details",
      "[text removed]",
    ],
    ["R10: no id is not one id", "gitaly", { correlation_id: "" }, "correlation_id", "TYPE"],
    ["R10: no name is not one person", "gitaly", { username: "" }, "username", "TYPE"],
    ["R8: system information", "application", { hostname: "web-01" }, "hostname", "SYSTEM_INFO"],
    ["R8: internal address", "application", { remote_ip: "10.1.2.3" }, "remote_ip", "SYSTEM_INFO"],
    ["R19: longer than 4 KiB", "application", { severity: "x".repeat(5000) }, "severity", "CAP"],
    ["R20: to the second", "application", {}, "time", "2026-11-16T12:00:00Z"],
  ])("%s", (_, source, row, field, expected) => expect(fate(source, row, field)).toBe(expected));

  test("R2: a key is data, and no map leaves", () => {
    const { released, tally } = redact("application", {
      errors: { "jane@acme.example": ["taken"] },
    });
    expect(JSON.stringify([released, tally])).not.toContain("jane");
  });

  test("R4: only listed parameters leave, each by its own rule", () => {
    const params = [
      { key: "page", value: 3 },
      { key: "search", value: "jane" },
      { key: "id", value: "other-co/api" },
      { key: "per_page", value: { deep: "jane" } },
    ];
    const { released } = redact("production", { params });
    expect(Object.keys(released).filter((field) => field.startsWith("params"))).toStrictEqual([
      "params.page",
    ]);
  });

  test("R10 and R11: ids become pseudonyms by kind, the same for every spelling", () => {
    const [one, other] = ["Ａbc123", "abc123"].map((id) =>
      fate("application", { correlation_id: id }, "correlation_id"),
    );
    expect(one).toMatch(/^correlation-[0-9a-f]{16}$/);
    expect(one).toBe(other);
  });

  test("R18: a replacement tells nothing of the length", () => {
    const lengths = [3, 300].map((length) =>
      fate("application", { message: "x".repeat(length) }, "message"),
    );
    expect(new Set(lengths).size).toBe(1);
  });
});

describe("R15 and R16: people and addresses, as they are written", () => {
  test.each([
    ["jane [at] acme.example", "email"],
    ['"jane doe"@acme.example', "email"],
    ["jane@host.internal", "email"],
    ["Jane Doe <jane@acme.example>", "email"],
    ["jörg@müller.example", "email"],
    ["jane@xn--mller-kva.example", "email"],
    ["::ffff:192.0.2.1", "ip_address"],
    ["fe80::1%eth0", "ip_address"],
    ["[2001:db8::1]:443", "ip_address"],
    ["2001:db8::/32", "ip_address"],
    ["gitlab-webservice-7d9f8b6c5d-x2x4z", "internal_host"],
  ])("%s: %s", (text, kind) => expect(findPersonalData(text)).toContain(kind));
});

describe("R17: live secrets", () => {
  const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
  test.each<readonly [string, string]>([
    ...[
      "glpat",
      "gloas",
      "gldt",
      "glrt",
      "glrtr",
      "glcbt",
      "glptt",
      "glft",
      "glimt",
      "glagent",
      "glwt",
      "glsoat",
      "glffct",
      "SIE-glpat",
    ].map((prefix) => [`${prefix}-abcdefghij0123456789`, "gitlab_token"] as const),
    ["GR1348941abcdefghij", "gitlab_token"],
    ["_gitlab_session=0123456789abcdef", "session"],
    ["Authorization: Bearer abcdefgh", "authorization"],
    ["https://jane:secret@host.example", "url_password"],
    ["-----BEGIN RSA PRIVATE KEY-----", "private_key"],
    [`x ${jwt}`, "jwt"],
  ])("%s: %s", (text, kind) => expect(findSecrets(text)).toContain(kind));
  test.each([
    "a.eyJzdWIi.c2ln",
    "eyJhbGciOiJIUzI1NiJ9.eyJ.c2lnbmF0",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi",
    ".eyJzdWIi.abcd",
  ])("%s is no token", (text) => expect(findSecrets(text)).toStrictEqual([]));
});

test("R13: what hides in another spelling is read", () => {
  const hidden = Buffer.from("%6A%61%6E%65").toString("base64");
  expect(decodedViews(hidden).texts).toContain("jane");
});

test.each(["web-7d9f8b6c5d-x2x4z", "gitlab-sidekiq-urgent-other-65c9b7d4f-bcd5f"])(
  "R9: the pod of %s is GitLab's own",
  (pod) => {
    expect(findPersonalData(pod)).toContain("internal_host");
    expect(fate("application", { hostname: pod }, "hostname")).toBe("SYSTEM_INFO");
  },
);

test("R12: of the few values that can be guessed, counts below the smallest are not told", () => {
  const profile = profileOf("api");
  const smallest = smallestCountOn("2026-11-16", [profile]);
  const counter = aggregateCounter(new Map([["api", profile]]));
  const row = { source: "api", time: "2026-11-16T12:00:00.000000000Z", event: "member_added" };
  const { released } = redact("api", { remote_ip: "198.51.100.7", "meta.user": "jane" });
  for (let at = 1; at < smallest; at += 1) {
    counter.add({ ...row, released });
  }
  const about = { request: "REQ", window: scope.window, complete: true };
  const { events, total, addresses } = aggregateOf(counter.counts(), about, smallest);
  expect(JSON.stringify([events, total, addresses])).not.toMatch(/jane|198\.51|"count":\d/);
  expect(smallest).toBeGreaterThanOrEqual(5);
});

test("R14: a value in two halves leaves with neither, and the longer half is known again", () => {
  const params = [
    { key: "name", value: "jane.doe" },
    { key: "domain", value: "acme.example" },
  ];
  const { released, removed } = redact("production", { params });
  expect(JSON.stringify(released)).not.toMatch(/jane|acme\.example/);
  const ledger = emptyLedger();
  const profile = profileOf("production");
  rememberRemoved(ledger, removed, scope, profile);
  const row = { log_source: "production", path: "/jane.doe" };
  expect(checkReleasedRow(row, ledger, scope, profile).map(({ check }) => check)).toContain("G3");
});

test.each([...profiles.values()])(
  "R21: the profile $source has its sample, and a field that it does not know is counted",
  (profile) => {
    const unknown = (row: object): number =>
      redact(profile.source, row).tally.filter(({ reason }) => reason === "UNKNOWN_FIELD").length;
    const { sample } = profile;
    expect(Object.keys(sample)).not.toHaveLength(0);
    expect(unknown({ ...sample, brand_new_field: "x" })).toBe(unknown(sample) + 1);
  },
);

test("R22: what leaves is built anew, the same for every order and spelling of the line", () => {
  const profile = profileOf("application");
  const lines = [
    `{"time":"2026-11-16T12:00:00Z","severity":"INFO","project_id":9001,"foreign":"x"}`,
    `{ "foreign" : "x", "project_id": 9001, "severity":"\\u0049NFO" ,"time":"2026-11-16T12:00:00.5Z" }`,
  ];
  const texts = lines.map((line) => {
    const row = readLine(Buffer.from(line), profile);
    if (typeof row === "string") throw new Error(row);
    const redacted = redactRow(row, profile, scope, pseudonym);
    return "withheld" in redacted ? redacted.withheld : canonicalJson(redacted.released);
  });
  expect(texts[0]).toBe(texts[1]);
  const keys = Object.keys(JSON.parse(texts[0] as string));
  expect(keys).toStrictEqual([...keys].sort());
  expect(keys).toContain("severity");
});
