// Block Markdown, enough of GitLab's to read issues and merge requests: headings, lists, tables, code, quotes, details.
import { type Html, html } from "./html.ts";
import { inline, type Place } from "./inline.ts";

/** Renders a text; other people's HTML is shown as text, comments are hidden as GitLab hides them. */
export function markdown(text: string, place: Place): Html {
  return blocks(text.replaceAll("\r", "").split("\n"), place);
}

type Rendered = { readonly html: Html; readonly next: number };
type BlockRule = (lines: readonly string[], at: number, place: Place) => Rendered | null;

const RULES: readonly BlockRule[] = [
  comment,
  fence,
  heading,
  rule,
  details,
  quoteBlock,
  quote,
  table,
  list,
  indented,
];

function blocks(lines: readonly string[], place: Place): Html {
  const out: Html[] = [];
  let at = 0;
  while (at < lines.length) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const done = firstBlock(lines, at, place) ?? paragraph(lines, at, place);
    out.push(done.html);
    at = done.next;
  }
  return html`${out}`;
}

function firstBlock(lines: readonly string[], at: number, place: Place): Rendered | null {
  for (const one of RULES) {
    const done = one(lines, at, place);
    if (done !== null) return done;
  }
  return null;
}

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === "";
}

/** An HTML comment hides everything up to its end; without one, the rest of the text. */
function comment(lines: readonly string[], at: number): Rendered | null {
  if (!/^ {0,3}<!--/.test(lines[at] ?? "")) return null;
  const length = lines.slice(at).findIndex((line) => line.includes("-->"));
  return { html: html``, next: length < 0 ? lines.length : at + length + 1 };
}

function fence(lines: readonly string[], at: number): Rendered | null {
  const open = /^ {0,3}(`{3,}(?!.*`)|~{3,})\s*(\S*)/.exec(lines[at] ?? "");
  if (open === null) return null;
  const mark = open[1] ?? "";
  const closing = new RegExp(`^ {0,3}${mark.charAt(0)}{${mark.length},}\\s*$`);
  const rest = lines.slice(at + 1);
  const length = rest.findIndex((line) => closing.test(line));
  const body = length < 0 ? rest : rest.slice(0, length);
  return {
    html: html`<pre><code data-language="${open[2]}">${body.join("\n")}</code></pre>`,
    next: at + body.length + 2,
  };
}

const LEVELS: readonly ((content: Html) => Html)[] = [
  (content) => html`<h2>${content}</h2>`,
  (content) => html`<h3>${content}</h3>`,
  (content) => html`<h4>${content}</h4>`,
];

function heading(lines: readonly string[], at: number, place: Place): Rendered | null {
  const match = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/.exec(lines[at] ?? "");
  if (match === null) return null;
  const level = LEVELS[Math.min((match[1] ?? "").length, LEVELS.length) - 1];
  const content = inline(match[2] ?? "", place);
  return { html: level?.(content) ?? content, next: at + 1 };
}

function rule(lines: readonly string[], at: number): Rendered | null {
  return /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/.test(lines[at] ?? "")
    ? { html: html`<hr>`, next: at + 1 }
    : null;
}

function details(lines: readonly string[], at: number, place: Place): Rendered | null {
  const open = /^\s*<details(\s+open)?>(.*)$/i.exec(lines[at] ?? "");
  if (open === null) return null;
  const inside = [open[2] ?? ""];
  let depth = 1;
  let next = at + 1;
  for (; next < lines.length && depth > 0; next += 1) {
    const line = lines[next] ?? "";
    depth += (line.match(/<details[\s>]/gi) ?? []).length;
    depth -= (line.match(/<\/details>/gi) ?? []).length;
    inside.push(depth > 0 ? line : line.replace(/<\/details>.*$/i, ""));
  }
  const text = inside.join("\n");
  const summary = /<summary>([\s\S]*?)<\/summary>/i.exec(text);
  const body = summary === null ? text : text.replace(summary[0], "");
  return {
    html: html`<details${open[1] === undefined ? "" : " open"}><summary>${inline(summary?.[1] ?? "Details", place)}</summary>${blocks(body.split("\n"), place)}</details>`,
    next,
  };
}

function quoteBlock(lines: readonly string[], at: number, place: Place): Rendered | null {
  if (!/^>>>\s*$/.test(lines[at] ?? "")) return null;
  const length = lines.slice(at + 1).findIndex((line) => /^>>>\s*$/.test(line));
  if (length < 0) return null;
  const inside = lines.slice(at + 1, at + 1 + length);
  return { html: html`<blockquote>${blocks(inside, place)}</blockquote>`, next: at + length + 2 };
}

function quote(lines: readonly string[], at: number, place: Place): Rendered | null {
  const taken = takeWhile(lines, at, (line) => /^ {0,3}>/.test(line));
  if (taken.length === 0) return null;
  const inside = taken.map((line) => line.replace(/^ {0,3}> ?/, ""));
  const alert = /^\[!(note|tip|important|caution|warning)\]\s*$/i.exec(inside[0] ?? "")?.[1];
  const body = blocks(alert === undefined ? inside : inside.slice(1), place);
  return {
    html:
      alert === undefined
        ? html`<blockquote>${body}</blockquote>`
        : html`<div class="alert"><strong>${alert}</strong>${body}</div>`,
    next: at + taken.length,
  };
}

