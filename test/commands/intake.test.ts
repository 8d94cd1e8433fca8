import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readYaml } from "../../scripts/adapters/yaml-file.ts";
import { command } from "../../scripts/commands/intake.ts";
import { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import { renderForm } from "../form-rendering.ts";
import { testTerminal } from "../terminal.ts";

const rows = (await readFile("test/cases/shared/requests.jsonl", "utf8"))
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const [good] = rows;

async function run(values: Record<string, string | boolean>, words: string[] = [], input = "") {
  const terminal = testTerminal(input);
  const code = await command.run(terminal, values, words);
  return { code, out: terminal.written(), complaints: terminal.complaints() };
}
async function fileOf(name: string, content: unknown): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "seclog-intake-")), name);
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}
function lineOf(row: typeof good): string {
  const { unit, count } = row.free_text_gen ?? { unit: row.free_text, count: 1 };
  const description = renderForm(row.fields, unit.repeat(count), row.render);
  const { name, now, facts, issue } = row;
  return JSON.stringify({ name, now, facts, issue: { ...issue, title: "Logs", description } });
}

test("the shared requests, from the form to the verdict", async () => {
  const { code, out } = await run({ batch: "-" }, [], rows.map(lineOf).join("\n"));
  expect(code).toBe(0);
  const results = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(results).toHaveLength(rows.length);
  const differing = rows.flatMap((row, at) => {
    const { name, verdict, route, findings } = results[at];
    expect(name).toBe(row.name);
    const failed = findings.filter((finding: { ok: boolean }) => !finding.ok);
    const rules = failed.map(({ rule }: { rule: string }) => rule);
    const same = verdict === row.expect && route === row.route;
    return same && row.reasons.every((reason: string) => rules.includes(reason)) ? [] : [name];
  });
  // A pasted secret waits until it is out of the text; sixty invented event types are unknown before they are many.
  expect(differing).toEqual(["scope-60-events", "hostile-secret-pasted"]);
  for (const [at, row] of rows.entries())
    if (row.expect !== "accept") expect(results[at].verdict).not.toBe("accept");
});

describe("one issue", () => {
  const form = renderForm(good.fields);

  test("prints the request file and the verdict; 0 when it is accepted", async () => {
    const facts = await fileOf("facts.json", good.facts);
    const options = { facts, now: good.now, issue: "42", "account-id": "12345" };
    const { code, out } = await run(options, [await fileOf("issue.md", form)]);
    expect(code).toBe(0);
    const [file, verdict] = out.split(/\n\n(?=Accepted)/);
    expect(verdict).toMatch(/^Accepted, Support takes it\./);
    const read = readYaml(`${file}\n`, "request.yaml", InformationRequest);
    expect(read.ok && read.value).toMatchObject({
      id: "IR-2026-0042",
      issue: 42,
      account: { path: "acme-corp", id: 12_345 },
    });
  });

  test("without facts nothing is accepted", async () => {
    const { code, out } = await run({ now: good.now, json: true }, [
      await fileOf("issue.md", form),
    ]);
    expect(code).toBe(3);
    const { verdict, findings, request } = JSON.parse(out);
    expect(verdict).toBe("needs-info");
    expect(findings[0].rule).toBe("facts_unavailable");
    expect(request.id).toBe("IR-2026-0001");
  });

  test("says what is missing, line by line", async () => {
    const { code, out } = await run({}, [await fileOf("issue.md", "## Account\nacme corp\n")]);
    expect(code).toBe(3);
    expect(out).toContain("✗ Line 2 (“acme corp”) is not the path of one group.  (bad_value)");
    expect(out).toContain("✗ No event type is named.");
  });

  test.each<[Record<string, string>, string[], string]>([
    [{}, [], "usage: seclog intake"],
    [{}, ["a.md", "b.md"], "usage: seclog intake"],
    [{}, ["/nowhere.md"], "cannot read: ENOENT"],
    [{ issue: "two" }, ["README.md"], "issue.iid must be a number"],
    [{ now: "today" }, ["README.md"], "now must be a time"],
  ])("bad input ends with 2: %j %j", async (options, words, message) => {
    const { code, complaints } = await run(options, words);
    expect(code).toBe(2);
    expect(complaints).toContain(message);
  });

  test("facts that are not JSON", async () => {
    const facts = await fileOf("facts.json", "{");
    const { code, complaints } = await run({ facts }, [await fileOf("issue.md", form)]);
    expect(code).toBe(2);
    expect(complaints).toContain("cannot read");
  });
});

test("a batch line without an issue, with bad facts or an unknown state never accepts", async () => {
  const base = JSON.parse(lineOf(good));
  const lines = [
    { name: "none" },
    { ...base, facts: { ...base.facts, plan: 7 } },
    { ...base, issue: { ...base.issue, approved: true } },
  ];
  const { out } = await run(
    { batch: "-" },
    [],
    lines.map((line) => JSON.stringify(line)).join("\n"),
  );
  for (const line of out.trim().split("\n")) {
    const { verdict, errors } = JSON.parse(line);
    expect(verdict).toBe("needs-info");
    expect(errors.length).toBeGreaterThan(0);
  }
});
