import fc from "fast-check";
import { expect, test } from "vitest";
import { candidateFinder } from "../../scripts/adapters/log-stores/candidate-finder.ts";
import { needlesOf, prefilterOf } from "../../scripts/adapters/log-stores/prefilter.ts";
import { judgeLine } from "../../scripts/domain/information-request/log-dive.ts";
import { profileOf, scopeOf } from "./log-dive-fixtures.ts";

const sources = ["application", "audit", "api", "production", "gitaly", "shell", "sidekiq"];
const scope = scopeOf({
  log_sources: sources,
  event_types: [
    "deploy_key_added",
    "repository_git_operation",
    "member_destroyed",
    "user_destroyed",
  ],
});
const prefilter = prefilterOf(needlesOf(scope));
const candidate = (line: Uint8Array): boolean => {
  const finder = candidateFinder(prefilter, { longest: 1_048_576, kept: 65_536 });
  return [...finder.push(line), ...finder.end()].length > 0;
};
const passes = (line: string | Uint8Array): boolean =>
  candidate(typeof line === "string" ? Buffer.from(line) : line);

test.each([
  '{"meta.project":"other-co/secret"}',
  '{"a":"\\u003cb\\u003e \\u0026","n":-0.25,"m":[1,2.5],"s":"plain \\n text"}',
  '{"path":"/other/x?search=a%20b%3Cc%2Fd"}',
  '{"a":"\\\\u0061cme-jdoe","n":19001,"m":90011}',
  '{"a":1,}',
  "{}",
  "",
])("leaves out %s", (line) => {
  expect(passes(line)).toBe(false);
});

test.each([
  '{"meta.project":"acme-corp/payments/api"}',
  '{"meta.project":"ACME-Corp/payments/api"}',
  '{"meta.project":"acme-corp\\/payments\\/api"}',
  '{"meta.user":"\\u0061cme-jdoe"}',
  '{"path":"/api/v4/projects/%61cme"}',
  '{"path":"/api/v4/projects/x%252Fy"}',
  '{"project_id":9001}',
  '{"project_id":"9001"}',
  '{"project_id":9.001e3}',
  '{"client":"user/501"}',
  '{"user":"ａcme-jdoe"}',
  "torn {",
  '{"a":1',
  '{"a":1,"pa{"time":"2026-11-16T12:00:00Z"}',
  "[]",
  "null",
  '"text"',
])("hands on %s", (line) => {
  expect(passes(line)).toBe(true);
});

// Rows that are nearly the request's own: real names and ids, near misses, every way to hide a character.
const name = fc.constantFrom(
  "acme-corp/payments/api",
  "acme-corp/payments",
  "acme-corp",
  "acme-jdoe",
  "acme-corp/legal/x",
  "other-co/secret",
  "other-anna",
);
const hideIn = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(texts, fc.integer({ min: 0, max: 4 }), fc.nat(30)).map(([text, way, at]) => {
    const sign = text.charAt(at % text.length);
    const hide = [
      (one: string) => one,
      (one: string) => `\\u00${one.charCodeAt(0).toString(16)}`,
      (one: string) => (one === "/" ? "\\/" : one),
      (one: string) => `%${one.charCodeAt(0).toString(16)}`,
      (one: string) => one.toUpperCase(),
    ][way] as (one: string) => string;
    return text.replaceAll(sign, hide(sign));
  });
const hidden = hideIn(name);
const id = fc.constantFrom(
  "9001",
  '"9001"',
  "9001.0",
  "9.001e3",
  "12345",
  "501",
  '"user-501"',
  "8892",
  '"project-9001"',
  "true",
);
const event = fc.constantFrom("deploy_key_added", "member_added", "unknown");
const field = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      "meta.project",
      "meta.root_namespace",
      "meta.user",
      "username",
      "entity_path",
      "gl_project_path",
    ),
    hidden.map((text) => `"${text}"`),
  ),
  fc.tuple(
    fc.constantFrom("project_id", "meta.user_id", "entity_id", "user_id", "gl_repository"),
    id,
  ),
  fc.tuple(
    fc.constantFrom("path", "uri"),
    hidden.map((text) => `"/${text}/-/settings"`),
  ),
  fc.tuple(fc.constantFrom("entity_type"), fc.constantFrom('"Project"', '"Group"', '"User"')),
  fc.tuple(
    fc.constantFrom("event_type"),
    event.map((text) => `"${text}"`),
  ),
  fc.tuple(fc.constantFrom("command"), fc.constant('"git-upload-pack"')),
  fc.tuple(
    fc.constantFrom("meta.caller_id"),
    fc.constant('"Groups::GroupMembersController#destroy"'),
  ),
);
const own = hideIn(fc.constant("acme-corp/payments/api")).map((path) => [
  ["event_type", '"deploy_key_added"'],
  ["meta.project", `"${path}"`],
]);
const line = fc
  .tuple(fc.oneof(fc.array(field, { maxLength: 6 }), own), fc.constantFrom("}", "", "}}", "}\r"))
  .map(([fields, end]) =>
    `{"time":"2026-11-16T12:00:00Z",${fields.map(([key, value]) => `"${key}":${value}`).join(",")}${end}`.replace(
      ",}",
      "}",
    ),
  );

test("never leaves out a line that full judgement would match, nor one that is visibly torn", () => {
  let skipped = 0;
  let matched = 0;
  fc.assert(
    fc.property(line, fc.constantFrom(...sources), (text, source) => {
      const bytes = Buffer.from(text);
      const verdict = judgeLine(bytes, profileOf(source), scope);
      if (verdict.verdict === "matched") matched += 1;
      if (candidate(bytes)) return;
      skipped += 1;
      expect(verdict.verdict).not.toBe("matched");
      expect(text).toMatch(/^\{.*\}\r?$/);
    }),
    { numRuns: 5000 },
  );
  // The property proves nothing unless both kinds came up.
  expect(skipped).toBeGreaterThan(100);
  expect(matched).toBeGreaterThan(20);
});
