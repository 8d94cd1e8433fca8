import { describe, expect, test } from "vitest";
import {
  checkReleasedRow,
  rememberRemoved,
} from "../../scripts/domain/information-request/redaction-gate.ts";
import {
  emptyLedger,
  holdsRemoved,
} from "../../scripts/domain/information-request/removed-ledger.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import { profileOf, scope } from "./dive-fixture.ts";

const approved: Scope = { ...scope, personal_data_approved: true };
const USER = "user-0123456789abcdef";

function found(
  source: string,
  released: Readonly<Record<string, unknown>>,
  asked: Scope = scope,
): string[] {
  return checkReleasedRow(released, emptyLedger(), asked, profileOf(source)).map(
    ({ check, type }) => `${check} ${type}`,
  );
}

describe("G1: a value that its rule cannot have let through", () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    [
      "application",
      {
        log_source: "application",
        time: "2026-11-16T12:00:00Z",
        severity: "INFO",
        event_type: "member_added",
      },
    ],
    [
      "application",
      {
        project_id: 9001,
        "meta.project": "acme-corp/payments/api",
        namespace_id: 12345,
        namespace_path: "acme-corp",
        "meta.root_namespace": "acme-corp",
      },
    ],
    [
      "application",
      {
        "meta.user": USER,
        "meta.client_id": "ip-0123456789abcdef",
        correlation_id: "correlation-0123456789abcdef",
        remote_ip: "ip-0123456789abcdef, ip-0123456789abcde0",
      },
    ],
    ["application", { target: "key [removed] laptop", message: "[text removed]" }],
    ["application", { message: `Failed Login: username=${USER} ip=[address]` }],
    ["application", { message: "Updating statistics for project 9001" }],
    ["audit", { entity_id: 12345, author_id: "user_id-0123456789abcdef" }],
    ["shell", { gl_repository: "project-9001" }],
    [
      "api",
      {
        status: 200,
        ua: "Chrome 119",
        route: "/api/:version/projects/:id",
        path: "/api/v4/projects/9001/hooks/12",
      },
    ],
    ["api", { path: "/acme-corp/payments/api/-/issues/[removed]" }],
    ["api", { path: "/acme-corp/payments/api.git/info/refs" }],
    ["application", { "meta.caller_id": "Projects::DeployKeysController#create" }],
    ["application", { "meta.caller_id": "GET /api/:version/projects/:id" }],
    ["application", { "meta.caller_id": "WebHookWorker", "meta.feature_category": "webhooks" }],
    ["production", { "params.page": 3, "params.enforced_sso": "1" }],
  ])("%s passes %j", (source, released) => expect(found(source, released)).toStrictEqual([]));

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["application", { secret_field: "key" }, "G1 unknown_field"],
    ["production", { params: "key" }, "G1 unknown_field"],
    ["production", { "params.other": "key" }, "G1 unknown_field"],
    ["application", { log_source: "audit" }, "G1 enum"],
    ["application", { target: "key ".repeat(2000) }, "G1 words"],
    [
      "application",
      { target: `glpat-CANARY0123456789abcd ${"key ".repeat(2000)}` },
      "G2 gitlab_token",
    ],
    ["application", { "meta.caller_id": "Projects::JaneController#create" }, "G1 caller"],
    ["application", { "meta.caller_id": "WebHookWorker#create" }, "G1 caller"],
    ["application", { "meta.caller_id": "GET" }, "G1 caller"],
    ["application", { "meta.caller_id": "GET /users/jane" }, "G1 caller"],
    ["application", { time: "2026-11-16T12:00:00.123Z" }, "G1 time"],
    ["application", { severity: "LOUD" }, "G1 enum"],
    ["application", { severity: ["INFO"] }, "G1 enum"],
    ["application", { severity: true }, "G1 enum"],
    ["application", { event_type: "user_destroyed" }, "G1 event"],
    ["application", { project_id: 9002 }, "G1 own"],
    ["application", { "meta.project": "acme-corp/payments/api2" }, "G1 own"],
    ["application", { "meta.root_namespace": "other-co" }, "G1 own"],
    ["application", { "meta.user": "acme-jdoe" }, "G1 user_name"],
    ["application", { correlation_id: "01HX" }, "G1 pseudonym"],
    ["application", { lease_key: "key" }, "G1 drop"],
    ["application", { target: "key jane" }, "G1 words"],
    ["application", { target: "key\u001b[0K" }, "G1 words"],
    ["application", { target: "key\u200b" }, "G1 words"],
    ["application", { target: "key ".repeat(2000) }, "G1 words"],
    ["audit", { entity_id: 7 }, "G1 entity"],
    ["web_hooks", { recent_failures: -1 }, "G1 integer"],
    ["shell", { gl_repository: "project-9002" }, "G1 repository"],
    ["api", { ua: "Chrome 119 jane" }, "G1 user_agent"],
    ["api", { path: "/acme-corp/payments/api/jane" }, "G1 url_path"],
    ["api", { path: "/users/501" }, "G1 url_path"],
    ["api", { path: "/api/v4/projects/9001/members/777" }, "G1 url_path"],
    ["api", { path: "/acme-corp/payments/api/-/issues/198/51" }, "G1 url_path"],
  ])("%s refuses %j", (source, released, expected) =>
    expect(found(source, released)).toContain(expected),
  );

  test("users stand in clear only when that is approved, and they are the request's own", () => {
    expect(
      found("application", { "meta.user": "acme-jdoe", "meta.user_id": "501" }, approved),
    ).toStrictEqual([]);
    expect(found("audit", { entity_id: 501 }, approved)).toStrictEqual([]);
    expect(found("application", { "meta.user": "somebody" }, approved)).toStrictEqual([
      "G1 user_name",
    ]);
  });

  test("without ids in the inventory no id is the request's own", () => {
    const noIds: Scope = {
      ...scope,
      projects: [{ path: "a/b", id: null }],
      users: [{ username: "u", id: null }],
      personal_data_approved: true,
    };
    expect(found("application", { project_id: 9001 }, noIds)).toContain("G1 own");
    expect(found("shell", { gl_repository: "project-9001" }, noIds)).toContain("G1 repository");
    expect(found("application", { "meta.user_id": "1" }, noIds)).toContain("G1 user_id");
  });
});

