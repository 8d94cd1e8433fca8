/** One value, one text: the JSON that digests are taken over. */

/**
 * JSON after RFC 8785: object keys in UTF-16 order, no white space, numbers as ECMAScript prints them.
 * A key whose value is `undefined` is left out, as `JSON.stringify` does.
 * @throws TypeError for what JSON cannot hold (NaN, bigint, function, `undefined` in an array): a digest over a guess is worthless.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value);
  throw new TypeError(`JSON cannot hold ${typeof value === "number" ? value : typeof value}`);
}

function canonicalObject(value: object): string {
  const members = value as Readonly<Record<string, unknown>>;
  // Joined at the end: a text that grows by `+=` is kept as a tree of its pieces, four times the work for who holds many.
  const parts: string[] = [];
  for (const key of sorted(Object.keys(value))) {
    const member = members[key];
    if (member !== undefined) parts.push(`${quoted(key)}:${canonicalJson(member)}`);
  }
  return `{${parts.join(",")}}`;
}

/** From here on the sorting of V8 is worth its start. */
const MANY = 32;

/** By UTF-16 units, as strings compare. Sorts in place. */
function sorted(keys: string[]): readonly string[] {
  if (keys.length > MANY) return keys.sort();
  for (let at = 1; at < keys.length; at += 1) {
    const key = keys[at] as string;
    let to = at;
    for (; to > 0 && (keys[to - 1] as string) > key; to -= 1) keys[to] = keys[to - 1] as string;
    keys[to] = key;
  }
  return keys;
}

/** What needs no escape is most of what is written. */
const quoted = (text: string): string =>
  /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text);

/** The same value as people read it: sorted keys, two spaces, a line end. */
export const indentedJson = (value: unknown): string =>
  `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`;
