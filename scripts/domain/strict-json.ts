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
    const cursor = { text, at: 0 };
    nextCode(cursor);
    return { ok: true, value: readValue(cursor, maxDepth) };
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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

function readValue(cursor: Cursor, depth: number): JsonValue {
  switch (cursor.text.charCodeAt(cursor.at)) {
    case OPEN_BRACE:
      return readObject(cursor, deeper(depth));
    case OPEN_BRACKET:
      return readArray(cursor, deeper(depth));
    case QUOTE:
      return readString(cursor);
    case 0x74: // true
      return skip(cursor, 4, true);
    case 0x66: // false
      return skip(cursor, 5, false);
    case 0x6e: // null
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

/** The character at the cursor, behind any white space. In text that is JSON, nothing else below U+0021 stands between two tokens. */
function nextCode(cursor: Cursor): number {
  const { text } = cursor;
  let code = text.charCodeAt(cursor.at);
  while (code <= 0x20) {
    cursor.at += 1;
    code = text.charCodeAt(cursor.at);
  }
  return code;
}

function readNumber(cursor: Cursor): JsonNumber {
  const start = cursor.at;
  let end = start + 1;
  while (isInNumber(cursor.text.charCodeAt(end))) end += 1;
  cursor.at = end;
  return { number: cursor.text.slice(start, end) };
}

/** Digits, `-`, `.`, `+`, `e` and `E`. */
const isInNumber = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  code === 0x2e ||
  code === 0x2d ||
  code === 0x2b ||
  (code | 0x20) === 0x65;

function readString(cursor: Cursor): string {
  const { text, at } = cursor;
  let end = text.indexOf('"', at + 1);
  while (text.charCodeAt(end - 1) === BACKSLASH && escapedAt(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  cursor.at = end + 1;
  const raw = text.slice(at + 1, end);
  return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function escapedAt(text: string, quote: number): boolean {
  let backslashes = 1;
  while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function readArray(cursor: Cursor, depth: number): readonly JsonValue[] {
  const items: JsonValue[] = [];
  while (nextItem(cursor, CLOSE_BRACKET)) items.push(readValue(cursor, depth));
  return items;
}

const NO_DUPLICATES: ReadonlySet<string> = new Set();

function readObject(cursor: Cursor, depth: number): JsonObject {
  const members = new Map<string, JsonValue>();
  let duplicates: Set<string> | null = null;
  let read = 0;
  while (nextItem(cursor, CLOSE_BRACE)) {
    const key = readString(cursor);
    nextCode(cursor);
    cursor.at += 1; // the colon
    nextCode(cursor);
    members.set(key, readValue(cursor, depth));
    read += 1;
    if (members.size < read) {
      read = members.size;
      duplicates = (duplicates ?? new Set()).add(key);
    }
  }
  return { members, duplicates: duplicates ?? NO_DUPLICATES };
}

/** Steps over the opening bracket or the comma to the next item; false at the closing bracket, which it also steps over. */
function nextItem(cursor: Cursor, close: number): boolean {
  if (nextCode(cursor) !== close) {
    cursor.at += 1;
    if (nextCode(cursor) !== close) return true;
  }
  cursor.at += 1;
  return false;
}
