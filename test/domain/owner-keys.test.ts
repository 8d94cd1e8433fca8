import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeLine, readLine } from "../../scripts/domain/information-request/log-dive.ts";
import { ownerKeys, scopeKeys } from "../../scripts/domain/information-request/owner-keys.ts";
import { profileOf, scopeOf } from "../adapters/log-dive-fixtures.ts";

const sources = ["application", "audit", "api", "production", "gitaly", "shell", "sidekiq"];
const keysOf = (fields: object, source = "audit") => {
  const profile = profileOf(source);
  const row = readLine(Buffer.from(JSON.stringify(fields)), profile);
  if (typeof row === "string") throw new Error(row);
  const { keys, doubtful } = ownerKeys(row, profile);
  return { keys: [...keys].sort(), doubtful };
};

test.each([
  [{ "meta.project": "Acme-Corp/x", project_id: 9001 }, ["9001", "acme-corp"], false],
  [{ "meta.root_namespace": "acme" }, ["acme"], false],
  [{ project_id: 9001 }, ["9001"], false],
  [{ project_id: "9.001e3" }, [], true],
  [{ project_id: "x", "meta.project": "acme/y" }, ["acme"], false],
  [{ "meta.project": "ａcme/y" }, ["ａcme"], true],
  [{ "meta.project": { a: 1 } }, [], true],
  [{ message: "acme" }, [], false],
  [{ entity_type: "Group", entity_id: 7, entity_path: "acme" }, ["7", "acme"], false],
  [{ entity_type: "User", entity_id: 7, entity_path: "acme" }, [], false],
])("the keys of %j", (fields, keys, doubtful) => {
  expect(keysOf(fields)).toEqual({ keys, doubtful });
});

test("a URL claims by the root or the id in it", () => {
  expect(keysOf({ path: "/api/v4/projects/acme%2Fweb/issues" }, "api").keys).toEqual(["acme"]);
  expect(keysOf({ path: "/api/v4/projects/9001/issues" }, "api").keys).toEqual(["9001"]);
  expect(keysOf({ path: "/a//b/-/x" }, "production").doubtful).toBe(true);
});

test("the keys of a scope are its roots, ids and users", () => {
  expect([...scopeKeys(scopeOf({ account: { path: "acme-corp", id: null } }))].sort()).toEqual(
    ["12345", "12346", "9001", "acme-corp", "acme-jdoe"].sort(),
  );
});

const text = fc.constantFrom(
  '"acme-corp/payments/api"',
  '"ACME-corp/payments/api"',
  '"acme-corp/payments/api.git"',
  '"acme-corp/legal"',
  '"acme-corp"',
  '"other-co/secret"',
  '"other-co"',
  '"acme-jdoe"',
  '"user/acme-jdoe"',
  '"ａcme-corp/x"',
  '"\\u0061cme-corp/payments/api"',
  '""',
  '"/acme-corp/payments/api/-/settings"',
  '"/api/v4/projects/acme-corp%2Fpayments%2Fapi"',
  '"/api/v4/projects/9001/x"',
  '"/groups/acme-corp/payments/-/x"',
  '"//x"',
  "9001",
  '"9001"',
  "9.001e3",
  "12345",
  "8892",
  '"project-9001"',
  '"project-x"',
  "true",
  "null",
  "[1]",
  "{}",
  '{"a":1}',
);
const field = fc.tuple(
  fc.constantFrom(
    ...[
      "meta.project",
      "meta.namespace",
      "meta.root_namespace",
      "meta.user",
      "project_id",
      "meta.project_id",
    ],
    ...[
      "meta.namespace_id",
      "entity_id",
      "entity_path",
      "gl_repository",
      "gl_project_path",
      "path",
      "username",
    ],
    ...["grpc.request.glRepository", "grpc.request.glProjectPath", "target_details", "details"],
  ),
  text,
);
const row = fc
  .tuple(
    fc.array(field, { maxLength: 4 }),
    fc.constantFrom("Project", "Group", "User", "Namespace"),
    fc.constantFrom("deploy_key_added", "member_added", "user_destroyed"),
  )
  .map(
    ([fields, type, event]) =>
      `{"time":"2026-11-16T12:00:00Z","event_type":"${event}","entity_type":"${type}"${fields.map(([key, value]) => `,"${key}":${value}`).join("")}}`,
  );

test("no line that counts for a scope escapes its keys", () => {
  const scopes = [
    scopeOf({ log_sources: sources }),
    scopeOf({ log_sources: sources, projects: [{ path: "acme-corp/payments/api", id: null }] }),
  ];
  let counted = 0;
  fc.assert(
    fc.property(
      row,
      fc.constantFrom(...sources),
      fc.constantFrom(...scopes),
      (line, source, scope) => {
        const profile = profileOf(source);
        const bytes = Buffer.from(line);
        if (judgeLine(bytes, profile, scope).verdict === "outside") return;
        const read = readLine(bytes, profile);
        if (typeof read === "string") return;
        counted += 1;
        const { keys, doubtful } = ownerKeys(read, profile);
        expect(doubtful || keys.some((key) => scopeKeys(scope).includes(key))).toBe(true);
      },
    ),
    { numRuns: 20_000 },
  );
  expect(counted).toBeGreaterThan(500);
});
