/** What indices say of themselves: whether a question reaches every record in them, and whether records come back as they were sent. */
import * as z from "zod";
import type { LogProfile } from "../../domain/log-profile.ts";

type Properties = Readonly<Record<string, MappedField>>;
type MappedField = {
  readonly type?: string | undefined;
  readonly properties?: Properties | undefined;
  readonly fields?: Properties | undefined;
  readonly dynamic?: string | boolean | undefined;
  readonly enabled?: string | boolean | undefined;
  readonly ignore_above?: number | undefined;
};
const MappedField: z.ZodType<MappedField> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    properties: z.record(z.string(), MappedField).optional(),
    fields: z.record(z.string(), MappedField).optional(),
    dynamic: z.union([z.string(), z.boolean()]).optional(),
    enabled: z.union([z.string(), z.boolean()]).optional(),
    ignore_above: z.int().optional(),
  }),
);
const Mappings = z.looseObject({
  properties: z.record(z.string(), MappedField).optional(),
  dynamic: z.union([z.string(), z.boolean()]).optional(),
  enabled: z.union([z.string(), z.boolean()]).optional(),
  _source: z.record(z.string(), z.unknown()).optional(),
  runtime: z.record(z.string(), z.looseObject({ script: z.unknown().optional() })).optional(),
});
const Index = z.object({
  aliases: z.record(
    z.string(),
    z.looseObject({ filter: z.unknown().optional(), search_routing: z.unknown().optional() }),
  ),
  mappings: Mappings,
  settings: z.record(z.string(), z.unknown()),
});
/** The answer of `GET /pattern?flat_settings=true`, by index. */
export const Indices = z.record(z.string(), Index);
export type Indices = z.infer<typeof Indices>;

/** What the patterns of a source stand for. */
export type Resolved = {
  /** Every index, also those behind an alias or a data stream. */
  readonly names: readonly string[];
  readonly closed: readonly string[];
  /** Alias → what it stands for. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** Indices that the patterns name themselves. */
  readonly direct: ReadonlySet<string>;
};

/** Why the indices cannot be asked for all that they have; each with what to do. */
export function indexFaults(resolved: Resolved, indices: Indices): readonly string[] {
  const which = (test: (index: Indices[string]) => boolean): number =>
    Object.values(indices).filter(test).length;
  const closed = new Set([
    ...resolved.closed,
    ...Object.keys(indices).filter((name) => isOn(indices[name], "index.verified_before_close")),
  ]);
  const unknown = resolved.names.filter((name) => !Object.hasOwn(indices, name));
  return [
    said(closed.size, "closed; open them, or name narrower patterns in the profile"),
    said(which(isFrozen), "frozen and passed over in silence; unfreeze them"),
    said(which(isRewritten), "not kept as they were sent (their _source); index them with it"),
    said(filteredBy(resolved, indices), "behind an alias with a filter or a routing; name them"),
    said(unknown.length, "behind an alias that cannot be looked through; name what it stands for"),
  ].flat();
}

const said = (count: number, what: string): readonly string[] =>
  count === 0 ? [] : [`${count} of its indices are ${what}`];

const isOn = (index: Indices[string] | undefined, setting: string): boolean =>
  String(index?.settings[setting]) === "true";

const isFrozen = (index: Indices[string]): boolean =>
  isOn(index, "index.frozen") || isOn(index, "index.search.throttled");

/** A record that is put together again from its indexed values has lost its order, its spelling, and what was not indexed. */
function isRewritten(index: Indices[string]): boolean {
  const { settings, mappings } = index;
  const kept = settings["index.mapping.source.mode"] ?? mappings._source?.["mode"];
  const logs = ["logsdb", "time_series"].includes(String(settings["index.mode"]));
  const { enabled, includes, excludes } = mappings._source ?? {};
  return (
    (kept === undefined ? logs : kept !== "stored") ||
    isOn(index, "index.derived_source.enabled") ||
    String(enabled) === "false" ||
    [includes, excludes].some((list) => Array.isArray(list) && list.length > 0)
  );
}

