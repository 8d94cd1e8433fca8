import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readYaml } from "../../scripts/adapters/yaml-file.ts";
import { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import { readRequestPath } from "../../scripts/domain/information-request/request-path.ts";

type Case = {
  name: string;
  layer: "parser" | "schema" | "scalar" | "path";
  yaml?: string;
  value_yaml?: string;
  expect_js?: unknown;
  path?: string;
  expect: "valid" | "invalid";
  why: string;
  alt?: string;
  gen?: { kind: string; count: number };
};

const cases = readFileSync("test/cases/shared/yaml.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);
const base = cases.find(({ name }) => name === "base")?.yaml as string;

/** Documents too large to keep in a file. */
const generate: Record<string, (count: number) => string> = {
  seq: (count) => `${base}x: [${"a,".repeat(count)}]\n`,
  comment: (count) => `${base}#${"c".repeat(count)}\n`,
};

function documentOf(row: Case): string {
  if (row.gen) return (generate[row.gen.kind] as (count: number) => string)(row.gen.count);
  if (row.layer === "scalar") return base.replace("note: plain", `note: ${row.value_yaml}`);
  return row.yaml as string;
}

describe("every case of the shared file", () => {
  test.each(cases.map((row) => [row.name, row] as const))("%s", (_, row) => {
    if (row.layer === "path") {
      expect(readRequestPath(row.path as string) === null ? "invalid" : "valid").toBe(row.expect);
      return;
    }
    const result = readYaml(documentOf(row), "request.yaml", InformationRequest);
    if (row.alt === undefined || !result.ok)
      expect(result.ok ? "valid" : row.alt ? row.expect : "invalid").toBe(row.expect);
    if (row.layer === "scalar" && result.ok) expect(result.value.note).toBe(row.expect_js);
    if (!result.ok) for (const fault of result.errors) expect(fault.message).not.toBe("");
  });
});
