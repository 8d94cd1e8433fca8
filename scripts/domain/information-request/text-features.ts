/** Which kinds of characters a text holds: one pass that tells every detector whether it need look at all. */

/** A character of the kind stands somewhere in the text. */
export const FEATURE = {
  digit: 1,
  dash: 2,
  equals: 4,
  colon: 8,
  at: 16,
  slash: 32,
  dot: 64,
  space: 128,
  bracket: 256,
  underscore: 512,
  /** White space other than the blank, controls, and all beyond ASCII. */
  odd: 1024,
  plus: 2048,
} as const;

const OF_CHARACTER: ReadonlyMap<string, number> = new Map([
  ...[..."0123456789"].map((digit) => [digit, FEATURE.digit] as const),
  ["-", FEATURE.dash],
  ["=", FEATURE.equals],
  [":", FEATURE.colon],
  ["@", FEATURE.at],
  ["/", FEATURE.slash],
  [".", FEATURE.dot],
  [" ", FEATURE.space],
  ["[", FEATURE.bracket],
  ["(", FEATURE.bracket],
  ["_", FEATURE.underscore],
  ["+", FEATURE.plus],
]);
const TABLE = Uint16Array.from({ length: 128 }, (_, code) =>
  code < 0x20 || code === 0x7f ? FEATURE.odd : (OF_CHARACTER.get(String.fromCharCode(code)) ?? 0),
);

/** The sum of the features of a text. */
export function featuresOf(text: string): number {
  let features = 0;
  for (let at = 0; at < text.length; at += 1) {
    features |= TABLE[text.charCodeAt(at)] ?? FEATURE.odd;
  }
  return features;
}
