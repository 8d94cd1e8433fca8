/** The oracle: what in a Markdown text would act when GitLab stores and shows it. */
import { type Block, parseBlocks } from "./markdown-blocks.ts";
import { extractQuickActions } from "./quick-actions.ts";

export interface LiveEffects {
  /** `close`, `label ~bug`: what would be executed. */
  readonly quickActions: readonly string[];
  /** `@name` with the at sign: who would be notified. */
  readonly mentions: readonly string[];
  /** What would link to an object of GitLab and leave a note there. */
  readonly references: readonly string[];
  readonly images: readonly string[];
  readonly links: readonly string[];
  /** Raw HTML tags that reach the sanitizer. */
  readonly html: readonly string[];
  /** Diagrams, tables of contents, placeholders, task boxes, footnotes, invisible signs. */
  readonly other: readonly string[];
}

interface Found {
  mentions: string[];
  references: string[];
  images: string[];
  links: string[];
  html: string[];
  other: string[];
}

const DIAGRAM_LANGUAGES =
  /^(?:mermaid|plantuml|math|geojson|stl|json:table|suggestion|blockdiag|seqdiag|actdiag|nwdiag|packetdiag|rackdiag|bpmn|bytefield|d2|dbml|diagramsnet|ditaa|erd|excalidraw|graphviz|dot|nomnoml|pikchr|structurizr|svgbob|symbolator|tikz|umlet|vega|vegalite|wavedrom|wireviz|c4plantuml)(?:[\s:{-]|$)/i;
const PATH_PART = "[A-Za-z0-9_.](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?";
const PATH = `${PATH_PART}(?:/${PATH_PART})*`;
const MENTION = new RegExp(`(?<![\\w])@(${PATH})`, "gu");
const REFERENCES: readonly RegExp[] = [
  // Issues, merge requests, snippets, epics, alerts, with or without a project before them.
  new RegExp(`(?<![\\w&/#])(?:${PATH})?(?:#|!|\\$|\\^alert#)\\d+(?:\\+s?)?(?![\\w])`, "gu"),
  new RegExp(`(?<![\\w&])(?:${PATH})?&\\d+(?:\\+s?)?(?![\\w;])`, "gu"),
  /(?<!\w)(?:GL-|gl-)\d+(?!\w)/gu,
  /\[(?:issue|epic|work_item|merge_request|snippet|vulnerability|feature_flag|contact|cadence|iteration|wiki_page|alert):[^\]\n]+\]/gu,
  // Labels, milestones, iterations.
  /(?<![\w~])~(?:"[^"\n]+"|[A-Za-z0-9_][\w:.?&-]*)/gu,
  /(?<![\w%])%(?:"[^"\n]+"|[A-Za-z0-9_][\w.-]*)/gu,
  /\*iteration:(?:\d+|"[^"\n]+")/gu,
  /\[\[(?!_TOC_\]\])[^\]\n]+\]\]/gu,
  // Commits and ranges.
  /(?<![\w/])(?=[0-9a-f]*\d)[0-9a-f]{7,40}(?:\.{2,3}[0-9a-f]{7,40})?(?!\w)/gu,
];
const OBJECT_URL =
  /\/-\/(?:issues|merge_requests|work_items|epics|snippets|commit|milestones|designs)\/|#note_\d+/;
const BARE_URL = /(?:https?:\/\/|ftp:\/\/|www\.)[^\s<]+/giu;
const EMAIL = /(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/gu;
const INLINE_TAG =
  /<(?:\/?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?\/?|!--[\s\S]*?--|\?[\s\S]*?\?|![A-Z][^>]*|!\[CDATA\[[\s\S]*?\]\])>/gu;
const PLACEHOLDER = /%(?:\{|%7B)[a-z_]+(?:\}|%7D)/giu;
const INVISIBLE = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{e0000}-\u{e0fff}]/u;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  commat: "@",
  num: "#",
  excl: "!",
  percnt: "%",
  dollar: "$",
  sol: "/",
  lsqb: "[",
  lbrack: "[",
  rsqb: "]",
  rbrack: "]",
  lpar: "(",
  rpar: ")",
  colon: ":",
  grave: "`",
  lowbar: "_",
  ast: "*",
  hat: "^",
  nbsp: "\u00a0",
  Tab: "\t",
  NewLine: "\n",
};
/** Stands for an escaped sign: it is not a word sign and starts nothing. */
const ESCAPED = "\ufffc";

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));/g,
    (all, dec, hex, name) => {
      if (name !== undefined) return ENTITIES[name] ?? all;
      const code = dec === undefined ? Number.parseInt(hex, 16) : Number(dec);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    },
  );
}

/** Takes code spans out: a run of backticks up to the next run of the same length. */
function withoutCodeSpans(text: string): string {
  let out = "";
  let rest = text;
  while (rest !== "") {
    const start = /\\[\s\S]|`+/.exec(rest);
    if (start === null) return out + rest;
    out += rest.slice(0, start.index);
    const token = start[0];
    rest = rest.slice(start.index + token.length);
    if (!token.startsWith("`")) {
      out += token;
      continue;
    }
    const end = new RegExp(`(?<!\`)\`{${token.length}}(?!\`)`).exec(rest);
    if (end === null) out += token;
    else {
      // GitLab shows a colour chip there, which is harmless; nothing inside acts.
      out += ESCAPED;
      rest = rest.slice(end.index + token.length);
    }
  }
  return out;
}

