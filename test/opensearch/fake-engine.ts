/** A stand-in for Elasticsearch and OpenSearch over HTTP: it holds documents, answers the questions of the store, and can be told to fail. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { freePort } from "../bigquery/free-port.ts";
import { holds as holdsClause, type IsIndexed, type Searched, valuesAt } from "./fake-query.ts";

export type Doc = Searched & { readonly id: string };
type Json = Record<string, unknown>;
export type Fault = {
  /** Beginning of what is asked: `POST /_search`. */
  readonly on: string;
  /** Which of these questions fail, from 1; all when not given. */
  readonly times?: readonly number[];
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text instead of JSON. */
  readonly text?: string;
  /** Changes the good answer. */
  readonly change?: (answer: Json, engine: FakeEngine) => unknown;
};
export type FakeEngine = {
  readonly url: string;
  readonly docs: Doc[];
  faults: Fault[];
  readonly asked: { readonly what: string; readonly headers: Headers; readonly body: string }[];
  /** Points in time that are open. */
  readonly open: Map<string, readonly Doc[]>;
  readonly close: () => Promise<void>;
};
export type FakeOptions = {
  readonly product?: "elasticsearch" | "opensearch";
  readonly version?: string;
  /** Field name → type, the same in all indices. */
  readonly mapping: Readonly<Record<string, string>>;
  readonly closed?: readonly string[];
  /** Alias or data stream → its indices; an index of a data stream is known by no pattern of its own. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly streams?: Readonly<Record<string, readonly string[]>>;
  /** What an index says of itself, laid over what the mapping says. */
  readonly indices?: Readonly<Record<string, Described>>;
  readonly isIndexed?: IsIndexed;
};
type Described = {
  readonly aliases?: Json;
  readonly mappings?: Json;
  readonly settings?: Json;
};

const SHARDS = { total: 4, successful: 4, skipped: 0, failed: 0 };

