import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createElasticsearchStore } from "../../scripts/adapters/log-stores/elasticsearch.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { archiveOf } from "../adapters/log-dive-fixtures.ts";
import { type Cluster, startCluster, WHY_NOT } from "./cluster.ts";
import { type Collected, collected } from "./collected.ts";
import { archiveFiles, documents } from "./rows.ts";

const ROWS = 3000;
/** Empty servers, each of one node, where somebody has started some: URLs with spaces between. */
const SERVERS = (process.env["TEST_SEARCH_ENGINES"] ?? "").split(" ").filter((url) => url !== "");
let cluster: Cluster;
let proxy: Server | undefined;
let stopBefore: number | null = null;

const storeAt = (url: string) =>
  createElasticsearchStore(url, { credentials: { kind: "none" }, restMs: 10, deadlineMs: 20_000 });

describe.skipIf(WHY_NOT !== null)(
  WHY_NOT === null ? "a real OpenSearch of two nodes" : `skipped, because ${WHY_NOT}`,
  { timeout: 400_000 },
  () => {
    beforeAll(async () => {
      cluster = await startCluster(2);
      await load(cluster.url);
    }, 400_000);
    afterAll(async () => {
      proxy?.close();
      await cluster?.end();
    });

    test("gives the artefact that the files give, and none once a node is stopped", async () => {
      const whole = await expectSameAsFiles(cluster.url);
      expect(whole.manifest.store.kind).toBe("opensearch");

      // Between the opening of a point in time and its first page, in the third stretch of time.
      stopBefore = 5;
      const url = await throughProxy();
      const { manifest, rows } = await collected(storeAt(url));
      expect(stopBefore).toBeNull();
      expect(manifest.complete).toBe(false);
      expect(manifest.sources.flatMap(({ broken }) => broken).length).toBeGreaterThan(5);
      expect(rows.length).toBeLessThan(whole.rows.length);

      await expect(collected(storeAt(cluster.url))).rejects.toThrow(/cannot be read for api/);
    });
  },
);

test.each(SERVERS)(
  "%s gives the artefact that the files give",
  { timeout: 400_000 },
  async (url) => {
    await started(url);
    await load(url);
    await expectSameAsFiles(url);
  },
);

async function expectSameAsFiles(url: string): Promise<Collected> {
  const files = await collected(
    createFileStore(await archiveOf(archiveFiles(ROWS)), { slackDays: 1 }),
  );
  const whole = await collected(storeAt(url));
  expect(whole.manifest.sources.flatMap(({ broken, missing }) => [...broken, ...missing])).toEqual(
    [],
  );
  expect(whole.manifest.complete).toBe(true);
  expect(whole.manifest.rows.count).toBeGreaterThan(5000);
  expect(whole.rows).toBe(files.rows);
  expect(whole.manifest.artefact).toEqual(files.manifest.artefact);
  return whole;
}

/** A server may answer for a while before it is ready. */
async function started(url: string): Promise<void> {
  for (let seconds = 0; seconds < 180; seconds += 1) {
    const answer = await fetch(`${url}/_cluster/health?wait_for_status=yellow`).catch(() => null);
    if (answer?.ok === true) return;
    await sleep(1000);
  }
  throw new Error(`${url} did not start within three minutes`);
}

/** Three indices of six shards each, without copies, mapped as the engine guesses. */
async function load(url: string): Promise<void> {
  const docs = documents(ROWS);
  for (const index of new Set(docs.map((doc) => doc.index))) {
    await send(url, "PUT", `/${index}`, {
      settings: { number_of_shards: 6, number_of_replicas: 0 },
    });
  }
  for (let from = 0; from < docs.length; from += 2000) {
    const lines = docs
      .slice(from, from + 2000)
      .map(({ index, id, source }) => `{"index":{"_index":"${index}","_id":"${id}"}}\n${source}\n`);
    const answer = await send(url, "POST", "/_bulk", lines.join(""));
    expect(answer).toMatchObject({ errors: false });
  }
  await send(url, "POST", "/_refresh", {});
}

async function send(url: string, method: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

/** Hands every question on to the first node, and stops the second one before a search of its own choosing. */
async function throughProxy(): Promise<string> {
  let searches = 0;
  proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url?.startsWith("/_search?") === true) {
      searches += 1;
      if (searches === stopBefore) {
        stopBefore = null;
        await cluster.stop(1);
      }
    }
    const answer = await fetch(`${cluster.url}${request.url}`, {
      method: request.method ?? "GET",
      headers: { "content-type": "application/json" },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  proxy.listen(0, "127.0.0.1");
  await new Promise((ready) => proxy?.once("listening", ready));
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
