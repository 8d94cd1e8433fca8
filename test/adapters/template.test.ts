import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { templateFaults, templatesIn } from "../../scripts/adapters/template.ts";

const folder = (source: string): string => {
  const directory = mkdtempSync(join(tmpdir(), "templates-"));
  writeFileSync(join(directory, "a.md.hbs"), source);
  return directory;
};
const render = (source: string, view: object): string => templatesIn(folder(source))("a", view);

test("every template of the repository is sound", () => {
  const root = new URL("../../templates/", import.meta.url);
  const names = readdirSync(root, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".hbs"));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names)
    expect([name, templateFaults(readFileSync(new URL(name, root), "utf8"))]).toEqual([name, []]);
});

test.each([
  ["a bare value", "a {{value}}", "1:3 {{value}} passes no helper"],
  ["a bare value in a block", "{{#if a}}\n{{b}}{{/if}}", "2:1 {{b}} passes no helper"],
  ["a bare value in an inverse block", "{{#if a}}{{else}}{{b}}{{/if}}", "{{b}} passes no helper"],
  ["an unknown block", "{{#each_thing a}}{{/each_thing}}", "is not one of if, unless, each, with"],
  ["a partial", "{{> other}}", "PartialStatement is not allowed"],
  ["a literal", "{{'x'}}", "passes no helper"],
])("%s is a fault", (_, source, fault) => {
  expect(templateFaults(source).join()).toContain(fault);
  expect(() => render(source, { value: "x", a: "x", b: "x" })).toThrow(fault);
});

test("values are words, code or quotes, never Markdown", () => {
  const view = {
    text: "<b>@all</b> /close\n/close",
    url: "https://gitlab.example.com/a?b=c",
    who: "@sec/legal",
  };
  expect(render("{{prose text}}", view)).toBe("`<b>@all</b>` `/close` `/close`\n");
  expect(render("{{code text}}", view)).toBe("`<b>@all</b> /close ↵ /close`\n");
  expect(render("{{quote text}}", view)).toBe("```text\n<b>@all</b> /close\n/close\n```\n");
  expect(render("| {{cell who}} | {{codeCell who}} |", { who: "a|b" })).toBe(
    "| `a\\|b` | `a\\|b` |\n",
  );
  expect(render("[x]({{url url}}) {{mention who}}", view)).toBe(
    "[x](https://gitlab.example.com/a?b=c) @sec/legal\n",
  );
});

test("a URL or a mention that is none of ours is refused", () => {
  expect(() => render("{{url url}}", { url: "javascript:alert(1)" })).toThrow("not a URL of ours");
  expect(() => render("{{url url}}", { url: "https://a.test/) [x](" })).toThrow(
    "not a URL of ours",
  );
  expect(() => render("{{mention who}}", { who: "@a @b" })).toThrow("not a mention");
});

test("a value that is missing or no text is an error, not an empty place", () => {
  expect(() => render("{{prose gone}}", {})).toThrow();
  expect(() => render("{{prose list}}", { list: [] })).toThrow("no text");
  expect(render("{{prose number}} {{prose yes}}", { number: 3, yes: true })).toBe("3 true\n");
});

test("what a condition leaves out leaves one empty line", () => {
  expect(render("a\n\n{{#if no}}x{{/if}}\n\n\nb\n", { no: false })).toBe("a\n\nb\n");
});
