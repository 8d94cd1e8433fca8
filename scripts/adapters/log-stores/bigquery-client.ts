/** BigQuery's own client behind four questions: what it would cost, run it, is it there already, one page of its rows. */
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
type ResultPage = {
  readonly rows: readonly unknown[];
  readonly total: number;
  readonly next: string | null;
};
export type BigQueryClient = {
  /** @throws StoreFault unless the estimate is exact or an upper bound */
  readonly estimate: (
    question: Question,
  ) => Promise<{ readonly bytes: number; readonly location: string }>;
  /** Starts the job; one with this id that is there already is taken as it is. */
  readonly start: (question: Question, limits: JobLimits) => Promise<void>;
  /** One page of the rows; waits for the job. */
  readonly page: (
    job: Pick<JobLimits, "jobId" | "location">,
    token: string | null,
    size: number,
  ) => Promise<ResultPage>;
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
  const parameterOf = (type: unknown, value: unknown): unknown =>
    type === "TIMESTAMP" ? BigQuery.timestamp(String(value)) : structuredClone(value);
  // The client writes into what it is given.
  const configurationOf = ({ sql, params, types }: Question) => ({
    query: sql,
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, parameterOf(types[name], value)]),
    ),
    types: structuredClone(types) as Record<string, string>,
    useLegacySql: false,
  });
  return {
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
        } catch (error) {
          if (codeOf(error) !== 409) throw error;
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
    throw new StoreFault(kind, [what, ...(code === null ? [] : [String(code)]), reason].join(" "));
  }
}

const FINAL = new Set(["bytesBilledLimitExceeded", "invalidQuery", "accessDenied"]);

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
