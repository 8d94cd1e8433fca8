/** A stand-in for BigQuery's REST API: it counts what is billed, keeps jobs by id, and answers our two forms of question. */
import { type AddressInfo, createServer } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A row of a table as it is loaded: `ts` null = its time could not be read. */
export type TableRow = {
  readonly table: string;
  readonly ts: string | null;
  readonly ns: string | null;
  readonly project: string | null;
  readonly username: string | null;
  readonly event: string | null;
  readonly line: string;
};
type Json = Record<string, unknown>;
type Parameter = {
  readonly name: string;
  readonly parameterType: { readonly type: string };
  readonly parameterValue: {
    readonly value?: string;
    readonly arrayValues?: readonly { value: string }[];
  };
};
type Query = {
  readonly query: string;
  readonly queryParameters?: readonly Parameter[];
  readonly maximumBytesBilled?: string;
};
type Job = {
  readonly query: Query;
  readonly labels: Json;
  readonly rows: readonly string[][];
};
export type FakeBigQuery = {
  readonly url: string;
  readonly jobs: Map<string, Job>;
  /** Queries that were run and paid for. */
  billed: number;
  accuracy: string;
  /** Bytes that every question reads. */
  bytes: number;
  /** Answers instead of a page of results; undefined = the page. */
  onPage: (
    page: Json,
    number: number,
  ) => { readonly status: number; readonly body: unknown } | undefined;
  readonly close: () => Promise<void>;
};

export async function startBigQuery(table: readonly TableRow[]): Promise<FakeBigQuery> {
  const port = await freePort();
  const app = new Hono();
  let pages = 0;
  const fake: FakeBigQuery = {
    url: `http://127.0.0.1:${port}`,
    jobs: new Map(),
    billed: 0,
    accuracy: "PRECISE",
    bytes: 1000,
    onPage: () => undefined,
    close: () => new Promise((done) => server.close(() => done())),
  };
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
    if (Math.max(fake.bytes, 10 * 1024 * 1024) > limit) {
      return context.json(refusal(400, "bytesBilledLimitExceeded"), 400);
    }
    fake.billed += 1;
    const rows = rowsOf(table, configuration.query);
    fake.jobs.set(jobId, { query: configuration.query, labels: configuration.labels ?? {}, rows });
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
function rowsOf(table: readonly TableRow[], { query, queryParameters = [] }: Query): string[][] {
  const named = (name: string) => queryParameters.find((one) => one.name === name)?.parameterValue;
  const list = (name: string) => (named(name)?.arrayValues ?? []).map(({ value }) => value);
  const name = /FROM `[^`]*\.([a-z_]+)`/.exec(query)?.[1];
  const [from, to] = [named("from")?.value, named("to")?.value].map((at) => Date.parse(at ?? ""));
  const inTime = table.filter((row) => {
    if (row.table !== name) return false;
    if (query.includes("ts IS NULL")) return row.ts === null;
    const at = Date.parse(row.ts ?? "");
    return (from ?? 0) <= at && at < (to ?? 0);
  });
  if (!query.startsWith("SELECT line")) {
    const days = new Map<string, number>();
    for (const { ts } of inTime) {
      const day = String(ts).slice(0, 10);
      days.set(day, (days.get(day) ?? 0) + 1);
    }
    return [...days].sort().map(([day, count]) => [day, String(count)]);
  }
  const [paths, roots, users, events] = ["paths", "roots", "users", "events"].map(list);
  const anybody = named("anybody")?.value === "true";
  const mine = inTime.filter(({ ns, project, username, event }) => {
    const owned =
      (ns !== null && (paths?.includes(ns) || roots?.includes(ns))) ||
      (project !== null && paths?.includes(project)) ||
      (ns === null && project === null && (anybody || users?.includes(username ?? "")));
    return owned && (event === null || events?.includes(event));
  });
  return mine.map(({ line }) => [line]);
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });
}
