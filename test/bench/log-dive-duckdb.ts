/** The same question to DuckDB, in a process of its own: a second opinion, and a mark to measure against. */
import { createHash } from "node:crypto";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Needle, needleScope } from "./log-dive-corpus.ts";

const [folder = "", needle = "mid", days = "30"] = process.argv.slice(2);
const scope = needleScope(needle as Needle, Number(days));
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const project = quoted(scope.projects[0]?.path ?? "");
const started = performance.now();
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run("SET TimeZone = 'UTC'");
const reader = await connection.runAndReadAll(`
  SELECT correlation_id FROM read_json(${quoted(`${folder}/**/*.ndjson*`)}, format = 'newline_delimited', columns = {
    time: 'TIMESTAMPTZ', correlation_id: 'VARCHAR', event_type: 'VARCHAR',
    'meta.project': 'VARCHAR', 'grpc.request.glProjectPath': 'VARCHAR'})
  WHERE (("meta.project" = ${project}) OR ("grpc.request.glProjectPath" = ${project}))
    AND event_type IN (${scope.event_types.map(quoted).join(", ")})
    AND time >= ${quoted(scope.window.from)} AND time < ${quoted(scope.window.to)}`);
const found = reader
  .getRows()
  .map(([id]) => String(id))
  .sort();
const seconds = (performance.now() - started) / 1000;
const digest = createHash("sha256").update(found.join("\n")).digest("hex").slice(0, 12);
process.stdout.write(`${JSON.stringify({ seconds, rows: found.length, digest })}\n`);
