import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findForbidden } from "../../scripts/domain/text-hygiene.ts";
import { type QuoteContext, quoteInline, quoteText } from "../../scripts/domain/untrusted-text.ts";
import { live } from "../sandbox/live.ts";

type Case = { name: string; context: QuoteContext; text: string };
const cases = readFileSync("test/cases/shared/markdown-injections.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);
const CONTEXTS: readonly QuoteContext[] = [
  "raw",
  "after-marker",
  "fence-3",
  "paragraph",
  "list-item",
  "quote-block",
  "heading",
  "table-cell",
];

/** A comment of a bot with the quoted text in its place. */
const PLACES: Readonly<Record<QuoteContext, (quoted: string) => string>> = {
  raw: (quoted) => `Asked:\n\n${quoted}\n\nDone.`,
  "after-marker": (quoted) => `<!-- seclog:x -->\n${quoted}`,
  "fence-3": (quoted) => `\`\`\`\n${quoted}\n\`\`\``,
  paragraph: (quoted) => `They asked for ${quoted} today.`,
  "list-item": (quoted) => `- ${quoted}\n- next`,
  "quote-block": (quoted) => `> ${quoted}\n\nDone.`,
  heading: (quoted) => `## ${quoted}\n\nDone.`,
  "table-cell": (quoted) => `| a | b |\n| --- | --- |\n| ${quoted} | x |\n`,
};

/** The oracle takes a footnote definition inside a fence for a live one; no fence lets it out. */
function effects(markdown: string) {
  const found = live(markdown);
  return { ...found, other: found.other.filter((what) => what !== "footnote") };
}

function expectInert(text: string, context: QuoteContext): void {
  const quoted = quoteText(text, context);
  expect(effects(quoted)).toEqual(effects("plain"));
  expect(effects(PLACES[context](quoted))).toEqual(effects(PLACES[context]("plain")));
  expect(findForbidden(quoted)).toEqual([]);
  expect(quoted).not.toContain("<!--");
}

describe("nothing of the shared injections acts", () => {
  test.each(cases.map((row) => [row.name, row] as const))("%s", (_, { text, context }) => {
    expectInert(text, context);
    for (const other of CONTEXTS) expectInert(text, other);
  });
});

const NASTY = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "/close",
        "\n",
        "\r",
        "\r\n",
        "`",
        "```",
        "~~~",
        "|",
        "\\",
        " ",
        "    ",
        "\t",
        "- ",
        "> ",
        ">>>",
        "# ",
        "@all",
        "#1",
        "!2",
        "<!--",
        "-->",
        "<div>",
        "</div>",
        "<details>",
        "![x](https://evil.invalid/x.png)",
        "https://evil.invalid",
        "[a]: b",
        "$`",
        "---",
        "\u202e",
        "\u2028",
        "\u200b",
        "\ud800",
        "\u{e0061}",
        "a",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

test("nothing acts in any composition of dangerous pieces, in any place", () => {
  fc.assert(fc.property(NASTY, fc.constantFrom(...CONTEXTS), expectInert), { numRuns: 3_000 });
});

test("a block is one fence: what stands between its first and last line is the cleaned text", () => {
  fc.assert(
    fc.property(NASTY, (text) => {
      const quoted = quoteText(text, "raw");
      if (quoted === "(empty)") return;
      const lines = quoted.split("\n");
      const ticks = /^(`{3,})text$/.exec(lines[0] as string)?.[1] as string;
      expect(lines.at(-1)).toBe(ticks);
      expect(lines.slice(1, -1).join("\n")).not.toContain(ticks);
    }),
  );
});

test("an inline quotation is one line", () => {
  fc.assert(fc.property(NASTY, (text) => !quoteInline(text).includes("\n")));
});

test("every pipe of a table cell is escaped by an odd number of backslashes", () => {
  fc.assert(
    fc.property(NASTY, (text) => {
      for (const [run] of quoteText(text, "table-cell").matchAll(/\\*\|/g))
        expect(run.length % 2).toBe(0);
    }),
  );
});

describe("how it looks", () => {
  test.each<[QuoteContext, string, string]>([
    ["raw", "a\r\nb\n\n", "```text\na\nb\n```"],
    ["raw", "\n\n  ", "(empty)"],
    ["raw", "```\nx", "````text\n```\nx\n````"],
    ["raw", "/clo\rse", "```text\n/close\n```"],
    ["raw", "a\ud800b", "```text\na\ufffdb\n```"],
    ["fence-3", "x\n ```", "````text\nx\n    ```\n````"],
    ["paragraph", "a\n\n b ", "`a ↵ b`"],
    ["paragraph", "`x`", "`` `x` ``"],
    ["paragraph", "\u200b", "(empty)"],
    ["table-cell", "a|b\\|c", "`a\\|b\\\\\\|c`"],
    ["list-item", "<!-- seclog:x -->", "`<! -- seclog:x -- >`"],
  ])("%s %j", (context, text, quoted) => {
    expect(quoteText(text, context)).toBe(quoted);
  });

  test("a long text is cut, and the rest counted", () => {
    expect(quoteText("x".repeat(9_000), "raw")).toMatch(/x\n```\n\n… \(1000 characters more\)$/);
    expect(quoteText("y\n".repeat(300), "raw")).toMatch(/y\n```\n\n… \(200 characters more\)$/);
    expect(quoteInline("x".repeat(2_001))).toMatch(/x` … \(1 characters more\)$/);
    expect(quoteInline(`${"x".repeat(1_999)}🔥`)).toMatch(/x` … \(2 characters more\)$/);
  });

  test("a megabyte of anything is quoted quickly and short", () => {
    for (const unit of ["A", "\n", " ", "`", "\r", "|\\", "a\n", " \n", "\u200b", "<!--"]) {
      const text = unit.repeat(1_000_000 / unit.length);
      for (const context of CONTEXTS) expect(quoteText(text, context).length).toBeLessThan(25_000);
    }
  });
});
