/** The quick-action extractor and the oracle against texts whose effect in GitLab is known. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { live } from "./live.ts";
import { extractQuickActions } from "./quick-actions.ts";

interface Row {
  readonly name: string;
  readonly context: string;
  readonly text: string;
  readonly naive_effect: {
    readonly quick_actions: readonly string[];
    readonly mentions: readonly string[];
    readonly references: readonly string[];
    readonly other: readonly string[];
  };
}

const rows: readonly Row[] = readFileSync(
  new URL("../cases/shared/markdown-injections.jsonl", import.meta.url),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line));

/** How a careless bot would place the text. */
const CONTEXTS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  paragraph: (text) => `The customer wrote ${text} yesterday.`,
  "after-marker": (text) => `<!-- bot:1 -->\n${text}`,
  "fence-3": (text) => `\`\`\`\n${text}\n\`\`\``,
  "list-item": (text) => `- ${text}`,
  "quote-block": (text) => `>>>\n${text}\n>>>`,
  "table-cell": (text) => `| a | b |\n| - | - |\n| x | ${text} |`,
};

describe("the effect of hostile texts", () => {
  test.each(rows.map((row) => [row.name, row] as const))("%s", (_name, row) => {
    const placed = CONTEXTS[row.context]?.(row.text) ?? row.text;
    const effects = live(placed);
    expect(effects.quickActions).toEqual(row.naive_effect.quick_actions);
    expect(effects.mentions).toEqual(expect.arrayContaining([...row.naive_effect.mentions]));
    if (row.naive_effect.references.length > 0) expect(effects.references).not.toEqual([]);
    // A label in the argument of an executed command is counted with the command.
    else expect(effects.references.filter((one) => !one.startsWith("~"))).toEqual([]);
  });
});

const EXTRACTION: readonly (readonly [string, string, readonly string[], string])[] = [
  ["a command alone", "/close", ["close"], ""],
  ["upper case", "/CLOSE", ["close"], ""],
  ["argument", '/label ~"a b" ~c', ['label ~"a b" ~c'], ""],
  ["cut out of the text", "hello\n/label ~a\nworld", ["label ~a"], "hello\nworld"],
  ["two in one paragraph", "/close\n/lock\n", ["close", "lock"], ""],
  ["unknown word", "/etc/passwd\n/nothing", [], "/etc/passwd\n/nothing"],
  ["known word, other end", "/closet", [], "/closet"],
  ["leading space", " /close", [], " /close"],
  ["carriage return is deleted", "ok\r/x\n\r/close", ["close"], "ok/x"],
  ["U+2028 is no line end", "a\u2028/close", [], "a\u2028/close"],
  ["backtick fence", "```\n/close\n```", [], "```\n/close\n```"],
  ["tilde fence", "~~~\n/close\n~~~", [], "~~~\n/close\n~~~"],
  ["after a fence", "```\nx\n```\n/close", ["close"], "```\nx\n```"],
  ["longer fence inside", "````\n```\n/close\n```\n````", [], "````\n```\n/close\n```\n````"],
  ["unclosed fence", "```\n/close", [], "```\n/close"],
  ["fence of a list item ends with it", "- ```\n/close", ["close"], "- ```"],
  ["code span over lines", "`a\n/close\nb`", [], "`a\n/close\nb`"],
  ["quote with lazy line", "> a\n/close", [], "> a\n/close"],
  ["after a quote", "> a\n\n/close", ["close"], "> a"],
  ["quote block", ">>>\n/close\n>>>", [], ">>>\n/close\n>>>"],
  ["after a quote block", ">>>\na\n>>>\n/close", ["close"], ">>>\na\n>>>"],
  ["alert quote block", ">>> [!note]\n/close\n>>>", [], ">>> [!note]\n/close\n>>>"],
  ["list item with lazy line", "- a\n/close", [], "- a\n/close"],
  ["after a list", "- a\n\n/close", ["close"], "- a"],
  ["table row", "|a|b|\n|-|-|\n/close", [], "|a|b|\n|-|-|\n/close"],
  ["after a table", "|a|b|\n|-|-|\n\n/close", ["close"], "|a|b|\n|-|-|"],
  ["comment on one line", "<!-- x -->\n/close", ["close"], "<!-- x -->"],
  ["comment over lines", "<!--\n/close\n-->", [], "<!--\n/close\n-->"],
  [
    "details with blank lines",
    "<details>\n\n/close\n\n</details>",
    ["close"],
    "<details>\n\n</details>",
  ],
  [
    "details without blank lines",
    "<details>\n/close\n</details>",
    [],
    "<details>\n/close\n</details>",
  ],
  ["inline tag pair", "a\n<b>\n/close\n</b>", [], "a\n<b>\n/close\n</b>"],
  ["heading above", "# a\n/close", ["close"], "# a"],
  ["becomes a heading", "/close\n---", [], "/close\n---"],
  ["indented code", "    /close", [], "    /close"],
  ["footnote text", "[^1]: a\n/close", [], "[^1]: a\n/close"],
  ["escaped", "\\/close", [], "\\/close"],
];

