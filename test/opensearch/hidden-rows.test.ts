// What an index may keep from a question: each case ends with the whole result, or is refused.
import { afterEach, describe, expect, test } from "vitest";
import { createElasticsearchStore } from "../../scripts/adapters/log-stores/elasticsearch.ts";
import { profileOf, scopeOf } from "../adapters/log-dive-fixtures.ts";
import { collected } from "./collected.ts";
import { type FakeEngine, type FakeOptions, startEngine } from "./fake-engine.ts";
import { documents, MAPPING } from "./rows.ts";

const running: FakeEngine[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

const FIRST = "pubsub-rails-inf-gprd-000001";
const scope = scopeOf({
  log_sources: ["api"],
  window: { from: "2026-11-16T00:00:00Z", to: "2026-11-16T08:00:00Z" },
});

async function engine(
  options: Partial<FakeOptions> = {},
  docs = documents(60),
): Promise<FakeEngine> {
  const server = await startEngine(docs, { mapping: MAPPING, ...options });
  running.push(server);
  return server;
}
const storeOf = ({ url }: FakeEngine) =>
  createElasticsearchStore(url, { credentials: { kind: "none" }, restMs: 1 });
const dive = (server: FakeEngine) => collected(storeOf(server), scope);

type Field = Readonly<Record<string, unknown>>;
const meta = (change: Field): Field => ({
  properties: {
    json: {
      properties: {
        path: { type: "keyword" },
        event_type: { type: "keyword" },
        meta: { properties: {}, ...change },
      },
    },
  },
});
/** The field is in the mapping of the other indices, but not searched in the first one. */
const unsearched = (prefix: string) => (index: string, field: string) =>
  index !== FIRST || !field.startsWith(prefix);

const OPEN: readonly [string, Partial<FakeOptions>][] = [
  [
    "names above the length that is indexed",
    {
      indices: {
        [FIRST]: {
          mappings: meta({ properties: { project: { type: "keyword", ignore_above: 9 } } }),
        },
      },
      isIndexed: (index, field, value) =>
        index !== FIRST || !field.startsWith("json.meta") || value.length <= 9,
    },
  ],
  [
    "text whose exact part is too short",
    {
      indices: {
        [FIRST]: {
          mappings: meta({
            properties: {
              project: { type: "text", fields: { keyword: { type: "keyword", ignore_above: 9 } } },
            },
          }),
        },
      },
      isIndexed: unsearched("json.meta"),
    },
  ],
  ...(
    [
      ["an object that takes no new fields", { dynamic: "false" }],
      ["an object that takes none, by template", { dynamic: "false_allow_templates" }],
      ["an object that is stored alone", { enabled: false }],
      ["an object indexed as one value", { type: "flattened" }],
      ["an object indexed as one value, in OpenSearch", { type: "flat_object" }],
    ] as [string, Field][]
  ).map(([name, change]): [string, Partial<FakeOptions>] => [
    name,
    { indices: { [FIRST]: { mappings: meta(change) } }, isIndexed: unsearched("json.meta") },
  ]),
  [
    "a mapping that takes no new fields at all",
    {
      indices: { [FIRST]: { mappings: { dynamic: false, properties: { x: { type: "long" } } } } },
      isIndexed: (index, field) => index !== FIRST || /time|subcomponent/.test(field),
    },
  ],
  [
    "an event that is not searched",
    {
      indices: {
        [FIRST]: { mappings: { properties: { json: { dynamic: "false", properties: {} } } } },
      },
      isIndexed: unsearched("json.event_type"),
    },
  ],
  [
    "an owner that a script makes up",
    {
      indices: {
        [FIRST]: {
          mappings: {
            runtime: { "json.meta.project": { type: "keyword", script: { source: "" } } },
          },
        },
      },
      isIndexed: unsearched("json.meta"),
    },
  ],
  [
    "fields beyond the most that an index takes",
    {
      indices: {
        [FIRST]: { settings: { "index.mapping.total_fields.ignore_dynamic_beyond_limit": "true" } },
      },
      isIndexed: unsearched("json.meta"),
    },
  ],
  ["an alias alone", { aliases: { "pubsub-rails-inf-gprd-logs": ["a-000001"] } }],
  [
    "two aliases of one index, and the index itself",
    {
      aliases: { "pubsub-rails-inf-gprd-a": [FIRST], "pubsub-rails-inf-gprd-b": [FIRST] },
      indices: { [FIRST]: { aliases: { "pubsub-rails-inf-gprd-a": { filter: { term: {} } } } } },
    },
  ],
  ["a data stream", { streams: { "pubsub-rails-inf-gprd-s": ["a-000001"] } }],
  ["a time in nanoseconds", { mapping: { ...MAPPING, "json.time": "date_nanos" } }],
  [
    "an index of logs that keeps its records",
    {
      indices: {
        [FIRST]: { settings: { "index.mode": "logsdb", "index.mapping.source.mode": "stored" } },
      },
    },
  ],
];

/** The first index under a name that no pattern of the profile knows. */
const moved = (options: Partial<FakeOptions>) =>
  documents(60).map((doc) =>
    (options.aliases ?? options.streams) !== undefined &&
    JSON.stringify(options).includes("a-000001")
      ? { ...doc, index: doc.index.replace("pubsub-rails-inf-gprd-", "a-") }
      : doc,
  );

describe("comes whole", () => {
  test.each(OPEN)("%s", async (_, options) => {
    const good = await dive(await engine());
    const found = await dive(await engine(options, moved(options)));
    expect(good.manifest.rows.count).toBeGreaterThan(3);
    expect(found.manifest.complete).toBe(true);
    expect(found.rows).toBe(good.rows);
    expect(found.withheld).toBe(good.withheld);
  });

  test("a row that says whose it is in a page alone, too long to be indexed", async () => {
    const properties = { json: { properties: { path: { type: "keyword", ignore_above: 99 } } } };
    const server = await engine({
      indices: { [FIRST]: { mappings: { properties } } },
      isIndexed: (_, field, value) => field !== "json.path" || value.length <= 99,
    });
    const good = await dive(server);
    const path = `/acme-corp/payments/api/-/issues?${"label=x&".repeat(40)}`;
    const row = { time: "2026-11-16T03:00:00Z", subcomponent: "api_json", path };
    const source = JSON.stringify({ json: { ...row, event_type: "deploy_key_added" } });
    server.docs.push({ index: FIRST, id: "long", source });
    expect((await dive(server)).manifest.rows.count).toBe(good.manifest.rows.count + 1);
  });

  test("a row whose project id was left out for its form is for a person to look at", async () => {
    const server = await engine();
    const row = {
      time: "2026-11-16T03:00:00Z",
      subcomponent: "api_json",
      meta: { project_id: "9001x" },
    };
    const source = JSON.stringify({
      json: { ...row, event_type: "deploy_key_added", message: "acme-corp" },
    });
    server.docs.push({ index: FIRST, id: "odd", source, ignored: ["json.meta.project_id"] });
    expect((await dive(server)).manifest.sources[0]?.quarantined).toEqual({
      identity_unreadable: 1,
    });
  });

  test("an index that appears while the dive runs", async () => {
    const server = await engine();
    const good = await dive(server);
    const store = storeOf(server);
    const late: typeof store = {
      ...store,
      plan: async (...asked) => {
        const plan = await store.plan(...asked);
        const [first] = server.docs.filter(({ source }) => source.includes("acme-corp"));
        if (first === undefined) throw new Error("no document");
        server.docs.push({ ...first, index: "pubsub-rails-inf-gprd-000009" });
        return plan;
      },
    };
    const { manifest } = await collected(late, scope);
    expect(manifest.complete).toBe(true);
    expect(manifest.rows.count).toBe(good.manifest.rows.count + 1);
  });
});

const setting = (settings: Field): Partial<FakeOptions> => ({ indices: { [FIRST]: { settings } } });
const source = (_source: Field): Partial<FakeOptions> => ({
  indices: { [FIRST]: { mappings: { _source } } },
});
const alias = (how: Field): Partial<FakeOptions> => ({
  aliases: { "pubsub-rails-inf-gprd-logs": ["a-000001"] },
  indices: { "a-000001": { aliases: { "pubsub-rails-inf-gprd-logs": how } } },
});

describe("is refused", () => {
  test.each([
    ["an alias with a filter", alias({ filter: { term: { x: 1 } } }), /alias with a filter/],
    ["an alias with a routing", alias({ search_routing: "1" }), /alias with a filter or a routing/],
    [
      "a closed index of a data stream",
      {
        streams: { "pubsub-rails-inf-gprd-s": ["a-000001"] },
        indices: { "a-000001": { settings: { "index.verified_before_close": "true" } } },
      },
      /are closed/,
    ],
    ["a frozen index", setting({ "index.frozen": "true" }), /frozen and passed over in silence/],
    ["a throttled index", setting({ "index.search.throttled": "true" }), /frozen/],
    ["records put together again", source({ mode: "synthetic" }), /not kept as they were sent/],
    [
      "records put together again, by a setting",
      setting({ "index.mapping.source.mode": "synthetic" }),
      /_source/,
    ],
    ["an index of logs as it ships", setting({ "index.mode": "logsdb" }), /_source/],
    [
      "records derived from their values",
      setting({ "index.derived_source.enabled": "true" }),
      /_source/,
    ],
    ["no records at all", source({ enabled: false }), /_source/],
    ["records without some fields", source({ excludes: ["json.meta"] }), /_source/],
    ["records of some fields", source({ includes: ["json.time"] }), /_source/],
  ] as [string, Partial<FakeOptions>, RegExp][])("%s", async (_, options, message) => {
    const server = await engine(options, moved(options));
    await expect(storeOf(server).plan(scope, [profileOf("api")])).rejects.toThrow(message);
  });

  test("an alias whose target the engine does not show", async () => {
    const server = await engine();
    server.faults = [
      {
        on: "GET /_resolve",
        change: (answer) => ({ ...answer, aliases: [{ name: "x", indices: ["a-stream"] }] }),
      },
    ];
    await expect(storeOf(server).plan(scope, [profileOf("api")])).rejects.toThrow(
      /cannot be looked through/,
    );
  });

  test("a page that is mapped so that nothing exact can be asked", async () => {
    const server = await engine({ mapping: { ...MAPPING, "json.path": "text" } });
    await expect(storeOf(server).plan(scope, [profileOf("api")])).rejects.toThrow(
      /json.path is mapped as text, so it cannot be asked exactly/,
    );
  });

  test("an index of another cluster, which may be passed over when it does not answer", async () => {
    const server = await engine();
    const remote = { ...profileOf("api"), indices: ["other:pubsub-rails-*"] };
    await expect(storeOf(server).plan(scope, [remote])).rejects.toThrow(/no usable index pattern/);
  });
});
