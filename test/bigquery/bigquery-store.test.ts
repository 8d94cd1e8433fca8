import { afterEach, describe, expect, test } from "vitest";
import {
  type BigQueryOptions,
  createBigQueryStore,
} from "../../scripts/adapters/log-stores/bigquery.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { openLogStore } from "../../scripts/adapters/log-stores/store-url.ts";
import type { SourceCounts } from "../../scripts/domain/information-request/manifest.ts";
import { archiveOf, profileOf, scopeOf } from "../adapters/log-dive-fixtures.ts";
import { collected, scope } from "../opensearch/collected.ts";
import { archiveFiles } from "../opensearch/rows.ts";
import {
  type FakeBigQuery,
  type FakeJob,
  refusal,
  startBigQuery,
  type TableRow,
} from "./fake-bigquery.ts";

let running: FakeBigQuery | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

const ROWS = 60;
const files = archiveFiles(ROWS);

/** The archive as it is loaded. */
function tableRows(): TableRow[] {
  return Object.entries(files).flatMap(([path, text]) =>
    text
      .trim()
      .split("\n")
      .map((line): TableRow => {
        const row = JSON.parse(line) as Record<string, string>;
        const table = /source=([a-z]+)/.exec(path)?.[1] ?? "";
        return { table, ts: row["time"] ?? null, line };
      }),
  );
}

async function bigQuery(rows = tableRows()): Promise<FakeBigQuery> {
  running = await startBigQuery(rows);
  return running;
}
const storeOf = ({ url }: FakeBigQuery, change: Partial<BigQueryOptions> = {}) =>
  createBigQueryStore({
    ...{
      project: "example-logs",
      dataset: "gitlab",
      maxBytes: 1024 ** 3,
      endpoint: url,
      pageSize: 7,
    },
    ...change,
  });

test("gives the bytes that the files give, and shows what it cost", async () => {
  const server = await bigQuery();
  const whole = await collected(storeOf(server));
  const other = await collected(createFileStore(await archiveOf(files), { slackDays: 1 }));
  expect(whole.manifest.complete).toBe(true);
  expect(whole.manifest.rows.count).toBeGreaterThan(100);
  expect(whole.rows).toBe(other.rows);
  expect(whole.manifest.artefact).toEqual(other.manifest.artefact);
  expect(whole.manifest.store).toMatchObject({
    kind: "bigquery",
    parameters: { estimated_bytes: 8000, limit_bytes: 1024 ** 3 },
  });
});

test("finds the jobs of a dive that broke off, and pays for none of them again", async () => {
  const server = await bigQuery();
  const whole = await collected(storeOf(server));
  const { billed } = server;
  expect(server.jobs.size).toBe(billed);
  const again = await collected(storeOf(server));
  expect(server.billed).toBe(billed);
  expect(again.manifest.artefact).toEqual(whole.manifest.artefact);
});

test("every value travels as a typed parameter, every job has its limit and its label", async () => {
  const server = await bigQuery();
  const hostile = "x') OR 1=1 --";
  await collected(
    storeOf(server),
    scopeOf({ ...scope, projects: [...scope.projects, { path: hostile, id: null }] }),
  );
  for (const { query, labels } of server.jobs.values()) {
    expect(query.query).not.toMatch(/acme|OR 1=1/);
    expect(Number(query.maximumBytesBilled)).toBe(10 * 1024 * 1024);
    expect(labels).toEqual({ tool: "seclog", request: "ir-2026-0042" });
    for (const { parameterType, parameterValue } of query.queryParameters ?? []) {
      expect(parameterValue).not.toEqual({});
      expect(["TIMESTAMP", "STRING"]).toContain(parameterType.type);
    }
  }
});

