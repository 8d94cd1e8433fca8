// Looks for planted canaries in the bytes of an artefact. It shares no code with the product.
import { createHash } from "node:crypto";
import { type Canary, ENCODINGS, type Planted } from "./canaries.ts";

/** Every eight characters of the bytes have their bit set; a text none of whose bits is set need not be sought. */
const GRAM = 8;
const BITS = 24;
const FACTOR = 0x01000193;
/** FACTOR to the power of GRAM: takes the oldest character out of a rolling hash. */
const OLDEST = Array.from({ length: GRAM }).reduce<number>((power) => Math.imul(power, FACTOR), 1);
const bits = new Uint32Array(2 ** (BITS - 5));

type Use = (hash: number) => boolean;

/** Hands the hash of every eight characters to `use`, until it says that this is enough. */
function eachGram(text: string, use: Use): boolean {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) {
    hash = (Math.imul(hash, FACTOR) + text.charCodeAt(at)) | 0;
    if (at >= GRAM) hash = (hash - Math.imul(OLDEST, text.charCodeAt(at - GRAM))) | 0;
    if (at >= GRAM - 1 && use(Math.imul(hash, 0x9e3779b1) >>> (32 - BITS))) return true;
  }
  return false;
}

const mark: Use = (hash) => {
  bits[hash >>> 5] = (bits[hash >>> 5] as number) | (1 << (hash & 31));
  return false;
};
const isMarked: Use = (hash) => ((bits[hash >>> 5] as number) & (1 << (hash & 31))) !== 0;

/** The planted canaries of which anything comes out: the text, a part of it, an encoding, or a hash without a key. */
export function leaked(bytes: Uint8Array, planted: readonly Planted[]): readonly Planted[] {
  const text = Buffer.from(bytes).toString("utf8").toLowerCase();
  const read = unescaped(text);
  const views = [...new Set([text, read, plain(read)])];
  bits.fill(0);
  for (const view of views) eachGram(view, mark);
  return planted.filter(
    ({ canary, shown }) =>
      (eachGram(canary.secret, isMarked) &&
        gramsOf(canary.secret, canary.gram).some((part) => stands(part, views))) ||
      standsWhole(ends(shown.toLowerCase(), canary), views) ||
      formsOf(canary).some((part) => stands(part, views)),
  );
}

/** JSON's own escapes undone, once. */
const unescaped = (text: string): string =>
  text.includes("\\")
    ? text.replace(/\\(?:u([0-9a-f]{4})|[bfnrt]|(.))/g, (_, code?: string, char = " ") =>
        code === undefined ? char : String.fromCharCode(Number.parseInt(code, 16)),
      )
    : text;

/** Compatibility forms resolved, and nothing but visible ASCII. */
const plain = (text: string): string => text.normalize("NFKD").replace(/[^!-~]+/g, "");

const gramsOf = (text: string, length: number): string[] =>
  Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) =>
    text.slice(at, at + length),
  );

const stands = (part: string, views: readonly string[]): boolean =>
  eachGram(part.slice(0, GRAM), isMarked) && views.some((view) => view.includes(part));

/** All of them: the beginning alone may be what every text has in that encoding. */
const standsWhole = (pieces: readonly string[], views: readonly string[]): boolean =>
  pieces.length > 0 && pieces.every((piece) => stands(piece, views));

/** Pieces of the form that was planted: where it came out whole, all of them do. */
function ends(shown: string, canary: Canary): readonly string[] {
  return shown.includes(canary.secret)
    ? []
    : pieces(shown, Math.max(canary.gram, Math.ceil(shown.length / 3)));
}

/** The first, the middle and the last characters. */
function pieces(form: string, length: number): readonly string[] {
  if (form.length < length) return [];
  const middle = (form.length - length) >> 1;
  return [form.slice(0, length), form.slice(middle, middle + length), form.slice(-length)];
}

/** As much of a form as spells `gram` characters; what base64 ends on depends on what follows. */
const pieceLength = (form: string, { gram, secret }: Canary): number =>
  Math.min(Math.ceil((form.length * gram) / secret.length), form.length - 4);

const known = new WeakMap<Canary, readonly string[]>();

/** What every encoding makes of the secret part, and hashes that anybody could make. */
function formsOf(canary: Canary): readonly string[] {
  const before = known.get(canary);
  if (before !== undefined) return before;
  const encoded = Object.entries(ENCODINGS)
    .filter(([name]) => !["upper", "json", "newline", "gzip"].includes(name))
    .map(([, encode]) => encode(canary.secret).toLowerCase())
    .flatMap((form) => pieces(form, pieceLength(form, canary)));
  const hashes = [canary.text, canary.text.toLowerCase()].flatMap((text) =>
    ["sha256", "sha1", "md5"].map((name) =>
      createHash(name).update(text).digest("hex").slice(0, HASH_SHOWN),
    ),
  );
  // What stands before the secret decides how base64 cuts it: three ways.
  const shifted = ["-", "--"].flatMap((before) =>
    pieces(
      Buffer.from(before + canary.secret)
        .toString("base64")
        .toLowerCase()
        .slice(4, -4),
      12,
    ),
  );
  const forms = [...encoded, ...shifted, ...hashes];
  known.set(canary, forms);
  return forms;
}

/** As many digits of a hash as a pseudonym shows. */
const HASH_SHOWN = 16;
