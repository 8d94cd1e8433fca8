/** One question as a job of BigQuery: paid for once, found again after a crash, believed only when it is whole. */
import type * as z from "zod";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { sha256 } from "../digest.ts";
import type { BigQueryClient } from "./bigquery-client.ts";
import type { Question } from "./bigquery-query.ts";
import { StoreFault } from "./store-fault.ts";

export type Asking = {
  readonly client: BigQueryClient;
  /** Id of the request, for the label of the job. */
  readonly request: string;
  /** Version of the table: another one makes another job. */
  readonly version: string;
  readonly pageSize: number;
  readonly signal: AbortSignal;
};
export type Cost = { readonly bytes: number; readonly location: string };
export type Rows<Row> = {
  readonly rows: readonly Row[];
  /** Rows of the answer, kept or not. */
  readonly total: number;
};

/** BigQuery bills at least this for each table that a query reads. */
const LEAST_BILLED = 10 * 1024 * 1024;
const ATTEMPTS = 3;
/** Rows of one answer that are held in memory. */
const HELD_ROWS = 500_000;
/** How old a job may be that is taken instead of a new one: a dive that broke off is begun again sooner. */
const REUSE_MS = 60 * 60 * 1000;

/** How many jobs with our ids are looked at before one is begun: one a dive of the same question. */
const LINKS = 500;

/** What is billed at most for an estimate. */
export const atLeast = (bytes: number): number => Math.max(LEAST_BILLED, Math.ceil(bytes * 1.1));

/**
 * All rows of a question that are to be kept, or a fault; an attempt that failed is followed by a new job.
 * @param keep the others are counted alone
 */
export async function readRows<Row>(
  asking: Asking,
  question: Question,
  cost: Cost,
  schema: z.ZodType<Row>,
  keep: (row: Row) => boolean,
): Promise<Rows<Row>> {
  let fault = new StoreFault("passing", "nothing was tried");
  let last = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    asking.signal.throwIfAborted();
    try {
      last = await startedJob(asking, question, cost, last);
      return await readJob(asking, { jobId: last, location: cost.location }, schema, keep);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      fault = error;
      if (fault.kind === "final") break;
    }
  }
  throw fault;
}

/**
 * The id of a job that can be asked for rows: made from the question, so that it is found again; of jobs that failed or are old
 * the next id is made, so that no number of dives uses the ids up.
 * @param after a job that did not serve; empty = none
 */
async function startedJob(
  { client, request, version, signal }: Asking,
  question: Question,
  { bytes, location }: Cost,
  after: string,
): Promise<string> {
  const labels = { tool: "seclog", request: labelOf(request) };
  let last = after;
  for (let tries = 0; tries < LINKS; tries += 1) {
    signal.throwIfAborted();
    const jobId = `seclog_${sha256(canonicalJson({ question, version, after: last })).slice(0, 48)}`;
    const limits = { jobId, location, maximumBytesBilled: atLeast(bytes), labels };
    const found = await client.start(question, limits);
    if (found === null || (!found.failed && Date.now() - found.createdMs < REUSE_MS)) return jobId;
    last = jobId;
  }
  throw new StoreFault("final", `${LINKS} jobs of this question are too old or failed`);
}

async function readJob<Row>(
  { client, pageSize, signal }: Asking,
  job: { readonly jobId: string; readonly location: string },
  schema: z.ZodType<Row>,
  keep: (row: Row) => boolean,
): Promise<Rows<Row>> {
  const rows: Row[] = [];
  const tokens = new Set<string>();
  let received = 0;
  for (let token: string | null = null, total = -1; ; ) {
    signal.throwIfAborted();
    const page = await client.page(job, token, pageSize);
    if (total !== -1 && page.total !== total) throw broken("the total changed between two pages");
    total = page.total;
    for (const row of page.rows) {
      const parsed = schema.safeParse(row);
      if (!parsed.success) throw broken("a row of another form");
      if (keep(parsed.data)) rows.push(parsed.data);
    }
    received += page.rows.length;
    if (rows.length > HELD_ROWS) {
      throw new StoreFault("final", `more than ${HELD_ROWS} rows in one day`);
    }
    if (page.next === null) {
      if (received !== total) throw broken(`${received} rows came instead of ${total}`);
      await client.checkSeen(job);
      return { rows, total };
    }
    if (tokens.has(page.next) || received > total) throw broken("a page came twice");
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
