/** One value, one text: the JSON that digests are taken over. */

/**
 * JSON after RFC 8785: object keys in UTF-16 order, no white space, numbers as ECMAScript prints them.
 * A key whose value is `undefined` is left out, as `JSON.stringify` does.
 * @throws TypeError for what JSON cannot hold (NaN, bigint, function, `undefined` in an array): a digest over a guess is worthless.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value);
  throw new TypeError(`JSON cannot hold ${typeof value === "number" ? value : typeof value}`);
}

function canonicalObject(value: object): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
