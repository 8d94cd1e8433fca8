/** A log line as one flat row: wrappings of the shippers taken off, nested objects as dotted names, one name per field. */
import type { LogProfile } from "./log-profile.ts";
import {
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from "./strict-json.ts";

export type LogRow = {
  /** Dotted name → value; arrays stay arrays. */
  readonly fields: ReadonlyMap<string, JsonValue>;
  /** Names that were given more than one value: what they say is not known. */
  readonly ambiguous: ReadonlySet<string>;
  /** Names under which an object stands, of which only the members are in `fields`. */
  readonly objects: ReadonlySet<string>;
};

type Shape = Pick<LogProfile, "envelopes" | "time_fields" | "aliases">;
type Gathered = {
  readonly fields: Map<string, JsonValue>;
  readonly ambiguous: Set<string>;
  readonly objects: Set<string>;
  readonly aliases: Shape["aliases"];
  /** The object that was told last. */
  around: string;
  /** What a shipper put before every name. */
  readonly prefix: RegExp | null;
};

/** The flat row of one parsed line. Aliases become the field's own name; two names for one field with two values make it ambiguous. */
export function rowOf(object: JsonObject, profile: Shape): LogRow {
  const { payload, prefix, doubted } = unwrap(object, profile);
  if (prefix === null && !doubted) {
    const plain = asItIs(payload, profile.aliases);
    if (plain !== null) return plain;
  }
  const row: Gathered = {
    fields: new Map(),
    ambiguous: new Set(),
    objects: new Set(),
    around: "",
    aliases: profile.aliases,
    prefix,
  };
  flatten(payload, "", doubted, row);
  return row;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** Most lines are flat already, under the names that the profile uses: they need no copy. Null for any other. */
function asItIs({ members, duplicates }: JsonObject, aliases: Shape["aliases"]): LogRow | null {
  if (duplicates.size > 0) return null;
  const objects = new Set<string>();
  let around = "";
  for (const [key, value] of members) {
    if (aliases.has(key) || (value !== null && isJsonObject(value))) return null;
    around = addObjects(key, around, objects);
  }
  return { fields: members, ambiguous: NO_NAMES, objects };
}

type Payload = {
  readonly payload: JsonObject;
  readonly prefix: RegExp | null;
  readonly doubted: boolean;
};

/** A line that carries the source's own time is bare, whatever else is in it. Of one that is wrapped twice nobody knows whose it is. */
function unwrap(object: JsonObject, { envelopes, time_fields }: Shape): Payload {
  const bare = { payload: object, prefix: null, doubted: false };
  if (time_fields.some((field) => object.members.has(field) && !field.startsWith("@"))) return bare;
  const wrapped: Payload[] = [];
  const inner = object.members.get("jsonPayload");
  if (envelopes.includes("json_payload") && inner !== undefined && isJsonObject(inner)) {
    wrapped.push({ ...bare, payload: inner, doubted: object.duplicates.has("jsonPayload") });
  }
  if (envelopes.includes("json_prefix") && hasPrefix(object, "json")) {
    wrapped.push({ ...bare, prefix: /^json\./ });
  }
  if (envelopes.includes("ecs") && hasPrefix(object, "gitlab")) {
    wrapped.push({ ...bare, prefix: /^gitlab\.[a-z_]+\./ });
  }
  const [first = bare, ...others] = wrapped;
  return others.length === 0 ? first : { ...first, doubted: true };
}

const hasPrefix = (object: JsonObject, prefix: string): boolean =>
  [...object.members.keys()].some((key) => key === prefix || key.startsWith(`${prefix}.`));

function flatten(object: JsonObject, path: string, doubted: boolean, row: Gathered): void {
  for (const [key, value] of object.members) {
    const doubtful = doubted || object.duplicates.has(key);
    const name = path === "" ? key : path + key;
    if (value === null || !isJsonObject(value)) put(row, name, value, doubtful);
    else {
      if (doubtful) put(row, name, null, true);
      flatten(value, `${name}.`, doubtful, row);
    }
  }
}

function put(row: Gathered, dotted: string, value: JsonValue, doubtful: boolean): void {
  const bare = row.prefix === null ? dotted : dotted.replace(row.prefix, "");
  const field = row.aliases.get(bare) ?? bare;
  const before = row.fields.get(field);
  if (doubtful || (before !== undefined && scalarText(before) !== scalarText(value))) {
    row.ambiguous.add(field);
  }
  row.fields.set(field, value);
  row.around = addObjects(field, row.around, row.objects);
}

/** Adds the objects around a name, and tells the last of them. Of names beside each other they are mostly the same. */
function addObjects(field: string, before: string, objects: Set<string>): string {
  let around = before;
  for (let dot = field.indexOf("."); dot !== -1; dot = field.indexOf(".", dot + 1)) {
    if (dot !== around.length || !field.startsWith(around)) {
      around = field.slice(0, dot);
      objects.add(around);
    }
  }
  return around;
}

/** Whether what the row says of this field, or of an object around it, is not known. */
export function isAmbiguous(row: LogRow, field: string): boolean {
  if (row.ambiguous.size === 0) return false;
  const parts = field.split(".");
  return parts.some((_, index) => row.ambiguous.has(parts.slice(0, index + 1).join(".")));
}

/** Whether an object stands under this name, of which only the members are in the row. */
export const isObject = (row: LogRow, field: string): boolean => row.objects.has(field);

/** A string, the digits of a number, `true` or `false`; null for null, arrays and objects. */
export function scalarText(value: JsonValue): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return value !== null && isJsonNumber(value) ? value.number : null;
}

/** The value of a field; undefined when it is absent or null. */
export function fieldValue(row: LogRow, field: string): JsonValue | undefined {
  return row.fields.get(field) ?? undefined;
}

/** Every scalar that a dotted name reaches, also through arrays of objects: `params.value`, `graphql.operation_name`. */
export function textsAt(row: LogRow, field: string): readonly string[] {
  const direct = row.fields.get(field);
  if (direct !== undefined) return textsIn(direct, []);
  if (!field.includes(".")) return [];
  const parts = field.split(".");
  return parts.flatMap((_, index) => {
    const holder = row.fields.get(parts.slice(0, index).join("."));
    return holder === undefined ? [] : textsIn(holder, parts.slice(index));
  });
}

function textsIn(value: JsonValue, path: readonly string[]): readonly string[] {
  if (isJsonArray(value)) return value.flatMap((item) => textsIn(item, path));
  const [head, ...rest] = path;
  if (head === undefined) {
    const text = scalarText(value);
    return text === null ? [] : [text];
  }
  if (value === null || !isJsonObject(value)) return [];
  const whole = value.members.get(path.join("."));
  if (whole !== undefined && rest.length > 0) return textsIn(whole, []);
  const member = value.members.get(head);
  return member === undefined ? [] : textsIn(member, rest);
}
