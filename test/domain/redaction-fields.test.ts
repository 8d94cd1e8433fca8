import { describe, expect, test } from "vitest";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import type { LogProfile } from "../../scripts/domain/log-profile.ts";
import { BASE, profileOf, pseudonym, rowOfLine, scope } from "./dive-fixture.ts";

const approved: Scope = { ...scope, personal_data_approved: true };

function redact(source: string, row: unknown, asked: Scope = scope) {
  const profile = profileOf(source);
  const redacted = redactRow(rowOfLine(row, profile), profile, asked, pseudonym);
  if ("withheld" in redacted) throw new Error(redacted.withheld);
  return redacted;
}
const time = BASE["time"];
/** What became of one field: the released value, or why it was removed. */
function fate(
  source: string,
  row: Readonly<Record<string, unknown>>,
  field: string,
  asked: Scope = scope,
): unknown {
  const { released, tally } = redact(source, { time, ...row }, asked);
  return released[field] ?? tally.find((one) => one.field === field)?.reason;
}
const PSEUDONYM = expect.stringMatching(/^(?:user|user_id|ip|token|correlation|job)-[0-9a-f]{16}$/);

describe("each rule", () => {
  test.each<[string, Readonly<Record<string, unknown>>, string, unknown]>([
    ["application", { time: "2026-11-16T12:34:56.789+01:00" }, "time", "2026-11-16T11:34:56Z"],
    ["application", { "@timestamp": "yesterday" }, "@timestamp", "TYPE"],
    ["application", { severity: "INFO" }, "severity", "INFO"],
    ["application", { severity: "LOUD" }, "severity", "NOT_LISTED"],
    ["application", { severity: ["INFO"] }, "severity", "TYPE"],
    ["application", { event_type: "deploy_key_added" }, "event_type", "deploy_key_added"],
    ["application", { event_type: "user_destroyed" }, "event_type", "NOT_LISTED"],
    ["application", { project_id: 9001 }, "project_id", 9001],
    ["application", { project_id: "9001.0" }, "project_id", "OTHER_ACCOUNT"],
    ["application", { project_id: 9002 }, "project_id", "OTHER_ACCOUNT"],
    ["application", { namespace_id: 12346 }, "namespace_id", 12346],
    [
      "application",
      { namespace_path: "acme-corp/payments" },
      "namespace_path",
      "acme-corp/payments",
    ],
    ["application", { namespace_path: "acme-corp/legal" }, "namespace_path", "OTHER_ACCOUNT"],
    ["application", { "meta.root_namespace": "acme-corp" }, "meta.root_namespace", "acme-corp"],
    ["application", { "meta.root_namespace": "other-co" }, "meta.root_namespace", "OTHER_ACCOUNT"],
    ["application", { "meta.user": "acme-jdoe", "meta.user_id": 501 }, "meta.user", PSEUDONYM],
    ["application", { "meta.user_id": "user-501" }, "meta.user_id", PSEUDONYM],
    ["application", { "meta.user_id": "five" }, "meta.user_id", "TYPE"],
    ["application", { "meta.client_id": "user/501" }, "meta.client_id", PSEUDONYM],
    ["application", { "meta.client_id": "ip/192.0.2.1" }, "meta.client_id", PSEUDONYM],
    ["application", { "meta.client_id": "someone" }, "meta.client_id", "TYPE"],
    ["application", { correlation_id: "01HX" }, "correlation_id", PSEUDONYM],
    ["application", { remote_ip: "192.0.2.1" }, "remote_ip", PSEUDONYM],
    ["application", { remote_ip: "192.0.2.1, 127.0.0.1" }, "remote_ip", PSEUDONYM],
    ["application", { remote_ip: "10.0.0.1" }, "remote_ip", "SYSTEM_INFO"],
    ["application", { remote_ip: "x.x.x.x" }, "remote_ip", "TYPE"],
    ["application", { lease_key: "namespace:1" }, "lease_key", "SYSTEM_INFO"],
    ["application", { target: "Deploy key laptop" }, "target", "deploy key laptop"],
    ["application", { target: "key of jane doe now" }, "target", "key of [removed]"],
    ["application", { target: "<script>alert(1)</script>" }, "target", "[text removed]"],
    ["application", { target: "" }, "target", "[text removed]"],
    ["web_hooks", { recent_failures: 3 }, "recent_failures", 3],
    ["web_hooks", { recent_failures: -1 }, "recent_failures", "NOT_LISTED"],
    ["web_hooks", { recent_failures: 1.5 }, "recent_failures", "TYPE"],
    ["web_hooks", { recent_failures: "3" }, "recent_failures", "TYPE"],
    ["ci_resource_groups", { success: true }, "success", true],
    ["ci_resource_groups", { success: "true" }, "success", "TYPE"],
    ["ci_resource_groups", { message: true }, "message", "TYPE"],
    ["ci_resource_groups", { message: null }, "message", undefined],
    ["shell", { gl_repository: "wiki-9001" }, "gl_repository", "wiki-9001"],
    ["shell", { gl_repository: "project-9002" }, "gl_repository", "OTHER_ACCOUNT"],
    ["shell", { gl_repository: "snippet-9001" }, "gl_repository", "OTHER_ACCOUNT"],
    ["audit", { entity_type: "Project", entity_id: 9001 }, "entity_id", 9001],
    ["audit", { entity_type: "Project", entity_id: 9002 }, "entity_id", "OTHER_ACCOUNT"],
    ["audit", { entity_type: "Group", entity_id: 12345 }, "entity_id", 12345],
    ["audit", { entity_type: "User", entity_id: 501 }, "entity_id", PSEUDONYM],
    ["audit", { entity_type: "Release", entity_id: 501 }, "entity_id", "OTHER_ACCOUNT"],
    ["api", { token_id: 7 }, "token_id", PSEUDONYM],
    ["api", { ua: "curl/8.4.0" }, "ua", "curl 8"],
    ["api", { ua: "Ruby" }, "ua", "Ruby"],
    ["api", { ua: "Chrome/119.0.0.0 (mailto:a@b.example)" }, "ua", "Chrome 119"],
    ["api", { ua: "jane's own browser" }, "ua", "NOT_LISTED"],
    [
      "api",
      { path: "/api/v4/projects/9001/deploy_keys/12?private_token=x" },
      "path",
      "/api/v4/projects/9001/deploy_keys/12",
    ],
    [
      "api",
      { path: "/api/v4/projects/acme-corp%2Fpayments%2Fapi/hooks/jane" },
      "path",
      "/api/v4/projects/acme-corp/payments/api/hooks/[removed]",
    ],
    ["api", { path: "/api/v4/projects/9002/hooks" }, "path", "OTHER_ACCOUNT"],
    ["api", { path: "/users/sign_in" }, "path", "/users/sign_in"],
    ["api", { path: "/users/jane" }, "path", "OTHER_ACCOUNT"],
    ["api", { path: "https://gitlab.example.com/acme-corp/payments/api" }, "path", "OTHER_ACCOUNT"],
    [
      "api",
      { path: "/acme-corp/payments/api.git/info/refs" },
      "path",
      "/acme-corp/payments/api.git/info/refs",
    ],
    [
      "api",
      { path: "/groups/acme-corp/payments/-/settings" },
      "path",
      "/groups/acme-corp/payments/-/settings",
    ],
    ["api", { path: "/api/jane/projects/9001/hooks" }, "path", "/[removed]/9001/hooks"],
    [
      "api",
      { path: "/acme-corp/payments/api/-/blob/main/secret.git" },
      "path",
      "/acme-corp/payments/api/-/blob/[removed]/[removed]",
    ],
    ["api", { path: "/api/v4/projects/%ff" }, "path", "OTHER_ACCOUNT"],
    [
      "api",
      { route: "/api/:version/projects/:id/deploy_keys" },
      "route",
      "/api/:version/projects/:id/deploy_keys",
    ],
    ["api", { route: "/api/:version/aGVsbG8gd29ybGQ" }, "route", "OTHER_ACCOUNT"],
    ...[
      "Projects::DeployKeysController#create",
      "WebHookWorker",
      "DELETE /api/:version/projects/:id/hooks/:hook_id",
    ].map((caller): [string, Readonly<Record<string, unknown>>, string, unknown] => [
      ...(["application", { "meta.caller_id": caller }, "meta.caller_id", caller] as const),
    ]),
    ...[
      "Projects::JaneController#create",
      "Projects::DeployKeysController#jane",
      "Projects::DeployKeysController#create#jane",
      "Projects::DeployKeysController",
      "JaneWorker",
      "WebHookWorker#create",
      "GET /api/:version/jane",
      "JANE /api/:version/projects",
      "graphql:jane",
      "",
    ].map((caller): [string, Readonly<Record<string, unknown>>, string, unknown] => [
      ...(["application", { "meta.caller_id": caller }, "meta.caller_id", "NOT_LISTED"] as const),
    ]),
    ["exceptions", { "exception.class": "NoMethodError" }, "exception.class", "NoMethodError"],
    ["exceptions", { "exception.class": "JaneError" }, "exception.class", "NOT_LISTED"],
    ["audit", { entity_path: "acme-corp" }, "entity_path", "acme-corp"],
    ["audit", { entity_path: "acme-corp/payments/api" }, "entity_path", "acme-corp/payments/api"],
    ["audit", { entity_path: "acme-corp/legal" }, "entity_path", "OTHER_ACCOUNT"],
    ["api", { path: `/${"a".repeat(5000)}` }, "path", "CAP"],
    ["api", { path: `/${"a/".repeat(1000)}b` }, "path", "OTHER_ACCOUNT"],
    [
      "application",
      { target: "key ".repeat(2000) },
      "target",
      expect.stringMatching(/^(?:key )+key$/),
    ],
  ])("%s %j: %s", (source, row, field, expected) => {
    expect(fate(source, row, field)).toStrictEqual(expected);
  });

  test("free text leaves by template only, its parts by their own rules", () => {
    const message = (text: string): unknown => fate("application", { message: text }, "message");
    expect(message("User Logout: username=acme-jdoe ip=192.0.2.1")).toMatch(
      /^User Logout: username=user-[0-9a-f]{16} ip=ip-[0-9a-f]{16}$/,
    );
    expect(message("Failed Login: username=x ip=10.0.0.1")).toMatch(/ip=\[address\]$/);
    expect(message("Failed Login: username=x ip=dead.beef")).toMatch(/ip=\[address\]$/);
    expect(message("Successful Login: username=x ip=::1 method=standard admin=CNRYX")).toMatch(
      /method=standard admin=\[removed\]$/,
    );
    expect(message('User "Jane" (jane@acme.example) was created')).toBe(
      'User "[name]" ([e-mail]) was created',
    );
    expect(message('Project "acme-corp/payments/api" was deleted')).toBe(
      'Project "acme-corp/payments/api" was deleted',
    );
    expect(message('Project "other-co/x" was deleted')).toBe('Project "[project]" was deleted');
    expect(message('Group "acme-corp" was removed')).toBe('Group "acme-corp" was removed');
    expect(message('Group "other" was removed')).toBe('Group "[group]" was removed');
    expect(message("Updating statistics for project 9001")).toBe(
      "Updating statistics for project 9001",
    );
    expect(message("Updating statistics for project 7")).toBe(
      "Updating statistics for project [project]",
    );
    expect(message("deploy key added on host-1.internal")).toBe("[text removed]");
  });

  test("known words leave only when the request asks for them", () => {
    const asked: Scope = { ...scope, may_show: ["time"] };
    expect(fate("application", { target: "key laptop" }, "target", asked)).toBe("NO_TEMPLATE");
    const { may_show, ...silent } = scope;
    expect(may_show).toContain("target");
    expect(fate("application", { target: "key laptop" }, "target", silent)).toBe("NO_TEMPLATE");
  });

  test("listed parameters leave by their rules, each key once", () => {
    const { released, tally } = redact("production", {
      time,
      params: [
        { key: "enforced_sso", value: "1" },
        { key: "id", value: "other-co/x" },
        { key: "page", value: 2 },
        { key: "per_page", value: 1 },
        { key: "per_page", value: 2 },
        { key: "toString", value: "x" },
        { key: 5, value: "x" },
        { key: "namespace_id" },
        "text",
        null,
      ],
    });
    expect(released).toMatchObject({ "params.enforced_sso": "1", "params.page": 2 });
    expect(Object.keys(released).filter((name) => name.startsWith("params"))).toHaveLength(2);
    expect(tally.filter(({ reason }) => reason === "AMBIGUOUS")).toHaveLength(2);
    expect(fate("production", { params: "x=1" }, "params")).toBe("TYPE");
    const per_page = (value: unknown): unknown =>
      fate("api", { params: [{ key: "per_page", value }] }, "params.per_page");
    expect(["20", "020", "jane", "", "2000", true].map(per_page)).toStrictEqual([
      ...[20, "TYPE", "TYPE", "TYPE", "NOT_LISTED", "TYPE"],
    ]);
  });
});

