import { describe, expect, test } from "vitest";
import { judgeLine } from "../../scripts/domain/information-request/log-dive.ts";
import { canonicalInstant } from "../../scripts/domain/information-request/log-dive-time.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import { BASE, bytesOf, lineOf, profileOf, scope } from "./dive-fixture.ts";

const application = profileOf("application");
const judge = (
  change: Readonly<Record<string, unknown>>,
  asked: Scope = scope,
  source = "application",
): string => {
  const verdict = judgeLine(lineOf({ ...BASE, ...change }), profileOf(source), asked);
  return verdict.verdict === "matched" ? "matched" : `${verdict.verdict} ${verdict.reason}`;
};
const wide: Scope = {
  ...scope,
  log_sources: ["application", "audit", "api", "production", "gitaly", "shell"],
};
const noTenant = {
  project_id: undefined,
  "meta.project": undefined,
  "meta.root_namespace": undefined,
};

describe("whose row it is", () => {
  test.each<[string, string, Readonly<Record<string, unknown>>]>([
    ["its own project", "matched", {}],
    ["the id as text", "matched", { project_id: "9001" }],
    ["by path alone", "matched", { project_id: undefined }],
    ["by id alone", "matched", { ...noTenant, project_id: 9001 }],
    ["an empty id says nothing", "matched", { project_id: "" }],
    ["the repository's name", "matched", { "meta.project": "acme-corp/payments/api.git" }],
    ["the wiki's repository", "matched", { "meta.project": "acme-corp/payments/api.wiki.git" }],
    ["another user in it", "matched", { "meta.user": "someone", "meta.user_id": 777 }],
    [
      "its group above it",
      "matched",
      { namespace_path: "acme-corp/payments", namespace_id: 12346 },
    ],
    [
      "a group that is listed",
      "matched",
      { ...noTenant, group_path: "acme-corp/payments", group_id: 12346 },
    ],
    ["another root", "outside other_account", { "meta.root_namespace": "other-co" }],
    ["a path under another root", "outside other_account", { "meta.project": "other-co/api" }],
    [
      "a root that only begins alike",
      "outside other_account",
      { "meta.project": "acme-corporate/payments/api" },
    ],
    [
      "a project that is not listed",
      "outside project_not_listed",
      { project_id: 9002, "meta.project": "acme-corp/payments/web" },
    ],
    [
      "a project that begins alike",
      "outside project_not_listed",
      { project_id: undefined, "meta.project": "acme-corp/payments/api2" },
    ],
    [
      "a group that is not listed",
      "outside namespace_not_listed",
      { ...noTenant, group_path: "acme-corp/legal" },
    ],
    ["nobody", "outside no_tenant_field", noTenant],
    [
      "only the root",
      "quarantined only_root_namespace",
      { project_id: undefined, "meta.project": undefined },
    ],
    ["id and path disagree", "quarantined identity_disagrees", { project_id: 9002 }],
    [
      "path and id disagree",
      "quarantined identity_disagrees",
      { "meta.project": "acme-corp/payments/old" },
    ],
    [
      "a group that is not above the project",
      "quarantined identity_disagrees",
      { namespace_path: "acme-corp/legal" },
    ],
    [
      "two groups",
      "quarantined identity_disagrees",
      { ...noTenant, group_path: "acme-corp/payments", group_id: 12345 },
    ],
    [
      "another case",
      "quarantined identity_unreadable",
      { "meta.project": "Acme-Corp/payments/api" },
    ],
    [
      "another case below",
      "quarantined identity_unreadable",
      { "meta.project": "acme-corp/payments/API" },
    ],
    [
      "a trailing slash",
      "quarantined identity_unreadable",
      { "meta.project": "acme-corp/payments/api/" },
    ],
    [
      "a dot segment",
      "quarantined identity_unreadable",
      { "meta.project": "acme-corp/payments/../payments/api" },
    ],
    [
      "percent-encoded",
      "quarantined identity_unreadable",
      { "meta.project": "acme-corp%2Fpayments%2Fapi" },
    ],
    [
      "a Cyrillic letter",
      "quarantined identity_unreadable",
      { "meta.project": "аcme-corp/payments/api" },
    ],
    [
      "overlong",
      "quarantined identity_unreadable",
      { "meta.project": `acme-corp/${"a".repeat(1100)}` },
    ],
    ["a number as path", "quarantined identity_unreadable", { "meta.project": 9001 }],
    [
      "a list as path",
      "quarantined identity_unreadable",
      { "meta.project": ["acme-corp/payments/api"] },
    ],
    [
      "an object as path",
      "quarantined identity_unreadable",
      { "meta.project": { path: "other-co/x" } },
    ],
    ["a list as root", "quarantined identity_unreadable", { "meta.root_namespace": ["acme-corp"] }],
    [
      "a path as root",
      "quarantined identity_unreadable",
      { "meta.root_namespace": "acme-corp/payments" },
    ],
    ["a negative id", "quarantined identity_unreadable", { project_id: -9001 }],
    ["a true id", "quarantined identity_unreadable", { project_id: true }],
    ["an id with a leading zero", "quarantined identity_unreadable", { project_id: "09001" }],
    ["an id with an exponent", "quarantined identity_unreadable", { project_id: "9.001e3" }],
    ["an id beyond 2^53", "quarantined identity_unreadable", { project_id: "9007199254740993" }],
  ])("%s: %s", (_, expected, change) => expect(judge(change)).toBe(expected));

  test("a number keeps its digits", () => {
    const text = JSON.stringify({ ...BASE, project_id: 0 });
    const withId = (id: string): string =>
      judgeLine(bytesOf(text.replace('"project_id":0', `"project_id":${id}`)), application, scope)
        .verdict;
    expect(withId("9001")).toBe("matched");
    expect(withId("9001.0")).toBe("quarantined");
    expect(withId("9001e0")).toBe("quarantined");
    expect(withId("90010000000000000000001")).toBe("quarantined");
  });

  test("a duplicate key of an identity, an event, a time or a user is for a person to look at", () => {
    const twice = (extra: string): string => {
      const verdict = judgeLine(
        bytesOf(JSON.stringify(BASE).replace("}", `,${extra}}`)),
        application,
        scope,
      );
      return verdict.verdict === "quarantined" ? verdict.reason : verdict.verdict;
    };
    for (const extra of [
      '"project_id":9001',
      '"meta.project":"other-co/x"',
      '"event_type":"x"',
      '"time":"x"',
      '"meta.user":"x"',
      '"log_source":"a","log_source":"b"',
    ]) {
      expect(twice(extra), extra).toBe("duplicate_field");
    }
    expect(twice('"target":"x"')).toBe("matched");
  });

  test("without ids in the inventory, paths decide, and an id alone says nothing", () => {
    const noIds: Scope = {
      ...scope,
      projects: [{ path: "acme-corp/payments/api", id: null }],
      namespaces: [],
    };
    expect(judge({ project_id: 12 }, noIds)).toBe("matched");
    expect(judge({ ...noTenant, project_id: 12 }, noIds)).toBe("outside id_not_in_inventory");
    const some: Scope = {
      ...noIds,
      projects: [...scope.projects, { path: "acme-corp/payments/web", id: null }],
    };
    expect(judge({ project_id: 12 }, some)).toBe("quarantined identity_disagrees");
    expect(judge({ project_id: 12, "meta.project": "acme-corp/payments/web" }, some)).toBe(
      "matched",
    );
  });
});

