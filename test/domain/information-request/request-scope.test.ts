import { expect, test } from "vitest";
import { loadLogProfiles } from "../../../scripts/adapters/log-profiles.ts";
import { POLICY_FOLDER } from "../../../scripts/adapters/policy-path.ts";
import type { InformationRequest } from "../../../scripts/domain/information-request/request.ts";
import {
  scopeOfRequest,
  sourcesOf,
} from "../../../scripts/domain/information-request/request-scope.ts";

const profiles = [...(await loadLogProfiles(POLICY_FOLDER)).values()];
const request: InformationRequest = {
  apiVersion: "v1",
  kind: "information_request",
  id: "IR-2026-0042",
  issue: 42,
  account: { path: "acme-corp", id: 12345 },
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  resources: {
    groups: ["acme-corp", "acme-corp/payments"],
    projects: ["acme-corp/payments/api"],
    users: ["acme-jdoe"],
  },
  event_types: ["deploy_key_added"],
  personal_data_needed: true,
};

test("takes the request at its word, and approves nothing", () => {
  expect(scopeOfRequest(request, profiles)).toEqual({
    request_id: "IR-2026-0042",
    account: { path: "acme-corp", id: 12345 },
    namespaces: [
      { path: "acme-corp", id: 12345 },
      { path: "acme-corp/payments", id: null },
    ],
    projects: [{ path: "acme-corp/payments/api", id: null }],
    users: [{ username: "acme-jdoe", id: null }],
    window: request.window,
    event_types: ["deploy_key_added"],
    log_sources: ["application", "audit"],
    personal_data_approved: false,
  });
  expect(scopeOfRequest({ ...request, log_sources: ["shell"] }, profiles).log_sources).toEqual([
    "shell",
  ]);
});

test.each([
  [["deploy_key_added"], ["application", "audit"]],
  [["git_clone_ssh"], ["shell"]],
  [["project_imported"], ["application", "audit", "sidekiq"]],
  [["git_clone_ssh", "git_push_ssh"], ["shell"]],
  [[], []],
])("finds the sources of %j", (eventTypes, sources) => {
  expect(sourcesOf(eventTypes, profiles)).toEqual(sources);
});