function filteredBy({ aliases, direct }: Resolved, indices: Indices): number {
  const behind = new Set<string>();
  for (const [alias, names] of aliases) {
    for (const name of names) {
      const { filter, search_routing } = indices[name]?.aliases[alias] ?? {};
      if (!direct.has(name) && (filter ?? search_routing) !== undefined) behind.add(name);
    }
  }
  return behind.size;
}

/** The fields that decide which records are asked for, by their own names. */
const decisive = ({ identity, event_fields, recipes }: LogProfile): ReadonlySet<string> =>
  new Set([
    ...Object.values(identity).flatMap((fields) =>
      fields.flatMap((field) => (typeof field === "string" ? [field] : [field.id, field.path])),
    ),
    ...event_fields,
    ...recipes.flatMap(({ where, subject }) => [...where.map(({ field }) => field), ...subject]),
  ]);

/** Every name under which a decisive field may stand in a record of this index. */
function namesIn({ mappings }: Indices[string], profile: LogProfile): readonly string[] {
  const fields = decisive(profile);
  const others = [...profile.aliases].flatMap(([other, own]) => (fields.has(own) ? [other] : []));
  const streams = Object.keys(mappings.properties?.["gitlab"]?.properties ?? {});
  const wrappings = {
    json_payload: ["jsonPayload."],
    json_prefix: ["json."],
    ecs: [...new Set([profile.source, ...streams])].map((stream) => `gitlab.${stream}.`),
  };
  const before = ["", ...profile.envelopes.flatMap((envelope) => wrappings[envelope])];
  return before.flatMap((prefix) => [...fields, ...others].map((field) => `${prefix}${field}`));
}

/**
 * Indices in which a record may name its owner or its event in a field that is stored but not searched: below an object that takes
 * no new fields, in a field that the index left out for its length or form, or one that a script makes up.
 * @param longest characters of the longest value that is asked for
 */
export function blindIndices(
  indices: Indices,
  profile: LogProfile,
  longest: number,
): readonly string[] {
  return Object.entries(indices)
    .filter(
      ([, index]) =>
        isOn(index, "index.mapping.total_fields.ignore_dynamic_beyond_limit") ||
        namesIn(index, profile).some(
          (name) =>
            index.mappings.runtime?.[name]?.script !== undefined ||
            isHidden(index.mappings, name, "true") ||
            (ignoreAbove(index.mappings, name) ?? longest) < longest,
        ),
    )
    .map(([name]) => name)
    .sort();
}

/** Indices that leave out long values of a name, as they do for pages with a long question in them. */
export const shorteningIndices = (indices: Indices, name: string): readonly string[] =>
  Object.entries(indices)
    .filter(([, { mappings }]) => ignoreAbove(mappings, name) !== null)
    .map(([index]) => index)
    .sort();

type Step = { readonly field: MappedField; readonly rest: string };

/** The mapped field that a dotted name begins with; names with dots in them may be mapped as they are. */
function stepInto({ properties = {} }: MappedField, name: string): Step | null {
  for (const [key, field] of Object.entries(properties)) {
    if (name === key) return { field, rest: "" };
    if (name.startsWith(`${key}.`)) return { field, rest: name.slice(key.length + 1) };
  }
  return null;
}

function isHidden(holder: MappedField, name: string, inherited: string): boolean {
  if (String(holder.enabled) === "false") return true;
  const dynamic = String(holder.dynamic ?? inherited);
  const step = stepInto(holder, name);
  if (step === null) return dynamic.startsWith("false");
  if (step.rest === "") return false;
  if (["flattened", "flat_object"].includes(step.field.type ?? "")) return true;
  return isHidden(step.field, step.rest, dynamic);
}

/** Characters above which values of a searched name are left out; null = none are, or it is not searched. */
function ignoreAbove(holder: MappedField, name: string): number | null {
  const step = stepInto(holder, name);
  if (step === null) return null;
  const { field, rest } = step;
  if (rest === "" || rest === "keyword") {
    const searched = field.type === "text" ? field.fields?.["keyword"] : field;
    return searched?.ignore_above ?? null;
  }
  return ignoreAbove(field, rest);
}
