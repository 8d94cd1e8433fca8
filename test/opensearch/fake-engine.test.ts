import { afterEach, describe, expect, test } from "vitest";
import { createElasticsearchStore } from "../../scripts/adapters/log-stores/elasticsearch.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { UnusableStore } from "../../scripts/adapters/log-stores/unusable-store.ts";
import { archiveOf, profileOf, scopeOf } from "../adapters/log-dive-fixtures.ts";
import { collected, scope } from "./collected.ts";
import { type FakeEngine, type FakeOptions, type Fault, startEngine } from "./fake-engine.ts";
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
    expect(whole.manifest.artefact).toEqual(files.manifest.artefact);
    expect(server.open.size).toBe(0);
    expect(JSON.stringify(whole.manifest)).not.toContain("s3cret");
  });
});

type Answer = Record<string, unknown>;
type Hits = { hits: { total: Answer; hits: Answer[] } };
const hitsOf = (answer: Answer): Answer[] => (answer as Hits).hits.hits;
const withHits = (answer: Answer, hits: readonly Answer[]): Answer => ({
  ...answer,
  hits: { ...(answer as Hits).hits, hits },
});
const SEARCH = "POST /_search";
/** Eight hours of one log: two stretches of time, and the rows without a time. */
const small = scopeOf({
  log_sources: ["api"],
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-16T08:00:00Z" },
});
const OPEN = "POST /pubsub-rails-inf-gprd-*/_search/point_in_time";
const shards = (part: Answer) => (answer: Answer) => ({
  ...answer,
  _shards: { total: 4, successful: 4, skipped: 0, failed: 0, ...part },
});

/** What an engine may do for a moment: the dive comes to the same whole result. */
const PASSING: readonly [string, Fault][] = [
  ["a stopped shard", { on: SEARCH, times: [2], change: shards({ successful: 3, failed: 1 }) }],
  ["a shard that is not spoken of", { on: SEARCH, times: [2], change: shards({ successful: 3 }) }],
  [
    "a search that ran out of time",
    { on: SEARCH, times: [1], change: (answer) => ({ ...answer, timed_out: true }) },
  ],
  [
    "a search that ended early",
    { on: SEARCH, times: [1], change: (answer) => ({ ...answer, terminated_early: true }) },
  ],
  ["a lost point in time", { on: SEARCH, times: [1], status: 404 }],
  ["too many requests", { on: SEARCH, times: [1], status: 429 }],
  [
    "too many requests, with a time",
    { on: SEARCH, times: [1], status: 429, headers: { "retry-after": "1" } },
  ],
  ["a gateway that is down", { on: "", times: [1, 2, 3], status: 503 }],
  [
    "a short page",
    { on: SEARCH, times: [1], change: (answer) => withHits(answer, hitsOf(answer).slice(1)) },
  ],
  [
    "a page with a row twice",
    {
      on: SEARCH,
      times: [1],
      change: (answer) =>
        withHits(
          answer,
          hitsOf(answer).map((_, at, all) => all[at === 1 ? 0 : at] as Answer),
        ),
    },
  ],
  [
    "a page without hits",
    {
      on: SEARCH,
      times: [1],
      change: (answer) => ({ ...answer, hits: { total: { value: 10, relation: "eq" } } }),
    },
  ],
  ["an empty page", { on: SEARCH, times: [1], change: (answer) => withHits(answer, []) }],
  [
    "a row without its record",
    {
      on: SEARCH,
      times: [1],
      change: (answer) =>
        withHits(
          answer,
          hitsOf(answer).map(({ _source, ...hit }) => hit),
        ),
    },
  ],
  [
    "a total that is an estimate",
    {
      on: SEARCH,
      times: [1],
      change: (answer) => ({
        ...answer,
        hits: { ...(answer as Hits).hits, total: { value: 10, relation: "gte" } },
      }),
    },
  ],
  [
    "a total that is too large",
    {
      on: SEARCH,
      times: [1],
      change: (answer) => ({
        ...answer,
        hits: { ...(answer as Hits).hits, total: { value: 500, relation: "eq" } },
      }),
    },
  ],
  [
    "a cluster that was skipped",
    {
      on: SEARCH,
      times: [1],
      change: (answer) => ({ ...answer, _clusters: { total: 2, successful: 1, skipped: 1 } }),
    },
  ],
  ["a page of HTML", { on: SEARCH, times: [1], text: "<html>log in</html>" }],
  [
    "an answer that is cut",
    { on: SEARCH, times: [1], text: '{"hits":', headers: { "content-type": "application/json" } },
  ],
  [
    "a point in time of some shards",
    { on: OPEN, times: [1], change: shards({ successful: 3, failed: 1 }) },
  ],
];

