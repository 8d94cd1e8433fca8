// What single answers of the form mean: paths, user names, words, yes and no.
import { findForbidden } from "../text-hygiene.ts";

/** No answer on one line is longer. */
const MAX_VALUE = 1_000;
/** What people write where they have nothing to say, and what templates say where an answer belongs. */
const NOTHING =
  /^(?:n\s?\/\s?a|na|none|nil|null|tbd|todo|unknown|not applicable|[-–—?.…]+|_+|<[^<>]*>|yyyy-mm-dd.*|(?:e\.g\.|for example).*)$/i;

/** The text of an answer without the marks around it; empty when it says nothing. */
export function bareValue(text: string): string {
  if (text.length > MAX_VALUE) return text.slice(0, MAX_VALUE + 1);
  const bare = unwrap(text.trim());
  return NOTHING.test(bare) && !/^<https?:/i.test(bare) ? "" : bare;
}

const WRAPPED = [/^(`+) ?(.*?) ?\1$/, /^(["'])(.*)\1$/, /^(\*\*|__)(.*)\1$/] as const;

function unwrap(text: string): string {
  for (const pattern of WRAPPED) {
    const inner = pattern.exec(text)?.[2];
    if (inner !== undefined && !inner.includes("`")) return unwrap(inner.trim());
  }
  return text;
}

/** Readable at all: not too long, nothing hidden in it. */
export const isClear = (text: string): boolean =>
  text.length <= MAX_VALUE && findForbidden(text).length === 0 && !/[\u200C\u200D]/.test(text);

/** The items of a list on one line: `a, b; c`, `[a, b]`. */
export function listItems(text: string): string[] {
  const inner = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  return inner
    .split(/[,;]/)
    .map(bareValue)
    .filter((item) => item !== "");
}

/** Words that ask for everything. */
export const isEverything = (text: string): boolean =>
  /^(?:[\w.-]+\/)*\*+$/.test(text) || /^(?:all|any|every(?:thing)?)(?: [a-z ]{1,40})?$/i.test(text);

const PAGE =
  /^<?https?:\/\/gitlab\.com\/(?:groups\/)?([A-Za-z0-9_./-]+?)(?:\/-(?:\/[\w./%-]*)?)?\/?>?$/;

/** A path as given, or behind the address of a page of plain gitlab.com; any other address stays what it is. */
export const pathOf = (text: string): string => PAGE.exec(text)?.[1] ?? text;

/** A user name, with or without `@`. */
export const userOf = (text: string): string => pathOf(text).replace(/^@/, "");

/** Yes or no by the first word; null = neither. */
export function yesOrNo(text: string): boolean | null {
  const word = /^([a-z]+)(?:[\s,.;:!(–-].*)?$/i.exec(text)?.[1]?.toLowerCase();
  if (word === undefined) return null;
  if (["yes", "y", "true", "needed", "required", "x"].includes(word)) return true;
  return ["no", "n", "false", "not"].includes(word) ? false : null;
}

/** What the answer shall hold, by the first word; null = neither. */
export function laneNamed(text: string): "rows" | "aggregate" | null {
  const word = /^[a-z]+/i.exec(text)?.[0].toLowerCase();
  if (word === "rows" || word === "row") return "rows";
  return word === "counts" || word === "count" || word === "aggregate" ? "aggregate" : null;
}

const SOURCE_WORDS: Readonly<Record<string, string>> = {
  access: "access",
  "http requests": "http",
  "http request": "http",
  "web hooks": "web_hooks",
  webhooks: "web_hooks",
  "gitlab shell": "shell",
  "container registry": "registry",
};

/** The name of a log source in words: `Application logs` → `application`. */
export function sourceOf(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/\([^()]*\)/g, " ")
    .replace(/[_\s]+/g, " ")
    .replace(/(?: json)?(?: logs?)?\s*$/, "")
    .trim();
  return SOURCE_WORDS[words] ?? words.replaceAll(" ", "_");
}

const DEPLOYMENTS: Readonly<Record<string, string>> = {
  "gitlab.com": "gitlab.com",
  "gitlab com": "gitlab.com",
  saas: "gitlab.com",
  "self-managed": "self-managed",
  "self managed": "self-managed",
  "on-premises": "self-managed",
  "self-hosted": "self-managed",
  dedicated: "dedicated",
  "gitlab dedicated": "dedicated",
};

/** The offering that the form names, in the words of the facts; another word as it stands. */
export function deploymentOf(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/\s*\(.*$/, "")
    .trim();
  return DEPLOYMENTS[words] ?? words;
}
