/** The log store over Elasticsearch and OpenSearch: one consistent view for each stretch of time, and nothing believed that is not whole. */
import { Temporal } from "temporal-polyfill";
import type { Scope } from "../../domain/information-request/scope.ts";
import { daysOfWindow } from "../../domain/information-request/window-days.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type {
  DivePlan,
  LogLine,
  LogStore,
  Partition,
  PartitionEnd,
} from "../../ports/log-store.ts";
import {
  type Overview,
  readCount,
  readFieldCaps,
  readIndices,
  readJson,
  readOverview,
  readResolved,
} from "./elasticsearch-answers.ts";
import type { Clause } from "./elasticsearch-clause.ts";
import { type Dialect, dialectOf, EXPAND } from "./elasticsearch-dialect.ts";
import { type Credentials, type SearchHttpOptions, searchHttp } from "./elasticsearch-http.ts";
import { blindIndices, indexFaults, shorteningIndices } from "./elasticsearch-indices.ts";
import { indexFields } from "./elasticsearch-mapping.ts";
import { longestAsked } from "./elasticsearch-owner.ts";
import { readBucket, resolveCall } from "./elasticsearch-pull.ts";
import {
  inSpan,
  overviewParts,
  type SourceQuery,
  type Span,
  sourceQuery,
  withoutSource,
  withoutTime,
} from "./elasticsearch-query.ts";
import { namedRecords } from "./named-record.ts";
import { StoreFault } from "./store-fault.ts";
import { UnusableStore } from "./unusable-store.ts";

export type ElasticsearchOptions = Omit<SearchHttpOptions, "opaqueId"> & {
  readonly credentials: Credentials;
  /** Rows that one dive may bring, before anything is read. */
  readonly maxRows?: number;
};

/** What a source's indices are, and how they are asked for the rows of one request. */
type Prepared = {
  readonly dialect: Dialect;
  readonly pattern: string;
  readonly indices: readonly string[];
  readonly query: SourceQuery;
  readonly sort: readonly Readonly<Record<string, unknown>>[];
  /** Clauses for rows that do not name their log; empty where the index does not tell logs apart. */
  readonly unnamed: readonly Clause[];
};

const MAX_ROWS = 1_000_000;
/** Days with more rows of the request than this are read by the hour. */
const BUSY_DAY = 20_000;
const BUCKET_HOURS = { calm: 6, busy: 1 } as const;
const NEVER = new AbortController().signal;

/**
 * @param base URL of the engine, without a slash at its end and without credentials
 * @throws UnusableStore from `plan` when the engine cannot be asked, or cannot be asked exactly
 */
export function createElasticsearchStore(base: string, options: ElasticsearchOptions): LogStore {
  const known = new WeakMap<Scope, Map<string, Promise<Prepared | null>>>();
  const httpFor = (scope: Scope) => searchHttp(base, { ...options, opaqueId: scope.request_id });
  const prepared = (scope: Scope, profile: LogProfile): Promise<Prepared | null> => {
    const sources = known.get(scope) ?? new Map<string, Promise<Prepared | null>>();
    known.set(scope, sources);
    const found = sources.get(profile.source) ?? prepare(httpFor(scope), scope, profile);
    sources.set(profile.source, found);
    return found;
  };
  return {
    plan: async (scope, profiles) => {
      const http = httpFor(scope);
      const sources: PlannedSource[] = [];
      for (const profile of profiles) {
        try {
          const source = await prepared(scope, profile);
          sources.push(await planSource(http, scope, profile, source));
        } catch (error) {
          throw unusable(profile.source, error);
        }
      }
      checkShared(sources);
      checkRows(sources, options.maxRows ?? MAX_ROWS);
      return planOf(sources);
    },
    pull: async function* (partition, scope, profile, signal) {
      let source: Prepared | null;
      try {
        source = await prepared(scope, profile);
      } catch (error) {
        if (!isFault(error)) throw error;
        return { partition, scanned: 0, broken: error.message };
      }
      return yield* pullBucket(httpFor(scope), partition, source, namedRecords(scope), signal);
    },
  };
}

const isFault = (error: unknown): error is Error =>
  error instanceof StoreFault || error instanceof RangeError;
const unusable = (source: string, error: unknown): unknown =>
  isFault(error)
    ? new UnusableStore(`the store cannot be read for ${source}: ${error.message}`)
    : error;

