import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { loadPolicies } from "../../scripts/adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { checkCase, command } from "../../scripts/commands/check.ts";
import { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import { formatRequest } from "../../scripts/domain/information-request/request-file.ts";
import { judged, lineOf, rows } from "../request-rows.ts";
import { testTerminal } from "../terminal.ts";

const policies = await loadPolicies(POLICY_FOLDER);
test.each(judged)("$name: $expect, $route", (row) => {
  const { verdict, route, findings, errors } = checkCase(lineOf(row), policies);
  if (row.ambiguous !== undefined && verdict === "needs-info") return;
  expect([verdict, route]).toEqual([row.expect, row.route]);
  const failed = findings.filter(({ ok }) => !ok).map(({ rule }) => rule);
  if (errors === undefined) expect(failed).toEqual(expect.arrayContaining([...row.reasons]));
});

const [first] = rows;
const base = first === undefined ? expect.fail("no case") : lineOf(first);
const changed = (part: "request" | "facts" | "issue", value: object) => ({
  ...base,
  [part]: { ...base[part], ...value },
});

test.each<[string, object, string]>([
  [
    "a word for a switch",
    changed("request", { complex: "no" }),
    "request.complex must be a boolean",
  ],
  [
    "an unknown key of the request",
    changed("request", { deployment: "GitLab.com" }),
    "request.deployment is not a known key",
  ],
  ["an unknown fact", changed("facts", { suspended: true }), "facts.suspended is not a known key"],
  ["a fact of another type", changed("facts", { paying: "yes" }), "facts.paying must be a boolean"],
  [
    "an unknown word of the issue",
    changed("issue", { customer_added: true }),
    "issue.customer_added is not a known key",
  ],
  ["an unknown claim", { ...base, claims: { owner: true } }, "claims.owner is not a known key"],
  ["a request that is none", { ...base, request: null }, "request must be a map"],
  ["no request", { ...base, request: undefined }, "request is missing"],
  ["a time that is none", { ...base, now: "today" }, "now must be a time"],
])("%s makes the verdict needs-info", (_, line, message) => {
  const { verdict, route, errors = [] } = checkCase(line, policies);
  expect([verdict, route]).toEqual(["needs-info", null]);
  expect(errors.map((error) => `${error.key} ${error.message}`).join("\n")).toContain(message);
});

test.each<[string, object, string, string | null]>([
  ["facts that are not there", { ...base, facts: undefined }, "needs-info", null],
  ["an issue that could not be read", { ...base, issue: null }, "needs-info", null],
  ["no issue", { ...base, issue: undefined }, "accept", "support"],
  [
    "switches as a form gives them",
    changed("request", { exception_requested: null, ticket: null, note: null }),
    "accept",
    "support",
  ],
  [
    "an exception with its reason",
    changed("request", { exception_requested: { reason: "x" } }),
    "accept",
    "support",
  ],
])("%s: %s", (_, line, verdict, route) => {
  const result = checkCase(line, policies);
  expect([result.verdict, result.route, result.errors]).toEqual([verdict, route, undefined]);
});

const yaml = (value: object): string =>
  Object.entries(value)
    .filter(([key, one]) => one !== undefined && key !== "exception_requested")
    .map(([key, one]) => `${key}: ${JSON.stringify(one)}\n`)
    .join("");

async function run(
  files: Record<string, string>,
  words: readonly string[],
  values: Record<string, string | boolean>,
) {
  const folder = await mkdtemp(join(tmpdir(), "seclog-check-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const inside = (value: string) => (Object.hasOwn(files, value) ? join(folder, value) : value);
  const terminal = testTerminal();
  const code = await command.run(
    terminal,
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        typeof value === "string" ? inside(value) : value,
      ]),
    ),
    words.map(inside),
  );
  return { code, out: terminal.written(), complaints: terminal.complaints() };
}
const files = {
  "request.yaml": yaml(base.request),
  "facts.json": JSON.stringify(base.facts),
  "free.json": JSON.stringify({ ...base.facts, plan: "free" }),
  "issue.json": JSON.stringify(base.issue),
  "broken.yaml": "id: IR-2026-0042\nfoo: 1\n",
};
const now = base.now;

