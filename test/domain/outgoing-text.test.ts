import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Allowed, actsIn, actsInTitle } from "../../scripts/domain/outgoing-text.ts";
import {
  QUOTE_CONTEXTS,
  type QuoteContext,
  quoteText,
} from "../../scripts/domain/untrusted-text.ts";
import { live } from "../sandbox/live.ts";

type Row = {
  readonly name: string;
  readonly context: string;
  readonly text: string;
  readonly naive_effect: {
    readonly quick_actions: readonly string[];
    readonly mentions: readonly string[];
    readonly references: readonly string[];
  };
};
const rows: readonly Row[] = readFileSync("test/cases/shared/markdown-injections.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const NOTHING: Allowed = { mentions: [], urls: [] };
const OURS: Allowed = {
  mentions: ["@sec/legal"],
  urls: ["https://gitlab.example.com/sec/seclog"],
};
const kinds = (text: string, allowed = NOTHING): readonly string[] =>
  actsIn(text, allowed).map(({ what }) => what);

/** How a careless template would place a text. */
const CARELESS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  paragraph: (text) => `The customer wrote ${text} yesterday.`,
  "after-marker": (text) => `<!-- seclog:v1 status 0123456789abcdef -->\n${text}`,
  "fence-3": (text) => `\`\`\`\n${text}\n\`\`\``,
  "list-item": (text) => `- ${text}`,
  "quote-block": (text) => `>>>\n${text}\n>>>`,
  heading: (text) => `## ${text}`,
  "table-cell": (text) => `| a | b |\n| - | - |\n| x | ${text} |`,
};
/**
 * Whether the sandbox sees anything act besides our own folded parts. It takes a footnote definition inside a fence for a
 * live one; the table below holds footnotes to account instead.
 */
function acts(text: string): boolean {
  const { html, other, ...rest } = live(text);
  const found = [
    ...Object.values(rest).flat(),
    ...html.filter((tag) => !/^<\/?(?:details|summary)>$/.test(tag)),
    ...other.filter((what) => what !== "footnote"),
  ];
  return found.length > 0;
}

describe("what would act is refused", () => {
  test.each(rows.map((row) => [row.name, row] as const))(
    "%s",
    (_, { context, text, naive_effect }) => {
      const named = Object.values(naive_effect)
        .slice(0, 3)
        .some((list) => list.length > 0);
      const placed = CARELESS[context]?.(text) ?? text;
      if (named || acts(placed)) expect(actsIn(placed, NOTHING)).not.toEqual([]);
      for (const place of Object.values(CARELESS))
        if (acts(place(text).replace(/^<!-- seclog.*\n/, "")))
          expect(actsIn(place(text), NOTHING)).not.toEqual([]);
    },
  );
});

const PLACES: Readonly<Record<QuoteContext, (quoted: string) => string>> = {
  raw: (quoted) => `Asked:\n\n${quoted}\n\nDone.`,
  "after-marker": (quoted) => `<!-- seclog:v1 status 0123456789abcdef -->\n${quoted}`,
  "fence-3": (quoted) => quoted,
  paragraph: (quoted) => `They asked for ${quoted} today.`,
  "list-item": (quoted) => `- ${quoted}\n- next`,
  "quote-block": (quoted) => `> ${quoted}\n\nDone.`,
  heading: (quoted) => `## ${quoted}\n\nDone.`,
  "table-cell": (quoted) => `| a | b |\n| --- | --- |\n| ${quoted} | x |\n`,
};

test("what is quoted passes, in every place", () => {
  for (const { text } of rows)
    for (const context of QUOTE_CONTEXTS)
      expect([text, context, actsIn(PLACES[context](quoteText(text, context)), NOTHING)]).toEqual([
        text,
        context,
        [],
      ]);
});

const table: readonly (readonly [string, string])[] = [
  ["/close", "a quick action"],
  ["text\n/label ~bug", "a quick action"],
  ["@all", "a mention or an e-mail address"],
  ["mail a@example.com", "a mention or an e-mail address"],
  ["\\@all", "a mention or an e-mail address"],
  ["#1", "a reference"],
  ["a/b!12", "a reference"],
  ["see &4", "a reference"],
  ["see &amp;4", "a reference"],
  ["~bug", "a reference"],
  ['~"two words"', "a reference"],
  ["%v1", "a reference"],
  ["$9", "a reference"],
  ["$`x`$", "a reference"],
  ["^alert#2", "a reference"],
  ["GL-12", "a reference"],
  ["*iteration:3", "a reference"],
  ["[vulnerability:1]", "a reference"],
  ["deadbee1", "a commit id"],
  ["_1234567_", "a commit id"],
  ["x\\_1234567", "a commit id"],
  ["%{project_id}", "a placeholder"],
  ["![x](y)", "an image"],
  ["[x](https://evil.invalid)", "a link"],
  ["[x] [y]", "a link"],
  ["[x]: https://evil.invalid", "a link"],
  ["https://evil.invalid", "a link"],
  ["www.evil.invalid", "a link"],
  ["mailto:x", "a link"],
  ["[[_TOC_]]", "a wiki link or table of contents"],
  ["[TOC]", "a wiki link or table of contents"],
  ["[^1]", "a footnote"],
  ["- [x] done", "a task box"],
  ["~~~\n```\n~~~\n@all\n```", "a block that shields other text"],
  [">>>\nx\n>>>", "a block that shields other text"],
  ["<b>", "raw HTML"],
  ["<!-- x -->", "raw HTML"],
  ["<details>\n`@all`\n</details>", "raw HTML"],
  ["x\n<!-- seclog:v1 status 0123456789abcdef", "raw HTML"],
  ["&#64;all", "an HTML entity"],
  ["&commat;all", "an HTML entity"],
  ["---\ntitle: x\n---", "front matter"],
  ["```mermaid\nx\n```", "a code block that is rendered"],
  ["```\nx", "a code block that does not end"],
  ["````\n```\nx", "a code block that does not end"],
  ["a ` b", "a code span that does not end"],
  ["`a\nb`", "a code span that does not end"],
  ["| a | b |\n| - | - |\n| `a | @all b` |", "a code span that does not end"],
  ["| `a | b` |\n| - | - |", "a code span that does not end"],
  ["| - | - |\n| `a\\\\| b` |", "a table cell with an uncertain end"],
  ["<details>\n\n`x`", "a folded part that does not end"],
  ["<details>\n\n<details>\n\nx", "a folded part that does not end"],
  ["a\u200bb", "an invisible or control character"],
  ["a\r\n/close", "an invisible or control character"],
  ["```\na\u202eb\n```", "an invisible or control character"],
];
test.each(table)("%j: %s", (text, kind) => {
  expect(kinds(text)).toContain(kind);
});

