import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { loadEventTypes } from "../../scripts/adapters/event-types.ts";
import { loadLogProfiles } from "../../scripts/adapters/log-profiles.ts";
import { EventTypeCatalogue, eventTypeNames } from "../../scripts/domain/event-type.ts";
import { LogSource } from "../../scripts/domain/log-source.ts";

test("the catalogue of the repository: GitLab's 501 types and what only the logs show", async () => {
  const catalogue = await loadEventTypes("policies");
  expect(catalogue.audit_events).toHaveLength(501);
  expect(eventTypeNames(catalogue).has("deploy_key_added")).toBe(true);
  expect(eventTypeNames(catalogue).has("git_clone_ssh")).toBe(true);
  expect(eventTypeNames(catalogue).size).toBe(501 + catalogue.log_events.length);
});

test("every log profile is a source that a request may name", async () => {
  for (const source of (await loadLogProfiles("policies")).keys())
    expect(LogSource.options).toContain(source);
});

test("the form's boxes name known log sources", async () => {
  const form = await readFile(".gitlab/issue_templates/information_request.md", "utf8");
  const boxes = form.slice(form.indexOf("## Log sources"), form.indexOf("## Personal data"));
  for (const [, name] of boxes.matchAll(/- \[ \] (.*)/g))
    expect(LogSource.options).toContain(String(name).toLowerCase());
});

test("a name stands in the catalogue once", () => {
  const type = { name: "a", category: "b", saved: true, streamed: true, scope: ["Group"] };
  const parsed = EventTypeCatalogue.safeParse({
    apiVersion: "v1",
    kind: "event_type_catalogue",
    audit_events: [type, type],
    log_events: ["c", "a"],
  });
  expect(parsed.error?.issues.map(({ path, message }) => [...path, message])).toEqual([
    ["audit_events", 1, "name", "names a a second time"],
    ["log_events", 1, "names a a second time"],
  ]);
});
