/** The one description of a log source that query, judgement and redaction share (`policies/log-sources/<source>.yaml`). */
import * as z from "zod";
import type { QueryRecipe } from "./query-recipe.ts";

const Name = z.string().regex(/^[a-z][a-z0-9_]*$/, "must be snake_case such as sidekiq");
const FieldName = z.string().min(1).max(100);
const FieldNames = z.array(FieldName);

/** Why a field never leaves; the reason that reviewers see (R8 and the classes of the field catalogue). */
const DropClass = z.enum(["system", "personal", "account", "secret", "linking", "text"]);
/** The kinds of value that keep their own namespace of pseudonyms. */
export const PseudonymKind = z.enum([
  "user",
  "user_id",
  "ip",
  "correlation",
  "token",
  "job",
  "resource",
]);
export type PseudonymKind = z.infer<typeof PseudonymKind>;

/** What of one field the customer may see; a value that does not fit its rule is removed and counted. */
const SimpleRules = [
  /** RFC 3339, released to the second in UTC (R20). */
  z.strictObject({ rule: z.literal("time") }),
  /** The event type, when the request lists it. */
  z.strictObject({ rule: z.literal("event") }),
  /** Exactly one of these values (no shape is trusted: section 3.2, item 2). */
  z.strictObject({
    rule: z.literal("enum"),
    values: z.array(z.union([z.string().max(100), z.int()])).min(1),
  }),
  z.strictObject({ rule: z.literal("integer"), min: z.int(), max: z.int() }),
  z.strictObject({ rule: z.literal("boolean") }),
  /** Released only when it is in the inventory of the request. */
  z.strictObject({
    rule: z.literal("own"),
    of: z.enum([
      ...["project_path", "project_id", "namespace_path", "namespace_id", "root_path"],
      /** A project or a group. */
      "any_path",
    ] as const),
  }),
  /** `project-9001`, `wiki-9001`: released when the project is the request's own. */
  z.strictObject({ rule: z.literal("repository") }),
  /** An id that `type_field` explains: `Project`, `Group`, `User`. */
  z.strictObject({ rule: z.literal("entity"), type_field: FieldName }),
  /** Pseudonym, or the name itself when personal data is approved and `id_field` says that it is the request's own user. */
  z.strictObject({ rule: z.literal("user_name"), id_field: FieldName }),
  z.strictObject({ rule: z.literal("user_id") }),
  /** `user/501` or `ip/192.0.2.1`. */
  z.strictObject({ rule: z.literal("client") }),
  z.strictObject({ rule: z.literal("pseudonym"), kind: PseudonymKind }),
  /** One IP address or a list `a, b`. */
  z.strictObject({ rule: z.literal("address") }),
  /** Family and major version (R6). */
  z.strictObject({ rule: z.literal("user_agent") }),
  /** A path of the application: route words, the request's own paths and numbers (R5). */
  z.strictObject({ rule: z.literal("url_path") }),
  z.strictObject({ rule: z.literal("route") }),
  /** What of GitLab's own code was called: `Controller#action`, a worker's class, `GET /api/:version/projects/:id`. */
  z.strictObject({ rule: z.literal("caller") }),
  /** Registered templates only (R7). */
  z.strictObject({ rule: z.literal("template") }),
  /** Known words only, and only when the request's `may_show` names it (R7). */
  z.strictObject({ rule: z.literal("words"), show: z.string() }),
  z.strictObject({ rule: z.literal("drop"), class: DropClass }),
] as const;
const Simple = z.discriminatedUnion("rule", SimpleRules);
const FieldRuleFile = z.discriminatedUnion("rule", [
  ...SimpleRules,
  /** Rails `params: [{key, value}]`: the listed keys only, each by its own rule (R4). */
  z.strictObject({ rule: z.literal("params"), keys: z.record(z.string(), Simple) }),
  /** One of the names that the redaction policy lists under `of`; a resolved profile has an `enum` in its place. */
  z.strictObject({ rule: z.literal("listed"), of: Name }),
]);
type FieldRuleFile = z.infer<typeof FieldRuleFile>;
export type SimpleRule = z.infer<typeof Simple>;
export type FieldRule = Exclude<FieldRuleFile, { rule: "listed" }>;

