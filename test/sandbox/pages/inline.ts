// Inline Markdown: code, emphasis, links, mentions, references and labels. Nothing is loaded, no tag passes.
import { labelNamed } from "../labelling.ts";
import type { Project } from "../model.ts";
import { Html, html } from "./html.ts";
import { labelChip } from "./parts.ts";
import { link, seesCode, seesIssue, seesProject, type Viewer } from "./viewer.ts";

/** Where a text stands: references are resolved from here. */
export type Place = { readonly viewer: Viewer; readonly project: Project };

type Rule = {
  readonly pattern: RegExp;
  readonly render: (match: RegExpExecArray, place: Place) => Html | null;
};

/** The first rule that matches at a position wins; a rule may decline with `null`. */
const RULES: readonly Rule[] = [
  {
    pattern: /\\([!-/:-@[-`{-~])/y,
    render: (match) => html`${match[1]}`,
  },
  { pattern: /\\\n| {2,}\n|<br\s*\/?>/iy, render: () => html`<br>` },
  { pattern: /<!--[\s\S]*?-->/y, render: () => html`` },
  {
    pattern: /(`+)(?!`)([\s\S]*?[^`])\1(?!`)/y,
    render: (match) => html`<code>${codeText(match[2] ?? "")}</code>`,
  },
  {
    pattern: /!\[([^\]]*)\]\(([^()\s]*)(?:\s+"[^"]*")?\)/y,
    render: (match) => html`<span class="image" title="${match[2]}">image: ${match[1]}</span>`,
  },
  {
    pattern: /\[((?:[^[\]\\]|\\.)+)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)/y,
    render: (match, place) => anchor(match[2] ?? "", inline(match[1] ?? "", place)),
  },
  {
    pattern: /<?(https?:\/\/[^\s<>]*[^\s<>.,:;"')\]])>?/y,
    render: (match) => anchor(match[1] ?? "", html`${match[1]}`),
  },
  {
    pattern: /(\*\*|__)(?=\S)([\s\S]*?\S)\1/y,
    render: (match, place) => html`<strong>${inline(match[2] ?? "", place)}</strong>`,
  },
  {
    pattern: /~~(?=\S)([\s\S]*?\S)~~/y,
    render: (match, place) => html`<del>${inline(match[1] ?? "", place)}</del>`,
  },
  {
    pattern: /\*(?=[^\s*])([\s\S]*?[^\s*])\*(?!\*)|(?<!\w)_(?=[^\s_])([\s\S]*?[^\s_])_(?!\w)/y,
    render: (match, place) => html`<em>${inline(match[1] ?? match[2] ?? "", place)}</em>`,
  },
  { pattern: /(?<![\w@])@([\w.-]*\w(?:\/[\w.-]*\w)*)/y, render: mention },
  { pattern: /(?<![\w/])([\w.-]+(?:\/[\w.-]+)+)?([#!])(\d+)(?!\w)/y, render: reference },
  { pattern: /~(?:"([^"\n]+)"|([\w:.-]*\w))/y, render: label },
  { pattern: /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|nbsp));/iy, render: entity },
];

/** Renders one run of inline text. */
export function inline(text: string, place: Place): Html {
  const out: Html[] = [];
  let done = 0;
  let position = 0;
  while (position < text.length) {
    STARTS.lastIndex = position;
    const start = STARTS.exec(text);
    if (start === null) break;
    const found = matchAt(text, start.index, place);
    position = start.index + (found?.length ?? 1);
    if (found === null) continue;
    out.push(html`${text.slice(done, start.index)}`, found.html);
    done = position;
  }
  out.push(html`${text.slice(done)}`);
  return new Html(out.map((one) => one.text).join(""));
}

/** Where a rule can begin: a sign of Markdown, or the first letter of a word (addresses, `group/project#1`). */
const STARTS = /[\\<`![*_~@#& ]|(?<![\w/.-])\w/g;

function matchAt(
  text: string,
  position: number,
  place: Place,
): { readonly html: Html; readonly length: number } | null {
  for (const { pattern, render } of RULES) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) continue;
    const length = match[0].length;
    const rendered = render(match, place);
    if (rendered !== null) return { html: rendered, length };
  }
  return null;
}

function codeText(text: string): string {
  const line = text.replaceAll("\n", " ");
  return /^ .* $/.test(line) && line.trim() !== "" ? line.slice(1, -1) : line;
}

/** Only web addresses and places of the sandbox become links. */
function anchor(target: string, content: Html): Html {
  if (!/^(?:https?:\/\/|\/(?!\/)|#)/i.test(target))
    return html`<span title="${target}">${content}</span>`;
  return html`<a href="${target}" rel="noreferrer">${content}</a>`;
}

function mention(match: RegExpExecArray, { viewer }: Place): Html | null {
  const name = match[1] ?? "";
  const known =
    name === "all" ||
    viewer.state.userNamed(name) !== undefined ||
    viewer.state.group(name) !== undefined;
  return known ? html`<span class="mention">@${name}</span>` : null;
}

function reference(match: RegExpExecArray, { viewer, project }: Place): Html | null {
  const home = match[1] === undefined ? project : viewer.state.project(match[1]);
  if (home === undefined || !seesProject(viewer, home)) return null;
  const iid = Number(match[3]);
  if (match[2] === "#") {
    const issue = home.issues.find((one) => one.iid === iid);
    if (issue === undefined || !seesIssue(viewer, issue)) return null;
    const to = link(viewer, `/${home.fullPath}/-/issues/${iid}`);
    return html`<a href="${to}" title="${issue.title}">${match[0]}</a>`;
  }
  const mergeRequest = home.mergeRequests.find((one) => one.iid === iid);
  if (mergeRequest === undefined || !seesCode(viewer, home)) return null;
  const to = link(viewer, `/${home.fullPath}/-/merge_requests/${iid}`);
  return html`<a href="${to}" title="${mergeRequest.title}">${match[0]}</a>`;
}

function label(match: RegExpExecArray, { viewer, project }: Place): Html | null {
  const found = labelNamed(viewer.state, project, match[1] ?? match[2] ?? "");
  return found === undefined ? null : labelChip(found);
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
};

function entity(match: RegExpExecArray): Html | null {
  const named = NAMED[(match[3] ?? "").toLowerCase()];
  if (named !== undefined) return html`${named}`;
  const code = match[1] === undefined ? Number.parseInt(match[2] ?? "", 16) : Number(match[1]);
  return code > 0 && code <= 0x10ffff ? html`${String.fromCodePoint(code)}` : null;
}
