// Sentences of ours that carry values of others: the words stay words, whatever could act becomes a code span.
import { quoteInline, quoteText } from "./untrusted-text.ts";

/** A word that is nothing but a word to GitLab's Markdown; sentence marks around it are kept outside a code span. */
const WORD = /^[A-Za-z0-9]+(?:['’-][A-Za-z0-9]+)*$/;
/** Words that GitLab would link by themselves: commit ids, Jira-like keys, www addresses. */
const LINKED = /^(?:[0-9a-f]{7,40}|[A-Z][A-Z0-9_]+-\d+|www)$/i;
const MARKS = /^([("“]*)(.*?)([)"”.,:;!?…]*)$/s;
/** Signs that stand alone between words. */
const SIGNS = new Set(["–", "—", "·", "→", "≤", "≥", "…"]);

/**
 * One line of prose. Line breaks become spaces; a token that is not a plain word or number
 * (a path, an e-mail address, a reference, anything with a mark that Markdown reads) is put in a code span.
 */
export const prose = (text: string): string => eachToken(text, quoteInline);

/** The same for a cell of a table, where a pipe would split the row. */
export const proseCell = (text: string): string =>
  eachToken(text, (token) => quoteText(token, "table-cell"));

type Quote = (token: string) => string;

function eachToken(text: string, quote: Quote): string {
  return text
    .split(/\s+/)
    .filter((token) => token !== "")
    .map((token) => proseToken(token, quote))
    .join(" ");
}

function proseToken(token: string, quote: Quote): string {
  if (SIGNS.has(token)) return token;
  if (token === ">") return "&gt;";
  return token.replace(MARKS, (_, before: string, core: string, after: string) => {
    if (core === "") return quote(token);
    const plain = (WORD.test(core) || isNumber(core)) && !LINKED.test(core);
    return `${before}${plain ? core : quote(core)}${after}`;
  });
}

const isNumber = (token: string): boolean => /^-?\d+(?:[.,:]\d+)*%?$/.test(token);
