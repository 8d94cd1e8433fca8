/** Splits GitLab Flavored Markdown into its leaf blocks, after CommonMark's block rules with GitLab's extensions. */

type BlockKind = "paragraph" | "heading" | "fence" | "indented" | "html" | "table" | "rule";

/** A leaf block; lines are counted from 0 in the source, `lines` have their container marks taken off. */
export interface Block {
  kind: BlockKind;
  /** Not inside a list, a quote or a footnote. */
  readonly top: boolean;
  readonly startLine: number;
  endLine: number;
  readonly lines: string[];
  /** Info string of a fence. */
  readonly info: string;
  /** First paragraph line of a list item that carries a task check box. */
  readonly inList: boolean;
}

type Container =
  | { readonly kind: "quote" }
  | { readonly kind: "item"; readonly indent: number; empty: boolean }
  | { readonly kind: "footnote" }
  /** GitLab's `>>>` block. */
  | { readonly kind: "quote-block"; readonly length: number };

interface OpenBlock {
  readonly block: Block;
  readonly fence: {
    readonly mark: string;
    readonly length: number;
    readonly indent: number;
  } | null;
  /** Condition that ends an HTML block; `null` means the next blank line. */
  readonly htmlEnd: RegExp | null;
}

const HTML_BLOCK_TAGS =
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul";
const ATTRIBUTE = `\\s+[A-Za-z_:][\\w.:-]*(?:\\s*=\\s*(?:[^\\s"'=<>\`]+|'[^']*'|"[^"]*"))?`;
const COMPLETE_TAG = new RegExp(
  `^(?:<[A-Za-z][A-Za-z0-9-]*(?:${ATTRIBUTE})*\\s*/?>|</[A-Za-z][A-Za-z0-9-]*\\s*>)\\s*$`,
);
const HTML_STARTS: readonly (readonly [RegExp, RegExp | null])[] = [
  [/^<(?:script|pre|style|textarea)(?:\s|>|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^<!--/, /-->/],
  [/^<\?/, /\?>/],
  [/^<![A-Za-z]/, />/],
  [/^<!\[CDATA\[/, /\]\]>/],
  [new RegExp(`^</?(?:${HTML_BLOCK_TAGS})(?:\\s|/?>|$)`, "i"), null],
];

const RULE = /^(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$/;
const LIST_MARK = /^([-+*]|\d{1,9}[.)])(?=[ \t]|$)/;
const DELIMITER_ROW = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

function indentOf(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0;
}

/** Leading tabs become spaces up to the next stop of four. */
function expandTabs(line: string): string {
  let out = "";
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at];
    if (sign === "\t") out += " ".repeat(4 - (out.length % 4));
    else if (sign === " ") out += " ";
    else return out + line.slice(at);
  }
  return out;
}

function isBlank(line: string): boolean {
  return /^[ \t]*$/.test(line);
}

/** How many cells a table row has. */
function cellCount(row: string): number {
  const inner = row
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).length;
}

class BlockParser {
  readonly blocks: Block[] = [];
  #containers: Container[] = [];
  #open: OpenBlock | null = null;

