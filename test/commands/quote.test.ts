import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command } from "../../scripts/commands/quote.ts";
import { live } from "../sandbox/live.ts";
import { testTerminal } from "../terminal.ts";

async function run(input: string, values: Record<string, string | boolean>, words: string[] = []) {
  const terminal = testTerminal(input);
  const code = await command.run(terminal, values, words);
  return { code, out: terminal.written(), complaints: terminal.complaints() };
}

test("shows the text on standard input as a block", async () => {
  expect(await run("Thanks\n/close\n", {})).toEqual({
    code: 0,
    out: "```text\nThanks\n/close\n```\n",
    complaints: "",
  });
});

test("knows where it will stand, and prints JSON", async () => {
  const { out } = await run("a|b\n", { context: "table-cell", json: true });
  expect(JSON.parse(out)).toEqual({ rendered: "`a\\|b`" });
});

test.each([
  [{ context: "nowhere" }, []],
  [{}, ["file"]],
])("bad words end with 2: %j %j", async (values, words) => {
  const { code, out, complaints } = await run("x", values as Record<string, string>, words);
  expect([code, out]).toEqual([2, ""]);
  expect(complaints).not.toBe("");
});

test("a batch gives a result a line, in order, whatever a line holds", async () => {
  const file = "test/cases/shared/markdown-injections.jsonl";
  const cases = (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { code, out } = await run("", { batch: file });
  const results = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(results.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
  for (const { rendered } of results) {
    const { quickActions, mentions, references, images, links, html } = live(rendered);
    expect([quickActions, mentions, references, images, links, html].flat()).toEqual([]);
  }
});

test("lines that are no cases get a result with errors, and the others go on", async () => {
  const input = [
    '{"name": "a", "text": "x\u2028y"}\r',
    "",
    "not JSON",
    "[1]",
    '{"name": "b"}',
    '{"text": "z", "context": "somewhere else"}',
  ].join("\n");
  const { code, out } = await run(input, { batch: "-" });
  expect(code).toBe(2);
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { name: "a", rendered: "```text\nxy\n```" },
    { name: null, errors: [{ key: "", message: "line 3 is not a JSON object" }] },
    { name: null, errors: [{ key: "", message: "line 4 is not a JSON object" }] },
    { name: "b", errors: [{ key: "text", message: "must be a string" }] },
    { name: null, rendered: "`z`" },
  ]);
});

test("a batch file that is not there", async () => {
  const { code, complaints } = await run("", { batch: "/nowhere/at/all.jsonl" });
  expect(code).toBe(2);
  expect(complaints).toContain("/nowhere/at/all.jsonl cannot be read");
});

test("a case of a megabyte in a batch from a file", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "seclog-quote-")), "cases.jsonl");
  await writeFile(file, `${JSON.stringify({ name: 1, text: "é".repeat(1_000_000) })}\n`);
  const { code, out } = await run("", { batch: file });
  expect(code).toBe(0);
  expect(JSON.parse(out).rendered).toContain("… (992000 characters more)");
});
