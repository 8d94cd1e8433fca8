import { afterEach, describe, expect, test } from "vitest";
import { createElasticsearchStore } from "../../scripts/adapters/log-stores/elasticsearch.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { archiveOf } from "../adapters/log-dive-fixtures.ts";
import { collected } from "./collected.ts";
import { type FakeEngine, type FakeOptions, startEngine } from "./fake-engine.ts";
import { archiveFiles, documents, MAPPING } from "./rows.ts";

let running: FakeEngine | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

async function engine(options: Partial<FakeOptions> = {}, count = 60): Promise<FakeEngine> {
  running = await startEngine(documents(count), { mapping: MAPPING, ...options });
  return running;
}
const storeOf = ({ url }: FakeEngine) =>
  createElasticsearchStore(url, {
    credentials: { kind: "api-key", key: "s3cret-key" },
    restMs: 1,
    deadlineMs: 2000,
    patienceMs: 1500,
  });

describe.each(["opensearch", "elasticsearch"] as const)("%s", (product) => {
  test("gives the bytes that the files give, and closes what it opens", async () => {
    const server = await engine({ product });
    const whole = await collected(storeOf(server));
    const files = await collected(
      createFileStore(await archiveOf(archiveFiles(60)), { slackDays: 1 }),
    );
    expect(whole.manifest.complete).toBe(true);
    expect(whole.manifest.store.kind).toBe(product);
    expect(whole.manifest.rows.count).toBeGreaterThan(100);
    expect(whole.rows).toBe(files.rows);
    expect(whole.csv).toBe(files.csv);
    expect(whole.withheld).toBe(files.withheld);
    expect(server.open.size).toBe(0);
    expect(JSON.stringify(whole.manifest)).not.toContain("s3cret");
  });
});