describe("a user is shown only when it is approved, and only by id", () => {
  const user = (row: Readonly<Record<string, unknown>>, asked: Scope = approved): unknown =>
    fate("application", row, "meta.user", asked);
  test("own and approved", () => {
    expect(user({ "meta.user": "acme-jdoe", "meta.user_id": 501 })).toBe("acme-jdoe");
    expect(fate("application", { "meta.user_id": 501 }, "meta.user_id", approved)).toBe("501");
  });
  test("not another's id, no id, another's name, an unclear id", () => {
    expect(user({ "meta.user": "acme-jdoe", "meta.user_id": 777 })).toStrictEqual(PSEUDONYM);
    expect(user({ "meta.user": "acme-jdoe" })).toStrictEqual(PSEUDONYM);
    expect(user({ "meta.user": "acme-jdoe", "meta.user_id": [501] })).toStrictEqual(PSEUDONYM);
    expect(user({ "meta.user": "jdoe", "meta.user_id": 501 })).toStrictEqual(PSEUDONYM);
    expect(fate("application", { "meta.user_id": 777 }, "meta.user_id", approved)).toStrictEqual(
      PSEUDONYM,
    );
  });
  test("one person has one pseudonym in every log", () => {
    const one = fate("application", { "meta.user": "acme-jdoe" }, "meta.user");
    expect(fate("shell", { username: "ACME-jdoe" }, "username")).toBe(one);
    const id = fate("shell", { user_id: "user-501" }, "user_id");
    expect(fate("api", { user_id: 501 }, "user_id")).toBe(id);
  });
});