describe("a fault that passes", () => {
  test.each(PASSING)("%s: the same bytes", async (_, fault) => {
    const server = await engine();
    const good = await collected(storeOf(server), small);
    server.faults = [fault];
    const again = await collected(storeOf(server), small);
    expect(again.manifest.sources.flatMap(({ broken }) => broken)).toEqual([]);
    expect(again.manifest.complete).toBe(true);
    expect(again.rows).toBe(good.rows);
    expect(server.open.size).toBe(0);
  });
});

describe("a fault that stays", () => {
  const lasting = PASSING.map(([name, { times: _, ...fault }]): [string, Fault] => [name, fault]);
  test.each([
    ...lasting.filter(([, { on, headers }]) => on !== "" && headers?.["retry-after"] === undefined),
    ["no answer", { on: SEARCH, status: 403 }],
    ["a redirect", { on: SEARCH, status: 302, headers: { location: "http://127.0.0.1:1/" } }],
    ["an error", { on: SEARCH, status: 500 }],
    ["a wait that is too long", { on: SEARCH, status: 429, headers: { "retry-after": "3600" } }],
  ] as [string, Fault][])("%s: incomplete, never complete", async (_, fault) => {
    const server = await engine();
    server.faults = [fault];
    const { manifest } = await collected(storeOf(server), small);
    expect(manifest.complete).toBe(false);
    expect(manifest.sources.flatMap(({ broken }) => broken).length).toBeGreaterThan(0);
    expect(manifest.rows.count).toBe(0);
    expect(JSON.stringify(manifest)).not.toMatch(/s3cret|127\.0\.0\.1/);
  });
});

describe("before anything is read", () => {
  const refusal = (server: FakeEngine) => storeOf(server).plan(scope, shared);
  const shared = ["api", "application"].map(profileOf);
  const text = { ...MAPPING, "json.meta.project": "text" };

  test.each([
    [
      "a scope field that is analysed text",
      { mapping: text },
      /json.meta.project is mapped as text.*map it as keyword/,
    ],
    [
      "a scope field below a nested object",
      { mapping: { ...MAPPING, "json.meta": "nested" } },
      /map it as keyword/,
    ],
    ["no field that says whose a row is", { mapping: { "json.time": "date" } }, /whose a row is/],
    ["no date", { mapping: { ...MAPPING, "json.time": "long" } }, /map it as date/],
    [
      "two logs in one index that nothing tells apart",
      { mapping: without("json.subcomponent") },
      /no field tells them apart/,
    ],
    [
      "a closed index",
      { mapping: MAPPING, closed: ["pubsub-rails-inf-gprd-000002"] },
      /are closed/,
    ],
    [
      "an old Elasticsearch",
      { mapping: MAPPING, product: "elasticsearch", version: "7.10.2" },
      /7\.12 or newer/,
    ],
    ["an old OpenSearch", { mapping: MAPPING, version: "1.3.0" }, /2\.4 or newer/],
  ] as [string, FakeOptions, RegExp][])("refuses %s", async (_, options, message) => {
    const server = await engine(options);
    await expect(refusal(server)).rejects.toThrow(message);
    await expect(refusal(server)).rejects.toBeInstanceOf(UnusableStore);
  });

  test.each([
    [
      "GET /",
      { version: { number: "9.9.9", distribution: "other" } },
      /neither Elasticsearch nor OpenSearch/,
    ],
    ["GET /_resolve", { nothing: true }, /index names/],
    [
      "POST /pubsub-rails-inf-gprd-*/_count",
      { count: 3, _shards: { total: 2, successful: 1, failed: 1 } },
      /count/,
    ],
    ["GET /pubsub-rails-inf-gprd-*/_field_caps", [], /mapping/],
  ] as const)("refuses when %s answers something else", async (on, answer, message) => {
    const server = await engine();
    server.faults = [{ on, change: () => answer }];
    await expect(refusal(server)).rejects.toThrow(message);
  });

  test("rows without the name of their log, and more rows than a dive may bring", async () => {
    const server = await engine();
    const { url } = server;
    const tight = createElasticsearchStore(url, { credentials: { kind: "none" }, maxRows: 10 });
    await expect(tight.plan(scope, shared)).rejects.toThrow(/the limit is 10; narrow the request/);
    const [first] = server.docs.filter(({ source }) => source.includes("acme-corp"));
    if (first === undefined) throw new Error("no document");
    server.docs.push({
      ...first,
      id: "unnamed",
      source: first.source.replace(/,"subcomponent":"[a-z_]+"/, ""),
    });
    await expect(refusal(server)).rejects.toThrow(/1 rows of the request do not say which log/);
  });
});

