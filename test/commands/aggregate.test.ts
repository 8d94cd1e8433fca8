// The aggregate lane from request to proof: counts leave, rows and people do not.
import { appendFile, cp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Manifest } from "../../scripts/domain/information-request/manifest.ts";
import { closingFile } from "../../scripts/domain/information-request/receipt.ts";
import { temporaryDirectory } from "../adapters/log-dive-fixtures.ts";
import {
  archive,
  changeManifest,
  changeText,
  copyOf,
  dive,
  KEY,
  prove,
  REQUEST,
  readText,
  redigest,
  row,
} from "./proof-fixture.ts";

const request = `${REQUEST}lane: aggregate\n`;
const artefact = await dive(archive, request);
const requestFile = join(artefact, "..", "request.yaml");

test("writes counts and a summary in the place of the rows", async () => {
  expect((await readdir(artefact)).sort()).toEqual([
    "aggregate.json",
    "evidence",
    "manifest.json",
    "summary.md",
  ]);
  expect(JSON.parse(await readText(artefact, "aggregate.json"))).toEqual({
    apiVersion: "v1",
    kind: "aggregate_answer",
    request: "IR-2026-0042",
    window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
    complete: true,
    smallest_count: 5,
    days: { first: "2026-11-16", last: "2026-11-17" },
    total: "at least 22",
    events: [
      { event: "deploy_key_added", total: 22, days: [{ day: "2026-11-16", count: 22 }] },
      {
        event: "project_access_token_created",
        total: "fewer than 5",
        days: [{ day: "2026-11-17", count: "fewer than 5" }],
      },
    ],
    users: "fewer than 5",
    addresses: 21,
    projects: ["acme-corp/payments/api"],
  });
  const summary = await readText(artefact, "summary.md");
  expect(summary).toContain("Different users: fewer than 5. Different addresses: 21.");
  expect(summary).toContain("| `deploy_key_added` | 2026-11-16 | 22 |");
  const manifest = Manifest.parse(JSON.parse(await readText(artefact, "manifest.json")));
  expect(manifest).toMatchObject({ lane: "aggregate", fields: [], rows: { count: 23 } });
  const shown = summary + (await readText(artefact, "aggregate.json"));
  expect(shown).not.toMatch(/jdoe|someone|198\.51|user-|ip-|other-corp|AKIA/);
});

test("a count that is not shown changes no byte of what the customer gets", async () => {
  const more = join(await temporaryDirectory(), "archive");
  await cp(archive, more, { recursive: true });
  const again = ["09:01", "09:02", "09:03"].map((time) =>
    row(1, { time: `2026-11-17T${time}:00Z`, event_type: "project_access_token_created" }),
  );
  const file = join(more, "source=application/date=2026-11-17/a.ndjson");
  await appendFile(file, again.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const other = await dive(more, request);
  const given = async (directory: string) => {
    const manifest = Manifest.parse(JSON.parse(await readText(directory, "manifest.json")));
    const files = await Promise.all(
      ["aggregate.json", "summary.md"].map((name) => readText(directory, name)),
    );
    return { count: manifest.rows.count, files: [...files, closingFile(manifest)] };
  };
  const [before, after] = [await given(artefact), await given(other)];
  expect([before.count, after.count]).toEqual([23, 26]);
  expect(after.files).toEqual(before.files);
});

test("is proven from its evidence, without the key and with it", async () => {
  const proven = await prove(artefact, { request: requestFile });
  expect(proven.out).toMatch(/: proven\. 23 rows/);
  expect(proven.code).toBe(0);
  expect((await prove(artefact, { request: requestFile, key: true }, KEY)).code).toBe(0);
});

test.each<[string, (directory: string) => Promise<unknown>, RegExp]>([
  [
    "a count",
    (one) =>
      changeText(one, "aggregate.json", (text) => text.replace('"count": 22', '"count": 23')),
    /✗ aggregate\.json:\d+ is not what the evidence gives/,
  ],
  [
    "a count that must not be shown",
    (one) => changeText(one, "aggregate.json", (text) => text.replaceAll('"fewer than 5"', "1")),
    /✗ aggregate\.json the gate finds small_count in aggregate\.json \(G1\)/,
  ],
  [
    "a number in the summary",
    (one) =>
      changeText(one, "summary.md", (text) => text.replace("addresses: 21", "addresses: 20")),
    /✗ summary\.md:7 is not what the evidence gives/,
  ],
  [
    "rows.root",
    (one) => changeManifest(one, ({ rows }) => Object.assign(rows, { root: "0".repeat(64) })),
    /✗ manifest\.json rows\.root is not that of the rows/,
  ],
  [
    "rows.count",
    (one) => changeManifest(one, ({ rows }) => Object.assign(rows, { count: 1 })),
    /✗ aggregate\.json stands for 23 rows, the manifest says 1/,
  ],
  [
    "rows put beside",
    (one) => writeFile(join(one, "rows.ndjson"), "{}\n"),
    /✗ rows\.ndjson is not in the manifest/,
  ],
])("%s that was changed is named", async (_, change, message) => {
  const copy = await copyOf(artefact);
  await change(copy);
  await redigest(copy);
  const { code, out } = await prove(copy, { request: requestFile });
  expect(out).toMatch(message);
  expect(code).toBe(3);
});

test("an evidence digest that was changed is named with the key", async () => {
  const copy = await copyOf(artefact);
  await changeText(copy, "evidence/matched.ndjson", (text) =>
    text.replace(/"row":"[0-9a-f]{64}"/, `"row":"${"0".repeat(64)}"`),
  );
  await redigest(copy);
  const { out } = await prove(copy, { key: true }, KEY);
  expect(out).toMatch(/✗ evidence\/matched\.ndjson:1 notes another digest for its row/);
});

test("rows in answer to a request for counts are named", async () => {
  const copy = await copyOf(artefact);
  await changeText(copy, "manifest.json", (text) => text.replace(/\s*"lane": ?"aggregate",/, ""));
  const { code, out } = await prove(copy, { request: requestFile });
  expect(out).toMatch(/✗ manifest\.json lane is wider than that of the request/);
  expect(code).toBe(3);
});
