import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command } from "../../scripts/commands/review.ts";
import { testTerminal } from "../terminal.ts";

const batch = new URL("../cases/shared/approvals.jsonl", import.meta.url).pathname;
const rows = (await readFile(batch, "utf8"))
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

async function run(words: readonly string[], values: Record<string, string | boolean>) {
  const terminal = testTerminal();
  const code = await command.run(terminal, values, words);
  return { code, out: terminal.written(), complaints: terminal.complaints() };
}
async function caseFile(value: unknown): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "seclog-review-")), "case.json");
  await writeFile(file, typeof value === "string" ? value : JSON.stringify(value));
  return file;
}

test("releases what distinct people of every role approved", async () => {
  const { code, out } = await run([], { facts: await caseFile(rows[0].input) });
  expect(code).toBe(0);
  expect(out).toBe(
    "Release: every role has approved this artefact.\n  ✓ legal: approved by lena\n  ✓ security: approved by sam\n",
  );
});

test("holds, and says who may still approve", async () => {
  const { code, out } = await run([], { facts: await caseFile(rows[1]) });
  expect(code).toBe(3);
  expect(out).toContain("✗ legal: 1 more approval is needed; may still approve: lena, both");
});

test("prints JSON on request", async () => {
  const { code, out } = await run([], { facts: await caseFile(rows[1]), json: true });
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject({
    verdict: "hold",
    reasons: [expect.stringContaining("legal")],
  });
});

test("answers a batch in its order", async () => {
  const { code, out } = await run([], { batch });
  expect(code).toBe(0);
  const results = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(results.map(({ name, verdict }) => [name, verdict])).toEqual(
    rows.map((row) => [row.name, row.expect]),
  );
});

test("a batch line without input holds", async () => {
  const { out } = await run([], { batch: await caseFile('{"name":"empty"}\n') });
  expect(JSON.parse(out)).toMatchObject({ name: "empty", verdict: "hold" });
});

test.each([
  ["no facts", [], {}, "usage: seclog review"],
  ["a word too many", ["x"], { facts: "y" }, "usage: seclog review"],
  ["a file that is not there", [], { facts: "none.json" }, "none.json cannot be read"],
])("%s ends with exit code 2", async (_, words, values, message) => {
  const { code, complaints } = await run(words, values);
  expect(code).toBe(2);
  expect(complaints).toContain(message);
});
