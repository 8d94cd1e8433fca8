// Looks for planted canaries in the bytes of an artefact. It shares no code with the product.
import { createHash } from "node:crypto";
import { type Canary, ENCODINGS, type Planted } from "./canaries.ts";

const GRAM = 8;

/** The planted canaries of which anything comes out: the text, a part of it, an encoding, or a hash without a key. */
export function leaked(bytes: Uint8Array, planted: readonly Planted[]): readonly Planted[] {
  const text = Buffer.from(bytes).toString("utf8").toLowerCase();
  const views = plain(text) === text ? [text] : [text, plain(text)];
  const grams = new Set(views.flatMap((view) => gramsOf(view, GRAM)));
  return planted.filter(
    ({ canary, shown }) =>
      parts(canary.secret, canary.gram).some((part) => stands(part, grams, views)) ||
      ends(shown.toLowerCase(), canary).some((part) => stands(part, grams, views)) ||
      formsOf(canary).some((part) => stands(part, grams, views)),
  );
}

/** Compatibility forms resolved, and nothing but visible ASCII. */
const plain = (text: string): string => text.normalize("NFKD").replace(/[^!-~]+/g, "");

const gramsOf = (text: string, length: number): string[] =>
  Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) =>
    text.slice(at, at + length),
  );

const parts = (secret: string, gram: number): readonly string[] => gramsOf(secret, gram);

function stands(part: string, grams: ReadonlySet<string>, views: readonly string[]): boolean {
  return grams.has(part.slice(0, GRAM)) && views.some((view) => view.includes(part));
}

/** Pieces of the form that was planted: where it came out whole, all of them do. A form with white space may be broken up. */
function ends(shown: string, canary: Canary): readonly string[] {
  return shown.includes(canary.secret) ? [] : pieces(shown, Math.max(canary.gram, 14));
}

/** The first, the middle and the last characters. */
function pieces(form: string, length: number): readonly string[] {
  if (form.length < length) return [];
  const middle = (form.length - length) >> 1;
  return [form.slice(0, length), form.slice(middle, middle + length), form.slice(-length)];
}

const known = new WeakMap<Canary, readonly string[]>();

/** What every encoding makes of the secret part, and hashes that anybody could make. */
function formsOf(canary: Canary): readonly string[] {
  const before = known.get(canary);
  if (before !== undefined) return before;
  const encoded = Object.entries(ENCODINGS)
    .filter(([name]) => !["upper", "json", "newline", "gzip"].includes(name))
    .flatMap(([, encode]) => pieces(encode(canary.secret).toLowerCase(), 12));
  const hashes = [canary.text, canary.text.toLowerCase()].flatMap((text) =>
    ["sha256", "sha1", "md5"].map((name) =>
      createHash(name).update(text).digest("hex").slice(0, HASH_SHOWN),
    ),
  );
  const forms = [...encoded, ...hashes];
  known.set(canary, forms);
  return forms;
}

/** As many digits of a hash as a pseudonym shows. */
const HASH_SHOWN = 16;