describe("before anything is paid for", () => {
  const shared = ["api", "application"].map(profileOf);
  test.each([
    [
      "an estimate that may be too low",
      { accuracy: "LOWER_BOUND" },
      {},
      /cannot be told beforehand/,
    ],
    ["an external table", { accuracy: "UNKNOWN" }, {}, /external tables are not read/],
    ["a dive over the limit", { bytes: 2 * 1024 ** 3 }, {}, /the limit is 1073741824/],
    [
      "a dive that costs too much in all",
      {},
      { maxBytes: 11 * 1024 * 1024 },
      /narrow the request, or raise the limit/,
    ],
  ] as [string, Partial<FakeBigQuery>, Partial<BigQueryOptions>, RegExp][])(
    "refuses %s",
    async (_, answers, options, message) => {
      const server = await bigQuery();
      Object.assign(server, answers);
      await expect(storeOf(server, options).plan(scope, shared)).rejects.toThrow(message);
    },
  );

  test.each(["x.y", "my-project", "my-project.data-set", "my-project.d`; DROP", "My-Project.logs"])(
    "bigquery:%s names no dataset",
    async (name) => {
      await expect(openLogStore(`bigquery:${name}`)).rejects.toThrow(/name a BigQuery project/);
    },
  );
  test("opens a dataset, and wants a limit that is a number", async () => {
    await expect(openLogStore("bigquery:example-logs.gitlab")).resolves.toBeDefined();
    const odd = openLogStore("bigquery:example-logs.gitlab", { SECLOG_LOG_STORE_MAX_BYTES: "1TB" });
    await expect(odd).rejects.toThrow(/no number of bytes/);
  });
});