describe("whose row it is, in other logs", () => {
  const audit = (change: object): string => judge({ ...noTenant, ...change }, wide, "audit");
  test.each<[string, object, string]>([
    ["a project's audit event", { entity_type: "Project", entity_id: 9001 }, "matched"],
    [
      "with its path",
      { entity_type: "Project", entity_id: 9001, entity_path: "acme-corp/payments/api" },
      "matched",
    ],
    ["a group's", { entity_type: "Group", entity_id: 12346 }, "matched"],
    ["another project's", { entity_type: "Project", entity_id: 2 }, "outside project_not_listed"],
    ["a user's", { entity_type: "User", entity_id: 501 }, "outside no_tenant_field"],
    ["no readable type", { entity_type: ["Project"], entity_id: 9001 }, "outside no_tenant_field"],
  ])("%s", (_, change, expected) => expect(audit(change)).toBe(expected));

  const web = (path: unknown, change: object = {}): string =>
    judge({ ...noTenant, path, ...change }, wide, "production");
  test.each<[unknown, string]>([
    ["/acme-corp/payments/api/-/variables?x=1", "matched"],
    ["/acme-corp/payments/api.git/info/refs", "matched"],
    ["/acme-corp/payments/api/issues/1", "matched"],
    ["/acme-corp/payments", "matched"],
    ["/groups/acme-corp/payments/-/settings", "matched"],
    ["/groups/acme-corp", "matched"],
    ["/groups/acme-corp/legal", "outside namespace_not_listed"],
    ["/acme-corp/payments/web/-/issues", "outside project_not_listed"],
    ["/acme-corp/payments/web/issues/1", "outside project_not_listed"],
    ["/other-co/secret/issues/1", "outside other_account"],
    ["/users/sign_in", "outside no_tenant_field"],
    ["/groups", "outside no_tenant_field"],
    ["/", "outside no_tenant_field"],
    ["/acme-corp/payments/%2e%2e/x", "quarantined identity_unreadable"],
    ["/acme-corp/payments/%ff", "quarantined identity_unreadable"],
    ["/acme-corp/payments/a%252fb", "quarantined identity_unreadable"],
    ["/acme-corp//payments", "quarantined identity_unreadable"],
    ["/acme-corp\\payments", "quarantined identity_unreadable"],
    [12, "quarantined identity_unreadable"],
    ["/api/v4/projects/9001/hooks", "matched"],
    ["/api/v4/projects/acme-corp%2Fpayments%2Fapi/hooks", "matched"],
    ["/api/v4/projects/9002", "outside project_not_listed"],
    ["/api/v4/groups/12346", "matched"],
    ["/api/v4/projects", "outside no_tenant_field"],
    ["/api/v4/version", "outside no_tenant_field"],
    ["/api/scim/v2/groups/acme-corp/Users", "matched"],
    ["/api/scim/v2/groups/12345/Users", "outside other_account"],
  ])("%s: %s", (path, expected) => expect(web(path)).toBe(expected));

  test("the page must be of the project that the row names", () => {
    expect(
      web("/acme-corp/payments/web/-/x", {
        project_id: undefined,
        "meta.project": "acme-corp/payments/api",
      }),
    ).toBe("quarantined identity_disagrees");
  });

  test("a repository by its id", () => {
    const git = (gl_repository: unknown): string =>
      judge({ ...noTenant, gl_repository }, wide, "shell");
    expect(git("project-9001")).toBe("matched");
    expect(git("wiki-9001")).toBe("matched");
    expect(git("project-9002")).toBe("outside project_not_listed");
    expect(git("snippet-9001")).toBe("quarantined identity_unreadable");
    expect(git(7)).toBe("quarantined identity_unreadable");
  });

  test("an event about a listed user that carries no project or group", () => {
    const asked: Scope = { ...wide, event_types: ["two_factor_disabled_by_admin"] };
    const row = { ...noTenant, event_type: undefined, action: "disable_two_factor" };
    const about = (location: unknown, more: object = {}): string =>
      judge({ ...row, location, ...more }, asked, "production");
    expect(about("https://gitlab.example.com/admin/users/acme-jdoe")).toBe("matched");
    expect(about("https://gitlab.example.com/admin/users/other")).toBe("outside no_tenant_field");
    expect(about("x/acme-jdoe", { "meta.root_namespace": "other-co" })).toBe(
      "outside other_account",
    );
    const twice =
      '{"time":"2026-11-16T12:00:00Z","action":"disable_two_factor","location":"acme-jdoe","location":"acme-jdoe"}';
    expect(judgeLine(bytesOf(twice), profileOf("production"), asked)).toMatchObject({
      reason: "no_tenant_field",
    });
  });
});

