/** The answers of a search engine, believed only when they say that they are whole. */
import * as z from "zod";
import { isComplete } from "../../domain/information-request/completeness.ts";
import { Indices, type Resolved } from "./elasticsearch-indices.ts";
import { FieldCaps } from "./elasticsearch-mapping.ts";
import { rawItems, rawMember } from "./raw-json.ts";
import { StoreFault } from "./store-fault.ts";

const Count = z.int().nonnegative();
const Shards = z.object({ total: Count, successful: Count, failed: z.literal(0) });
const WholeShards = Shards.refine(({ total, successful }) => total === successful);

/** @throws StoreFault when the text is not JSON of this shape; the values are not in its words */
function parsed<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  question: string,
): z.output<Schema> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new StoreFault("passing", `${question}: the answer is cut or not JSON`);
  }
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join(".") ?? "";
  throw new StoreFault(
    "passing",
    `${question}: the answer is not whole or of another form (${where})`,
  );
}

export const readFieldCaps = (text: string): FieldCaps => parsed(text, FieldCaps, "mapping");
export const readJson = (text: string): unknown => parsed(text, z.unknown(), "version");

const Names = z.union([z.string().transform((name) => [name]), z.array(z.string())]);
const ResolvedNames = z.object({
  indices: z.array(z.object({ name: z.string(), attributes: z.array(z.string()) })),
  aliases: z.array(z.object({ name: z.string(), indices: Names })),
  data_streams: z.array(z.object({ name: z.string(), backing_indices: Names })),
});

/** Indices that a pattern stands for, with those that are closed and so cannot answer. */
export function readResolved(text: string): Resolved {
  const { indices, aliases, data_streams } = parsed(text, ResolvedNames, "index names");
  const streams = new Map(data_streams.map((one) => [one.name, one.backing_indices]));
  const direct = [...indices.map(({ name }) => name), ...[...streams.values()].flat()];
  const behind = aliases.map((one): [string, readonly string[]] => [
    one.name,
    one.indices.flatMap((name) => streams.get(name) ?? [name]),
  ]);
  const closed = indices.filter(({ attributes }) => attributes.includes("closed"));
  return {
    names: [...new Set([...direct, ...behind.flatMap(([, names]) => names)])].sort(),
    closed: closed.map(({ name }) => name),
    aliases: new Map(behind),
    direct: new Set(direct),
  };
}

export const readIndices = (text: string): Indices => parsed(text, Indices, "indices");

const Counted = z.object({ count: Count, _shards: WholeShards });
export const readCount = (text: string): number => parsed(text, Counted, "count").count;

/** `_shards` is said by OpenSearch, and by Elasticsearch from 8.16. */
const Opened = z.union([
  z.object({ id: z.string().min(1), _shards: z.unknown().optional() }),
  z.object({ pit_id: z.string().min(1), _shards: z.unknown() }),
]);

/** `whole`: no shard is missing in it; it has to be closed in either case. */
export function readPointInTime(text: string): { readonly id: string; readonly whole: boolean } {
  const opened = parsed(text, Opened, "point in time");
  const id = "id" in opened ? opened.id : opened.pit_id;
  const silent = "id" in opened && opened._shards === undefined;
  return { id, whole: silent || WholeShards.safeParse(opened._shards).success };
}

const Days = z.object({
  days: z.object({
    buckets: z.array(
      z.object({ key_as_string: z.string().regex(/^\d{4}-\d\d-\d\d$/), doc_count: Count }),
    ),
  }),
});
const Overview = z.object({
  aggregations: z.record(
    z.string(),
    z.object({ oldest: z.object({ value: z.number().nullable() }), all: Days, mine: Days }),
  ),
});
export type Overview = {
  /** Milliseconds since 1970 of the oldest document; null = there is none. */
  readonly oldest: number | null;
  /** Days of the window with any document of the source, `YYYY-MM-DD`. */
  readonly days: ReadonlySet<string>;
  /** Rows of the request by day. */
  readonly mine: ReadonlyMap<string, number>;
};

/** What every time field's own part of the index says, put together. */
export function readOverview(text: string): Overview {
  const parts = Object.values(parsed(text, Overview, "overview").aggregations);
  if (!isComplete(JSON.parse(text))) throw notWhole("overview");
  const oldest = parts.flatMap((part) => (part.oldest.value === null ? [] : [part.oldest.value]));
  const mine = new Map<string, number>();
  for (const { key_as_string: day, doc_count } of parts.flatMap((part) => part.mine.days.buckets)) {
    mine.set(day, (mine.get(day) ?? 0) + doc_count);
  }
  return {
    oldest: oldest.length === 0 ? null : Math.min(...oldest),
    days: new Set(
      parts.flatMap((part) => part.all.days.buckets.map(({ key_as_string }) => key_as_string)),
    ),
    mine,
  };
}

const Page = z.object({
  pit_id: z.string().min(1),
  hits: z.object({
    total: z.object({ value: Count }),
    hits: z.array(
      z.object({
        _index: z.string(),
        _id: z.string(),
        _source: z.looseObject({}),
        sort: z.array(z.unknown()).min(1),
      }),
    ),
  }),
});
export type Page = {
  /** To be used from now on. */
  readonly pointInTime: string;
  readonly total: number;
  readonly hits: readonly {
    readonly index: string;
    /** Unique among the hits of all indices. */
    readonly key: string;
    /** The record as it was indexed, byte for byte. */
    readonly source: string;
  }[];
  /** JSON text of the sort values of the last hit: where the next page begins. */
  readonly after: string | null;
};

/** @throws StoreFault unless the page says that every shard and cluster answered, in time, with an exact total */
export function readPage(text: string): Page {
  const page = parsed(text, Page, "search");
  if (!isComplete(JSON.parse(text))) throw notWhole("search");
  const outer = rawMember(text, "hits");
  const inner = outer === null ? null : rawMember(text, "hits", outer);
  const raw = inner === null ? [] : rawItems(text, inner);
  const cut = (at: number, key: string): string => {
    const item = raw[at];
    const span = item === undefined ? null : rawMember(text, key, item);
    return span === null ? "" : text.slice(span.start, span.end);
  };
  const { hits } = page.hits;
  return {
    pointInTime: page.pit_id,
    total: page.hits.total.value,
    hits: hits.map(({ _index, _id }, at) => ({
      index: _index,
      key: JSON.stringify([_index, _id]),
      source: cut(at, "_source"),
    })),
    after: hits.length === 0 ? null : cut(hits.length - 1, "sort"),
  };
}

const notWhole = (question: string): StoreFault =>
  new StoreFault("passing", `${question}: a shard or cluster failed, or time ran out`);