test("accepts, and tells who takes the request", async () => {
  const { code, out } = await run(files, ["request.yaml"], {
    facts: "facts.json",
    "issue-state": "issue.json",
    now,
  });
  expect(code).toBe(0);
  expect(out).toContain("Accepted, Support takes it.");
});

test("refuses with the reason, the way out and the sentence for the customer", async () => {
  const { code, out } = await run(files, ["request.yaml"], { facts: "free.json", now });
  expect(code).toBe(3);
  expect(out).toContain("Not eligible.");
  expect(out).toMatch(
    /✗ The account is on the plan free.*\(plan_not_eligible\)\n {2}To do: .*\n {2}For the customer: /,
  );
});

test("shows the verdict under a decision of Legal, and only under one on this very request", async () => {
  const request = InformationRequest.parse({
    ...base.request,
    exception_requested: { reason: "The trial began after an outage." },
  });
  const decision = (more: object) => ({
    decision: "grant",
    request_sha256: sha256(formatRequest(request)),
    waives: ["plan_not_eligible"],
    reference: "LEGAL-17",
    expires_at: "2100-01-01T00:00:00Z",
    ...more,
  });
  const under = (exception: object) =>
    run(
      {
        ...files,
        "request.yaml": formatRequest(request),
        "issue.json": JSON.stringify({ ...base.issue, exception }),
      },
      ["request.yaml"],
      { facts: "free.json", "issue-state": "issue.json", now },
    );
  const granted = await under(decision({}));
  expect(granted.code).toBe(0);
  expect(granted.out).toMatch(
    /○ The account is on the plan free.*\(plan_not_eligible, waived by Legal\)/,
  );
  const other = await under(decision({ request_sha256: "b".repeat(64) }));
  expect([other.code, other.out]).toEqual([3, expect.stringContaining("Legal decides first")]);
  expect(other.out).toContain("Legal's decision is for another text of the request.");
  const refused = await under({
    decision: "refuse",
    request_sha256: sha256(formatRequest(request)),
    reason: "No contract covers it.",
  });
  expect([refused.code, refused.out]).toEqual([3, expect.stringContaining("Not eligible")]);
  const unknown = await under(decision({ waives: [] }));
  expect(unknown.complaints).toMatch(/issue\.exception\.waives/);
});

test("prints the whole verdict as JSON", async () => {
  const { code, out } = await run(files, ["request.yaml"], {
    facts: "facts.json",
    now,
    json: true,
  });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    verdict: "accept",
    route: "support",
    policy: { sha256: policies.sha256 },
  });
});

test.each<[string, readonly string[], Record<string, string | boolean>, string]>([
  ["a faulty request file", ["broken.yaml"], { facts: "facts.json" }, "foo is not a known key"],
  ["a file that is not there", ["none.yaml"], { facts: "facts.json" }, "none.yaml cannot be read"],
  ["facts that are no JSON", ["request.yaml"], { facts: "request.yaml" }, "cannot be read"],
  ["no facts", ["request.yaml"], {}, "usage: seclog check"],
  [
    "two requests",
    ["request.yaml", "request.yaml"],
    { facts: "facts.json" },
    "usage: seclog check",
  ],
  [
    "a time that is none",
    ["request.yaml"],
    { facts: "facts.json", now: "today" },
    "now must be a time",
  ],
])("%s ends with exit code 2", async (_, words, values, message) => {
  const { code, complaints } = await run(files, words, values);
  expect(code).toBe(2);
  expect(complaints).toContain(message);
});

test("judges a batch line by line, with object and YAML text alike", async () => {
  const lines = [
    base,
    { ...base, name: "as text", request: yaml(base.request) },
    { ...base, name: "free", facts: {} },
  ];
  const batch = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const { code, out } = await run({ ...files, "cases.jsonl": batch }, [], { batch: "cases.jsonl" });
  const results = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(results.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["ok-minimal-support", "accept"],
    ["as text", "accept"],
    ["free", "needs-info"],
  ]);
  const { name: _, ...asObject } = results[0];
  const { name: __, ...asText } = results[1];
  expect(asText).toEqual(asObject);
});