export async function startEngine(docs: Doc[], options: FakeOptions): Promise<FakeEngine> {
  const { product = "opensearch" } = options;
  const version = options.version ?? (product === "opensearch" ? "2.19.1" : "8.17.0");
  const port = await freePort();
  const app = new Hono();
  const counts = new Map<Fault, number>();
  let pits = 0;
  const engine: FakeEngine = {
    url: `http://127.0.0.1:${port}`,
    docs,
    faults: [],
    asked: [],
    open: new Map(),
    close: () => new Promise((done) => server.close(() => done())),
  };
  const { aliases = {}, streams = {} } = options;
  /** A time that cannot be read is left out, as with `ignore_malformed`. */
  const isIndexed: IsIndexed = (index, field, value) =>
    (options.isIndexed?.(index, field, value) ?? true) &&
    (options.mapping[field] !== "date" || isInstant(value));
  const holds = (clause: unknown, doc: Doc): boolean => holdsClause(clause, doc, isIndexed);
  const hidden = new Set(Object.values(streams).flat());
  const inPattern = (pattern: string): Doc[] => {
    const matches = (name: string): boolean => names(pattern).some((one) => one.test(name));
    const behind = Object.entries({ ...aliases, ...streams }).flatMap(([name, list]) =>
      matches(name) ? list : [],
    );
    return engine.docs.filter(
      ({ index }) => behind.includes(index) || (matches(index) && !hidden.has(index)),
    );
  };
  const indicesOf = (pattern: string): string[] => [
    ...new Set(inPattern(pattern).map(({ index }) => index)),
  ];

  const answer = (
    method: string,
    path: string,
    query: URLSearchParams,
    body: Json,
  ): Json | null => {
    if (path === "/") {
      return {
        version: {
          number: version,
          ...(product === "opensearch" ? { distribution: product } : {}),
        },
      };
    }
    const [pattern = "", ...rest] = decodeURIComponent(path.slice(1)).split("/");
    if (pattern === "_resolve") return resolved(rest[1] ?? "");
    if (pattern === "_search" && rest[0] === undefined) return page(body);
    if (rest[0] === "_field_caps") return caps(indicesOf(pattern));
    if (rest[0] === "_count") {
      const count = inPattern(pattern).filter((doc) => holds(body["query"], doc)).length;
      return { count, _shards: SHARDS };
    }
    if (rest.join("/") === (product === "opensearch" ? "_search/point_in_time" : "_pit")) {
      pits += 1;
      const id = `pit-${pits}`;
      engine.open.set(id, inPattern(pattern));
      return product === "opensearch"
        ? { pit_id: id, _shards: SHARDS, creation_time: 1 }
        : { id, ...(query.has("allow_partial_search_results") ? { _shards: SHARDS } : {}) };
    }
    if (rest[0] === "_search") return overview(inPattern(pattern), body, holds);
    if (method === "GET" && rest.length === 0) return described(indicesOf(pattern));
    if (method === "DELETE") {
      const ids = product === "opensearch" ? (body["pit_id"] as string[]) : [body["id"] as string];
      for (const id of ids) engine.open.delete(id);
      return { succeeded: true, num_freed: ids.length };
    }
    return null;
  };
  const resolved = (pattern: string): Json => {
    const matching = (list: FakeOptions["aliases"] = {}) =>
      Object.entries(list).filter(([name]) => names(pattern).some((one) => one.test(name)));
    const behind = [...matching(aliases), ...matching(streams)].flatMap(([, list]) => list);
    const direct = indicesOf(pattern).filter(
      (name) => !behind.includes(name) || names(pattern).some((one) => one.test(name)),
    );
    return {
      indices: direct
        .filter((name) => !hidden.has(name))
        .map((name) => ({
          name,
          attributes: [(options.closed ?? []).includes(name) ? "closed" : "open"],
        })),
      aliases: matching(aliases).map(([name, indices]) => ({ name, indices })),
      data_streams: matching(streams).map(([name, list]) => ({
        name,
        backing_indices: list,
        timestamp_field: "@timestamp",
      })),
    };
  };
  const described = (indices: readonly string[]): Json =>
    Object.fromEntries(
      indices.map((name) => [
        name,
        {
          aliases: {},
          mappings: { properties: treeOf(options.mapping) },
          settings: {},
          ...options.indices?.[name],
        },
      ]),
    );
  const caps = (indices: readonly string[]): Json => ({
    indices,
    fields: Object.fromEntries(
      Object.entries(options.mapping).map(([name, type]) => [
        name,
        { [type]: { type, searchable: type !== "object", aggregatable: true } },
      ]),
    ),
  });
  const page = (body: Json): Json | null => {
    const pit = body["pit"] as { id: string };
    const held = engine.open.get(pit.id);
    if (held === undefined) return null;
    const found = held.filter((doc) => holds(body["query"], doc)).sort(byTime);
    const from = Number((body["search_after"] as number[] | undefined)?.[1] ?? 0);
    const hits = found.slice(from, from + Number(body["size"]));
    return {
      pit_id: pit.id,
      took: 1,
      timed_out: false,
      _shards: SHARDS,
      hits: {
        total: { value: found.length, relation: "eq" },
        hits: hits.map((doc, at) => ({
          _index: doc.index,
          _id: doc.id,
          _source: { "\u0000raw": doc.source },
          sort: [0, from + at + 1],
        })),
      },
    };
  };

  app.all("*", async (context) => {
    const url = new URL(context.req.url);
    const text = await context.req.text();
    const what = `${context.req.method} ${url.pathname}`;
    engine.asked.push({ what, headers: context.req.raw.headers, body: text });
    const fault = engine.faults.find(({ on }) => what.startsWith(on));
    const number = fault === undefined ? 0 : (counts.get(fault) ?? 0) + 1;
    if (fault !== undefined) counts.set(fault, number);
    const strikes = fault !== undefined && (fault.times?.includes(number) ?? true);
    if (strikes && fault.change === undefined) {
      const kind = fault.text === undefined ? "application/json" : "text/html";
      return context.body(
        fault.text ?? '{"error":{"type":"some_exception"}}',
        (fault.status ?? 200) as ContentfulStatusCode,
        {
          "content-type": kind,
          ...fault.headers,
        },
      );
    }
    const body = text === "" ? {} : (JSON.parse(text) as Json);
    const good = answer(context.req.method, url.pathname, url.searchParams, body);
    if (good === null) {
      return context.json(
        { error: { type: "search_context_missing_exception" }, status: 404 },
        404,
      );
    }
    return context.body(print(strikes ? fault.change?.(good, engine) : good), 200, {
      "content-type": "application/json; charset=UTF-8",
    });
  });
  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
  await new Promise((ready) => server.once("listening", ready));
  return engine;
}

