// Which characters of a text deceive its reader, and how a text is freed of them.

/** A run of characters that must not stand in a file, with its place in UTF-16 units. */
export type Forbidden = { readonly offset: number; readonly what: string };

const KINDS: readonly (readonly [string, string])[] = [
  ["a carriage return without a line feed", "\\r(?!\\n)"],
  // C0 but tab, LF and CR; DEL; C1.
  ["a control character", "[\\0-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]"],
  ["a bidirectional control character", "[\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]"],
  // The joiners U+200C and U+200D stay: scripts and emoji need them.
  [
    "an invisible character",
    "[\\u00AD\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B\\u2060-\\u2065\\u206A-\\u206F\\u3164\\uFEFF\\uFFA0\\uFFF9-\\uFFFB\\u{E0000}-\\u{E0FFF}]",
  ],
  ["an ill-formed or unassigned code", "[\\p{Cs}\\uFFFE\\uFFFF]"],
];
const FORBIDDEN = new RegExp(KINDS.map(([, pattern]) => `(${pattern})`).join("|"), "gu");

/** Every character that hides, reorders or breaks text; tab, LF and CRLF are fine. */
export function findForbidden(text: string): Forbidden[] {
  return [...text.matchAll(FORBIDDEN)].map((match) => {
    const kind = KINDS.findIndex((_, at) => match[at + 1] !== undefined);
    return { offset: match.index, what: (KINDS[kind] as readonly [string, string])[0] };
  });
}

/** Also the joiners, variation selectors and the odd line ends: what no shown text needs. */
const HIDDEN = new RegExp(
  `${KINDS.map(([, pattern]) => pattern).join("|")}|[\\p{Cf}\\uFE00-\\uFE0F\\u2028\\u2029]`,
  "gu",
);

/**
 * The text as it may be shown: CRLF becomes LF; a lone CR goes (it is never made a line end, which could start a
 * command), as do control, bidirectional and invisible characters; ill-formed UTF-16 becomes U+FFFD.
 */
export function cleanText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/\p{Cs}/gu, "\uFFFD")
    .replace(HIDDEN, "");
}
