/** BigQuery's own client behind five questions: what a table is, what a query would cost, run it, one page of its rows, was all of it seen. */
import * as z from "zod";
import type { Question } from "./bigquery-query.ts";
import { StoreFault } from "./store-fault.ts";

type JobLimits = {
  /** Chosen by us: the same job is found again instead of being paid for twice. */
  readonly jobId: string;
  readonly maximumBytesBilled: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly location: string;
};
/** A table as BigQuery describes it. */
export type TableState = {
  /** `TABLE`, `VIEW`, `EXTERNAL`, … */
  readonly kind: string;
  /** Column → type, in capitals. */
  readonly columns: ReadonlyMap<string, string>;
  /** Changes when the table does; null while rows stream in, which is not told at once. */
  readonly version: string | null;
};
/** A job with our id that was there already; one that failed, or did not see all of the table, is of no use. */
type FoundJob = { readonly createdMs: number; readonly failed: boolean };
type ResultPage = {
  readonly rows: readonly unknown[];
  readonly total: number;
  readonly next: string | null;
};
export type BigQueryClient = {
  readonly describe: (dataset: string, table: string) => Promise<TableState>;
  /** @throws StoreFault unless the estimate is exact or an upper bound */
  readonly estimate: (
    question: Question,
  ) => Promise<{ readonly bytes: number; readonly location: string }>;
  /** Starts the job; null = it is new. */
  readonly start: (question: Question, limits: JobLimits) => Promise<FoundJob | null>;
  /** One page of the rows; waits for the job. */
  readonly page: (
    job: Pick<JobLimits, "jobId" | "location">,
    token: string | null,
    size: number,
  ) => Promise<ResultPage>;
  /** @throws StoreFault when a policy kept rows or values from a job that ended */
  readonly checkSeen: (job: Pick<JobLimits, "jobId" | "location">) => Promise<void>;
};

const Bytes = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const DryRun = z.object({
  statistics: z.object({
    totalBytesProcessed: Bytes,
    query: z.object({ totalBytesProcessedAccuracy: z.string().optional() }),
  }),
  jobReference: z.object({ location: z.string().optional() }),
});
const Results = z.object({
  jobComplete: z.literal(true),
  totalRows: Bytes,
  pageToken: z.string().min(1).optional(),
  errors: z.undefined().optional(),
});
const Table = z.object({
  type: z.string(),
  schema: z.object({
    fields: z.array(z.object({ name: z.string(), type: z.string(), mode: z.string().optional() })),
  }),
  lastModifiedTime: z.string(),
  numRows: z.string().optional(),
  streamingBuffer: z.unknown().optional(),
});
const Job = z.object({
  status: z.object({ errorResult: z.unknown().optional() }),
  statistics: z.object({ creationTime: Bytes }),
});
const Unapplied = z.literal(false).optional();
const Unfiltered = z.object({
  statistics: z.object({
    rowLevelSecurityStatistics: z.object({ rowLevelSecurityApplied: Unapplied }).optional(),
    dataMaskingStatistics: z.object({ dataMaskingApplied: Unapplied }).optional(),
  }),
});
/** No policy kept rows or values from the job. */
const sawAll = (metadata: unknown): boolean => Unfiltered.safeParse(metadata).success;
/** An estimate that may be too low guards nothing. */
const RELIABLE = new Set(["PRECISE", "UPPER_BOUND"]);

/**
 * @param endpoint another address than Google's, which then gets no credentials
 * @throws StoreFault when the package is not installed
 */
