import { afterAll, describe, expect, test } from "vitest";
import { createBigQueryStore } from "../../scripts/adapters/log-stores/bigquery.ts";
import { createElasticsearchStore } from "../../scripts/adapters/log-stores/elasticsearch.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import type { Manifest } from "../../scripts/domain/information-request/manifest.ts";
import { archiveOf } from "../adapters/log-dive-fixtures.ts";
import { WHY_NOT as NO_EMULATOR, startEmulator } from "../bigquery/emulator.ts";
import { startBigQuery } from "../bigquery/fake-bigquery.ts";
import { type Collected, collected } from "../opensearch/collected.ts";
import { startEngine } from "../opensearch/fake-engine.ts";
import * as corpus from "./corpus.ts";

const PROJECT = "example-logs";
const DATASET = "gitlab";
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

type Store = Parameters<typeof collected>[0];
type Lines = readonly corpus.Line[];
const collect = (store: Store, held: Lines): Promise<Collected> =>
  collected(store, corpus.scopeOver(held));
const fromFiles = async (held: Lines): Promise<Collected> =>
  collect(createFileStore(await archiveOf(corpus.asFiles(held)), { slackDays: 0 }), held);
const fromTable = (url: string, held: Lines): Promise<Collected> =>
  collect(
    createBigQueryStore({
      ...{ project: PROJECT, dataset: DATASET, maxBytes: 1024 ** 4, endpoint: url, pageSize: 500 },
    }),
    held,
  );

async function fromFakeTable(held: Lines): Promise<Collected> {
  const server = await startBigQuery(corpus.asTable(held));
  closing.push(server.close);
  return fromTable(server.url, held);
}

/**
 * What a manifest says of its store and nothing else: what was asked and where; how many objects there were and how large; the
 * evidence, which names object and line.
 */
function withoutStore({ store: _, sources, files, ...rest }: Manifest): unknown {
  return {
    ...rest,
    sources: sources.map(({ partitions: _, bytes: __, ...counts }) => counts),
    files: files.filter(({ restricted }) => !restricted),
  };
}

function expectOne(one: Collected, other: Collected): void {
  expect(one.withheld).toBe(other.withheld);
  expect(one.rows).toBe(other.rows);
  expect(one.csv).toBe(other.csv);
  expect(withoutStore(one.manifest)).toEqual(withoutStore(other.manifest));
}

describe("one request over one corpus", { timeout: 900_000 }, () => {
  test("files and a table: lines of every kind", async () => {
    const files = await fromFiles(corpus.lines);
    expect(files.manifest.complete).toBe(true);
    expect(files.manifest.rows.count).toBeGreaterThan(400);
    expectOne(await fromFakeTable(corpus.lines), files);
  });

  test.each(["opensearch", "elasticsearch"] as const)(
    "files and %s: documents",
    async (product) => {
      const docs = corpus.asDocuments(corpus.documents);
      const server = await startEngine(docs, { product, mapping: corpus.mappingOf(docs) });
      closing.push(server.close);
      const engine = await collect(
        createElasticsearchStore(server.url, { credentials: { kind: "none" }, restMs: 1 }),
        corpus.documents,
      );
      expectOne(engine, await fromFiles(corpus.documents));
    },
  );

  test.skipIf(NO_EMULATOR !== null)(
    NO_EMULATOR === null
      ? "files and a real engine of GoogleSQL"
      : `skipped, because ${NO_EMULATOR}`,
    async () => {
      const emulator = await startEmulator(PROJECT, DATASET);
      closing.push(emulator.end);
      await emulator.load(corpus.asTable(corpus.lines));
      expectOne(await fromTable(emulator.url, corpus.lines), await fromFiles(corpus.lines));
    },
  );
});