describe("never complete when something is missing", () => {
  type Page = {
    readonly totalRows: string;
    readonly rows: readonly unknown[];
    readonly pageToken?: string;
  };
  const isLines = (page: unknown): boolean => JSON.stringify(page).includes('"name":"line"');
  test.each([
    ["a page without its last row", (page: Page) => ({ ...page, rows: page.rows.slice(1) })],
    ["a total that is too large", (page: Page) => ({ ...page, totalRows: "999" })],
    ["a page that never ends", (page: Page) => ({ ...page, pageToken: "p0" })],
    ["an answer of another form", () => ({ jobComplete: true })],
    [
      "a record that is no text",
      (page: Page) => ({ ...page, rows: page.rows.map(() => ({ f: [{ v: null }] })) }),
    ],
  ])("%s", async (_, change) => {
    const server = await bigQuery();
    server.onPage = (page) =>
      isLines(page) ? { status: 200, body: change(page as unknown as Page) } : undefined;
    const { manifest } = await collected(storeOf(server));
    expect(manifest.complete).toBe(false);
  });

  test("a job whose result is gone is begun anew; a refusal does not repeat the customer's name", async () => {
    const server = await bigQuery();
    let lost = 0;
    server.onPage = (page) => {
      if (!isLines(page) || lost > 0) return undefined;
      lost += 1;
      return { status: 404, body: refusal(404, "notFound") };
    };
    expect((await collected(storeOf(server))).manifest.complete).toBe(true);
    server.onPage = (page) =>
      isLines(page) ? { status: 403, body: refusal(403, "accessDenied") } : undefined;
    const { manifest } = await collected(storeOf(server));
    expect(manifest.complete).toBe(false);
    const reasons = manifest.sources.flatMap(({ broken }) => broken.map(({ reason }) => reason));
    expect(reasons[0]).toMatch(/^results 403 accessDenied: the account needs BigQuery Data Viewer/);
  });

  test("a day without rows is missing; rows without a time are looked at", async () => {
    const rows = tableRows();
    const [first] = rows.filter(({ line }) => line.includes("acme-corp"));
    if (first === undefined) throw new Error("no row");
    const timeless = { ...first, ts: null, line: first.line.replace(/"time":"[^"]+",/, "") };
    const server = await bigQuery([
      ...rows.filter(({ ts }) => !ts?.startsWith("2026-11-17")),
      timeless,
    ]);
    const { manifest } = await collected(storeOf(server));
    expect(manifest.complete).toBe(false);
    expect(manifest.sources[0]?.missing).toEqual(["2026-11-17"]);
    expect(manifest.sources.map(({ quarantined }) => quarantined)).toContainEqual({
      time_missing: 1,
    });
  });
});

const reasonsOf = ({ sources }: { readonly sources: readonly SourceCounts[] }): readonly string[] =>
  sources.flatMap(({ broken }) => broken.map(({ reason }) => reason));

describe("a table that may keep rows from the dive", () => {
  const column = (name: string, type: string, mode = "NULLABLE") => ({ name, type, mode });
  const schema = (...fields: readonly object[]) => ({ schema: { fields } });
  const ts = column("ts", "TIMESTAMP");
  test.each([
    ["a view", { type: "VIEW" }, /api: it is of the kind view, which may leave rows out/],
    ["a materialised view", { type: "MATERIALIZED_VIEW" }, /kind materialized view/],
    ["an external table", { type: "EXTERNAL" }, /kind external/],
    ["no column for the record", schema(ts), /lacks the columns line STRING; load it as docs/],
    ["a list of records", schema(ts, column("line", "STRING", "REPEATED")), /line STRING/],
    ["a day for a time", schema(column("ts", "DATE"), column("line", "STRING")), /ts TIMESTAMP/],
  ])("%s is refused", async (_, table, message) => {
    const server = await bigQuery();
    server.table = table;
    const plan = storeOf(server).plan(scope, [profileOf("api")]);
    await expect(plan).rejects.toThrow(message);
    expect(server.billed).toBe(0);
  });

  test("no table at all is refused", async () => {
    const server = await bigQuery();
    const plan = storeOf(server).plan(scope, [profileOf("audit")]);
    await expect(plan).rejects.toThrow(/audit: table 404 notFound/);
  });

  test.each([
    ["rows", { rowLevelSecurityStatistics: { rowLevelSecurityApplied: true } }],
    ["values", { dataMaskingStatistics: { dataMaskingApplied: true } }],
  ])("a policy that keeps %s back is said", async (_, statistics) => {
    const server = await bigQuery();
    server.statistics = statistics;
    await expect(storeOf(server).plan(scope, [profileOf("api")])).rejects.toThrow(
      /a policy of the table keeps rows or values from this account/,
    );
    server.statistics = {};
    const store = storeOf(server);
    const late = { ...store };
    late.plan = async (...asked) => {
      const plan = await store.plan(...asked);
      server.statistics = statistics;
      return plan;
    };
    const { manifest } = await collected(late);
    expect(manifest.complete).toBe(false);
    expect(reasonsOf(manifest)[0]).toMatch(/a policy of the table/);
  });
});

describe("a job that is there already", () => {
  const [mine] = tableRows().filter(({ line }) => line.includes("acme-corp"));
  if (mine === undefined) throw new Error("no row");
  const one: TableRow = { ...mine, line: mine.line.replace(/"correlation_id":"[^"]+"/, '"n":1') };

  test("is not taken when rows came into the table since", async () => {
    const server = await bigQuery();
    const before = await collected(storeOf(server));
    server.rows.push(one);
    const after = await collected(storeOf(server));
    expect(after.manifest.rows.count).toBe(before.manifest.rows.count + 1);
    expect([...server.jobs.values()].every(({ query }) => query.useQueryCache === false)).toBe(
      true,
    );
  });

  test("is not taken while rows stream in, which the table does not tell at once", async () => {
    const server = await bigQuery();
    server.table = { numRows: "1", streamingBuffer: { estimatedRows: "1" } };
    const before = await collected(storeOf(server));
    server.rows.push(one);
    const after = await collected(storeOf(server));
    expect(after.manifest.rows.count).toBe(before.manifest.rows.count + 1);
  });

  test.each([
    ["failed", (job: FakeJob) => Object.assign(job, { status: { errorResult: { reason: "x" } } })],
    ["is two hours old", (job: FakeJob) => Object.assign(job, { created: Date.now() - 7_200_000 })],
  ])("is not taken when it %s, however often", async (_, spoil) => {
    const server = await bigQuery();
    const first = await collected(storeOf(server));
    for (let dive = 0; dive < 5; dive += 1) {
      for (const job of server.jobs.values()) spoil(job);
      const again = await collected(storeOf(server));
      expect(again.manifest.complete).toBe(true);
      expect(again.rows).toBe(first.rows);
    }
    expect(server.billed).toBe(server.jobs.size);
  });
});

test("a table that outgrows its estimate is said, with what to do", async () => {
  const server = await bigQuery();
  const store = storeOf(server);
  const growing = { ...store };
  growing.plan = async (...asked) => {
    const plan = await store.plan(...asked);
    server.growth = 1024 ** 3;
    return plan;
  };
  const { manifest } = await collected(growing);
  expect(manifest.complete).toBe(false);
  expect(reasonsOf(manifest)[0]).toBe(
    "query 400 bytesBilledLimitExceeded: the table grew after the estimate; run the dive again",
  );
});
