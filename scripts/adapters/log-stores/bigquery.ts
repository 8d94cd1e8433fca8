/** The log store over BigQuery: what a dive costs is known and capped before it runs, and a job that was paid for is found again. */

import { Temporal } from "temporal-polyfill";
import * as z from "zod";
import { canonicalJson } from "../../domain/canonical-json.ts";
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
import { sha256 } from "../digest.ts";
import { type BigQueryClient, bigQueryClient } from "./bigquery-client.ts";
import {
  daysQuestion,
  type Question,
  rowsQuestion,
  type Stretch,
  tableOf,
} from "./bigquery-query.ts";
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

/** BigQuery bills at least this for each table that a query reads. */
const LEAST_BILLED = 10 * 1024 * 1024;
const PAGE_SIZE = 5000;
const ATTEMPTS = 3;
/** Rows of one day that are held in memory. */
const DAY_ROWS = 500_000;

const Line = z.strictObject({ line: z.string() });
const Day = z.strictObject({ day: z.string(), n: z.int().nonnegative() });
const WITHOUT_TIME = "without-time";

/** @throws UnusableStore from `plan` when the tables cannot be asked, or would cost more than allowed */
export function createBigQueryStore(options: BigQueryOptions): LogStore {
  let client: Promise<BigQueryClient> | null = null;
  const opened = (): Promise<BigQueryClient> => {
    client ??= bigQueryClient(options.project, options.endpoint ?? null);
    return client;
  };
  const days = new WeakMap<Scope, Map<string, Promise<Days>>>();
  const daysOf = (scope: Scope, profile: LogProfile): Promise<Days> => {
    const sources = days.get(scope) ?? new Map<string, Promise<Days>>();
    days.set(scope, sources);
    const found =
      sources.get(profile.source) ?? opened().then((it) => readDays(it, scope, profile, options));
    sources.set(profile.source, found);
    return found;
  };
  return {
    plan: async (scope, profiles) => {
      try {
        return await planTables(await opened(), scope, profiles, options, daysOf);
      } catch (error) {
        if (!isFault(error)) throw error;
        throw new UnusableStore(`BigQuery cannot be read: ${error.message}`);
      }
    },
    pull: async function* (partition, scope, profile, signal) {
      try {
        const ask = { client: await opened(), scope, options, signal };
        const scanned = await daysOf(scope, profile);
        return yield* pullDay(ask, partition, profile, scanned.rows.get(partition.day) ?? 0);
      } catch (error) {
        if (!isFault(error)) throw error;
        return { partition, scanned: 0, broken: error.message };
      }
    },
  };
}

const isFault = (error: unknown): error is Error =>
  error instanceof StoreFault || error instanceof RangeError;

/** Rows of everybody by day, and what asking for them costs. */
type Days = { readonly rows: ReadonlyMap<string, number>; readonly bytes: number };
type Asking = {
  readonly client: BigQueryClient;
  readonly scope: Scope;
  readonly options: BigQueryOptions;
  readonly signal: AbortSignal;
};
const NEVER = new AbortController().signal;

async function readDays(
  client: BigQueryClient,
  scope: Scope,
  profile: LogProfile,
  options: BigQueryOptions,
): Promise<Days> {
  const table = tableOf(options.project, options.dataset, profile);
  const question = daysQuestion(table, scope.window);
  const { bytes, location } = await client.estimate(question);
  checkCost(bytes, options);
  const asking = { client, scope, options, signal: NEVER };
  const rows = await readAll(asking, question, { bytes, location }, Day);
  return { rows: new Map(rows.map(({ day, n }) => [day, n])), bytes };
}

