/** One value, one text: the JSON that digests are taken over. */

/**
 * JSON after RFC 8785: object keys in UTF-16 order, no white space, numbers as ECMAScript prints them.
 * A key whose value is `undefined` is left out, as `JSON.stringify` does.
 * @throws TypeError for what JSON cannot hold (NaN, bigint, function, `undefined` in an array): a digest over a guess is worthless.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value);
  throw new TypeError(`JSON cannot hold ${typeof value === "number" ? value : typeof value}`);
}

function canonicalObject(value: object): string {
  const members = value as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  // Sorted by UTF-16 units, as strings compare.
  for (const key of Object.keys(value).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    parts.push(`${quoted(key)}:${canonicalJson(member)}`);
  }
  return `{${parts.join(",")}}`;
}

/** What needs no escape is most of what is written. */
const quoted = (text: string): string =>
  /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
