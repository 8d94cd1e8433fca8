import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../../scripts/domain/finding.ts";
import {
  readIntake,
  withIntakeFindings,
} from "../../../scripts/domain/information-request/intake.ts";
import { InformationRequest } from "../../../scripts/domain/information-request/request.ts";
import type { Verdict } from "../../../scripts/domain/information-request/verdict.ts";

const KNOWN = new Set(["deploy_key_added", "user_blocked"]);
const ISSUE = { iid: 7, createdAt: "2026-11-20T15:00:00Z", title: "Logs" };
const GOOD: Readonly<Record<string, string>> = {
  Account: "acme-corp",
  From: "2026-11-16",
  To: "2026-11-17",
  Projects: "acme-corp/api",
  "Event types": "deploy_key_added",
  "Personal data needed": "no",
};
const formOf = (changes: Readonly<Record<string, string | null>>): string =>
  Object.entries({ ...GOOD, ...changes })
    .filter(([, value]) => value !== null)
    .map(([label, value]) => `## ${label}\n${value}\n`)
    .join("\n");
const intakeOf = (changes: Readonly<Record<string, string | null>>, accountId: number | null = 1) =>
  readIntake({ ...ISSUE, description: formOf(changes) }, accountId, KNOWN);

test("the least that makes a request", () => {
  expect(intakeOf({})).toEqual({
    request: {
      apiVersion: "v1",
      kind: "information_request",
      id: "IR-2026-0007",
      issue: 7,
      account: { path: "acme-corp", id: 1 },
      window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
      resources: { groups: [], projects: ["acme-corp/api"], users: [] },
      event_types: ["deploy_key_added"],
      personal_data_needed: false,
    },
    findings: [],
    claims: {},
  });
});

describe("what is read", () => {
  test.each<[Record<string, string>, object]>([
    [{ Account: "https://gitlab.com/acme-corp" }, { account: { path: "acme-corp" } }],
    [
      { Account: "<https://gitlab.com/groups/acme-corp/-/settings>" },
      { account: { path: "acme-corp" } },
    ],
    [{ Account: "`acme-corp`" }, { account: { path: "acme-corp" } }],
    [{ Users: "@acme-jdoe; acme.roe" }, { resources: { users: ["acme-jdoe", "acme.roe"] } }],
    [{ Users: "none" }, { resources: { users: [] } }],
    [{ Users: "<user names>" }, { resources: { users: [] } }],
    [
      { Projects: "['acme-corp/api', \"acme-corp/api\"]" },
      { resources: { projects: ["acme-corp/api"] } },
    ],
    [
      { Projects: "https://gitlab.com/acme-corp/api/-/issues/1" },
      { resources: { projects: ["acme-corp/api"] } },
    ],
    [
      { "Event types": "Deploy_Key_Added\nuser_blocked" },
      { event_types: ["deploy_key_added", "user_blocked"] },
    ],
    [
      { "Log sources": "Application logs, GitLab Shell, webhooks, access logs" },
      { log_sources: ["application", "shell", "web_hooks", "access"] },
    ],
    [{ From: "2026-11-16 to be sure", "Time window": "2026-11-16 to 2026-11-17" }, {}],
    [{ "Personal data needed": "- [ ] Yes\n- [x] No" }, { personal_data_needed: false }],
    [{ "Personal data needed": "Yes, the user names" }, { personal_data_needed: true }],
    [{ Complex: "yes" }, { complex: true }],
    [{ "Audit Events checked": "n/a" }, {}],
    [{ "Exception requested": "yes" }, { exception_requested: { reason: "not stated" } }],
    [
      { "Exception requested": "yes", "Exception reason": "the window\nis old" },
      { exception_requested: { reason: "the window is old" } },
    ],
    [{ "Exception requested": "no", "Exception reason": "x" }, {}],
    [{ Ticket: "#4711" }, { ticket: "#4711" }],
  ])("%j", (changes, part) => {
    const { request, findings } = intakeOf(changes);
    if (changes["Time window"]) expect(request).toBeNull();
    else {
      expect(findings).toEqual([]);
      expect(request).toMatchObject(part);
      expect(InformationRequest.safeParse(request).success).toBe(true);
    }
  });

  test("a window on one line", () => {
    const { request } = intakeOf({
      From: null,
      To: null,
      "Time window": "2026-11-16 – 2026-11-16",
    });
    expect(request?.window).toEqual({ from: "2026-11-16T00:00:00Z", to: "2026-11-17T00:00:00Z" });
  });

  test.each<[Record<string, string>, object]>([
    [
      { Plan: "GitLab Ultimate", Deployment: "SaaS (GitLab.com)" },
      { plan: "ultimate", deployment: "gitlab.com" },
    ],
    [{ Deployment: "our own island" }, { deployment: "our own island" }],
    [{ "Customer contact in issue": "yes" }, { customer_contact_in_issue: true }],
  ])("what the form claims is handed on beside the request: %j", (changes, claims) => {
    expect(intakeOf(changes).claims).toEqual(claims);
  });
});

