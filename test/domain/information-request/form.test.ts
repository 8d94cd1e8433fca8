import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseForm } from "../../../scripts/domain/information-request/form.ts";
import type { FormField } from "../../../scripts/domain/information-request/form-labels.ts";

const answers = (markdown: string, field: FormField): string[] | undefined =>
  parseForm(markdown)
    .fields.get(field)
    ?.map(({ text, ticked }) => (ticked === null ? text : `[${ticked ? "x" : " "}] ${text}`));

describe("where answers stand", () => {
  test.each<[string, FormField, string[] | undefined]>([
    ["## Account\nacme", "account", ["acme"]],
    ["## 1. Account (path) ##\nacme", "account", ["acme"]],
    ["## Account: acme", "account", ["acme"]],
    ["Account\n===\nacme", "account", ["acme"]],
    [`${"Account ".repeat(20)}\n===\nacme`, "account", undefined],
    ["**Account:** acme", "account", ["acme"]],
    ["__Account__: acme", "account", ["acme"]],
    ["Account：acme", "account", ["acme"]],
    ["- Account: acme", "account", ["acme"]],
    ["| Account | acme |", "account", ["acme"]],
    ["| Question | Answer |\n|---|---|\n| Account | acme |", "account", ["acme"]],
    ["| Groups | a<br>- b<br/> |", "groups", ["a", "b"]],
    ["| Groups | a\\|b |", "groups", ["a|b"]],
    ["## Groups\n| Group |\n|:---:|\n| a |\n| b |", "groups", ["a", "b"]],
    ["## Groups\n```\na\nFrom: b\n```\nc", "groups", ["a", "From: b", "c"]],
    ["## Groups\n~~~~\na\n~~~\n~~~~\nb", "groups", ["a", "~~~", "b"]],
    ["## Groups\n* a\n+ b\n1) c", "groups", ["a", "b", "c"]],
    ["## Groups\na\n---\nb\n***", "groups", ["a", "b"]],
    ["> ## Account\n> acme", "account", ["acme"]],
    ["> > Account: acme", "account", ["acme"]],
    [
      "## Deployment\n- [x] GitLab.com\n- [ ] Self-managed",
      "deployment",
      ["[x] GitLab.com", "[ ] Self-managed"],
    ],
    ["- [X] Personal data needed", "personal_data_needed", ["yes"]],
    ["- [ ] **Complex**", "complex", ["no"]],
    ["- [~] Complex", "complex", ["yes"]],
    ["## Account\n<!-- acme -->\nother", "account", ["other"]],
    ["## Account\n<!--\nacme\n-->other", "account", ["other"]],
    ["## Account\na<!-- x -->b<!-- y", "account", ["ab"]],
    ["## Account", "account", []],
    ["nothing", "account", undefined],
    ["<!-- \n## Account\nacme", "account", undefined],
    ["## Account\nacme\n/confidential", "account", ["acme"]],
    ["Account: acme\n\nGreetings", "account", ["acme"]],
    ["Account: acme\n/approve", "account", ["acme", "/approve"]],
    ["## Anything else\nFrom: me\n**To:** you\n## From\nx", "from", ["x"]],
    ["## Anything else\nFrom: me", "from", undefined],
    ["**Notes:**\nFrom: me\n**To:** x", "to", ["x"]],
    ["Notes: hello\n| To | x |", "to", ["x"]],
    ["Notes: hello\nmore\nTo: x", "to", ["x"]],
    ["## Notes\n```\n## To\n```\n## Nobody\n## To\nx", "to", ["x"]],
    ["## Strange\nx\n## To\ny", "to", ["y"]],
    ["- a\n\n    To: x", "to", ["x"]],
  ])("%j has %s %j", (markdown, field, found) => {
    expect(answers(markdown, field)).toEqual(found);
  });

  test("lines are counted as in the source, comments and CRLF included", () => {
    const form = parseForm("<!--\nx\n-->\r\n\r\n## Account\r\nacme\r\n");
    expect(form.fields.get("account")).toEqual([{ line: 6, text: "acme", ticked: null }]);
  });

  test("of a list without end a thousand pieces are read", () => {
    expect(answers(`## Groups\n${"a\n".repeat(5_000)}`, "groups")).toHaveLength(1_001);
  });
});

describe("what makes a form unclear", () => {
  test.each<[string, number, string]>([
    [
      "## Account\nac\rme",
      2,
      "a carriage return stands inside this line: where it ends is not clear",
    ],
    ["x\n\n    ## Account", 3, "this label is indented by four or more, which makes it code"],
    ["\tAccount: acme", 1, "this label is indented by four or more, which makes it code"],
    ["## Account\n<details><summary>x</summary>", 2, "parts of the form are folded away"],
    ["x".repeat(2_097_153), 1, "the text has 2097153 characters, at most 2097152 are read"],
  ])("%j", (markdown, line, message) => {
    expect(parseForm(markdown).problems).toMatchObject([{ line, message }]);
  });

  test("free text may hold anything", () => {
    const text = "## Anything else\n<details>\nThanks\n\r/clo\rse\n    From: x";
    expect(parseForm(text).problems).toEqual([]);
  });

  test.each<[string, number | null]>([
    ["hello\n## Account\nacme", 1],
    ["## アカウント\nacme", 1],
    ["## Account\nacme\n| a | b |", 3],
    ["| a | b |\n| - | - |", null],
    ["## Account\nacme", null],
    [`## Account\n${"x".repeat(2_001)}`, null],
  ])("the first line of %j that answers nothing is %s", (markdown, line) => {
    expect(parseForm(markdown).stray?.line ?? null).toBe(line);
  });

  test("no more problems are kept than anyone reads", () => {
    expect(parseForm("a\rb\n".repeat(3_000)).problems).toHaveLength(1_000);
  });
});

test("no text makes it throw, and every answer is a piece of its line", () => {
  const piece = fc.constantFrom(
    "## ",
    "Account",
    "From",
    ": ",
    "**",
    "|",
    "- ",
    "[x] ",
    "<!--",
    "-->",
    "```",
    "> ",
    "\n",
    "    ",
    "acme",
    "\r",
    "<br>",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (parts) => {
      const text = parts.join("");
      const lines = text.replaceAll("\r\n", "\n").split("\n");
      for (const [, found] of parseForm(text).fields)
        for (const answer of found) expect(answer.line).toBeLessThanOrEqual(lines.length);
    }),
    { numRuns: 2_000 },
  );
});

test("time grows with the text, not with its square", () => {
  for (const unit of [
    "a",
    "\n",
    "> ",
    "| a ",
    "<!--",
    "-->",
    "`",
    "# ",
    "**",
    "Account: ",
    "- [x] ",
    "\r",
    "\t",
    "a\n",
    "(",
    "a (",
    "From:",
    "<br>|",
  ]) {
    const text = `## Account\n${unit.repeat(1_000_000 / unit.length)}`;
    expect(parseForm(text).fields.has("account")).toBe(true);
  }
});