test.each(EXTRACTION)("quick actions: %s", (_name, text, actions, rest) => {
  const extraction = extractQuickActions(text);
  expect(
    extraction.actions.map(({ name, argument }) =>
      argument === "" ? name : `${name} ${argument}`,
    ),
  ).toEqual(actions);
  expect(extraction.text).toBe(rest);
});

const INERT: readonly string[] = [
  "plain text with a mail-like a@ b",
  "\\@all \\#12 \\!3 \\~bug \\$9",
  "`@all #12 !3 ~bug https://x.invalid <b>`",
  "``a ` @all``",
  "```\n@all\n#12\n![x](https://x.invalid)\n<b>\n/close\n```",
  "````\n```\n@all\n````",
  "    @all",
];

test.each(INERT)("inert: %j", (text) => {
  expect(live(text)).toEqual({
    quickActions: [],
    mentions: [],
    references: [],
    images: [],
    links: [],
    html: [],
    other: [],
  });
});

const LIVE: readonly (readonly [string, Partial<ReturnType<typeof live>>])[] = [
  ["&#64;all", { mentions: ["@all"] }],
  ["&commat;all", { mentions: ["@all"] }],
  ["- a\n- **@root**", { mentions: ["@root"] }],
  ["|a|b|\n|-|-|\n|x|@root|", { mentions: ["@root"] }],
  ["# @a/b", { mentions: ["@a/b"] }],
  ["see sec/x#12, !3 and #4+", { references: ["sec/x#12", "!3", "#4+"] }],
  ['~"a b" ~bug', { references: ['~"a b"', "~bug"] }],
  ["![x](https://x.invalid/p.png)", { images: ["https://x.invalid/p.png"] }],
  ["![x][b]\n\n[b]: https://x.invalid/p.png", { images: ["b"] }],
  ["[x](https://x.invalid)", { links: ["https://x.invalid"] }],
  ["<b>x</b>", { html: ["<b>", "</b>"] }],
  ["<details>\nx", { html: ["<details>"] }],
  ["```mermaid\ngraph\n```", { other: ["diagram mermaid"] }],
  ["- [x] done", { other: ["task box"] }],
  ["`a\n\n@all`", { mentions: ["@all"] }],
  ["```\nx\n   ```\n@all", { mentions: ["@all"] }],
];

test.each(LIVE)("live: %j", (text, effects) => {
  expect(live(text)).toMatchObject(effects);
});

/** Pieces that acted in one place or another, to be put together at random. */
const PIECES = [
  ...[
    "/close",
    "/label ~bug",
    "@all",
    "&#64;all",
    "#12",
    "!3",
    "$9",
    "~bug",
    "sec/x#1",
    "\n",
    "\n\n",
    " ",
    "\r",
  ],
  ...[
    "`",
    "``",
    "~~~",
    ">>>",
    "> ",
    "- ",
    "1. ",
    "| a | b |\n|-|-|\n",
    "<!--",
    "-->",
    "<details>",
    "</details>",
  ],
  ...[
    "# ",
    "---",
    "    ",
    "\t",
    "[x](https://x.invalid)",
    "![x](y)",
    "https://x.invalid",
    "<b>",
    "\\",
    "text",
  ],
];
const nasty = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 30 })
  .map((pieces) => pieces.join("").replaceAll("\r", ""));

test("a fence longer than any run of backticks makes every text inert", () => {
  fc.assert(
    fc.property(nasty, nasty, (before, text) => {
      const runs = [...text.matchAll(/`+/g)].map((run) => run[0].length);
      const fence = "`".repeat(Math.max(3, ...runs.map((length) => length + 1)));
      const alone = live(`${fence}text\n${text}\n${fence}`);
      expect(Object.values(alone).flat()).toEqual([]);
      // Text after the fence acts as it does alone: the fence has ended.
      const after = live(`${fence}text\n${text}\n${fence}\n\n${before}`);
      expect(after).toEqual(live(before));
    }),
    { numRuns: 2_000 },
  );
});

test("quoting each line leaves no quick action", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const quoted = text.split("\n").map((line) => `> ${line}`);
      expect(extractQuickActions(quoted.join("\n")).actions).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test("a text without a slash at column 0 is left as it is", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const escaped = text.replace(/^\//gm, "\\/");
      expect(extractQuickActions(escaped)).toEqual({ text: escaped.trimEnd(), actions: [] });
    }),
    { numRuns: 2_000 },
  );
});
