/** JSON as it was written: numbers keep their digits, duplicate keys are told, depth is bounded. */

/** A number by its source text: `12345678901234567001` stays what it is. */
export type JsonNumber = { readonly number: string };
export type JsonObject = {
  /** The last value of each key, in order of first appearance. */
  readonly members: ReadonlyMap<string, JsonValue>;
  /** Keys that appear more than once. */
  readonly duplicates: ReadonlySet<string>;
};
export type JsonValue = null | boolean | string | JsonNumber | JsonObject | readonly JsonValue[];
export type ParsedJson =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: "not_json" | "too_deep" };

class TooDeep extends Error {}

/**
 * Accepts exactly what RFC 8259 calls JSON (as `JSON.parse` does).
 * @param maxDepth objects and arrays inside each other, 1 = a flat object.
 */
export function parseStrictJson(text: string, maxDepth: number): ParsedJson {
  try {
    JSON.parse(text);
    return { ok: true, value: readValue({ text, at: 0 }, maxDepth) };
  } catch (error) {
    return { ok: false, reason: error instanceof TooDeep ? "too_deep" : "not_json" };
  }
}

export const isJsonNumber = (value: JsonValue): value is JsonNumber =>
  typeof value === "object" && value !== null && "number" in value;
export const isJsonObject = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && "members" in value;
export const isJsonArray = (value: JsonValue): value is readonly JsonValue[] =>
  Array.isArray(value);

// The readers below run on text that JSON.parse has accepted: they only cut it into pieces.
type Cursor = { readonly text: string; at: number };

function readValue(cursor: Cursor, depth: number): JsonValue {
  skipSpace(cursor);
  switch (cursor.text[cursor.at]) {
    case "{":
      return readObject(cursor, deeper(depth));
    case "[":
      return readArray(cursor, deeper(depth));
    case '"':
      return readString(cursor);
    case "t":
      return skip(cursor, 4, true);
    case "f":
      return skip(cursor, 5, false);
    case "n":
      return skip(cursor, 4, null);
    default:
      return readNumber(cursor);
  }
}

function deeper(depth: number): number {
  if (depth === 0) throw new TooDeep();
  return depth - 1;
}

function skip<Value>(cursor: Cursor, length: number, value: Value): Value {
  cursor.at += length;
  return value;
}

function skipSpace(cursor: Cursor): void {
  // In text that is JSON, nothing else below U+0021 stands between two tokens.
  while (cursor.text.charCodeAt(cursor.at) <= 0x20) cursor.at += 1;
}

function readNumber(cursor: Cursor): JsonNumber {
  const start = cursor.at;
  do cursor.at += 1;
  while (/[-+.0-9eE]/.test(cursor.text.charAt(cursor.at)));
  return { number: cursor.text.slice(start, cursor.at) };
}

function readString(cursor: Cursor): string {
  const start = cursor.at;
  let end = cursor.text.indexOf('"', start + 1);
  while (escapedAt(cursor.text, end)) end = cursor.text.indexOf('"', end + 1);
  cursor.at = end + 1;
  const raw = cursor.text.slice(start + 1, end);
  return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function escapedAt(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text[quote - 1 - backslashes] === "\\") backslashes += 1;
  return backslashes % 2 === 1;
}

function readArray(cursor: Cursor, depth: number): readonly JsonValue[] {
  const items: JsonValue[] = [];
  while (nextItem(cursor, "]")) items.push(readValue(cursor, depth));
  return items;
}

function readObject(cursor: Cursor, depth: number): JsonObject {
  const members = new Map<string, JsonValue>();
  const duplicates = new Set<string>();
  while (nextItem(cursor, "}")) {
    const key = readString(cursor);
    skipSpace(cursor);
    cursor.at += 1; // the colon
    if (members.has(key)) duplicates.add(key);
    members.set(key, readValue(cursor, depth));
  }
  return { members, duplicates };
}

/** Steps over the opening bracket or the comma to the next item; false at the closing bracket, which it also steps over. */
function nextItem(cursor: Cursor, close: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] === close) return skip(cursor, 1, false);
  cursor.at += 1;
  skipSpace(cursor);
  return cursor.text[cursor.at] === close ? skip(cursor, 1, false) : true;
}
