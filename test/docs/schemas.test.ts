// The JSON Schemas for editors: generated from the schemas that judge the files (`npm run schemas`), and named by every file.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { KINDS } from "../../scripts/adapters/policy-kinds.ts";
import {
  formatRequest,
  requestPath,
} from "../../scripts/domain/information-request/request-file.ts";
import { ROOT } from "./markdown-files.ts";

const FOLDER = join(ROOT, "docs/schemas");

function schemaText(kind: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input" });
  const head = { $schema, title: kind, description: `A file of kind ${kind} (seclog)` };
  return `${JSON.stringify({ ...head, ...rest }, null, 2)}\n`;
}

test.each([...KINDS])("docs/schemas/%s.json is what the code says", async (kind, schema) => {
  await expect(schemaText(kind, schema)).toMatchFileSnapshot(join(FOLDER, `${kind}.json`));
});

test("no schema stands for a kind that is gone", () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    [...KINDS.keys()].map((kind) => `${kind}.json`).sort(),
  );
});

const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false });
addFormats.default(ajv);
// From the code, not from the files: `npm run schemas` writes these only after all tests have run.
for (const [kind, schema] of KINDS)
  ajv.addSchema(JSON.parse(schemaText(kind, schema)), `${kind}.json`);

/** The schema that the first line of a file names, by the file's folder. */
function schemaNamedBy(path: string, text: string): string {
  const named = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1];
  return named === undefined ? "no $schema line" : join(dirname(path), named);
}

const policies = readdirSync(join(ROOT, "policies"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".yaml"))
  .map((path) => join("policies", path));

const REQUEST = formatRequest({
  apiVersion: "v1",
  kind: "information_request",
  id: "IR-2026-0042",
  issue: 42,
  account: { path: "acme-corp", id: 12345 },
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
  resources: { groups: ["acme-corp/payments"], projects: [], users: [] },
  event_types: ["deploy_key_added"],
});
const files = [
  ...policies.map((path) => [path, readFileSync(join(ROOT, path), "utf8")] as const),
  [requestPath("IR-2026-0042"), REQUEST] as const,
];

test.each(files)("%s names its schema on the first line, and keeps to it", (path, text) => {
  const value = parse(text);
  expect(schemaNamedBy(path, text)).toBe(join("docs/schemas", `${value.kind}.json`));
  const validate = ajv.getSchema(`${value.kind}.json`) ?? expect.fail("has no schema");
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...value, misspelt: 1 })).toBe(false);
});