function takeWhile(
  lines: readonly string[],
  at: number,
  test: (line: string) => boolean,
): readonly string[] {
  const length = lines.slice(at).findIndex((line) => !test(line));
  return length < 0 ? lines.slice(at) : lines.slice(at, at + length);
}

function table(lines: readonly string[], at: number, place: Place): Rendered | null {
  const head = lines[at] ?? "";
  const ruler = lines[at + 1] ?? "";
  if (!head.includes("|") || !/^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/.test(ruler))
    return null;
  const names = cells(head);
  if (names.length !== cells(ruler).length) return null;
  const rows = takeWhile(lines, at + 2, (line) => line.includes("|") && !isBlank(line));
  const row = (line: string): Html => {
    const values = cells(line);
    return html`<tr>${names.map((_name, column) => html`<td>${inline(values[column] ?? "", place)}</td>`)}</tr>`;
  };
  return {
    html: html`<div class="scroll"><table><thead><tr>${names.map(
      (name) => html`<th>${inline(name, place)}</th>`,
    )}</tr></thead><tbody>${rows.map(row)}</tbody></table></div>`,
    next: at + 2 + rows.length,
  };
}

/** Cuts a row at its bars; `\|` is a bar in a cell. */
function cells(line: string): readonly string[] {
  const trimmed = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return trimmed.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])(?:( +)(.*)|\s*)$/;

function list(lines: readonly string[], at: number, place: Place): Rendered | null {
  const first = ITEM.exec(lines[at] ?? "");
  if (first === null) return null;
  const ordered = /\d/.test(first[2] ?? "");
  const items: (readonly string[])[] = [];
  let next = at;
  for (;;) {
    const match = ITEM.exec(lines[next] ?? "");
    if (match === null || /\d/.test(match[2] ?? "") !== ordered) break;
    const gap = (match[3] ?? " ").length > 4 ? 1 : (match[3] ?? " ").length;
    const indent = (match[1] ?? "").length + (match[2] ?? "").length + gap;
    const more = itemLines(lines, next + 1, indent);
    items.push([
      match[4] ?? "",
      ...more.map((line) => line.slice(Math.min(indent, leading(line)))),
    ]);
    next += 1 + more.length;
  }
  const shown = items.map((item) => listItem(item, place));
  const start = Number.parseInt(first[2] ?? "1", 10);
  return {
    html: ordered ? html`<ol start="${start}">${shown}</ol>` : html`<ul>${shown}</ul>`,
    next,
  };
}

function leading(line: string): number {
  return line.length - line.trimStart().length;
}

/** The lines that belong to an item: indented ones, and blank ones between them. */
function itemLines(lines: readonly string[], at: number, indent: number): readonly string[] {
  let end = at;
  let next = at;
  while (next < lines.length) {
    const line = lines[next] ?? "";
    const lazy = next === end && !isBlank(line) && !isBlank(lines[next - 1]) && !startsBlock(line);
    if (!isBlank(line) && leading(line) < indent && !lazy) break;
    next += 1;
    if (!isBlank(line)) end = next;
  }
  return lines.slice(at, end);
}

function startsBlock(line: string): boolean {
  return (
    ITEM.test(line) || /^ {0,3}(?:#{1,6}\s|>|```|~~~|<!--|<\/?details|<summary|\|)/i.test(line)
  );
}

function listItem(item: readonly string[], place: Place): Html {
  const task = /^\[([ xX])\] /.exec(item[0] ?? "");
  const lines = task === null ? item : [(item[0] ?? "").slice(4), ...item.slice(1)];
  const box =
    task === null
      ? null
      : html`<span class="box" aria-label="${task[1] === " " ? "open" : "done"}">${task[1] === " " ? "☐" : "☑"}</span> `;
  const split = lines.findIndex(
    (line, number) => number > 0 && (isBlank(line) || startsBlock(line)),
  );
  const text = split < 0 ? lines : lines.slice(0, split);
  const rest = split < 0 ? [] : lines.slice(split);
  const opening = startsBlock(text[0] ?? "") ? blocks(text, place) : inline(text.join("\n"), place);
  return html`<li${task === null ? "" : html` class="task"`}>${box}${opening}${blocks(rest, place)}</li>`;
}

function indented(lines: readonly string[], at: number): Rendered | null {
  const taken = takeWhile(lines, at, (line) => /^ {4}/.test(line) || isBlank(line));
  if (!/^ {4}/.test(lines[at] ?? "")) return null;
  const body = taken
    .map((line) => line.slice(4))
    .join("\n")
    .trimEnd();
  return { html: html`<pre><code>${body}</code></pre>`, next: at + taken.length };
}

function paragraph(lines: readonly string[], at: number, place: Place): Rendered {
  const taken = takeWhile(lines, at + 1, (line) => !isBlank(line) && !startsBlock(line));
  const text = [lines[at] ?? "", ...taken].map((line) => line.trimStart()).join("\n");
  return { html: html`<p>${inline(text, place)}</p>`, next: at + 1 + taken.length };
}