describe("what is counted", () => {
  test("a path of which nothing but the spelling changed is kept", () => {
    const path = "/api/v4/projects/acme-corp%2Fpayments%2fapi/hooks/4";
    const told = redact("api", { time, path });
    expect(told.released["path"]).toBe("/api/v4/projects/acme-corp/payments/api/hooks/4");
    expect(told.tally).toContainEqual({ field: "path", action: "kept", reason: null });
    const asked = redact("api", { time, path: `${path}?a=%ff` });
    expect(asked.released["path"]).toBe(told.released["path"]);
    expect(asked.tally).toContainEqual({
      ...{ field: "path", action: "removed", reason: "OTHER_ACCOUNT" },
    });
  });
  test("unknown fields by number, never by name, and their keys and values are remembered", () => {
    const { tally, removed, released } = redact("application", {
      time,
      "jane@acme.example": { other: [1, true, null, "value"] },
    });
    expect(tally.filter(({ field }) => field === "(unknown)")).toStrictEqual([
      { field: "(unknown)", action: "removed", reason: "UNKNOWN_FIELD" },
    ]);
    expect(JSON.stringify([tally, released])).not.toContain("jane");
    expect(removed).toStrictEqual(["1", "value"]);
  });
  test("secrets in what is removed", () => {
    const { tally } = redact("application", {
      time,
      message: "key added glpat-CANARY0123456789abcd",
      details: `${"x".repeat(70_000)} glpat-CANARY0123456789abcd`,
    });
    expect(tally.find(({ field }) => field === "message")?.reason).toBe("SECRET");
    expect(tally.find(({ field }) => field === "details")?.reason).toBe("NO_TEMPLATE");
  });
  test("fields said twice", () => {
    const profile = profileOf("application");
    const row = { ...rowOfLine(BASE, profile), ambiguous: new Set(["target"]) };
    expect(redactRow(row, profile, scope, pseudonym)).toMatchObject({
      tally: expect.arrayContaining([{ field: "target", action: "removed", reason: "AMBIGUOUS" }]),
    });
    const entity = rowOfLine({ time, entity_type: "Project", entity_id: 9001 }, profileOf("audit"));
    const doubted = redactRow(
      { ...entity, ambiguous: new Set(["entity_type"]) },
      profileOf("audit"),
      scope,
      pseudonym,
    );
    expect(doubted).not.toMatchObject({ released: { entity_id: 9001 } });
  });
});

describe("a row is withheld", () => {
  test("when anything goes wrong in it", () => {
    const profile = profileOf("application");
    const fail = (): never => {
      throw new Error("no key");
    };
    expect(redactRow(rowOfLine(BASE, profile), profile, scope, fail)).toStrictEqual({
      withheld: "exception",
    });
    const redaction = { ...profile.redaction, templates: [{ id: "bad", text: "{nothing}" }] };
    const row = rowOfLine({ ...BASE, message: "x" }, profile);
    expect(redactRow(row, { ...profile, redaction }, scope, pseudonym)).toStrictEqual({
      withheld: "exception",
    });
  });
  test("when a live secret would leave with it", () => {
    const base = profileOf("application");
    const token = "glpat-CANARY0123456789abcd";
    const fields = new Map([
      ...base.fields,
      ["target_type", { rule: "enum", values: [token] }],
    ]) as LogProfile["fields"];
    const profile: LogProfile = { ...base, fields };
    const row = rowOfLine({ ...BASE, target_type: token }, profile);
    expect(redactRow(row, profile, scope, pseudonym)).toStrictEqual({
      withheld: "secret_in_released_field",
    });
  });
});
