import { expect, test } from "vitest";
import type { EventTypeCatalogue } from "../../../scripts/domain/event-type.ts";
import { gapsOf } from "../../../scripts/domain/information-request/gap-catalogue.ts";

const event = (name: string, category: string, saved: boolean, scope = "Project") =>
  ({ name, category, saved, streamed: true, scope: [scope] }) as const;
const CATALOGUE = {
  apiVersion: "v1",
  kind: "event_type_catalogue",
  audit_events: [
    event("deploy_key_added", "Continuous delivery", true),
    event("repository_git_operation", "Source code", false),
    event("user_destroyed", "User profile", true, "User"),
  ],
  log_events: ["error_500"],
} as unknown as EventTypeCatalogue;

test("what an owner of the group sees is no gap; all else is, each once and by its kind", () => {
  const wanted = [
    "deploy_key_added",
    "repository_git_operation",
    "user_destroyed",
    "error_500",
    "error_500",
  ];
  expect(gapsOf(wanted, CATALOGUE)).toEqual([
    { eventType: "repository_git_operation", kind: "stream_only", category: "Source code" },
    { eventType: "user_destroyed", kind: "out_of_view", category: "User profile" },
    { eventType: "error_500", kind: "not_recorded", category: null },
  ]);
});
