/** The ways in which one text can hide inside another (R13): each check of the gate looks at every view. */

/** Deepest chain of decodings, and how much decoded text one value may produce. */
const MAX_DEPTH = 5;
const MAX_VIEWS = 64;
const MAX_TEXT = 256 * 1024;

export type Views = {
  /** The text itself first. */
  readonly texts: readonly string[];
  /** The budget did not suffice, or something is packed: what is left unseen counts as a finding. */
  readonly exhausted: boolean;
};

/** Every decoding of a text, and of those, to depth 5. */
export function decodedViews(text: string): Views {
  const seen = new Set([text]);
  let size = text.length;
  let layer = [text];
  for (let depth = 0; depth < MAX_DEPTH && layer.length > 0; depth += 1) {
    const fresh = new Set(layer.flatMap((one) => DECODERS.flatMap((decode) => decode(one))));
    if (fresh.delete(PACKED)) return { texts: [...seen], exhausted: true };
    layer = ([...fresh] as string[]).filter((one) => one !== "" && !seen.has(one));
    for (const one of layer) {
      seen.add(one);
      size += one.length;
    }
    if (seen.size > MAX_VIEWS || size > MAX_TEXT) return { texts: [...seen], exhausted: true };
  }
  return { texts: [...seen], exhausted: false };
}

/** What stands for bytes that would have to be unpacked first. */
const PACKED = Symbol("packed");
type Decoded = string | typeof PACKED;
type Decoder = (text: string) => readonly Decoded[];

/** A decoder of texts that hold its mark; any other text would come out as it went in. */
const marked =
  (mark: string, decode: (text: string) => Decoded): Decoder =>
  (text) =>
    text.includes(mark) ? [decode(text)] : [];

const percent = marked("%", (text) => bytesIn(text, /(?:%[0-9A-Fa-f]{2})+/g, "%"));
const quotedPrintable = marked("=", (text) =>
  bytesIn(text.replace(/=\r?\n/g, ""), /(?:=[0-9A-F]{2})+/g, "="),
);
const hexEscapes = marked("\\x", (text) => bytesIn(text, /(?:\\x[0-9A-Fa-f]{2})+/g, "\\x"));
const unicodeEscapes = marked("\\u", (text) =>
  text.replace(/\\u\{?([0-9A-Fa-f]{4,6})\}?/g, (_, hex: string) =>
    codePoint(Number.parseInt(hex, 16)),
  ),
);
const htmlEntities = marked("&", (text) =>
  text
    .replace(/&#(\d{1,7});?/g, (_, digits: string) => codePoint(Number(digits)))
    .replace(/&#x([0-9A-Fa-f]{1,6});?/gi, (_, hex: string) => codePoint(Number.parseInt(hex, 16)))
    .replace(
      /&(amp|lt|gt|quot|apos|commat|period);/g,
      (_, name: string) => ENTITIES.get(name) as string,
    ),
);
const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["commat", "@"],
  ["period", "."],
]);
const jsonString = marked("\\", (text) =>
  text.replace(/\\(["\\/])/g, "$1").replace(/\\[nrt]/g, ""),
);
const plainHex: Decoder = (text) =>
  [...text.matchAll(/(?:[0-9a-fA-F]{2}){6,4096}/g)].map(([hex]) => decoded(pairs(hex)));
/** Standard and URL alphabet, also where a run is glued to a path. */
const base64: Decoder = (text) =>
  [...text.matchAll(/[A-Za-z0-9+/_-]{8,8192}={0,2}/g)].flatMap(([run]) =>
    [run, ...run.split(/[/_-]/)].filter((part) => part.length >= 8).map(fromBase64),
  );
const wideText = marked("\0", (text) => text.replaceAll("\0", ""));
const joinedLines = marked("\n", (text) => text.replace(/\r?\n[ \t]*/g, ""));
/** Other spellings of the same letters: compatibility forms, invisible characters, letters of other alphabets. */
const plainLetters: Decoder = (text) =>
  /^[\0-\x7f]*$/.test(text)
    ? []
    : [text.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, ""), skeleton(text)];

const DECODERS: readonly Decoder[] = [
  percent,
  quotedPrintable,
  hexEscapes,
  unicodeEscapes,
  htmlEntities,
  jsonString,
  plainHex,
  base64,
  wideText,
  joinedLines,
  plainLetters,
];

const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : "");

/** Replaces each run of escaped bytes by the text they spell. */
function bytesIn(text: string, runs: RegExp, mark: string): Decoded {
  let packed = false;
  const shown = text.replace(runs, (run) => {
    const spelt = decoded(pairs(run.replaceAll(mark, "")));
    if (spelt === PACKED) packed = true;
    return String(spelt);
  });
  return packed ? PACKED : shown;
}

const ZLIB_LEVELS: readonly (number | undefined)[] = [0x01, 0x5e, 0x9c, 0xda];

/** gzip, zlib or Zstandard, by the first bytes. */
const isPacked = ([first, second, third, fourth]: Uint8Array): boolean =>
  (first === 0x1f && second === 0x8b) ||
  (first === 0x78 && ZLIB_LEVELS.includes(second)) ||
  (first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd);

const decoded = (bytes: Uint8Array): Decoded => (isPacked(bytes) ? PACKED : UTF8.decode(bytes));

const pairs = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) as string[], (pair) => Number.parseInt(pair, 16));

const UTF8 = new TextDecoder();

/** What the run spells, or nothing when too much of it is no text. */
function fromBase64(run: string): Decoded {
  const symbols = run.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  const whole = symbols.slice(0, symbols.length - (symbols.length % 4 === 1 ? 1 : 0));
  const bytes = atob(whole);
  const text = decoded(Uint8Array.from({ length: bytes.length }, (_, at) => bytes.charCodeAt(at)));
  if (text === PACKED) return text;
  let odd = 0;
  for (const char of text) if (char === "\uFFFD" || (char < " " && char !== "\0")) odd += 1;
  return odd * 4 > text.length ? "" : text;
}

/**
 * One spelling for all that looks the same: compatibility forms, accents, invisible characters, white space, case and
 * the letters that other alphabets share with Latin (UTS 39, the ones that can spell a user name or a path).
 */
export function skeleton(text: string): string {
  if (/^[!-~]*$/.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\p{Default_Ignorable_Code_Point}\p{Cc}\p{White_Space}]/gu, "")
    .toLowerCase()
    .replace(/[^\0-\x7f]/gu, (char) => CONFUSABLES.get(char) ?? char);
}

const CONFUSABLES: ReadonlyMap<string, string> = new Map(
  "аa вb сc ԁd еe һh іi јj кk ӏl мm оo рp ԛq гr ѕs тt уy ѵv ԝw хx зz αa βb εe ηn ιi κk νv οo ρp ςσ τt υu χx ωw γy μu ıi łl øo đd ħh"
    .split(" ")
    .map((pair) => [...pair] as [string, string]),
);
