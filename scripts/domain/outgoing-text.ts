// The last look at a text before it is sent: what in it would act in GitLab besides the few things that we mean to act.
import { cleanText } from "./text-hygiene.ts";

/** What may act: mentions that a policy names (`@sec/legal`), and links below these addresses. */
export type Allowed = { readonly mentions: readonly string[]; readonly urls: readonly string[] };

/** One thing that would act; it names the place and the kind, never the text. */
export type Acting = {
  /** Counted from 1. */
  readonly line: number;
  readonly what: string;
};

/**
 * Everything in a Markdown text that would act, or of which it is not certain that it would not. GitLab's rules are read
 * narrowly: a code block holds only where its fence stands at column 0, a code span only where it ends on its line and in
 * its table cell, raw HTML only in the forms that our templates use. Whatever shields text in another way is refused itself.
 * Source: GitLab's quick-action extractor, GitLab Flavored Markdown, CommonMark 0.31.
 */
export function actsIn(markdown: string, allowed: Allowed): readonly Acting[] {
  const lines = markdown.split("\n");
  const found: Acting[] = [];
  const add = (index: number, kinds: readonly string[]) =>
    found.push(...kinds.map((what) => ({ line: index + 1, what })));
  const tables = tableLines(lines);
  let fence: { readonly index: number; readonly ticks: number } | null = null;
  let details: number | null = null;
  for (const [index, line] of lines.entries()) {
    if (cleanText(line) !== line) add(index, ["an invisible or control character"]);
    if (fence !== null) {
      if (closes(line, fence.ticks)) fence = null;
      continue;
    }
    const opening = /^(`{3,})([^`]*)$/.exec(line);
    if (opening !== null) {
      fence = { index, ticks: (opening[1] as string).length };
      if (!/^(?:text)?\s*$/.test(opening[2] as string))
        add(index, ["a code block that is rendered"]);
    } else if (!isOwnHtml(lines, index)) {
      add(index, actsInLine(line, { first: index === 0, table: tables.has(index), allowed }));
    } else if (line.endsWith("details>")) {
      details = line === "<details>" ? (details ?? index) : null;
    }
  }
  if (fence !== null) add(fence.index, ["a code block that does not end"]);
  if (details !== null) add(details, ["a folded part that does not end"]);
  return found;
}

/** The same for a title, which is one line. */
export const actsInTitle = (title: string, allowed: Allowed): readonly Acting[] =>
  title.includes("\n") ? [{ line: 1, what: "a line break" }] : actsIn(title, allowed);