test.each([
  "Plain words, 12 of them (all inert): 50% – and so on… > x",
  "**bold** and _soft_ words",
  "### A heading",
  "- one\n- two\n\n1. three",
  "> quoted",
  "| a | b |\n| --- | ---: |\n| `x \\| y` | 3 |",
  "`@all #1 https://x` and ``a ` b``",
  "```text\n/close\n@all\n```\n\nafter",
  "````\n```\n/close\n```\n````",
  "<details>\n<summary>Checks that passed</summary>\n\nx\n\n</details>",
  "<!-- seclog:v1 gap/x 0123456789abcdef -->\n\nx\n\n<!-- demand out_of_view 0123456789ab abcdef012345 -->\n",
  "a \\` b",
  "They asked for `a | b` today.",
  "1 &gt; 0 &amp; 0 &lt; 1",
])("passes %j", (text) => {
  expect(actsIn(text, NOTHING)).toEqual([]);
});

test("only what is allowed may act, exactly", () => {
  const link = (url: string) => kinds(`[merge request of \`x\`](${url})`, OURS);
  expect(link("https://gitlab.example.com/sec/seclog/-/merge_requests?a=b%2Fc")).toEqual([]);
  expect(link("https://gitlab.example.com/sec/seclog")).toEqual([]);
  expect(link("https://gitlab.example.com/sec/seclog-evil/-/issues")).toEqual(["a link"]);
  expect(link("https://gitlab.example.com.evil.invalid/sec/seclog")).toEqual(["a link"]);
  expect(kinds("![x](https://gitlab.example.com/sec/seclog/x.png)", OURS)).toContain("an image");
  expect(kinds("Next: @sec/legal", OURS)).toEqual([]);
  expect(kinds("Next: @sec/legal.", OURS)).toEqual([]);
  for (const other of ["@sec/legal/all", "@sec/legal-all", "@sec", "x@sec/legal", "@sec/legal@all"])
    expect([other, kinds(other, OURS)]).toEqual([other, ["a mention or an e-mail address"]]);
});

test("names the line of what it found", () => {
  expect(actsIn("a\n\n#1 and #2\n@x", NOTHING)).toEqual([
    { line: 3, what: "a reference" },
    { line: 4, what: "a mention or an e-mail address" },
  ]);
});

test("a title is one line", () => {
  expect(actsInTitle("IR-2026-0042: information request", NOTHING)).toEqual([]);
  expect(actsInTitle("a #1", NOTHING)).toEqual([{ line: 1, what: "a reference" }]);
  expect(actsInTitle("a\nb", NOTHING)).toEqual([{ line: 1, what: "a line break" }]);
});

/** Texts made of what GitLab's Markdown reads, in any order. */
const NASTY = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(..."`~@#!$%&*_[]()<>|\\/^:;=+-.0aé \t\n\r".split("")),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          "\n\n",
          "\n/close\n",
          "```",
          "````",
          "~~~",
          "@all",
          "#1",
          "1234567",
          "abcdef0",
          "https://x.invalid/a",
          "www.x.invalid",
          "[x](y)",
          "![x](y)",
          "[x]: y",
          "[^1]",
          "- [x] ",
          "<details>",
          "</details>",
          "<summary>x</summary>",
          "<!--",
          "-->",
          "<pre>",
          ">>>",
          "\n> ",
          "\n- ",
          "\n1. ",
          "\n    ",
          "| a | b |\n| - | - |\n",
          "&#64;",
          "&amp;",
          "%{x}",
          "\u2028",
          "\\`",
        ),
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(""));

test("whatever the sandbox sees act is refused", async () => {
  await fc.assert(
    fc.property(NASTY, (text) => {
      if (acts(text)) expect(actsIn(text, NOTHING)).not.toEqual([]);
    }),
    { numRuns: 3_000 },
  );
});
