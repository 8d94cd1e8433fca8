import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readIntake } from "../../scripts/domain/information-request/intake.ts";
import { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import { type Fields, type Rendering, renderForm } from "../form-rendering.ts";

type Case = {
  name: string;
  now: string;
  fields: Fields;
  free_text: string;
  free_text_gen?: { unit: string; count: number };
  render: Rendering;
  expect: "accept" | "needs-info" | "reject";
  reasons: string[];
};
const cases = readFileSync("test/cases/shared/requests.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

/** Reasons that the form alone gives. */
const OF_THE_FORM = new Set([
  "missing_window",
  "missing_from",
  "missing_to",
  "missing_account",
  "missing_event_types",
  "missing_resources",
  "bad_date",
  "ambiguous_date",
  "timezone_missing",
  "nonexistent_local_time",
  "ambiguous_local_time",
  "window_reversed",
  "unclear_form",
  "empty_form",
  "bad_value",
  "bad_resource",
]);

const intakeOf = (description: string) =>
  readIntake({ iid: 42, createdAt: "2026-11-20T15:00:00Z", title: "Logs", description }, 12_345);

describe("every case of the shared file, as far as the form decides", () => {
  test.each(cases.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const { unit, count } = row.free_text_gen ?? { unit: row.free_text, count: 1 };
    const { request, findings } = intakeOf(renderForm(row.fields, unit.repeat(count), row.render));
    const rules = findings.map(({ rule }) => rule);
    const broad = row.name === "scope-star" || row.name === "scope-all-events";
    if (broad || row.reasons.some((reason) => OF_THE_FORM.has(reason))) {
      expect(request).toBeNull();
      expect(rules).toEqual(expect.arrayContaining(row.reasons));
      return;
    }
    if (row.name === "hostile-secret-pasted") expect(rules).toContain("secret_in_request");
    else expect(findings).toEqual([]);
    expect(InformationRequest.parse(request)).toEqual(request);
    expect(request).toMatchObject({
      id: "IR-2026-0042",
      issue: 42,
      account: { path: row.fields.account, id: 12_345 },
      resources: row.fields.resources,
      event_types: row.fields.event_types,
      log_sources: row.fields.log_kinds,
      personal_data_needed: row.fields.personal_data_needed === true,
    });
    for (const finding of findings) expect(JSON.stringify(finding)).not.toContain("CANARY");
  });
});

const FULL: Fields = {
  account: "acme-corp",
  claimed_plan: "Ultimate",
  deployment: "GitLab.com",
  from: "2026-11-16T00:00:00Z",
  to: "2026-11-18T00:00:00Z",
  resources: {
    groups: ["acme-corp/payments", "acme-corp/web"],
    projects: ["acme-corp/payments/api"],
    users: ["acme-jdoe", "acme.roe"],
  },
  event_types: ["deploy_key_added", "project_access_token_created"],
  log_kinds: ["application", "api"],
  personal_data_needed: true,
  complex: false,
  exception_requested: false,
  audit_events_checked: true,
  self_serve_insufficient: "The owner who can see them has left.",
  lane: "Counts",
  cost_accepted: true,
  customer_contact_in_issue: false,
  ticket: "https://support.example.invalid/tickets/10042",
};
const STYLES = [
  "template",
  "bold",
  "bold-line",
  "plain",
  "keys",
  "table",
  "list",
  "underlined",
  "deep-headings",
] as const;
const HANDS: readonly Rendering[] = [
  {},
  { newline: "\r\n" },
  { trailing_spaces: 3 },
  { order: "reversed" },
  { quoted: true },
  { comments: "dropped" },
  { comments: "around" },
  { code: "spans" },
  { list: "commas" },
  { list: "dashes" },
  { list: "stars" },
  { list: "numbers" },
  { list: "brackets" },
  { urls: true },
  { at: true },
  { blank_lines: 3 },
  { indent: 2 },
  { capitals: true },
  { no_final_newline: true },
  { duplicate: "account", second_value: "same" },
  { code: "fence" },
];
const WAYS = STYLES.flatMap((style) => HANDS.map((hand): Rendering => ({ style, ...hand })))
  // A fence cannot stand in a table cell, nor a comment before a row's label.
  .filter(
    ({ style, code, comments }) => style !== "table" || (code !== "fence" && comments !== "around"),
  );

describe("a whole form is the same request in every way of filling it in", () => {
  const wanted = intakeOf(renderForm(FULL)).request;

  test("as the template has it", () => {
    expect(wanted).toEqual({
      apiVersion: "v1",
      kind: "information_request",
      id: "IR-2026-0042",
      issue: 42,
      account: { path: "acme-corp", id: 12_345 },
      window: { from: FULL.from, to: FULL.to },
      resources: FULL.resources,
      event_types: FULL.event_types,
      log_sources: ["application", "api"],
      ticket: FULL.ticket,
      personal_data_needed: true,
      complex: false,
      audit_events_checked: true,
      self_serve_insufficient: FULL.self_serve_insufficient,
      lane: "aggregate",
      cost_accepted: true,
    });
  });

  test.each(WAYS.map((way) => [JSON.stringify(way), way] as const))("%s", (_, way) => {
    const { request, findings } = intakeOf(renderForm(FULL, "Thank you.", way));
    expect(findings).toEqual([]);
    expect(request).toEqual(wanted);
  });
});

describe("what cannot be believed is no request", () => {
  test.each<[Rendering, string]>(
    STYLES.flatMap((style): [Rendering, string][] => [
      [{ style, duplicate: "account", second_value: "other-co" }, "unclear_form"],
      [{ style, tick_contradiction: "deployment" }, "unclear_form"],
      [{ style, tick_contradiction: "personal_data_needed" }, "unclear_form"],
      ...(style === "keys"
        ? []
        : [[{ style, labels_language: "ja" }, "unclear_form"] as [Rendering, string]]),
      [{ style, newline: "\r" }, "unclear_form"],
    ]),
  )("%j → %s", (way, rule) => {
    const { request, findings } = intakeOf(renderForm(FULL, "", way));
    expect(request).toBeNull();
    expect(findings.map((finding) => finding.rule)).toContain(rule);
  });

  test.each<Rendering>([{ indent: 4 }, { tabs: true }])("indented as code: %j", (way) => {
    const { request, findings } = intakeOf(renderForm(FULL, "", way));
    expect(request).toBeNull();
    expect(findings.map(({ rule }) => rule)).toContain("unclear_form");
  });
});

describe("the kind of answer", () => {
  test.each([
    ["Rows", "rows"],
    ["row by row", "rows"],
    ["Counts", "aggregate"],
    ["count of events", "aggregate"],
    ["aggregate", "aggregate"],
    [null, undefined],
  ] as const)("%s → %s", (lane, wanted) => {
    const { request, findings } = intakeOf(renderForm({ ...FULL, lane }, "", { style: "plain" }));
    expect(findings).toEqual([]);
    expect(request?.lane).toBe(wanted);
  });

  test.each(["everything", "42", "r\u200Dows"])("%j is neither", (lane) => {
    const { request, findings } = intakeOf(renderForm({ ...FULL, lane }, "", { style: "keys" }));
    expect(request).toBeNull();
    expect(findings.map(({ rule, fix }) => [rule, fix])).toEqual([
      ["bad_value", "answer rows or counts"],
    ]);
  });
});
