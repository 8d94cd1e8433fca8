import { execFileSync } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test, vi } from "vitest";
import { chunksOf } from "../../scripts/adapters/log-stores/byte-source.ts";
import { command } from "../../scripts/commands/dive.ts";
import { requestYaml } from "../request-yaml.ts";
import { testTerminal } from "../terminal.ts";
import { archiveOf, temporaryDirectory } from "./log-dive-fixtures.ts";

const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
const row = (number: number, change: object = {}): string =>
  JSON.stringify({
    time: `2026-11-16T12:00:00.${String(number % 1000).padStart(3, "0")}Z`,
    event_type: "deploy_key_added",
    "meta.project": number % 50 === 0 ? "acme-corp/payments/api" : `other-${number}/x`,
    "meta.user": "acme-jdoe",
    number,
    ...change,
  });

/** A Parquet file of the rows that a query gives; small row groups, so that there are several. */
async function parquetOf(query: string): Promise<string> {
  const path = join(await temporaryDirectory(), "part-0.parquet");
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  return path;
}
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
async function parquetOfLines(lines: readonly string[], column = "line"): Promise<string> {
  const source = join(await temporaryDirectory(), "lines.json");
  await writeFile(source, JSON.stringify(lines.map((line) => ({ line }))));
  return parquetOf(
    `SELECT line AS ${column}, 7 AS other FROM read_json('${source}', columns = {line: 'VARCHAR'}, format = 'array')`,
  );
}
async function read(path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(path, (await stat(path)).size))
    chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

test("gives the lines as they were written, in their order, over many row groups", async () => {
  const lines = Array.from({ length: 10_000 }, (_, at) => row(at, { text: `é \\ " ${at % 7}` }));
  expect(await read(await parquetOfLines([...lines, "", "torn {"]))).toBe(
    textOf([...lines, "", "torn {"]),
  );
});

test("reads a column of bytes, also where they are no text", async () => {
  const path = await parquetOf("SELECT '\\x7B\\xFF\\x7D'::BLOB AS line");
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(path, (await stat(path)).size))
    chunks.push(Buffer.from(chunk));
  expect(Buffer.concat(chunks).toString("hex")).toBe("7bff7d0a");
});

test("reads an object without rows", async () => {
  expect(await read(await parquetOfLines([]))).toBe("");
});

test.each([
  ["another column alone", "SELECT 'x' AS message", /no column "line"/],
  ["a column that is no text", "SELECT 7 AS line", /neither text nor bytes/],
  ["a row without a line", "SELECT unnest(['a', NULL]) AS line", /row 2 .* has no line/],
  ["a row of two lines", "SELECT 'a' || chr(10) || 'b' AS line", /row 1 .* more than one line/],
])("says what is wrong with %s", async (_, query, reason) => {
  await expect(read(await parquetOf(query))).rejects.toThrow(reason);
});

test("says that a file is cut, or changed inside", async () => {
  const path = await parquetOfLines(Array.from({ length: 5000 }, (_, at) => row(at)));
  const whole = await readFile(path);
  const reason = /^(?:the Parquet data are cut or corrupt|the file changed.*|named .*)$/;
  for (const bytes of [
    whole.subarray(0, -1),
    whole.subarray(0, 4),
    whole.subarray(100),
    Buffer.concat([whole.subarray(0, 2000), Buffer.alloc(2000), whole.subarray(4000)]),
  ]) {
    await writeFile(path, bytes);
    await expect(read(path)).rejects.toThrow(reason);
  }
});

test("says what to install where DuckDB is absent", async () => {
  const path = await parquetOfLines([row(0)]);
  vi.doMock("@duckdb/node-api", () => {
    throw new Error("Cannot find package");
  });
  await expect(read(path)).rejects.toThrow(/install @duckdb\/node-api/);
  vi.doUnmock("@duckdb/node-api");
});

const REQUEST = requestYaml({ events: "deploy_key_added", sources: "audit", to: "2026-11-17" });

/** What a dive over an archive of one object leaves, without the name and the length of the object. */
async function dived(file: string, content: Uint8Array): Promise<readonly string[]> {
  const name = `source=audit/date=2026-11-16/${file}`;
  const archive = await archiveOf({ [name]: content });
  const folder = await temporaryDirectory();
  const request = join(folder, "request.yaml");
  await writeFile(request, REQUEST);
  const terminal = {
    ...testTerminal(),
    env: { SECLOG_PSEUDONYM_KEY: "k".repeat(32), CI_COMMIT_SHA: "c0ffee" },
  };
  const out = join(folder, "artefact");
  expect(await command.run(terminal, { store: `file:${archive}`, out }, [request])).toBe(0);
  const texts = await Promise.all(
    [
      "rows.ndjson",
      "rows.csv",
      "summary.md",
      "withheld.json",
      "evidence/matched.ndjson",
      "evidence/quarantined.ndjson",
    ].map((each) => readFile(join(out, each), "utf8")),
  );
  const { artefact, rows, sources } = JSON.parse(
    await readFile(join(out, "manifest.json"), "utf8"),
  );
  const [{ bytes: _, ...counts }] = sources;
  return [...texts, JSON.stringify([artefact, rows, counts])].map((text) =>
    text.replaceAll(name, "OBJECT"),
  );
}

test("the same lines give the same artefact from plain, gzip, zstd and Parquet objects", async () => {
  const lines = [
    ...Array.from({ length: 3000 }, (_, at) => row(at)),
    '{"meta.project":"acme-corp/payments/api"',
    "",
    row(0, { text: "é" }),
  ];
  const plain = Buffer.from(textOf(lines));
  const expected = await dived("a.ndjson", plain);
  expect(expected[0]?.split("\n").length).toBeGreaterThan(50);
  expect(await dived("a.ndjson.gz", gzipSync(plain))).toEqual(expected);
  const zstd = execFileSync("zstd", ["-qc"], { input: plain });
  expect(await dived("a.ndjson.zst", zstd)).toEqual(expected);
  const parquet = await readFile(await parquetOfLines(lines));
  expect(await dived("a.parquet", parquet)).toEqual(expected);
});
