/** The log store over BigQuery: what a dive costs is known and capped before it runs. */
import { randomUUID } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import * as z from "zod";
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
import { type BigQueryClient, bigQueryClient, type TableState } from "./bigquery-client.ts";
import { type Asking, atLeast, readRows } from "./bigquery-jobs.ts";
import {
  daysQuestion,
  namedPattern,
  rowsQuestion,
  type Stretch,
  tableOf,
} from "./bigquery-query.ts";
import { namedRecords } from "./named-record.ts";
import { StoreFault } from "./store-fault.ts";
import { UnusableStore } from "./unusable-store.ts";

export type BigQueryOptions = {
  readonly project: string;
  readonly dataset: string;
  /** Bytes that one dive may have billed. */
  readonly maxBytes: number;
  /** Another address than Google's: an emulator. */
  readonly endpoint?: string;
  /** Rows asked for at a time. */
  readonly pageSize?: number;
};

const PAGE_SIZE = 5000;

const Line = z.strictObject({ line: z.string() });
const Day = z.strictObject({ day: z.string().nullable(), n: z.int().nonnegative() });
const WITHOUT_TIME = "without-time";

/** @throws UnusableStore from `plan` when the tables cannot be asked, or would cost more than allowed */
export function createBigQueryStore(options: BigQueryOptions): LogStore {
  let client: Promise<BigQueryClient> | null = null;
  const opened = (): Promise<BigQueryClient> => {
    client ??= bigQueryClient(options.project, options.endpoint ?? null);
    return client;
  };
  const known = new WeakMap<Scope, Map<string, Promise<Source>>>();
  const sourceOf = (scope: Scope, profile: LogProfile): Promise<Source> => {
    const sources = known.get(scope) ?? new Map<string, Promise<Source>>();
    known.set(scope, sources);
    const found =
      sources.get(profile.source) ?? opened().then((it) => readDays(it, scope, profile, options));
    sources.set(profile.source, found);
    return found;
  };
  return {
    plan: async (scope, profiles) => {
      try {
        return await planTables(await opened(), scope, profiles, options, sourceOf);
      } catch (error) {
        if (!isFault(error)) throw error;
        throw new UnusableStore(`BigQuery cannot be read: ${error.message}`);
      }
    },
    pull: async function* (partition, scope, profile, signal) {
      try {
        const source = await sourceOf(scope, profile);
        const asking = askingOf(await opened(), scope, options, source.version, signal);
        return yield* pullDay(asking, partition, scope, options, profile, source);
      } catch (error) {
        if (!isFault(error)) throw error;
        return { partition, scanned: 0, broken: error.message };
      }
    },
  };
}

const isFault = (error: unknown): error is Error =>
  error instanceof StoreFault || error instanceof RangeError;

type Source = {
  /** Of the table; another text for every store object where the table does not tell. */
  readonly version: string;
  /** Rows of everybody by day. */
  readonly rows: ReadonlyMap<string, number>;
  readonly withoutTime: number;
  /** What asking for them costs. */
  readonly bytes: number;
};
const NEVER = new AbortController().signal;

const askingOf = (
  client: BigQueryClient,
  scope: Scope,
  { pageSize }: BigQueryOptions,
  version: string,
  signal: AbortSignal,
): Asking => ({
  client,
  request: scope.request_id,
  version,
  pageSize: pageSize ?? PAGE_SIZE,
  signal,
});

async function readDays(
  client: BigQueryClient,
  scope: Scope,
  profile: LogProfile,
  options: BigQueryOptions,
): Promise<Source> {
  const table = tableOf(options.project, options.dataset, profile);
  const state = await client.describe(options.dataset, profile.source);
  checkTable(state);
  const question = daysQuestion(table, scope.window);
  const cost = await client.estimate(question);
  checkCost(cost.bytes, options);
  const version = state.version ?? randomUUID();
  const asking = askingOf(client, scope, options, version, NEVER);
  const { rows } = await readRows(asking, question, cost, Day, () => true);
  return {
    version,
    rows: new Map(rows.flatMap(({ day, n }) => (day === null ? [] : [[day, n] as const]))),
    withoutTime: rows.find(({ day }) => day === null)?.n ?? 0,
    bytes: cost.bytes,
  };
}

/** Others may leave rows out, and nothing shows which. */
const WHOLE_TABLES = new Set(["TABLE", "SNAPSHOT"]);
const COLUMNS = { ts: "TIMESTAMP", line: "STRING" } as const;