/** Records go out byte for byte, as the engines do. */
const print = (answer: unknown): string =>
  JSON.stringify(answer).replace(
    /\{"\\u0000raw":("(?:[^"\\]|\\.)*")\}/g,
    (_, text: string) => JSON.parse(text) as string,
  );

const names = (pattern: string): RegExp[] =>
  pattern
    .split(",")
    .map((name) => new RegExp(`^${name.replaceAll(".", "\\.").replaceAll("*", ".*")}$`));

const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
const timeOf = (doc: Doc): string => String(valuesAt(doc.source, "time")[0] ?? "~");
const byTime = (left: Doc, right: Doc): number =>
  timeOf(left) < timeOf(right)
    ? -1
    : timeOf(left) > timeOf(right)
      ? 1
      : left.id < right.id
        ? -1
        : 1;

/** `json.meta.project` as the mapping tells it, object in object. */
function treeOf(mapping: FakeOptions["mapping"]): Json {
  const tree: Json = {};
  for (const [name, type] of Object.entries(mapping)) {
    let holder = tree;
    const parts = name.split(".");
    for (const part of parts.slice(0, -1)) {
      holder[part] ??= { properties: {} };
      const field = holder[part] as { properties?: Json };
      field.properties ??= {};
      holder = field.properties;
    }
    const last = parts.at(-1) ?? "";
    if (type !== "object") holder[last] = { ...(holder[last] as Json | undefined), type };
  }
  return tree;
}

type Holds = (clause: unknown, doc: Doc) => boolean;

function overview(docs: readonly Doc[], body: Json, holds: Holds): Json {
  const mine = docs.filter((doc) => holds(body["query"], doc));
  const aggs = body["aggs"] as Record<string, { filter: unknown; aggs: Json }>;
  return {
    timed_out: false,
    _shards: SHARDS,
    hits: { total: { value: mine.length, relation: "eq" }, hits: [] },
    aggregations: Object.fromEntries(
      Object.entries(aggs).map(([name, part]) => [name, partOf(part, mine, holds)]),
    ),
  };
}

type Days = { filter: unknown; aggs: { days: { date_histogram: { field: string } } } };

function partOf(part: { filter: unknown; aggs: Json }, docs: readonly Doc[], holds: Holds): Json {
  const those = docs.filter((doc) => holds(part.filter, doc));
  const { oldest, all, mine } = part.aggs as {
    oldest: { min: { field: string } };
    all: Days;
    mine: Days;
  };
  const instants = (doc: Doc, field: string): number[] =>
    valuesAt(doc.source, field)
      .filter(isInstant)
      .map((value) => Date.parse(value));
  const times = those.flatMap((doc) => instants(doc, oldest.min.field));
  const days = ({ filter, aggs }: Days): Json => {
    const counts = new Map<string, number>();
    for (const doc of those.filter((one) => holds(filter, one))) {
      for (const at of instants(doc, aggs.days.date_histogram.field)) {
        const day = new Date(at).toISOString().slice(0, 10);
        counts.set(day, (counts.get(day) ?? 0) + 1);
      }
    }
    const buckets = [...counts]
      .sort()
      .map(([key_as_string, doc_count]) => ({ key_as_string, doc_count }));
    return { doc_count: those.length, days: { buckets } };
  };
  const earliest = times.length === 0 ? null : Math.min(...times);
  return { doc_count: those.length, oldest: { value: earliest }, all: days(all), mine: days(mine) };
}