describe("what happened, where, and when", () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["matched", { event_type: "member_added" }],
    ["outside event_not_listed", { event_type: "Deploy_Key_Added" }],
    ["outside event_not_listed", { event_type: " deploy_key_added " }],
    ["outside event_not_listed", { event_type: undefined }],
    ["outside event_not_listed", { event_type: null }],
    ["quarantined event_unreadable", { event_type: ["deploy_key_added"] }],
    ["quarantined event_disagrees", { event_name: "user_destroyed" }],
    ["matched", { log_source: "application" }],
    ["outside source_not_listed", { log_source: "sidekiq" }],
    ["quarantined source_disagrees", { log_source: "audit" }],
    ["quarantined source_unreadable", { log_source: ["application"] }],
    ["matched", { time: "2026-11-16T00:00:00Z" }],
    ["matched", { time: "2026-11-17T23:59:59.999999999Z" }],
    ["matched", { time: "2026-11-18T00:30:00+01:00" }],
    ["outside outside_window", { time: "2026-11-18T00:00:00.000Z" }],
    ["outside outside_window", { time: "2026-11-15T23:59:59.999999999Z" }],
    ["outside outside_window", { time: "9999-12-31T23:59:59Z" }],
    ["quarantined time_missing", { time: undefined }],
    ["quarantined time_unreadable", { time: 1794830400 }],
    ["quarantined time_unreadable", { time: "2026-11-16T12:00:00" }],
  ])("%s: %j", (expected, change) => expect(judge(change)).toBe(expected));

  test("a source that the request does not list", () => {
    expect(judge({}, { ...scope, log_sources: ["audit"] })).toBe("outside source_not_listed");
    expect(
      judge({ log_source: "gitlab_shell", gl_repository: "project-9001" }, wide, "shell"),
    ).toBe("matched");
  });

  test("a clear no wins over what is unclear, so that people look at few lines", () => {
    expect(judge({ time: "x", "meta.root_namespace": "other-co" })).toBe("outside other_account");
    expect(judge({ time: "x" })).toBe("quarantined time_unreadable");
  });

  test("a window that is no window is refused", () => {
    expect(() => judge({}, { ...scope, window: { from: "yesterday", to: "today" } })).toThrow(
      RangeError,
    );
  });

  test.each([
    "2026-11-16T12:00:00Z",
    "2026-11-16t12:00:00z",
    "2026-11-16T13:00:00+01:00",
    "2026-11-16T12:00:00.0000000000000Z",
  ])("%s is one instant", (text) =>
    expect(canonicalInstant(text)).toBe("2026-11-16T12:00:00.000000000Z"),
  );

  test.each([
    "2026-11-16T23:59:60Z",
    "2026-11-16T24:00:00Z",
    "2026-11-31T00:00:00Z",
    "2026-11-16",
    "2026-11-16 12:00:00Z",
    "２０26-11-16T12:00:00Z",
    "NaN",
    "Mon, 16 Nov 2026 12:00:00 GMT",
    "9999-12-31T23:59:59-01:00",
  ])("%s is no instant", (text) => expect(canonicalInstant(text)).toBeNull());
});