function scanInline(source: string, definitions: ReadonlySet<string>, found: Found): void {
  let text = withoutCodeSpans(source);
  text = text.replace(/\\([!-/:-@[-`{-~])/g, ESCAPED);
  found.html.push(
    ...[...text.matchAll(INLINE_TAG)]
      .map((one) => one[0])
      .filter((tag) => !/^<(?:https?|mailto|ftp):/i.test(tag)),
  );
  text = takeLinks(text, definitions, found);
  const plain = decodeEntities(text);
  for (const match of plain.matchAll(BARE_URL)) {
    const url = match[0];
    found.links.push(url);
    if (OBJECT_URL.test(url)) found.references.push(url);
  }
  const withoutUrls = plain.replaceAll(BARE_URL, " ").replaceAll(EMAIL, (mail) => {
    found.links.push(`mailto:${mail}`);
    return " ";
  });
  found.other.push(...[...withoutUrls.matchAll(PLACEHOLDER)].map((one) => `placeholder ${one[0]}`));
  const words = withoutUrls.replaceAll(PLACEHOLDER, " ");
  found.mentions.push(...[...words.matchAll(MENTION)].map((one) => `@${one[1]}`));
  for (const pattern of REFERENCES) {
    found.references.push(...[...words.matchAll(pattern)].map((one) => one[0]));
  }
  if (/\[\^[^\]\s]+\]/.test(words)) found.other.push("footnote");
  if (/^\[(?:TOC|\[_TOC_\])\]$/m.test(words.trim())) found.other.push("table of contents");
}

/** Collects images, links and autolinks and leaves their shown text. */
function takeLinks(source: string, definitions: ReadonlySet<string>, found: Found): string {
  let text = source.replace(
    /<((?:https?|ftp|mailto):[^\s<>]*|[\w.+-]+@[\w.-]+)>/gi,
    (_all, url: string) => {
      found.links.push(url);
      if (OBJECT_URL.test(url)) found.references.push(url);
      return " ";
    },
  );
  // Inner brackets first: an image may be the text of a link.
  const inline = /(!?)\[([^[\]]*)\](?:\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)|\[([^\]\n]*)\])?/g;
  for (let round = 0; round < 4; round += 1) {
    const before = text;
    text = text.replace(
      inline,
      (all, bang: string, shown: string, target?: string, label?: string) => {
        const reference = (label === undefined || label === "" ? shown : label)
          .trim()
          .toLowerCase();
        if (target === undefined && !definitions.has(reference)) return all;
        const url = decodeEntities((target ?? reference).trim());
        (bang === "!" ? found.images : found.links).push(url);
        if (OBJECT_URL.test(url)) found.references.push(url);
        return ` ${shown} `;
      },
    );
    if (text === before) break;
  }
  return text;
}

function scanBlock(block: Block, definitions: ReadonlySet<string>, found: Found): void {
  const text = block.lines.join("\n");
  switch (block.kind) {
    case "fence":
      if (DIAGRAM_LANGUAGES.test(block.info)) found.other.push(`diagram ${block.info}`);
      return;
    case "indented":
    case "rule":
      return;
    case "html":
      found.html.push(...(text.match(/<[^\s>][^>]*>?/g) ?? [text]));
      scanInline(text.replaceAll(INLINE_TAG, " "), definitions, found);
      return;
    case "paragraph":
      if (block.inList && /^\[[ xX~]\]\s/.test(text)) found.other.push("task box");
      scanInline(text, definitions, found);
      return;
    case "heading":
    case "table":
      scanInline(text, definitions, found);
  }
}

/** Everything in a text that would act; an inert text has seven empty lists. */
export function live(markdown: string): LiveEffects {
  const quickActions = extractQuickActions(markdown).actions.map(({ name, argument }) =>
    argument === "" ? name : `${name} ${argument}`,
  );
  const text = markdown.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  const blocks = parseBlocks(text);
  const found: Found = { mentions: [], references: [], images: [], links: [], html: [], other: [] };
  const definitions = new Set<string>();
  for (const block of blocks) {
    if (block.kind !== "paragraph") continue;
    for (const line of block.lines) {
      const name = /^\[([^\]^][^\]]*)\]:/.exec(line)?.[1];
      if (name !== undefined) definitions.add(name.trim().toLowerCase());
    }
  }
  for (const block of blocks) scanBlock(block, definitions, found);
  if (/^[ ]{0,3}\[\^[^\]\s]+\]:/m.test(text)) found.other.push("footnote");
  if (INVISIBLE.test(text)) found.other.push("invisible signs");
  const unique = (list: readonly string[]): string[] => [...new Set(list)];
  return {
    quickActions,
    mentions: unique(found.mentions),
    references: unique(found.references),
    images: unique(found.images),
    links: unique(found.links),
    html: unique(found.html),
    other: unique(found.other),
  };
}