describe("G2 and G4: shapes of secrets, people and machines, however they are hidden", () => {
  const encoded = (text: string): string => Buffer.from(text).toString("base64");
  test.each<[string, string]>([
    ["mail jane@acme.example", "G2 email"],
    ["mail jane [at] acme.example", "G2 email"],
    [encoded("jane.doe@acme.example"), "G2 email"],
    ["from 198.51.100.7 now", "G2 ip_address"],
    ["at 2001:db8::1 now", "G2 ip_address"],
    ["on web-1.c.gitlab-production.internal", "G2 internal_host"],
    ["gitlab-webservice-7d9f8b6c5d-x2x4z", "G2 internal_host"],
    ["glpat-CANARY0123456789abcd", "G2 gitlab_token"],
    [encoded(encoded("glpat-CANARY0123456789abcd")), "G2 gitlab_token"],
    ["by user/777", "G4 account_id"],
    ["gid://gitlab/User/7", "G4 account_id"],
    ["4bf92f35-1111-4222-8333-444455556666", "G4 linking_id"],
    [
      Array.from({ length: 80 }, (_, index) => encoded(`part number ${index} jane`)).join(" "),
      "G2 too_many_decodings",
    ],
  ])("%s: %s", (text, expected) =>
    expect(found("application", { target: text })).toContain(expected),
  );
});

describe("G3: what was taken out", () => {
  const profile = profileOf("application");
  const ledger = emptyLedger();
  rememberRemoved(
    ledger,
    [
      "other-co/secret",
      "Jane Q. Doe",
      "1507378",
      "short",
      "acme-jdoe",
      "deploy key",
      "2026-11-16T12:00:00.000Z",
      "acme-corp/payments/api",
    ],
    scope,
    profile,
  );
  const holds = (text: string): boolean =>
    checkReleasedRow({ target: text }, ledger, scope, profile).some(({ check }) => check === "G3");
  test.each([
    "key other-co/secret key",
    "x/other-co/secret",
    "xjane q. doex",
    "jane q. doe",
    "JANE\nQ. DOE",
    "id 1507378",
    "acme-jdoe/x",
  ])("%s is found", (text) => expect(holds(text)).toBe(true));
  test.each([
    "key short",
    "deploy key",
    "915073780",
    "see acme-corp/payments/api",
    "time 2026-11-16T12:00:00.000Z",
  ])("%s may stand", (text) => expect(holds(text)).toBe(false));
});

test.each([
  ["acme-jdoe", true],
  ["user-501", true],
  ["501", true],
  ["other-user", false],
  ["user-701", false],
])("with personal data approved %s may stand in other rows: %s", (value, may) => {
  const ledger = emptyLedger();
  rememberRemoved(ledger, [value], approved, profileOf("application"));
  expect(holdsRemoved(ledger, value, value)).toBe(!may);
});
