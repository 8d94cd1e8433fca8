import { describe, expect, test } from "vitest";
import {
  InformationRequest,
  NamespacePath,
  ProjectPath,
  Username,
} from "../../../scripts/domain/information-request/request.ts";
import { readRequestPath } from "../../../scripts/domain/information-request/request-path.ts";

const GOOD = {
  apiVersion: "v1",
  kind: "information_request",
  id: "IR-2026-0042",
  issue: 42,
  account: { path: "acme-corp", id: 12_345 },
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  resources: { groups: [], projects: ["acme-corp/payments/api"], users: [] },
  event_types: ["deploy_key_added"],
};
const names = (count: number) => Array.from({ length: count }, (_, at) => `acme/p${at}`);

describe("the request file", () => {
  test.each<[string, object, boolean]>([
    ["as it is", {}, true],
    [
      "with everything",
      {
        log_sources: ["application"],
        ticket: "#1",
        personal_data_needed: true,
        complex: false,
        exception_requested: { reason: "x" },
        audit_events_checked: true,
        self_serve_insufficient: "The owner has left.",
        lane: "aggregate",
        cost_accepted: false,
        note: "a\nb é",
      },
      true,
    ],
    ["another version", { apiVersion: "v2" }, false],
    ["another kind", { kind: "__proto__" }, false],
    ["a short id", { id: "IR-2026-042" }, false],
    ["an id with a tail", { id: "IR-2026-0042\n" }, false],
    ["issue 0", { issue: 0 }, false],
    [
      "a window of no length",
      { window: { from: "2026-11-16T00:00:00Z", to: "2026-11-16T01:00:00+01:00" } },
      false,
    ],
    [
      "a window over offsets",
      { window: { from: "2026-11-16T00:30:00+01:00", to: "2026-11-16T00:00:00Z" } },
      true,
    ],
    ["a bad start", { window: { from: "2026-11-16", to: "2026-11-18T00:00:00Z" } }, false],
    ["a bad end", { window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T24:00:00Z" } }, false],
    ["no resource", { resources: { groups: [], projects: [], users: [] } }, false],
    ["500 resources", { resources: { groups: names(250), projects: names(250), users: [] } }, true],
    [
      "501 resources",
      { resources: { groups: names(251), projects: names(250), users: [] } },
      false,
    ],
    ["no event", { event_types: [] }, false],
    ["an event with a space", { event_types: ["a b"] }, false],
    ["an unknown log source", { log_sources: ["diary"] }, false],
    ["no log source", { log_sources: [] }, false],
    ["an exception by a word", { exception_requested: true }, false],
    ["an exception without a reason", { exception_requested: { reason: "" } }, false],
    ["a hidden character", { note: "a\u202eb" }, false],
    ["a long note", { note: "x".repeat(10_001) }, false],
    ["a key of its own", { facts: { plan: "ultimate" } }, false],
  ])("%s", (_, changes, valid) => {
    expect(InformationRequest.safeParse({ ...GOOD, ...changes }).success).toBe(valid);
  });
});

test.each<[string, boolean, boolean, boolean]>([
  // text, group path, project path, user name
  ["acme-corp", true, false, true],
  ["acme-corp/payments/api", true, true, false],
  ["acme_corp/Web.App-2", true, true, false],
  ["acme--corp", true, false, true],
  ["4711", false, false, true],
  ["acme/4711", true, true, false],
  ["a", true, false, true],
  ["", false, false, false],
  ["-acme", false, false, false],
  ["acme.", false, false, false],
  ["acme.git", false, false, false],
  ["acme.git/api", false, false, false],
  ["acme/api.atom", false, false, false],
  ["acme..corp", false, false, false],
  ["acme/../other", false, false, false],
  ["acme//api", false, false, false],
  ["/acme", false, false, false],
  ["acme/", false, false, false],
  ["acm\u0435", false, false, false],
  ["acme*", false, false, false],
  ["acme corp", false, false, false],
  ["acme\n", false, false, false],
  ["x".repeat(256), false, false, false],
  ["project_1_bot_abc", true, false, false],
  ["group_12_bot", true, false, false],
  ["service_account_9", true, false, false],
  ["support-bot", true, false, false],
  ["ghost1", true, false, false],
  ["ghostwriter", true, false, true],
  ["bottle", true, false, true],
])("%j: group %s, project %s, user %s", (text, group, project, user) => {
  expect(NamespacePath.safeParse(text).success).toBe(group);
  expect(ProjectPath.safeParse(text).success).toBe(project);
  expect(Username.safeParse(text).success).toBe(user);
});

test.each([
  ["requests/information-request/2026/IR-2026-0042.yaml", { id: "IR-2026-0042", part: "request" }],
  [
    "requests/information-request/2026/IR-2026-0042.manifest.json",
    { id: "IR-2026-0042", part: "manifest" },
  ],
  ["requests/information-request/2025/IR-2026-0042.yaml", null],
  ["requests/information-request/2026/IR-2026-0042.yml", null],
  ["requests/information-request/2026/../2026/IR-2026-0042.yaml", null],
  ["Requests/information-request/2026/IR-2026-0042.yaml", null],
  ["requests/information-request/2026/IR-2026-0042.yaml\n", null],
  ["scripts/run.ts", null],
])("the path %j", (path, part) => {
  expect(readRequestPath(path)).toEqual(part);
});
