// docs/event-types.md: which event types the logs can show, and by which recipe; checked on every run.
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadEventTypes } from "../../scripts/adapters/event-types.ts";
import { loadLogProfiles } from "../../scripts/adapters/log-profiles.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { auditEventAnswers } from "../../scripts/domain/information-request/audit-event-answer.ts";
import { ROOT } from "./markdown-files.ts";

const catalogue = await loadEventTypes(POLICY_FOLDER);
const profiles = await loadLogProfiles(POLICY_FOLDER);
const answers = auditEventAnswers(
  catalogue.audit_events.map(({ name }) => name),
  catalogue,
);
const kindOf = new Map(answers.map(({ eventType, kind }) => [eventType, kind]));
const SEEN = {
  saved: "saved",
  out_of_view: "saved, out of view",
  stream_only: "streamed only",
  not_recorded: "none",
} as const;
const recipes = [
  ...new Map(
    [...profiles.values()].flatMap(({ recipes }) => recipes).map((one) => [one.id, one]),
  ).values(),
].sort((left, right) => (left.id < right.id ? -1 : 1));

function page(): string {
  const shownBy = (type: string) => recipes.filter(({ event_types }) => event_types.includes(type));
  const audit = catalogue.audit_events;
  const found = audit.filter(({ name }) => shownBy(name).length > 0);
  const count = (wanted: keyof typeof SEEN): number =>
    answers.filter(({ kind }) => kind === wanted).length;
  const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");
  const categories = [...new Set(audit.map(({ category }) => category))].sort();
  return [
    "# Event types and where they are seen",
    "",
    "Generated from `policies/event-types.yaml` and `policies/query-recipes/` by",
    "`npx vitest run test/docs/event-types.test.ts --update`.",
    "",
    `GitLab documents ${audit.length} audit event types: ${count("saved")} are saved where an owner of the group sees them,`,
    `${count("out_of_view")} are saved for users or the instance only, out of that view, and ${count("stream_only")} are only streamed. A log line that names its event (\`event_type\`, \`event_name\` in the application and`,
    `audit logs) is found by that name, whichever it is. ${found.length} types also have a query recipe, for lines that name none.`,
    "",
    "## Recipes",
    "",
    "| Recipe | What it finds | Logs | Audit event type | Scope |",
    "| --- | --- | --- | --- | --- |",
    ...recipes.map(
      ({ id, what, sources, event_types, scope_by }) =>
        `| \`${id}\` | ${what.split(" (")[0]} | ${sources.join(", ")} | ${code(event_types.slice(1)) || "none"} | ${scope_by === "user" ? "user" : "project or group"} |`,
    ),
    "",
    "## All audit event types",
    ...categories.flatMap((category) => [
      "",
      `### ${category}`,
      "",
      "| Event type | Audit Events | Recipe |",
      "| --- | --- | --- |",
      ...audit
        .filter((type) => type.category === category)
        .map(
          ({ name }) =>
            `| \`${name}\` | ${SEEN[kindOf.get(name) ?? "not_recorded"]} | ${code(shownBy(name).map(({ id }) => id)) || "–"} |`,
        ),
    ]),
    "",
  ].join("\n");
}

test("docs/event-types.md is what the policies say", async () => {
  await expect(page()).toMatchFileSnapshot(join(ROOT, "docs/event-types.md"));
});

test("each recipe answers audit event types that the catalogue knows, or is an event of the logs itself", () => {
  const audit = new Set(catalogue.audit_events.map(({ name }) => name));
  for (const { id, event_types, audit_event } of recipes) {
    expect(catalogue.log_events).toContain(id);
    for (const type of event_types.slice(1)) expect(audit, `${id}: ${type}`).toContain(type);
    if (audit_event !== null)
      expect(
        catalogue.audit_events.find(({ name }) => name === audit_event.closest)?.saved,
        id,
      ).toBe(audit_event.saved_to_database);
  }
});