type Http = ReturnType<typeof searchHttp>;

/** Null when no index has a name of the source's patterns. */
async function prepare(http: Http, scope: Scope, profile: LogProfile): Promise<Prepared | null> {
  const { indices } = profile;
  const wrong = indices.filter((name) => !PATTERN.test(name));
  if (indices.length === 0 || wrong.length > 0) {
    throw new RangeError(`its profile names no usable index pattern (${wrong.join(", ")})`);
  }
  const pattern = indices.map(encodeURIComponent).join(",");
  const ask = (path: string) => http.send({ method: "GET", path }, NEVER);
  const dialect = dialectOf(readJson(await ask("/")));
  const found = readResolved(await http.send(resolveCall(pattern), NEVER));
  if (found.names.length === 0) return null;
  const all = "flat_settings=true&ignore_unavailable=false&expand_wildcards=all";
  const described = readIndices(await ask(`/${pattern}?${all}`));
  const faults = indexFaults(found, described);
  if (faults.length > 0) throw new RangeError(faults.join("; "));
  const caps = await ask(`/${pattern}/_field_caps?fields=*&include_unmapped=true&${EXPAND}`);
  const fields = indexFields(readFieldCaps(caps), profile);
  const query = sourceQuery(scope, profile, fields, {
    blind: blindIndices(described, profile, longestAsked(scope)),
    shortened: (name) => shorteningIndices(described, name),
  });
  const byTime = query.times.flat().map((name) => ({
    [name]: {
      ...{ order: "asc", missing: "_last", unmapped_type: "date" },
      ...(fields.nanoseconds ? { numeric_type: "date_nanos" } : {}),
    },
  }));
  const sort = [...byTime, ...dialect.tiebreakers];
  return { dialect, pattern, indices: found.names, query, sort, unnamed: withoutSource(fields) };
}

/** Not of another cluster, which the engine may pass over in silence. */
const PATTERN = /^[a-z0-9.][a-z0-9._*-]{0,200}$/;

type PlannedSource = {
  readonly profile: LogProfile;
  readonly source: Prepared | null;
  readonly rows: number;
  readonly partitions: readonly Partition[];
  readonly missing: readonly string[];
};

async function planSource(
  http: Http,
  scope: Scope,
  profile: LogProfile,
  source: Prepared | null,
): Promise<PlannedSource> {
  const { days } = daysOfWindow(scope.window, 0);
  if (source === null) return { profile, source, rows: 0, partitions: [], missing: days };
  const { query, pattern } = source;
  const ask = (path: string, body: unknown) =>
    http.send({ method: "POST", path: `/${pattern}${path}`, body: JSON.stringify(body) }, NEVER);
  const count = async (filter: readonly Clause[]) =>
    readCount(await ask(`/_count?${EXPAND}`, { query: { bool: { filter } } }));
  const overview = readOverview(
    await ask(`/_search?allow_partial_search_results=false&${EXPAND}`, {
      ...{ size: 0, track_total_hits: true },
      query: { bool: { filter: query.source } },
      aggs: overviewParts(query, scope.window),
    }),
  );
  const rows = await count([inSpan(query, scope.window), ...query.source, ...query.scope]);
  if (source.unnamed.length > 0) {
    const unnamed = await count([inSpan(query, scope.window), ...source.unnamed, ...query.scope]);
    if (unnamed > 0) {
      throw new RangeError(`${unnamed} rows of the request do not say which log they come from`);
    }
  }
  const partitions = bucketsOf(profile, scope.window, days, overview.mine);
  return { profile, source, rows, partitions, missing: missingDays(scope.window, days, overview) };
}

/** Days without any document, and those at the beginning of the window that the index no longer has whole. */
function missingDays(window: Span, days: readonly string[], overview: Overview): readonly string[] {
  const from = Temporal.Instant.from(window.from).epochMilliseconds;
  const { oldest } = overview;
  const firstWhole =
    oldest === null || oldest <= from
      ? ""
      : Temporal.Instant.fromEpochMilliseconds(Math.floor(oldest)).toString();
  return days.filter((day) => !overview.days.has(day) || day <= firstWhole);
}