export async function bigQueryClient(
  project: string,
  endpoint: string | null,
): Promise<BigQueryClient> {
  const { BigQuery } = await import("@google-cloud/bigquery").catch(() => {
    throw new StoreFault(
      "final",
      "the package @google-cloud/bigquery is not installed; run npm ci without --omit=optional",
    );
  });
  const client = new BigQuery({
    projectId: project,
    ...(endpoint === null ? {} : { apiEndpoint: endpoint }),
  });
  /** The client sends nothing for a timestamp that is bare text. */
  const parameterOf = (type: unknown, value: string): unknown =>
    type === "TIMESTAMP" ? BigQuery.timestamp(value) : value;
  // The client writes into what it is given.
  const configurationOf = ({ sql, params, types }: Question) => ({
    query: sql,
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, parameterOf(types[name], value)]),
    ),
    types: { ...types },
    useLegacySql: false,
    // A cached answer is free: an estimate that counts on it is none when the table grows a moment later.
    useQueryCache: false,
  });
  const jobOf = async (jobId: string, location: string) =>
    (await client.job(jobId, { location }).getMetadata())[0];
  return {
    describe: (dataset, table) =>
      told("table", async () => {
        const [metadata] = await client.dataset(dataset).table(table).getMetadata();
        const { type, schema, lastModifiedTime, numRows, streamingBuffer } = Table.parse(metadata);
        return {
          kind: type,
          columns: new Map(
            schema.fields.map(({ name, type, mode }) => [
              name,
              mode === "REPEATED" ? "ARRAY" : type.toUpperCase(),
            ]),
          ),
          version: streamingBuffer === undefined ? `${lastModifiedTime} ${numRows}` : null,
        };
      }),
    estimate: (question) =>
      told("estimate", async () => {
        const [job] = await client.createQueryJob({ ...configurationOf(question), dryRun: true });
        const { statistics, jobReference } = DryRun.parse(job.metadata);
        const accuracy = statistics.query.totalBytesProcessedAccuracy ?? "not told";
        if (!RELIABLE.has(accuracy)) {
          throw new StoreFault(
            "final",
            `the cost cannot be told beforehand (accuracy ${accuracy}); external tables are not read`,
          );
        }
        return { bytes: statistics.totalBytesProcessed, location: jobReference.location ?? "US" };
      }),
    start: (question, { jobId, maximumBytesBilled, labels, location }) =>
      told("query", async () => {
        try {
          await client.createQueryJob({
            ...configurationOf(question),
            ...{ jobId, location, labels: { ...labels } },
            maximumBytesBilled: String(maximumBytesBilled),
          });
          return null;
        } catch (error) {
          if (codeOf(error) !== 409) throw error;
          const metadata = await jobOf(jobId, location);
          const { status, statistics } = Job.parse(metadata);
          const failed = status.errorResult !== undefined || !sawAll(metadata);
          return { createdMs: statistics.creationTime, failed };
        }
      }),
    page: ({ jobId, location }, token, size) =>
      told("results", async () => {
        const [rows, , answer] = await client.job(jobId, { location }).getQueryResults({
          ...{ autoPaginate: false, maxResults: size, location },
          ...(token === null ? {} : { pageToken: token }),
        });
        const { totalRows, pageToken } = Results.parse(answer);
        return { rows, total: totalRows, next: pageToken ?? null };
      }),
    checkSeen: ({ jobId, location }) =>
      told("job", async () => {
        if (!sawAll(await jobOf(jobId, location))) {
          throw new StoreFault(
            "final",
            "a policy of the table keeps rows or values from this account; let it read the table whole",
          );
        }
      }),
  };
}

/** Faults in our words: the client's repeat the question, which names the customer. */
async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreFault) throw error;
    if (error instanceof z.ZodError)
      throw new StoreFault("passing", `${what}: the answer is not whole`);
    const code = codeOf(error);
    const reason = reasonOf(error);
    const kind = FINAL.has(reason) || [400, 401, 403].includes(code ?? 0) ? "final" : "passing";
    const words = [what, ...(code === null ? [] : [String(code)]), reason].join(" ");
    const fix = FIXES.get(reason);
    throw new StoreFault(kind, fix === undefined ? words : `${words}: ${fix}`);
  }
}

const FINAL = new Set(["bytesBilledLimitExceeded", "invalidQuery", "accessDenied"]);
const FIXES: ReadonlyMap<string, string> = new Map([
  ["bytesBilledLimitExceeded", "the table grew after the estimate; run the dive again"],
  ["accessDenied", "the account needs BigQuery Data Viewer on the dataset and BigQuery Job User"],
]);

const ApiError = z.object({
  code: z.int().optional().catch(undefined),
  errors: z
    .array(z.object({ reason: z.string().regex(/^[a-zA-Z]{1,60}$/) }))
    .optional()
    .catch(undefined),
});
const codeOf = (error: unknown): number | null => ApiError.safeParse(error).data?.code ?? null;
const reasonOf = (error: unknown): string =>
  ApiError.safeParse(error).data?.errors?.[0]?.reason ?? "failed";