const Fields = z.record(FieldName, FieldRuleFile);
const Dropped = z.partialRecord(DropClass, FieldNames);

/** Fields that several sources share (`policies/log-sources/fields/<name>.yaml`). */
export const LogFieldSet = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("log_fields"),
  name: Name,
  fields: Fields,
  dropped: Dropped,
});
export type LogFieldSet = z.infer<typeof LogFieldSet>;

/** Which fields say whose row it is. Several names: every one that is present is judged. */
const Identity = z.strictObject({
  project_path: FieldNames,
  project_id: FieldNames,
  namespace_path: FieldNames,
  namespace_id: FieldNames,
  root_namespace: FieldNames,
  /** Fields with a URL path in which GitLab puts the project or group. */
  url_path: FieldNames,
  /** `project-9001`. */
  repository: FieldNames,
  /** An id whose meaning is in a second field (`entity_type: Project`, `entity_id: 9001`), and its path. */
  entity: z.array(z.strictObject({ type: FieldName, id: FieldName, path: FieldName })),
  user_name: FieldNames,
  user_id: FieldNames,
});

/** A profile as its YAML file holds it. */
export const LogProfileFile = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("log_profile"),
  source: Name,
  title: z.string(),
  /** Bumped by a log-format change (R21). */
  version: z.string(),
  owner: z.string(),
  /** Other words that a row's `log_source` uses for this source. */
  also_called: z.array(z.string()),
  /** File names in an archive, and index patterns in Elasticsearch. */
  files: z.array(z.string()).min(1),
  indices: z.array(z.string()),
  retention_days: z.strictObject({ search: z.int().positive(), archive: z.int().positive() }),
  /** What the source writes on an ordinary day, all customers together: a planning figure, to be replaced by the store's own. */
  volume_bytes_per_day: z.int().positive(),
  /** Wrappings that a shipper may have put around the row. */
  envelopes: z.array(z.enum(["json_payload", "json_prefix", "ecs"])),
  /** The first one present decides. RFC 3339 with an offset. */
  time_fields: FieldNames.min(1),
  identity: Identity,
  /** Fields that name the event type; where one is present it decides alone, else the recipes do. */
  event_fields: FieldNames,
  includes: z.array(Name),
  /** Other names of a field: old, new (LabKit), ECS. */
  aliases: z.record(FieldName, FieldNames),
  fields: Fields,
  dropped: Dropped,
  /** One row as it is written today, invented. */
  sample: z.record(z.string(), z.json()),
});
export type LogProfileFile = z.infer<typeof LogProfileFile>;

const CodeNames = z.array(z.string().regex(/^[A-Za-z][A-Za-z0-9_:]{0,99}$/)).min(1);
const SmallestCount = z.strictObject({ from: z.iso.date(), value: z.int().min(2).max(1000) });

/** `policies/redaction.yaml`: what text and versions may leave. */
export const RedactionPolicy = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("redaction_policy"),
  version: z.string(),
  /** Words that a kept text may be made of. */
  words: z.array(z.string().regex(/^[a-z]{1,30}$/)).min(1),
  /** Segments of GitLab's own routes. */
  route_words: z.array(z.string().regex(/^[A-Za-z0-9_.*-]{1,60}$/)).min(1),
  /** Those of them that stand before the number of a thing of the project or group: an issue, a job. */
  numbered_words: z.array(z.string().regex(/^[a-z_]{1,60}$/)).min(1),
  /** What GitLab's published source calls its parts, by the kind of part. Rule `caller` reads the first three. */
  names: z
    .object({ controllers: CodeNames, actions: CodeNames, workers: CodeNames })
    .catchall(CodeNames),
  /** `{user}`, `{address}`, `{email}`, `{name}`, `{project}`, `{group}`, `{project_id}`, `{word}`. */
  templates: z.array(z.strictObject({ id: Name, text: z.string().max(300) })),
  /** Aggregate answers show no count below this, from the day of the dive on; the first entry has no beginning. */
  smallest_count: z.tuple([SmallestCount], SmallestCount),
  /** First match wins: `token` is what stands before the version. */
  user_agents: z.array(z.strictObject({ family: z.string(), token: z.string() })),
});
export type RedactionPolicy = z.infer<typeof RedactionPolicy>;