describe("what is missing or unclear", () => {
  const many = (count: number, item: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => item(at)).join("\n");

  test.each<[Record<string, string | null>, string, string]>([
    [{ Account: null }, "missing_account", "The account is not named."],
    [{ Account: "TBD" }, "missing_account", "The account is not named."],
    [
      { Account: "acme-corp, other-co" },
      "bad_value",
      "Line 2 (“acme-corp, other-co”) is not the path of one group.",
    ],
    [
      { Account: "acme\u200b-corp" },
      "bad_value",
      "Line 2 (“acme-corp”) is not the path of one group.",
    ],
    [
      { Account: "acm\u0435-corp" },
      "bad_value",
      "Line 2 (“acm\u0435-corp”) is not the path of one group.",
    ],
    [
      { Account: "https://gitlab.com@evil.invalid/acme-corp" },
      "bad_value",
      "Line 2 (“https://gitlab.com@evil.invalid/acme-corp”) is not the path of one group.",
    ],
    [
      { Account: "https://gitlab.com.evil.invalid/acme-corp" },
      "bad_value",
      "Line 2 (“https://gitlab.com.evil.invalid/acme-corp”) is not the path of one group.",
    ],
    [
      { Account: `a${"b".repeat(70)} c` },
      "bad_value",
      `Line 2 (“a${"b".repeat(59)}…”) is not the path of one group.`,
    ],
    [{ Account: "\u200b" }, "bad_value", "Line 2 is not the path of one group."],
    [
      { Account: "x".repeat(2_000) },
      "bad_value",
      `Line 2 (“${"x".repeat(60)}…”) is not the path of one group.`,
    ],
    [
      { Account: "acme-corp\nother-co" },
      "unclear_form",
      "Line 3 (“other-co”) is a second answer to a question that line 2 answers otherwise.",
    ],
    [
      { Plan: "x".repeat(400) },
      "bad_value",
      `Line 20 (“${"x".repeat(60)}…”) is too long or holds hidden characters.`,
    ],
    [{ From: null, To: null }, "missing_window", "The time window is not given."],
    [{ From: "" }, "missing_window", "The start of the time window is not given."],
    [{ To: "YYYY-MM-DD" }, "missing_window", "The end of the time window is not given."],
    [{ From: null }, "missing_from", "The start of the time window is not given."],
    [{ To: null }, "missing_to", "The end of the time window is not given."],
    [
      { From: "11/12/2026" },
      "ambiguous_date",
      "Line 5 (“11/12/2026”) can be read as more than one day.",
    ],
    [
      { To: "2026-11-15T00:00:00Z" },
      "window_reversed",
      "The time window ends (2026-11-15T00:00:00Z) before it starts (2026-11-16T00:00:00Z).",
    ],
    [
      { "Time window": "2026-11-16 to 2026-11-17" },
      "unclear_form",
      "The time window is given twice.",
    ],
    [
      { From: null, To: null, "Time window": "last week" },
      "bad_date",
      "Line 14 (“last week”) is not a start and an end that are exact.",
    ],
    [
      { From: null, To: null, "Time window": "2026-11-16 to 12/11/2026" },
      "bad_date",
      "Line 14 (“2026-11-16 to 12/11/2026”) is not a start and an end that are exact.",
    ],
    [{ Projects: "" }, "missing_resources", "No group, project or user is named."],
    [{ Projects: "api" }, "bad_resource", "Line 11 (“api”) is not the full path of a project."],
    [
      { Projects: "acme-corp/../other-co" },
      "bad_resource",
      "Line 11 (“acme-corp/../other-co”) is not the full path of a project.",
    ],
    [
      { Groups: "9007199254740993" },
      "bad_resource",
      "Line 20 (“9007199254740993”) is not the path of a group.",
    ],
    [{ Groups: "acme-corp/*" }, "scope_too_broad", "Line 20 (“acme-corp/*”) asks for everything."],
    [{ Groups: "/close" }, "bad_value", "Line 20 (“/close”) is a command, not a value."],
    [{ Groups: "a\u202eb" }, "bad_value", "Line 20 (“ab”) is too long or holds hidden characters."],
    [
      { Users: "project_1_bot_abc" },
      "bad_value",
      "Line 20 (“project_1_bot_abc”) is not the user name of a person.",
    ],
    [
      { Resources: "acme-corp/web" },
      "unclear_form",
      "Line 20 (“acme-corp/web”) does not say whether it is a group, a project or a user.",
    ],
    [
      { Groups: many(501, (at) => `acme-corp/g${at}`) },
      "scope_too_broad",
      "502 groups, projects and users are named; no request can hold more than 500.",
    ],
    [{ "Event types": "" }, "missing_event_types", "No event type is named."],
    [
      { "Event types": "everything" },
      "scope_too_broad",
      "Line 14 (“everything”) asks for everything.",
    ],
    [
      { "Event types": "a OR b" },
      "bad_value",
      "Line 14 (“a OR b”) is not the name of an event type.",
    ],
    [
      { "Event types": "deploy_key_aded" },
      "unknown_event_type",
      "Line 14 (“deploy_key_aded”) is not a known event type.",
    ],
    [{ "Event types": "zzz" }, "unknown_event_type", "Line 14 (“zzz”) is not a known event type."],
    [
      { "Event types": many(7, (at) => `zzz_${at}`) },
      "bad_value",
      "The same list has 2 more entries that were refused.",
    ],
    [
      { "Log sources": "the good ones" },
      "bad_value",
      "Line 20 (“the good ones”) is not a known log source.",
    ],
    [
      { "Personal data needed": null },
      "missing_personal_data",
      "The form does not say whether personal data (user names, IP addresses) is needed.",
    ],
    [
      { "Personal data needed": "- [x] Yes\n- [x] No" },
      "unclear_form",
      "Line 18 (“No”) is a second answer to a question that line 17 answers otherwise.",
    ],
    [
      { "Personal data needed": "perhaps" },
      "bad_value",
      "Line 17 (“perhaps”) is neither yes nor no.",
    ],
    [{ "Personal data needed": "123" }, "bad_value", "Line 17 (“123”) is neither yes nor no."],
    [{ "Personal data needed": "no\u200b" }, "bad_value", "Line 17 (“no”) is neither yes nor no."],
    [
      { Account: null, アカウント: "acme" },
      "unclear_form",
      "Line 16 (“## アカウント”) was not understood: this line belongs to no question of the form.",
    ],
    [
      { Account: "acme-corp\n<details>" },
      "unclear_form",
      "Line 3 (“<details>”) is unclear: parts of the form are folded away.",
    ],
  ])("%j → %s", (changes, rule, reason) => {
    const { request, findings } = intakeOf(changes);
    expect(request).toBeNull();
    expect(findings).toContainEqual(expect.objectContaining({ rule, reason, ok: false }));
    for (const finding of findings) expect(finding.fix).toBeTruthy();
  });

  test("more event types than a file can hold", () => {
    const description = formOf({ "Event types": many(201, (at) => `event_${at}`) });
    const { request, findings } = readIntake({ ...ISSUE, description }, 1);
    expect(request).toBeNull();
    expect(findings.map(({ rule }) => rule)).toEqual(["scope_too_broad"]);
  });

  test("an unknown event type comes with the one that was meant, or where names stand", () => {
    const fixOf = (types: string) => intakeOf({ "Event types": types }).findings[0]?.fix;
    expect(fixOf("deploy_key_aded")).toBe("did you mean deploy_key_added?");
    expect(fixOf("zzz")).toBe("take a name from policies/event-types.yaml");
  });

  test("of a thousand faults the first thirty are told", () => {
    const { request, findings } = intakeOf({ Account: many(1_000, (at) => `not a path ${at}`) });
    expect(request).toBeNull();
    expect(findings).toHaveLength(30);
  });

  test("an account that the inventory does not have", () => {
    const { request, findings } = intakeOf({}, null);
    expect(request).toBeNull();
    expect(findings.map(({ rule }) => rule)).toEqual(["account_not_found"]);
  });

  test.each(["", "\n\n", "## Account\n\n## Groups\n<!-- none -->\n- [ ] Complex?"])(
    "an empty form: %j",
    (description) => {
      const { request, findings } = readIntake({ ...ISSUE, description }, 1);
      expect(request).toBeNull();
      expect(findings.map(({ rule }) => rule)).toContain(
        description.includes("Complex") ? "missing_account" : "empty_form",
      );
    },
  );
});

