/** Request parameters as GitLab sees them: query, form, JSON and multipart merged, in Rack's notation. */
import { fail } from "./errors.ts";

export type Values = Record<string, unknown>;

/** A file of a multipart form. */
interface Upload {
  readonly filename: string;
  readonly content: Uint8Array;
}

const KEY_PARTS = /^([^[]*)((?:\[[^\]]*\])*)$/;

/** Adds one `key=value` in Rack's notation: `a[]=1`, `a[b]=2`, `a[][x]=1` (a new element when a key repeats). */
function insert(target: Values, key: string, value: unknown): void {
  const match = KEY_PARTS.exec(key);
  const head = match?.[1] ?? "";
  if (match === null || head === "") {
    target[key] = value;
    return;
  }
  const path = [...(match[2] ?? "").matchAll(/\[([^\]]*)\]/g)].map((one) => one[1] ?? "");
  place(target, head, path, value);
}

function place(target: Values, key: string, path: readonly string[], value: unknown): void {
  const [next, ...rest] = path;
  if (next === undefined) {
    target[key] = value;
    return;
  }
  // `a[0]=x` is a hash with the key "0" in Rack, not a list.
  if (next !== "") {
    if (!isHash(target[key])) target[key] = {};
    place(target[key] as Values, next, rest, value);
    return;
  }
  if (!Array.isArray(target[key])) target[key] = [];
  const list = target[key] as unknown[];
  const [inner] = rest;
  if (inner === undefined) {
    list.push(value);
    return;
  }
  const last = list.at(-1);
  if (isHash(last) && !(inner in last)) place(last, inner, rest.slice(1), value);
  else {
    const element: Values = {};
    place(element, inner, rest.slice(1), value);
    list.push(element);
  }
}

export function isHash(value: unknown): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/** Parses a query string or an urlencoded form body. */
export function parseRack(text: string): Values {
  const values: Values = {};
  for (const [key, value] of new URLSearchParams(text)) insert(values, key, value);
  return values;
}

/** Parses a request body by its content type; an unknown type has no parameters. */
export async function parseBody(contentType: string, body: ArrayBuffer): Promise<Values> {
  if (body.byteLength === 0) return {};
  if (contentType.startsWith("application/json")) {
    try {
      const parsed: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
      return isHash(parsed) ? parsed : {};
    } catch {
      fail(400, { error: "The request body is not valid JSON" });
    }
  }
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    return parseRack(Buffer.from(body).toString("utf8"));
  }
  if (!contentType.startsWith("multipart/form-data")) return {};
  const form = await new Response(body, { headers: { "content-type": contentType } }).formData();
  const values: Values = {};
  for (const [key, value] of form.entries()) {
    if (typeof value === "string") insert(values, key, value);
    else {
      const content = new Uint8Array(await value.arrayBuffer());
      insert(values, key, { filename: value.name, content } satisfies Upload);
    }
  }
  return values;
}

/** Typed access with Grape's coercions and Grape's error texts. */
export class Params {
  readonly values: Values;

  constructor(values: Values) {
    this.values = values;
  }

  /** Was the parameter sent (even as null or empty)? */
  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  /** Text; null reads as empty; absent is undefined. */
  text(name: string): string | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    if (value === null) return "";
    if (typeof value === "object") fail(400, { error: `${name} is invalid` });
    return String(value);
  }

  required(name: string): string {
    return this.text(name) ?? fail(400, { error: `${name} is missing` });
  }

  /** A whole number; null and empty read as undefined. */
  int(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined || text === "") return undefined;
    if (!/^-?\d+$/.test(text)) fail(400, { error: `${name} is invalid` });
    return Number(text);
  }

  requiredInt(name: string): number {
    if (!this.has(name)) fail(400, { error: `${name} is missing` });
    return this.int(name) ?? fail(400, { error: `${name} is invalid` });
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined || text === "") return undefined;
    if (/^(true|t|1|yes|on)$/i.test(text)) return true;
    if (/^(false|f|0|no|off)$/i.test(text)) return false;
    return fail(400, { error: `${name} is invalid` });
  }

  /** One of a fixed set of words. */
  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const word = words.find((one) => one === text);
    return word ?? fail(400, { error: `${name} does not have a valid value` });
  }

  /** An array, or a comma-separated text; blank entries fall away. */
  list(name: string): string[] | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    if (value === null) return [];
    const parts = Array.isArray(value) ? value.map(String) : String(value).split(",");
    return parts.map((part) => part.trim()).filter((part) => part !== "");
  }

  ints(name: string): number[] | undefined {
    return this.list(name)?.map((part) =>
      /^\d+$/.test(part) ? Number(part) : fail(400, { error: `${name} is invalid` }),
    );
  }

  /** A nested hash such as `not[labels]`; absent reads as empty. */
  nested(name: string): Params {
    const value = this.values[name];
    if (value === undefined || value === null) return new Params({});
    if (!isHash(value)) return fail(400, { error: `${name} is invalid` });
    return new Params(value);
  }

  /** A list of hashes such as `variables` or `actions`. */
  hashes(name: string): Params[] | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value) || !value.every(isHash)) {
      return fail(400, { error: `${name} is invalid` });
    }
    return value.map((one) => new Params(one));
  }

  /** A moment in ISO 8601, in milliseconds. */
  time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined || text === "") return undefined;
    const moment = Date.parse(text);
    return Number.isNaN(moment) ? fail(400, { error: `${name} is invalid` }) : moment;
  }
}