/** A profile ready for use: shared fields merged in, with the recipes of its source and the redaction policy. */
export type LogProfile = Omit<LogProfileFile, "includes" | "dropped" | "fields" | "aliases"> & {
  readonly fields: ReadonlyMap<string, FieldRule>;
  /** Alias → field. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly recipes: readonly QueryRecipe[];
  readonly redaction: RedactionPolicy;
};

export type ProfileParts = {
  readonly file: LogProfileFile;
  readonly fieldSets: readonly LogFieldSet[];
  readonly recipes: readonly QueryRecipe[];
  readonly redaction: RedactionPolicy;
};

/**
 * Puts one profile together. The profile's own rule for a field replaces the shared one.
 * @throws Error that lists every fault: unknown include, a field both ruled and dropped, a rule that names an unknown field.
 */
export function resolveProfile({ file, fieldSets, recipes, redaction }: ProfileParts): LogProfile {
  const { includes, dropped, fields: own, aliases: named, ...rest } = file;
  const faults: string[] = [];
  const sets = includes.flatMap((name) => {
    const set = fieldSets.find((candidate) => candidate.name === name);
    if (set === undefined) faults.push(`includes: no field set is called ${name}`);
    return set === undefined ? [] : [set];
  });
  const written = new Map([...sets, { fields: own, dropped }].flatMap((set) => rulesOf(set)));
  const fields = new Map(
    [...written].map(([field, rule]) => [field, resolved(field, rule, redaction, faults)]),
  );
  for (const name of Object.values(dropped).flat()) {
    if (Object.hasOwn(own, name)) faults.push(`${name}: has a rule and is dropped; keep one`);
  }
  const aliases = new Map(
    Object.entries(named).flatMap(([field, others]) => others.map((other) => [other, field])),
  );
  for (const name of namesUsed(file, aliases)) {
    if (!fields.has(name)) faults.push(`${name}: is used but has no rule; add it to fields`);
  }
  if (faults.length > 0) throw new Error(`log profile ${file.source}: ${faults.join("; ")}`);
  const mine = recipes.filter((recipe) => recipe.sources.includes(file.source));
  return { ...rest, fields, aliases, recipes: mine, redaction };
}

/** A rule with the names that it refers to. */
function resolved(
  field: string,
  rule: FieldRuleFile,
  { names }: RedactionPolicy,
  faults: string[],
): FieldRule {
  if (rule.rule !== "listed") return rule;
  const values = Object.hasOwn(names, rule.of) ? names[rule.of] : undefined;
  if (values === undefined) faults.push(`${field}: no names are listed under ${rule.of}`);
  return { rule: "enum", values: values ?? [] };
}

function rulesOf(set: Pick<LogFieldSet, "fields" | "dropped">): [string, FieldRuleFile][] {
  const drops = Object.entries(set.dropped).flatMap(([reason, names]) =>
    names.map((name): [string, FieldRuleFile] => [
      name,
      { rule: "drop", class: DropClass.parse(reason) },
    ]),
  );
  return [...drops, ...Object.entries(set.fields)];
}

/** Every field that the profile speaks of outside `fields`. */
function namesUsed(file: LogProfileFile, aliases: ReadonlyMap<string, string>): Set<string> {
  const { entity, ...identity } = file.identity;
  return new Set([
    ...file.time_fields,
    ...file.event_fields,
    ...Object.values(identity).flat(),
    ...entity.flatMap(({ type, id, path }) => [type, id, path]),
    ...aliases.values(),
  ]);
}