describe("secrets", () => {
  const secret = "glpat-CANARYintake00000001";

  test("are named by line and kind, never shown, and the request waits", () => {
    const { request, findings } = intakeOf({ "Anything else": `token ${secret}` });
    expect(request).not.toBeNull();
    expect(findings).toMatchObject([
      {
        rule: "secret_in_request",
        reason: "Line 20 holds what looks like a secret (gitlab token).",
      },
    ]);
    expect(JSON.stringify({ request, findings })).not.toContain(secret);
  });

  test("are found in the title, and in a form that is empty otherwise", () => {
    const { findings } = readIntake({ ...ISSUE, title: secret, description: "" }, null);
    expect(findings.map(({ reason }) => reason)).toEqual([
      "The title holds what looks like a secret (gitlab token).",
      "The form is empty.",
    ]);
  });

  test.each(["Account", "Plan", "Ticket", "Exception reason", "Event types"])(
    "never get into a request, a claim or a finding from the answer to %s",
    (label) => {
      const intake = intakeOf({ "Exception requested": "yes", [label]: `x ${secret}` });
      expect(intake.request).toBeNull();
      expect(JSON.stringify(intake)).not.toContain(secret);
    },
  );
});

test("what intake found goes before the verdict and holds an accepted request back", () => {
  const finding: Finding = { rule: "secret_in_request", ok: false, reason: "", clause: "" };
  const verdict: Verdict = {
    verdict: "accept",
    route: "support",
    findings: [],
    policy: { version: "", sha256: "" },
  };
  expect(withIntakeFindings(verdict, [])).toBe(verdict);
  expect(withIntakeFindings(verdict, [finding])).toMatchObject({
    verdict: "needs-info",
    route: null,
    findings: [finding],
  });
  expect(
    withIntakeFindings({ ...verdict, verdict: "reject", route: null }, [finding]),
  ).toMatchObject({ verdict: "reject", findings: [finding] });
});

test("whatever is written, a request that comes out is one that the file schema takes", () => {
  const value = fc.oneof(
    fc.constantFrom(
      "acme-corp",
      "acme-corp/api",
      "@acme-jdoe",
      "2026-11-16",
      "2026-11-18T00:00:00Z",
      "yes",
      "no",
      "*",
      "n/a",
      "deploy_key_added",
      "- [x] Yes",
      "application",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const labels = [
    ...Object.keys(GOOD),
    "Groups",
    "Users",
    "Log sources",
    "Ticket",
    "Exception requested",
    "Exception reason",
    "Plan",
  ];
  const changes = fc.dictionary(fc.constantFrom(...labels), value, { maxKeys: 3 });
  fc.assert(
    fc.property(changes, (given) => {
      const { request, findings } = intakeOf(given);
      if (request === null) expect(findings).not.toEqual([]);
      else expect(InformationRequest.parse(request)).toEqual(request);
    }),
    { numRuns: 2_000 },
  );
});
