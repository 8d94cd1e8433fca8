/** A stand-in for BigQuery's REST API: it counts what is billed, keeps jobs by id, and answers our two forms of question. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { freePort } from "./free-port.ts";

/** A row of a table as it is loaded: `ts` null = its time could not be read. */
export type TableRow = {
  readonly table: string;
  readonly ts: string | null;
  readonly line: string;
};
type Json = Record<string, unknown>;

// Google's client looks for a machine of Google's around it, for seconds, before it asks without credentials.
process.env["METADATA_SERVER_DETECTION"] = "none";

type Parameter = {
  readonly name: string;
  readonly parameterType: { readonly type: string };
  readonly parameterValue: { readonly value?: string };
};
type Query = {
  readonly query: string;
  readonly queryParameters?: readonly Parameter[];
  readonly maximumBytesBilled?: string;
  readonly useQueryCache?: boolean;
};
export type FakeJob = {
  readonly query: Query;
  readonly labels: Json;
  readonly rows: readonly (string | null)[][];
  /** What `jobs.get` says of it. */
  created: number;
  status: Json;
  statistics: Json;
};
export type FakeBigQuery = {
  readonly url: string;
  readonly jobs: Map<string, FakeJob>;
  /** What is in the tables. */
  readonly rows: TableRow[];
  /** What `tables.get` says, laid over a plain table. */
  table: Json;
  /** What `jobs.get` says of new jobs. */
  statistics: Json;
  /** Queries that were run and paid for. */
  billed: number;
  accuracy: string;
  /** Bytes that every question reads, and those that come between the estimate and the question. */
  bytes: number;
  growth: number;
  /** Answers instead of a page of results; undefined = the page. */
  onPage: (
    page: Json,
    number: number,
  ) => { readonly status: number; readonly body: unknown } | undefined;
  readonly close: () => Promise<void>;
};

export const COLUMNS = [
  { name: "ts", type: "TIMESTAMP" },
  { name: "line", type: "STRING" },
];

export async function startBigQuery(rows: readonly TableRow[]): Promise<FakeBigQuery> {
  const port = await freePort();
  const app = new Hono();
  let pages = 0;
  const fake: FakeBigQuery = {
    url: `http://127.0.0.1:${port}`,
    jobs: new Map(),
    rows: [...rows],
    table: {},
    statistics: {},
    billed: 0,
    accuracy: "PRECISE",
    bytes: 1000,
    growth: 0,
    onPage: () => undefined,
    close: () => new Promise((done) => server.close(() => done())),
  };
  app.get("/bigquery/v2/projects/:project/datasets/:dataset/tables/:table", (context) => {
    const name = context.req.param("table");
    const own = fake.rows.filter(({ table }) => table === name);
    if (own.length === 0) return context.json(refusal(404, "notFound"), 404);
    const plain = {
      type: "TABLE",
      schema: { fields: COLUMNS },
      lastModifiedTime: "1795000000000",
      numRows: String(own.length),
    };
    return context.json({ ...plain, ...fake.table });
  });
  app.get("/bigquery/v2/projects/:project/jobs/:job", (context) => {
    const jobId = context.req.param("job");
    const job = fake.jobs.get(jobId);
    if (job === undefined) return context.json(refusal(404, "notFound"), 404);
    return context.json({
      jobReference: { projectId: "p", jobId, location: "EU" },
      status: job.status,
      statistics: { creationTime: String(job.created), ...job.statistics },
    });
  });
  app.post("/bigquery/v2/projects/:project/jobs", async (context) => {
    const { configuration, jobReference } = (await context.req.json()) as {
      configuration: { query: Query; dryRun?: boolean; labels?: Json };
      jobReference: { jobId: string };
    };
    const { jobId } = jobReference;
    const statistics = {
      totalBytesProcessed: String(fake.bytes),
      query: { totalBytesProcessedAccuracy: fake.accuracy },
    };
    const reference = { projectId: "p", jobId, location: "EU" };
    const good = { jobReference: reference, status: { state: "DONE" }, statistics };
    if (configuration.dryRun === true) return context.json(good);
    if (fake.jobs.has(jobId)) return context.json(refusal(409, "duplicate"), 409);
    const limit = Number(configuration.query.maximumBytesBilled ?? "0");
    if (Math.max(fake.bytes + fake.growth, 10 * 1024 * 1024) > limit) {
      return context.json(refusal(400, "bytesBilledLimitExceeded"), 400);
    }
    fake.billed += 1;
    fake.jobs.set(jobId, {
      query: configuration.query,
      labels: configuration.labels ?? {},
      rows: rowsOf(fake.rows, configuration.query),
      created: Date.now(),
      status: { state: "DONE" },
      statistics: fake.statistics,
    });
    return context.json(good);
  });
  app.get("/bigquery/v2/projects/:project/queries/:job", (context) => {
    const job = fake.jobs.get(context.req.param("job"));
    if (job === undefined) return context.json(refusal(404, "notFound"), 404);
    const from = Number(context.req.query("pageToken")?.slice(1) ?? "0");
    const to = from + Number(context.req.query("maxResults"));
    const names = job.query.query.startsWith("SELECT line") ? ["line"] : ["day", "n"];
    const page = {
      jobComplete: true,
      totalRows: String(job.rows.length),
      schema: {
        fields: names.map((name) => ({ name, type: name === "n" ? "INTEGER" : "STRING" })),
      },
      rows: job.rows.slice(from, to).map((row) => ({ f: row.map((v) => ({ v })) })),
      ...(to < job.rows.length ? { pageToken: `p${to}` } : {}),
    };
    pages += 1;
    const { status, body } = fake.onPage(page, pages) ?? { status: 200, body: page };
    return context.json(body as Json, status as ContentfulStatusCode);
  });
  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
  await new Promise((ready) => server.once("listening", ready));
  return fake;
}