  /** Feeds one line, without its line end. */
  feed(source: string, number: number): void {
    let rest = expandTabs(source);
    let matched = 0;
    for (const container of this.#containers) {
      const left = this.#continues(container, rest);
      if (left === null) break;
      if (left === "closed") {
        this.#leave(matched);
        return;
      }
      rest = left.rest;
      matched += 1;
    }
    const all = matched === this.#containers.length;
    if (all && this.#continueLeaf(rest, number)) return;
    if (!all && this.#open !== null && this.#open.block.kind !== "paragraph") this.#close();
    this.#start(rest, number, matched);
  }

  end(): Block[] {
    this.#close();
    return this.blocks;
  }

  /** What is left of the line inside the container, `null` when it ends here, `closed` when its own mark ends it. */
  #continues(container: Container, rest: string): { rest: string } | "closed" | null {
    switch (container.kind) {
      case "quote": {
        const match = /^ {0,3}> ?/.exec(rest);
        return match === null ? null : { rest: expandTabs(rest.slice(match[0].length)) };
      }
      case "quote-block": {
        const match = /^ {0,3}(>{3,})[ \t]*$/.exec(rest);
        const closes = match !== null && (match[1]?.length ?? 0) >= container.length;
        if (closes && this.#open?.fence == null) return "closed";
        return { rest };
      }
      case "footnote":
        if (isBlank(rest)) return { rest: "" };
        return indentOf(rest) >= 4 ? { rest: rest.slice(4) } : null;
      case "item":
        if (isBlank(rest)) return container.empty ? null : { rest: "" };
        return indentOf(rest) >= container.indent ? { rest: rest.slice(container.indent) } : null;
    }
  }

  /** Gives the line to an open fence, HTML block or indented code; true when it took it. */
  #continueLeaf(rest: string, number: number): boolean {
    const open = this.#open;
    if (open === null) return false;
    if (open.fence !== null) {
      const { mark, length, indent } = open.fence;
      const end = new RegExp(`^ {0,3}\\${mark}{${length},}[ \\t]*$`);
      open.block.endLine = number;
      if (end.test(rest)) this.#close();
      else open.block.lines.push(rest.replace(new RegExp(`^ {0,${indent}}`), ""));
      return true;
    }
    if (open.block.kind === "html") {
      if (open.htmlEnd === null && isBlank(rest)) {
        this.#close();
        return true;
      }
      open.block.lines.push(rest);
      open.block.endLine = number;
      if (open.htmlEnd?.test(rest) === true) this.#close();
      return true;
    }
    if (open.block.kind === "indented" && (indentOf(rest) >= 4 || isBlank(rest))) {
      open.block.lines.push(rest.slice(4));
      if (!isBlank(rest)) open.block.endLine = number;
      return true;
    }
    if (open.block.kind === "indented") this.#close();
    return false;
  }

  /** Opens containers and leaf blocks on what is left of the line. */
  #start(line: string, number: number, matchedContainers: number): void {
    let rest = line;
    let matched = matchedContainers;
    while (!isBlank(rest)) {
      const inParagraph = this.#open?.block.kind === "paragraph";
      if (indentOf(rest) >= 4) {
        if (inParagraph) break;
        this.#leave(matched);
        this.#begin("indented", number, [rest.slice(4)]);
        return;
      }
      const text = rest.trimStart();
      // Between containers that fell away and new text, the paragraph is not "ours" to interrupt as a setext heading.
      const ours = matched === this.#containers.length;
      const container = this.#containerStart(rest, text, inParagraph && ours);
      if (container !== null) {
        this.#leave(matched);
        this.#containers.push(container.container);
        matched += 1;
        rest = container.rest;
        continue;
      }
      if (this.#leafStart(rest, text, number, matched, inParagraph, ours)) return;
      break;
    }
    this.#text(rest, number, matched);
  }

  #containerStart(
    rest: string,
    text: string,
    interrupts: boolean,
  ): { readonly container: Container; readonly rest: string } | null {
    const block = /^(>{3,})[ \t]*(?:\[![A-Za-z]+\].*)?$/.exec(text);
    if (block !== null) {
      return { container: { kind: "quote-block", length: block[1]?.length ?? 3 }, rest: "" };
    }
    if (text.startsWith(">")) {
      return { container: { kind: "quote" }, rest: expandTabs(text.slice(1).replace(/^ /, "")) };
    }
    const footnote = /^\[\^[^\]\s]+\]:[ \t]*/.exec(text);
    if (footnote !== null && !interrupts) {
      return { container: { kind: "footnote" }, rest: text.slice(footnote[0].length) };
    }
    if (RULE.test(text.trimEnd())) return null;
    const mark = LIST_MARK.exec(text)?.[1];
    if (mark === undefined) return null;
    const after = expandTabs(text.slice(mark.length));
    if (interrupts && (isBlank(after) || (/^\d/.test(mark) && !/^1[.)]$/.test(mark)))) return null;
    const spaces = indentOf(after);
    const pad = isBlank(after) || spaces > 4 ? 1 : spaces;
    const indent = indentOf(rest) + mark.length + pad;
    return {
      container: { kind: "item", indent, empty: isBlank(after) },
      rest: isBlank(after) ? "" : after.slice(pad),
    };
  }

  #leafStart(
    rest: string,
    text: string,
    number: number,
    matched: number,
    inParagraph: boolean,
    ours: boolean,
  ): boolean {
    const fence = /^(`{3,})([^`]*)$|^(~{3,})(.*)$/.exec(text);
    if (fence !== null) {
      const run = fence[1] ?? fence[3] ?? "";
      this.#leave(matched);
      this.#begin("fence", number, [], (fence[2] ?? fence[4] ?? "").trim(), {
        mark: run.charAt(0),
        length: run.length,
        indent: indentOf(rest),
      });
      return true;
    }
    if (/^#{1,6}(?:[ \t]|$)/.test(text)) return this.#single("heading", text, number, matched);
    const html = htmlStart(text, inParagraph);
    if (html !== null) {
      this.#leave(matched);
      this.#begin("html", number, [rest], "", null, html.end);
      if (html.end?.test(text) === true) this.#close();
      return true;
    }
    if (inParagraph && ours && /^(?:=+|-+)[ \t]*$/.test(text)) {
      this.#finishHeading(number);
      return true;
    }
    if (RULE.test(text.trimEnd())) return this.#single("rule", text, number, matched);
    return inParagraph && ours && this.#tableStart(text, number);
  }

  #single(kind: BlockKind, text: string, number: number, matched: number): true {
    this.#leave(matched);
    this.#begin(kind, number, [text]);
    this.#close();
    return true;
  }

  #finishHeading(number: number): void {
    const open = this.#open;
    if (open === null) return;
    open.block.kind = "heading";
    open.block.endLine = number;
    this.#close();
  }

  /** A delimiter row makes the paragraph's last line a table head. */
  #tableStart(text: string, number: number): boolean {
    const open = this.#open;
    const head = open?.block.lines.at(-1);
    if (open === null || head === undefined) return false;
    const fits = text.includes("|") || head.includes("|");
    if (!fits || !DELIMITER_ROW.test(text) || cellCount(head) !== cellCount(text)) return false;
    if (open.block.lines.length === 1) this.blocks.pop();
    else {
      open.block.lines.pop();
      open.block.endLine = number - 2;
    }
    this.#open = null;
    this.#begin("table", number - 1, [head]);
    return true;
  }

  /** Ordinary text: continues a paragraph (also lazily), a table, or begins a paragraph. */
  #text(rest: string, number: number, matched: number): void {
    const open = this.#open;
    if (isBlank(rest)) {
      this.#leave(matched);
      this.#close();
      return;
    }
    if (
      open?.block.kind === "paragraph" ||
      (open?.block.kind === "table" && matched === this.#containers.length)
    ) {
      // Containers that did not match stay open: a lazy continuation line.
      open.block.lines.push(rest.trimStart());
      open.block.endLine = number;
      return;
    }
    this.#leave(matched);
    this.#begin("paragraph", number, [rest.trimStart()]);
  }

  #begin(
    kind: BlockKind,
    number: number,
    lines: string[],
    info = "",
    fence: OpenBlock["fence"] = null,
    htmlEnd: RegExp | null = null,
  ): void {
    this.#close();
    for (const one of this.#containers) if (one.kind === "item") one.empty = false;
    const block: Block = {
      kind,
      top: this.#containers.length === 0,
      startLine: number,
      endLine: number,
      lines,
      info,
      inList: this.#containers.at(-1)?.kind === "item",
    };
    this.blocks.push(block);
    this.#open = { block, fence, htmlEnd };
  }

  /** Closes containers beyond the first `matched` ones, and the leaf that was in them. */
  #leave(matched: number): void {
    if (this.#containers.length > matched) {
      this.#close();
      this.#containers = this.#containers.slice(0, matched);
    }
  }

  #close(): void {
    this.#open = null;
  }
}

function htmlStart(text: string, inParagraph: boolean): { readonly end: RegExp | null } | null {
  for (const [start, end] of HTML_STARTS) if (start.test(text)) return { end };
  return !inParagraph && COMPLETE_TAG.test(text) ? { end: null } : null;
}

/** The leaf blocks of a text, in order. */
export function parseBlocks(text: string): Block[] {
  const parser = new BlockParser();
  const lines = text.split("\n");
  for (const [number, line] of lines.entries()) parser.feed(line, number);
  return parser.end();
}