async function planTables(
  client: BigQueryClient,
  scope: Scope,
  profiles: readonly LogProfile[],
  options: BigQueryOptions,
  daysOf: (scope: Scope, profile: LogProfile) => Promise<Days>,
): Promise<DivePlan> {
  const { days } = daysOfWindow(scope.window, 0);
  const partitions: Partition[] = [];
  const missing = new Map<string, readonly string[]>();
  const queries: Record<string, string> = {};
  let billed = 0;
  for (const profile of profiles) {
    const table = tableOf(options.project, options.dataset, profile);
    const found = await daysOf(scope, profile);
    billed += atLeast(found.bytes);
    const absent = days.filter((day) => !found.rows.has(day));
    if (absent.length > 0) missing.set(profile.source, absent);
    const present = days.filter((day) => found.rows.has(day));
    for (const [day, object] of [
      ...present.map((day) => [day, `${profile.source}/${day}`] as const),
      [days[0] ?? "", `${profile.source}/${WITHOUT_TIME}`] as const,
    ]) {
      const question = rowsQuestion(table, scope, profile, stretchOf(object, scope));
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
      paths: rowsQuestionPaths(scope),
    },
    partitions,
    missing,
  };
}

const rowsQuestionPaths = (scope: Scope): readonly string[] =>
  [scope.account, ...scope.namespaces, ...scope.projects].map(({ path }) => path);

const atLeast = (bytes: number): number => Math.max(LEAST_BILLED, Math.ceil(bytes * 1.1));

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
  profile: LogProfile,
  scanned: number,
): AsyncGenerator<LogLine, PartitionEnd> {
  const { scope, options, client } = asking;
  const table = tableOf(options.project, options.dataset, profile);
  const stretch = stretchOf(partition.object, scope);
  const question = rowsQuestion(table, scope, profile, stretch);
  const cost = await client.estimate(question);
  if (atLeast(cost.bytes) > atLeast(partition.bytes) * 2) {
    throw new StoreFault("final", "the table grew while the dive ran");
  }
  const rows = await readAll(asking, question, cost, Line);
  let line = 0;
  for (const row of rows) {
    line += 1;
    yield { partition, line, bytes: Buffer.from(row.line) };
  }
  return { partition, scanned: stretch === null ? line : Math.max(scanned, line), broken: null };
}

/** All rows of a question, or a fault; the job of an attempt that failed is left behind for a new one. */
async function readAll<Row>(
  asking: Asking,
  question: Question,
  cost: { readonly bytes: number; readonly location: string },
  schema: z.ZodType<Row>,
): Promise<readonly Row[]> {
  let fault = new StoreFault("passing", "nothing was tried");
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    asking.signal.throwIfAborted();
    try {
      return await readOnce(asking, question, cost, attempt, schema);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      fault = error;
      if (fault.kind === "final") break;
    }
  }
  throw fault;
}

async function readOnce<Row>(
  { client, scope, options, signal }: Asking,
  question: Question,
  { bytes, location }: { readonly bytes: number; readonly location: string },
  attempt: number,
  schema: z.ZodType<Row>,
): Promise<readonly Row[]> {
  const job = {
    jobId: `seclog_${sha256(canonicalJson({ question, attempt })).slice(0, 48)}`,
    location,
  };
  const labels = { tool: "seclog", request: labelOf(scope.request_id) };
  await client.start(question, { ...job, maximumBytesBilled: atLeast(bytes), labels });
  const rows: Row[] = [];
  const tokens = new Set<string>();
  for (let token: string | null = null, total = -1; ; ) {
    signal.throwIfAborted();
    const page = await client.page(job, token, options.pageSize ?? PAGE_SIZE);
    if (total !== -1 && page.total !== total) throw broken("the total changed between two pages");
    total = page.total;
    if (total > DAY_ROWS) throw new StoreFault("final", `more than ${DAY_ROWS} rows in one day`);
    for (const row of page.rows) {
      const parsed = schema.safeParse(row);
      if (!parsed.success) throw broken("a row of another form");
      rows.push(parsed.data);
    }
    if (page.next === null) {
      if (rows.length !== total) throw broken(`${rows.length} rows came instead of ${total}`);
      return rows;
    }
    if (tokens.has(page.next) || rows.length > total) throw broken("a page came twice");
    tokens.add(page.next);
    token = page.next;
  }
}

const broken = (message: string): StoreFault => new StoreFault("passing", message);
const labelOf = (id: string): string =>
  id
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "-")
    .slice(0, 63);