describe("what the index does not have", () => {
  test("no index at all, a day without documents, a window that begins before the oldest one", async () => {
    const server = await engine();
    const all = [...server.docs];
    const missing = async () =>
      Object.fromEntries((await storeOf(server).plan(scope, [profileOf("api")])).missing);
    expect(await missing()).toEqual({});
    server.docs.splice(
      0,
      server.docs.length,
      ...all.filter(({ id }) => !id.includes("2026-11-17")),
    );
    expect(await missing()).toEqual({ api: ["2026-11-17"] });
    server.docs.splice(0, server.docs.length, ...all.filter(({ id }) => !id.endsWith("-000000")));
    expect(await missing()).toEqual({ api: ["2026-11-16"] });
    server.docs.length = 0;
    expect(await missing()).toEqual({ api: ["2026-11-16", "2026-11-17", "2026-11-18"] });
  });

  test("an index that is deleted while the dive runs", async () => {
    const server = await engine();
    server.faults = [
      {
        on: SEARCH,
        change: (answer, { docs }) => {
          docs.splice(0, docs.length, ...docs.filter(({ index }) => !index.endsWith("2")));
          return answer;
        },
      },
    ];
    const { manifest } = await collected(storeOf(server));
    expect(manifest.complete).toBe(false);
    expect(JSON.stringify(manifest.sources)).toContain("an index was deleted or closed");
  });

  test("a row without a readable time comes with every dive, for a person to look at", async () => {
    const server = await engine();
    const [first] = server.docs.filter(({ source }) => source.includes("acme-corp"));
    if (first === undefined) throw new Error("no document");
    const source = first.source.replace(/"time":"[^"]+",/, "");
    server.docs.push({ ...first, id: "timeless", source });
    const { manifest } = await collected(storeOf(server));
    expect(manifest.sources.map(({ quarantined }) => quarantined)).toContainEqual({
      time_missing: 1,
    });
  });
});

test("a record keeps its digits, its escapes and its double keys", async () => {
  const server = await engine();
  const odd = `{"json":{"time":"2026-11-16T10:00:00Z","subcomponent":"api_json","event_type":"deploy_key_added","meta":{"project":"acme-corp/payments/api","root_namespace":"acme-corp"}, "big":12345678901234567890.10,"x":"\\u0041\\/}{","x":1e2}}`;
  server.docs.push({ index: "pubsub-rails-inf-gprd-000001", id: "odd", source: odd });
  const store = storeOf(server);
  const profile = profileOf("api");
  const { partitions } = await store.plan(scope, [profile]);
  const lines: string[] = [];
  for (const partition of partitions) {
    for await (const line of store.pull(partition, scope, profile, new AbortController().signal)) {
      lines.push(Buffer.from(line.bytes).toString());
    }
  }
  expect(lines).toContain(odd);
});

test("every question is one of exact terms; credentials go in the header alone", async () => {
  const server = await engine();
  await collected(storeOf(server));
  for (const { body, headers } of server.asked) {
    expect(body).not.toMatch(/query_string|script|"match|s3cret/);
    expect(headers.get("authorization")).toBe("ApiKey s3cret-key");
    expect(headers.get("x-opaque-id")).toBe("IR-2026-0042");
  }
  const searched = server.asked.filter(({ what }) => what === SEARCH);
  expect(searched.every(({ body }) => JSON.parse(body).track_total_hits === true)).toBe(true);
});

test("a cancelled dive ends, and closes its point in time", async () => {
  const server = await engine();
  const store = storeOf(server);
  const profile = profileOf("api");
  const { partitions } = await store.plan(scope, [profile]);
  const stop = new AbortController();
  const cancelAfter = (answer: Answer): Answer => {
    stop.abort();
    return answer;
  };
  server.faults = [{ on: SEARCH, change: (answer) => cancelAfter(answer) }];
  const [partition] = partitions;
  if (partition === undefined) throw new Error("no partition");
  await expect(store.pull(partition, scope, profile, stop.signal).next()).rejects.toThrow(/abort/i);
  expect(server.open.size).toBe(0);
});

function without(name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(MAPPING).filter(([key]) => key !== name));
}
