// Shows text that somebody else wrote so that nothing in it can act in GitLab: no quick action, mention, reference, image, link or HTML.
import { cleanText } from "./text-hygiene.ts";

const BLOCK_CHARACTERS = 8_000;
const BLOCK_LINES = 200;
const INLINE_CHARACTERS = 2_000;

/**
 * Where the quoted text will stand. `raw` and `after-marker`: as a block of its own at column 0. `fence-3`: as a
 * block that may itself be put into a fence of three backticks. All others: in the middle of a line.
 */
export const QUOTE_CONTEXTS = [
  "raw",
  "after-marker",
  "fence-3",
  "paragraph",
  "list-item",
  "quote-block",
  "heading",
  "table-cell",
] as const;
export type QuoteContext = (typeof QUOTE_CONTEXTS)[number];

/**
 * Markdown that shows `text` and does nothing else, in the given context: a code block, or a code span on one line
 * (line ends become `↵`). Both hold against GitLab's extractor because the run of backticks around them is longer
 * than any inside. Capped (8,000 characters and 200 lines, 2,000 characters in a line), with the rest counted.
 */
export function quoteText(text: string, context: QuoteContext): string {
  switch (context) {
    case "raw":
    case "after-marker":
      return quoteBlock(text);
    case "fence-3":
      return quoteBlock(text, (shown) => shown.replace(/^ {0,3}(?=`{3,}[ \t]*$)/gm, "    "));
    case "table-cell":
      return escapePipes(quoteInline(text));
    default:
      return quoteInline(text);
  }
}

/** The text as one code span on one line; safe anywhere but in a table cell, where a pipe would split it. */
export function quoteInline(text: string): string {
  const line = disarm(text)
    .trim()
    .replace(/\s*\n\s*/g, " ↵ ");
  if (line === "") return "(empty)";
  const { shown, rest } = cut(line, INLINE_CHARACTERS);
  const ticks = fence(shown, 1);
  const pad = /^[` ]|[` ]$/.test(shown) ? " " : "";
  return `${ticks}${pad}${shown}${pad}${ticks}${rest === "" ? "" : ` ${rest}`}`;
}

function quoteBlock(text: string, adapt = (shown: string): string => shown): string {
  const whole = disarm(text).trimEnd().replace(/^\n+/, "");
  if (whole === "") return "(empty)";
  const { shown, rest } = cut(whole, Math.min(BLOCK_CHARACTERS, endOfLine(whole, BLOCK_LINES)));
  const ticks = fence(shown, 3);
  return `${ticks}text\n${adapt(shown)}\n${ticks}${rest === "" ? "" : `\n\n${rest}`}`;
}

/** Clean text in which a bot's hidden marker is no marker any more. */
const disarm = (text: string): string =>
  cleanText(text).replaceAll("<!--", "<! --").replaceAll("-->", "-- >");

/** The first `max` characters, not half of a pair, and a sentence about the others. */
function cut(text: string, max: number): { shown: string; rest: string } {
  if (text.length <= max) return { shown: text, rest: "" };
  const shown = text.slice(0, max).replace(/[\uD800-\uDBFF]$/, "");
  return { shown, rest: `… (${text.length - shown.length} characters more)` };
}

/** Where line number `lines` ends; the length of the text when it has fewer. */
function endOfLine(text: string, lines: number): number {
  let end = -1;
  for (let line = 0; line < lines; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end === -1) return text.length;
  }
  return end;
}

/** One backtick more than the longest run in the text, `least` or more. */
function fence(text: string, least: number): string {
  let longest = least - 1;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return "`".repeat(longest + 1);
}

/**
 * Tables are split at pipes before code spans are read (GFM 4.10): each pipe gets an odd number of backslashes.
 * An even number there would be escaped backslashes and a bare pipe.
 */
const escapePipes = (line: string): string =>
  line.replace(
    /(\\*)\|/g,
    (_, before: string) => `${before}${before.length % 2 === 0 ? "\\" : "\\\\"}|`,
  );
