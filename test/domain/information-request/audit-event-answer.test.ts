import { expect, test } from "vitest";
import { loadEventTypes } from "../../../scripts/adapters/event-types.ts";
import { POLICY_FOLDER } from "../../../scripts/adapters/policy-path.ts";
import type { EventTypeCatalogue } from "../../../scripts/domain/event-type.ts";
import {
  auditEventAnswers,
  selfServeAnswer,
  shownInAuditEvents,
} from "../../../scripts/domain/information-request/audit-event-answer.ts";

const shipped = await loadEventTypes(POLICY_FOLDER);
const type = (
  name: string,
  more: Partial<EventTypeCatalogue["audit_events"][number]>,
): EventTypeCatalogue["audit_events"][number] => ({
  name,
  category: "Any",
  saved: true,
  streamed: true,
  scope: ["Group"],
  ...more,
});
const catalogue: EventTypeCatalogue = {
  ...shipped,
  audit_events: [
    type("of_group", { since: "16.10" }),
    type("of_both", { scope: ["Project", "Group"] }),
    type("of_user", { scope: ["User", "Instance"], since: "17.1" }),
    type("streamed", { saved: false }),
  ],
};

test.each([
  [
    "of_group",
    "saved",
    "saved, since GitLab 16.10; group: Secure > Audit events, or GET /groups/:id/audit_events, as Owner",
  ],
  [
    "of_both",
    "saved",
    "saved; group: Secure > Audit events, or GET /groups/:id/audit_events, as Owner; project: Secure > Audit events, or GET /projects/:id/audit_events, as Maintainer",
  ],
  [
    "of_user",
    "out_of_view",
    "saved, since GitLab 17.1, but in scope User and Instance only: an owner of the group cannot see it",
  ],
  [
    "streamed",
    "stream_only",
    "streamed only: seen where a streaming destination was set up by then",
  ],
  ["git_clone_ssh", "not_recorded", "Audit Events do not record it"],
])("%s is %s", (eventType, kind, answer) => {
  expect(auditEventAnswers([eventType, eventType], catalogue)).toEqual([
    { eventType, kind, answer },
  ]);
});

test("only where everything is in view is the answer that the customer can look now", () => {
  const answers = (...wanted: string[]) => selfServeAnswer(auditEventAnswers(wanted, catalogue));
  expect(answers("of_group", "of_both")).toContain("Secure > Audit events");
  expect(answers("of_group", "of_user")).toBeNull();
  expect(answers("of_group", "streamed")).toBeNull();
  expect(answers()).toBeNull();
});

test.each([
  [["of_group", "of_both"], "saved"],
  [["of_group", "of_user"], "partly"],
  [["streamed", "git_clone_ssh"], "none"],
  [[], "none"],
])("of %j the customer sees: %s", (wanted, shown) => {
  expect(shownInAuditEvents(wanted, catalogue)).toBe(shown);
});

test("of the shipped catalogue every type has an answer and a version", () => {
  const names = shipped.audit_events.map(({ name }) => name);
  const answers = auditEventAnswers(names, shipped);
  const count = (wanted: string): number => answers.filter(({ kind }) => kind === wanted).length;
  expect(answers).toHaveLength(501);
  expect(count("stream_only")).toBe(36);
  expect(count("saved") + count("out_of_view")).toBe(465);
  expect(shipped.audit_events.filter(({ since }) => since === undefined)).toEqual([]);
});