export const refusal = (code: number, reason: string): Json => ({
  error: { code, message: "acme-corp in a message", errors: [{ reason, message: "acme-corp" }] },
});

/** What the SQL of the two questions means, told apart by its beginning. */
function rowsOf(
  rows: readonly TableRow[],
  { query, queryParameters = [] }: Query,
): (string | null)[][] {
  const named = (name: string) =>
    queryParameters.find((one) => one.name === name)?.parameterValue.value ?? "";
  const name = /FROM `[^`]*\.([a-z_]+)`/.exec(query)?.[1];
  const own = rows.filter(({ table }) => table === name);
  const timeless = own.filter(({ ts }) => ts === null);
  const [from, to] = [named("from"), named("to")].map(Date.parse);
  const timely = own.filter(({ ts }) => {
    const at = Date.parse(ts ?? "");
    return (from ?? 0) <= at && at < (to ?? 0);
  });
  if (!query.startsWith("SELECT line")) {
    const days = new Map<string, number>();
    for (const { ts } of timely) {
      const day = new Date(ts ?? "").toISOString().slice(0, 10);
      days.set(day, (days.get(day) ?? 0) + 1);
    }
    return [
      [null, String(timeless.length)],
      ...[...days].sort().map(([day, count]) => [day, String(count)]),
    ];
  }
  const patterns = [
    new RegExp(named("named").replace(/^\(\?i\)/, ""), "i"),
    new RegExp(named("hiding")),
  ];
  return (query.includes("WHERE ts IS NULL") ? timeless : timely)
    .filter(({ line }) => patterns.some((one) => one.test(line)) || !isObject(line))
    .sort((left, right) => (`${left.ts} ${left.line}` < `${right.ts} ${right.line}` ? -1 : 1))
    .map(({ line }) => [line]);
}

function isObject(line: string): boolean {
  try {
    JSON.parse(line);
    return line.startsWith("{") && line.endsWith("}") && Buffer.byteLength(line) <= 1024 * 1024;
  } catch {
    return false;
  }
}
