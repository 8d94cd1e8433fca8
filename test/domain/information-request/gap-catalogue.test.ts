import { expect, test } from "vitest";
import type { EventTypeCatalogue } from "../../../scripts/domain/event-type.ts";
import { gapsOf } from "../../../scripts/domain/information-request/gap-catalogue.ts";

const event = (name: string, category: string, saved: boolean) =>
  ({ name, category, saved, streamed: true, scope: ["Project"] }) as const;
const CATALOGUE = {
  apiVersion: "v1",
  kind: "event_type_catalogue",
  audit_events: [
    event("deploy_key_added", "Continuous delivery", true),
    event("repository_git_operation", "Source code", false),
  ],
  log_events: ["error_500"],
} as unknown as EventTypeCatalogue;

test("saved events are no gap, streamed and unrecorded ones are, each once", () => {
  const wanted = ["deploy_key_added", "repository_git_operation", "error_500", "error_500"];
  expect(gapsOf(wanted, CATALOGUE)).toEqual([
    { eventType: "repository_git_operation", kind: "stream_only", category: "Source code" },
    { eventType: "error_500", kind: "not_recorded", category: null },
  ]);
});
