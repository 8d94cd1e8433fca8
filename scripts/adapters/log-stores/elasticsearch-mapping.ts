/** What the mapping of an index says of a log profile's fields: under which names they lie there, and which can be asked for exactly. */
import * as z from "zod";
import type { LogProfile } from "../../domain/log-profile.ts";

export const FieldCaps = z.object({
  fields: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ searchable: z.boolean(), indices: z.array(z.string()).nullish() }),
    ),
  ),
});
export type FieldCaps = z.infer<typeof FieldCaps>;

/** A name that can be asked for. */
export type IndexField = {
  readonly name: string;
  readonly kind: "text" | "integer" | "boolean";
};
export type IndexFields = {
  /** The profile's own name of a field → names in the index. */
  readonly exact: ReadonlyMap<string, readonly IndexField[]>;
  /** Names that are mapped so that nothing exact can be asked, with the reason. */
  readonly unusable: ReadonlyMap<string, readonly string[]>;
  /** Names mapped as a date in every index that has them. */
  readonly dates: ReadonlyMap<string, readonly string[]>;
  /** Whether some index keeps nanoseconds. */
  readonly nanoseconds: boolean;
};

const KEYWORDS = new Set(["keyword", "constant_keyword", "wildcard"]);
const INTEGERS = new Set(["long", "integer", "short", "byte", "unsigned_long"]);
const DATES = new Set(["date", "date_nanos"]);
const HOLDERS = new Set(["object", "nested", "unmapped"]);

/** Wrappings by the name of the field: what a shipper puts before the row's own names (see `log-row.ts`). */
const WRAPPINGS: ReadonlyMap<LogProfile["envelopes"][number], RegExp> = new Map([
  ["json_payload", /^jsonPayload\./],
  ["json_prefix", /^json\./],
  ["ecs", /^gitlab\.[a-z_]+\./],
]);

/** @param profile names, aliases and envelopes of the source */
export function indexFields(caps: FieldCaps, profile: LogProfile): IndexFields {
  const exact = new Map<string, IndexField[]>();
  const unusable = new Map<string, string[]>();
  const dates = new Map<string, string[]>();
  let nanoseconds = false;
  for (const name of Object.keys(caps.fields).sort()) {
    const types = typesOf(caps, name);
    const field = ownName(name, profile);
    if (types.length === 0 || name.startsWith("_")) continue;
    if (types.every((type) => DATES.has(type))) {
      push(dates, field, name);
      nanoseconds ||= types.includes("date_nanos");
    } else if (!isPart(name, caps)) {
      const usable = usableAs(caps, name, types);
      if (usable === null) push(unusable, field, `${name} is mapped as ${types.join(" and ")}`);
      else push(exact, field, usable);
    }
  }
  return { exact, unusable, dates, nanoseconds };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

const typesOf = (caps: FieldCaps, name: string): string[] =>
  Object.keys(caps.fields[name] ?? {})
    .filter((type) => !HOLDERS.has(type))
    .sort();

/** `meta.project.keyword`, a second way of indexing `meta.project`. */
function isPart(name: string, caps: FieldCaps): boolean {
  const whole = name.slice(0, name.lastIndexOf("."));
  return name.endsWith(".keyword") && typesOf(caps, whole).length > 0;
}

function usableAs(caps: FieldCaps, name: string, types: readonly string[]): IndexField | null {
  const searchable = (field: string): boolean =>
    Object.entries(caps.fields[field] ?? {}).every(([type, { searchable: can }]) =>
      HOLDERS.has(type) ? true : can,
    );
  if (!searchable(name) || isNested(caps, name)) return null;
  if (types.every((type) => KEYWORDS.has(type))) return { name, kind: "text" };
  if (types.every((type) => INTEGERS.has(type))) return { name, kind: "integer" };
  if (types.every((type) => type === "boolean")) return { name, kind: "boolean" };
  const part = `${name}.keyword`;
  const parts = typesOf(caps, part);
  const covered = types.every((type) => type === "text") && parts.length > 0;
  // An index in which the text field has no keyword part would be searched in vain.
  const lacking = caps.fields[part]?.["unmapped"]?.indices ?? [];
  const absent = new Set(caps.fields[name]?.["unmapped"]?.indices);
  const everywhere = lacking.every((index) => absent.has(index));
  return covered && everywhere && parts.every((type) => KEYWORDS.has(type)) && searchable(part)
    ? { name: part, kind: "text" }
    : null;
}

/** Below a `nested` object a plain question finds nothing. */
function isNested(caps: FieldCaps, name: string): boolean {
  const parts = name.split(".");
  return parts.some(
    (_, index) => caps.fields[parts.slice(0, index).join(".")]?.["nested"] !== undefined,
  );
}

/** A name in the index as the profile calls it: wrapping taken off, aliases undone. */
function ownName(name: string, profile: LogProfile): string {
  const wrapping = profile.envelopes
    .map((envelope) => WRAPPINGS.get(envelope) as RegExp)
    .find((pattern) => pattern.test(name));
  const bare = wrapping === undefined ? name : name.replace(wrapping, "");
  return profile.aliases.get(bare) ?? bare;
}