const closes = (line: string, ticks: number): boolean =>
  (/^ {0,3}(`+)[ \t]*$/.exec(line)?.[1] ?? "").length >= ticks;

const COMMENT =
  /^<!-- (?:seclog:v1 [A-Za-z0-9_.:/-]+(?: [0-9a-f]{16})?|demand [a-z_]+(?: [0-9a-f]{12})+) -->$/;
const TAG_LINE = /^(?:<details>|<\/details>|<summary>[A-Za-z0-9 ,.'’-]*<\/summary>)$/;

/** Our own hidden comments, and `<details>` whose HTML block ends at once: up to a blank line nothing in one is Markdown. */
function isOwnHtml(lines: readonly string[], index: number): boolean {
  const line = lines[index] as string;
  if (COMMENT.test(line)) return true;
  const next = lines[index + 1] ?? "";
  return TAG_LINE.test(line) && (next === "" || TAG_LINE.test(next));
}

/** The lines that may be in a table: those between blank lines with what may be its row of dashes. */
function tableLines(lines: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  let run: number[] = [];
  let dashes = false;
  for (const [index, line] of [...lines, ""].entries()) {
    if (line.trim() !== "") {
      run.push(index);
      dashes ||= line.includes("-") && /^[\s>|:*+\d.)-]+$/.test(line);
      continue;
    }
    if (dashes) for (const one of run) found.add(one);
    run = [];
    dashes = false;
  }
  return found;
}

type LinePlace = { readonly first: boolean; readonly table: boolean; readonly allowed: Allowed };

function actsInLine(line: string, { first, table, allowed }: LinePlace): readonly string[] {
  const kinds = new Set<string>();
  // GitLab knows its commands by name; a line that begins like one is refused whatever its word.
  if (/^\/[A-Za-z]/.test(line)) kinds.add("a quick action");
  if (first && /^(?:---|\+\+\+|;;;)/.test(line)) kinds.add("front matter");
  // Tables are split at pipes before code spans are read; whether `\\|` splits, readers of tables do not agree.
  if (table && /(?<!\\)(?:\\\\)+\|/.test(line)) kinds.add("a table cell with an uncertain end");
  for (const part of table ? [line, ...line.split(/(?<!\\)\|/)] : [line]) {
    for (const kind of actsInPart(part, allowed)) kinds.add(kind);
  }
  return [...kinds];
}

const KINDS: readonly (readonly [string, RegExp])[] = [
  ["a mention or an e-mail address", /@/],
  ["a reference", /[#!&]\d|\^alert|~\S|%["\w-]|\$\S|GL-\d|\*iteration:|\[[a-z_]+:/i],
  ["a commit id", /(?<![0-9A-Za-z_])[0-9a-f]{7,40}(?![0-9A-Za-z_])/i],
  ["a placeholder", /%\{/],
  ["an image", /!\[/],
  ["a link", /\]\s*[([:]|:\/\/|www\.|(?:mailto|xmpp|tel):/i],
  ["a wiki link or table of contents", /\[\[|\[toc\]|::include/i],
  ["a footnote", /\[\^/],
  ["a task box", /\[[ x~]\]/i],
  ["a block that shields other text", /~~~|>>>/],
];
const HTML = /<[A-Za-z/!?]/;
const ENTITY = /&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);/gi;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&gt;", ">"],
  ["&lt;", "<"],
  ["&amp;", "&"],
  ["&quot;", '"'],
]);
/** Stands for a code span: no letter, no digit, no space. */
const CODE = "\ufffc";

/** A line, or a cell of it, outside code spans. */
function actsInPart(part: string, allowed: Allowed): readonly string[] {
  const bare = withoutCode(part);
  if (bare === null) return ["a code span that does not end"];
  const text = withoutMeant(bare, allowed);
  const kinds = new Set<string>();
  if (HTML.test(text)) kinds.add("raw HTML");
  const decoded = text.replace(ENTITY, (entity) => {
    const sign = ENTITIES.get(entity);
    if (sign === undefined) kinds.add("an HTML entity");
    return sign ?? " ";
  });
  // Whether a backslash or an emphasis mark parts two words depends on what stands around it: both readings count.
  const readings = [
    decoded.replace(/\\(?=[!-/:-@[-`{-~])/g, ""),
    decoded.replace(/\\.|[*_]/g, " "),
  ];
  for (const [kind, pattern] of KINDS) {
    if (readings.some((reading) => pattern.test(reading))) kinds.add(kind);
  }
  return [...kinds];
}

/** The part with each code span replaced by one sign; null when a run of backticks finds no partner. */
function withoutCode(part: string): string | null {
  let out = "";
  let rest = part;
  for (;;) {
    const start = /\\[\s\S]|`+/.exec(rest);
    if (start === null) return out + rest;
    const [token] = start;
    out += rest.slice(0, start.index);
    rest = rest.slice(start.index + token.length);
    if (token.startsWith("\\")) {
      out += token;
      continue;
    }
    const end = new RegExp(`(?<!\`)${token}(?!\`)`).exec(rest);
    if (end === null) return null;
    out += CODE;
    rest = rest.slice(end.index + token.length);
  }
}

/** The part without the links and mentions that we mean; what a link shows stays. */
function withoutMeant(part: string, allowed: Allowed): string {
  return part
    .replace(/(?<!!)\[([^[\]]*)\]\(([^\s()<>]+)\)/g, (link, shown: string, url: string) =>
      allowed.urls.some((base) => isBelow(url, base)) ? ` ${shown} ` : link,
    )
    .replace(/(?<![\w./-])@[\w./-]*\w(?![\w/-])/g, (mention) =>
      allowed.mentions.includes(mention) ? " " : mention,
    );
}

const isBelow = (url: string, base: string): boolean =>
  url.startsWith(base) && /^(?:$|[/?#])/.test(url.slice(base.length));