function checkTable({ kind, columns }: TableState): void {
  if (!WHOLE_TABLES.has(kind)) {
    throw new RangeError(
      `it is of the kind ${kind.toLowerCase().replaceAll("_", " ")}, which may leave rows out; load a table`,
    );
  }
  const wrong = Object.entries(COLUMNS).filter(([name, type]) => columns.get(name) !== type);
  if (wrong.length > 0) {
    const wanted = wrong.map(([name, type]) => `${name} ${type}`).join(", ");
    throw new RangeError(`it lacks the columns ${wanted}; load it as docs/setup.md says`);
  }
}

async function planTables(
  client: BigQueryClient,
  scope: Scope,
  profiles: readonly LogProfile[],
  options: BigQueryOptions,
  sourceOf: (scope: Scope, profile: LogProfile) => Promise<Source>,
): Promise<DivePlan> {
  const { days } = daysOfWindow(scope.window, 0);
  const partitions: Partition[] = [];
  const missing = new Map<string, readonly string[]>();
  const queries: Record<string, string> = {};
  let billed = 0;
  for (const profile of profiles) {
    const table = tableOf(options.project, options.dataset, profile);
    const found = await told(profile, () => sourceOf(scope, profile));
    billed += atLeast(found.bytes);
    const absent = days.filter((day) => !found.rows.has(day));
    if (absent.length > 0) missing.set(profile.source, absent);
    const present = days.filter((day) => found.rows.has(day));
    for (const [day, object] of [
      ...present.map((day) => [day, `${profile.source}/${day}`] as const),
      [days[0] ?? "", `${profile.source}/${WITHOUT_TIME}`] as const,
    ]) {
      const question = rowsQuestion(table, scope, stretchOf(object, scope));
      const { bytes } = await client.estimate(question);
      billed += atLeast(bytes);
      partitions.push({ source: profile.source, day, object, bytes });
      queries[profile.source] = question.sql;
    }
  }
  checkCost(billed, options);
  const estimated = partitions.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    kind: "bigquery",
    query: "one query for each day and table, all values as parameters",
    parameters: {
      ...{
        queries,
        estimated_bytes: estimated,
        billed_at_most: billed,
        limit_bytes: options.maxBytes,
      },
      named: namedPattern(scope),
    },
    partitions,
    missing,
  };
}

/** Which source it was about. */
async function told<T>({ source }: LogProfile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new StoreFault("final", `${source}: ${error.message}`);
  }
}

function checkCost(bytes: number, { maxBytes }: BigQueryOptions): void {
  if (bytes > maxBytes) {
    throw new RangeError(
      `it would read ${bytes} bytes, the limit is ${maxBytes} (SECLOG_LOG_STORE_MAX_BYTES); narrow the request, or raise the limit`,
    );
  }
}

/** The part of the window that lies in the day of a partition. */
function stretchOf(object: string, { window }: Scope): Stretch {
  const day = object.slice(object.indexOf("/") + 1);
  if (day === WITHOUT_TIME) return null;
  const start = Temporal.Instant.from(`${day}T00:00:00Z`);
  const end = start.add({ hours: 24 });
  const from = Temporal.Instant.from(window.from);
  const to = Temporal.Instant.from(window.to);
  return {
    from: (Temporal.Instant.compare(start, from) < 0 ? from : start).toString(),
    to: (Temporal.Instant.compare(end, to) > 0 ? to : end).toString(),
  };
}

async function* pullDay(
  asking: Asking,
  partition: Partition,
  scope: Scope,
  options: BigQueryOptions,
  profile: LogProfile,
  source: Source,
): AsyncGenerator<LogLine, PartitionEnd> {
  const table = tableOf(options.project, options.dataset, profile);
  const stretch = stretchOf(partition.object, scope);
  const question = rowsQuestion(table, scope, stretch);
  const cost = await asking.client.estimate(question);
  if (atLeast(cost.bytes) > atLeast(partition.bytes) * 2) {
    throw new StoreFault("final", "the table grew while the dive ran");
  }
  const named = namedRecords(scope);
  const { rows, total } = await readRows(asking, question, cost, Line, ({ line }) =>
    named(Buffer.from(line)),
  );
  let line = 0;
  for (const row of rows) {
    line += 1;
    yield { partition, line, bytes: Buffer.from(row.line) };
  }
  const counted = stretch === null ? source.withoutTime : (source.rows.get(partition.day) ?? 0);
  return { partition, scanned: Math.max(counted, total), broken: null };
}