/** Stretches of one day each at most, so that every row of a partition has the day of its partition. */
function bucketsOf(
  profile: LogProfile,
  window: Span,
  days: readonly string[],
  rows: ReadonlyMap<string, number>,
): readonly Partition[] {
  const from = Temporal.Instant.from(window.from);
  const to = Temporal.Instant.from(window.to);
  const name = profile.indices.join(",");
  const timed = days.flatMap((day) => {
    const hours = (rows.get(day) ?? 0) > BUSY_DAY ? BUCKET_HOURS.busy : BUCKET_HOURS.calm;
    const midnight = Temporal.Instant.from(`${day}T00:00:00Z`);
    return Array.from({ length: 24 / hours }, (_, at) => midnight.add({ hours: at * hours }))
      .map((start) => ({ start: later(start, from), end: earlier(start.add({ hours }), to) }))
      .filter(({ start, end }) => Temporal.Instant.compare(start, end) < 0)
      .map(({ start, end }) => ({ day, object: `${name}/${start}/${end}` }));
  });
  const untimed = days.slice(0, 1).map((day) => ({ day, object: `${name}/${WITHOUT_TIME}` }));
  return [...timed, ...untimed].map((each) => ({ source: profile.source, ...each, bytes: 0 }));
}

const WITHOUT_TIME = "without-time";
const later = (one: Temporal.Instant, other: Temporal.Instant) =>
  Temporal.Instant.compare(one, other) < 0 ? other : one;
const earlier = (one: Temporal.Instant, other: Temporal.Instant) =>
  Temporal.Instant.compare(one, other) < 0 ? one : other;

/** Two sources in the same indices must be told apart by a field of their rows. */
function checkShared(sources: readonly PlannedSource[]): void {
  const vague = sources.filter(({ source }) => source !== null && source.query.source.length === 0);
  const shared = vague.find((one) =>
    sources.some(
      (other) =>
        other !== one && other.source?.indices.some((name) => one.source?.indices.includes(name)),
    ),
  );
  if (shared !== undefined) {
    throw new UnusableStore(
      `the store cannot be read for ${shared.profile.source}: its index holds other logs too, and no field tells them apart; give it an index of its own in its profile`,
    );
  }
}

function checkRows(sources: readonly PlannedSource[], limit: number): void {
  const rows = sources.reduce((sum, source) => sum + source.rows, 0);
  if (rows > limit) {
    throw new UnusableStore(
      `the store has ${rows} rows for this request, the limit is ${limit}; narrow the request`,
    );
  }
}

function planOf(sources: readonly PlannedSource[]): DivePlan {
  const asked = sources.flatMap(({ profile, source }) =>
    source === null
      ? []
      : [[profile.source, { indices: profile.indices, filter: filterOf(source) }] as const],
  );
  const missing = sources.filter((source) => source.missing.length > 0);
  return {
    kind: sources.find(({ source }) => source !== null)?.source?.dialect.product ?? "elasticsearch",
    query: "bool filter over a point in time for each stretch of the window; all rows, sorted",
    parameters: {
      version: sources.find(({ source }) => source !== null)?.source?.dialect.version ?? "unknown",
      sources: Object.fromEntries(asked),
    },
    partitions: sources.flatMap(({ partitions }) => partitions),
    missing: new Map(missing.map(({ profile, missing: days }) => [profile.source, days])),
  };
}

const filterOf = ({ query }: Prepared): readonly Clause[] => [...query.source, ...query.scope];

async function* pullBucket(
  http: Http,
  partition: Partition,
  source: Prepared | null,
  named: (record: Buffer) => boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine, PartitionEnd> {
  if (source === null) return { partition, scanned: 0, broken: "there is no such index" };
  const [, from = "", to] = partition.object.split("/");
  const time = to === undefined ? withoutTime(source.query) : inSpan(source.query, { from, to });
  const { pattern, indices, sort, dialect } = source;
  const everybody = [time, ...source.query.source];
  const filter = [time, ...filterOf(source)];
  const bucket = { pattern, indices, sort, filter, everybody };
  const { rows, scanned, broken } = await readBucket(http, dialect, bucket, signal);
  let line = 0;
  for (const row of rows) {
    line += 1;
    const bytes = Buffer.from(row);
    if (named(bytes)) yield { partition, line, bytes };
  }
  return { partition, scanned, broken };
}
