/** Starts a real GoogleSQL engine behind BigQuery's API, where the program `bigquery-emulator` is in PATH, and loads its tables. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { COLUMNS, type TableRow } from "./fake-bigquery.ts";
import { freePort } from "./free-port.ts";

/** Why there is none; null = it can be started. */
export const WHY_NOT: string | null =
  spawnSync("bigquery-emulator", ["--version"]).error === undefined
    ? null
    : "the program bigquery-emulator is not in PATH: run test/bigquery/install (needs Go 1.25 or newer)";

export type Emulator = {
  readonly url: string;
  readonly load: (rows: readonly TableRow[]) => Promise<void>;
  readonly end: () => Promise<void>;
};

/** Bytes of lines in one call. */
const BATCH = 4 * 1024 * 1024;

export async function startEmulator(project: string, dataset: string): Promise<Emulator> {
  const [port, grpc] = [await freePort(), await freePort()];
  const program = spawn(
    "bigquery-emulator",
    [
      ...[`--project=${project}`, `--dataset=${dataset}`, "--host=127.0.0.1"],
      ...[`--port=${port}`, `--grpc-port=${grpc}`, "--log-level=error"],
    ],
    { stdio: "ignore" },
  );
  const engine = `http://127.0.0.1:${port}`;
  const tables = `${engine}/bigquery/v2/projects/${project}/datasets/${dataset}/tables`;
  while (!(await answers(tables))) {
    if (program.exitCode !== null) throw new Error("bigquery-emulator ended before it was ready");
    await sleep(200);
  }
  const front = await priced(engine);
  return {
    url: front.url,
    load: async (rows) => {
      for (const table of new Set(rows.map((row) => row.table))) {
        const reference = { projectId: project, datasetId: dataset, tableId: table };
        await post(tables, { tableReference: reference, schema: { fields: COLUMNS } });
        const own = rows.filter((row) => row.table === table).map(({ table: _, ...row }) => row);
        for (const batch of batchesOf(own)) {
          await post(`${tables}/${table}/insertAll`, { rows: batch.map((json) => ({ json })) });
        }
      }
    },
    end: async () => {
      if (program.exitCode !== null) return;
      const ended = once(program, "exit");
      program.kill("SIGKILL");
      front.close();
      await ended;
    },
  };
}

/** The engine with the one thing that it does not say: what a question would cost. */
async function priced(
  engine: string,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const port = await freePort();
  const app = new Hono();
  app.all("*", async (context) => {
    const { method } = context.req;
    const { pathname, search } = new URL(context.req.url);
    const body = await context.req.text();
    const answer = await fetch(`${engine}${pathname}${search}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === "" ? {} : { body }),
    });
    const text = await answer.text();
    return context.body(method === "POST" && answer.ok ? withCost(text) : text, {
      status: answer.status as ContentfulStatusCode,
      headers: { "content-type": "application/json" },
    });
  });
  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
  await once(server, "listening");
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

function withCost(text: string): string {
  const job = JSON.parse(text) as { readonly statistics?: { readonly query?: object } };
  return JSON.stringify({
    ...job,
    statistics: {
      ...job.statistics,
      totalBytesProcessed: "1000",
      query: { ...job.statistics?.query, totalBytesProcessedAccuracy: "PRECISE" },
    },
  });
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { readonly insertErrors?: unknown };
  if (!response.ok || answer.insertErrors !== undefined) {
    throw new Error(JSON.stringify(answer).slice(0, 1000));
  }
}

function batchesOf<Row extends { readonly line: string }>(rows: readonly Row[]): Row[][] {
  const batches: Row[][] = [[]];
  let bytes = 0;
  for (const row of rows) {
    bytes += row.line.length;
    if (bytes > BATCH) {
      batches.push([]);
      bytes = row.line.length;
    }
    batches.at(-1)?.push(row);
  }
  return batches;
}
