/** The archive on which the log-dive is measured: the same bytes on every run, shaped as GitLab's own logs are. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";

/** Accounts that a request may be about, by the share of rows that are theirs. */
export const NEEDLES = { rare: 1e-5, low: 1e-4, mid: 1e-3, high: 1e-2 } as const;
export type Needle = keyof typeof NEEDLES;
/** Rows of each source for every 1,236,600 rows of a 30-day archive. */
const ROWS = {
  api: 324_000,
  production: 288_000,
  gitaly: 360_000,
  sidekiq: 252_000,
  audit: 12_600,
};
type Source = keyof typeof ROWS;
const SOURCES = Object.keys(ROWS) as Source[];
const WHOLE = 1_236_600;
const TENANTS = 20_000;
const FIRST_DAY = Date.UTC(2026, 9, 1);
const EVENTS = [
  "deploy_key_added",
  "member_added",
  "project_access_token_created",
  "member_destroyed",
];

export type CorpusSize = { readonly rows: number; readonly days: number };
export const dayAt = (day: number): string =>
  new Date(FIRST_DAY + day * 86_400_000).toISOString().slice(0, 10);

/** What is asked: the project of one account, half of the event types, the whole archive but its last day. */
export function needleScope(needle: Needle, days: number): Scope {
  const { path, id } = needleTenant(needle);
  return {
    request_id: "IR-2026-0042",
    account: { path, id },
    namespaces: [{ path: `${path}/payments`, id: id + 1 }],
    projects: [{ path: `${path}/payments/api`, id: id + 2 }],
    users: [{ username: `${path}-jdoe`, id: id + 3 }],
    window: { from: `${dayAt(0)}T00:00:00Z`, to: `${dayAt(days)}T00:00:00Z` },
    event_types: EVENTS.slice(0, 2),
    log_sources: [...SOURCES],
    personal_data_approved: false,
  };
}

type Tenant = { readonly path: string; readonly id: number };
const NEEDLE_TENANTS = Object.keys(NEEDLES).map(
  (name, at): Tenant => ({ path: `acme-${name}`, id: 910_000_000 + at * 1000 }),
);
const needleTenant = (needle: Needle): Tenant =>
  NEEDLE_TENANTS[Object.keys(NEEDLES).indexOf(needle)] as Tenant;

/** Numbers from 0 to 1 in a fixed order for one source and day (mulberry32). */
function numbers(name: string): () => number {
  let state = [...name].reduce(
    (hash, sign) => Math.imul(hash ^ sign.charCodeAt(0), 16_777_619),
    -2_128_831_035,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Draw = ReturnType<typeof numbers>;
const hex = (draw: Draw, words: number): string =>
  Array.from({ length: words }, () =>
    Math.floor(draw() * 4_294_967_296)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
const pick = <T>(draw: Draw, from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;

/** Few accounts write most rows: the account's number falls off as 1/n. */
function tenantOf(draw: Draw): Tenant {
  let at = draw();
  for (const [index, share] of Object.values(NEEDLES).entries()) {
    if (at < share) return NEEDLE_TENANTS[index] as Tenant;
    at -= share;
  }
  const number = Math.floor(TENANTS ** draw());
  return { path: `group-${number.toString(36)}`, id: 1000 + number * 10 };
}

type Context = {
  readonly draw: Draw;
  readonly time: string;
  readonly tenant: Tenant;
  readonly actor: Tenant;
  readonly correlation: string;
  readonly own: boolean;
};

const address = (draw: Draw): string =>
  `198.51.${Math.floor(draw() * 256)}.${Math.floor(draw() * 256)}`;
/** Ruby writes small numbers with an exponent. */
const seconds = (draw: Draw): number => (draw() < 0.005 ? 3.1e-5 : Math.round(draw() * 1e6) / 1e6);

function context(row: Context): string {
  const { draw, tenant, actor } = row;
  return `"meta.caller_id":"${pick(draw, CALLERS)}","meta.remote_ip":"${address(draw)}","meta.feature_category":"${pick(draw, CATEGORIES)}","meta.user":"${actor.path}-jdoe","meta.user_id":${actor.id + 3},"meta.project":"${tenant.path}/payments/api","meta.root_namespace":"${tenant.path}","meta.client_id":"user/${actor.id + 3}"`;
}
const CALLERS = [
  "GET /api/:version/projects/:id/deploy_keys",
  "Projects::VariablesController#update",
  "WebHookWorker",
  "POST /api/:version/internal/allowed",
];
const CATEGORIES = [
  "groups_and_projects",
  "source_code_management",
  "continuous_integration",
  "webhooks",
];

function timings(draw: Draw): string {
  return TIMINGS.map((name) => `"${name}":${seconds(draw)}`).join(",");
}
const TIMINGS =
  "duration_s db_duration_s view_duration_s cpu_s redis_duration_s gitaly_duration_s db_primary_duration_s db_replica_duration_s redis_cache_duration_s redis_shared_state_duration_s queue_duration_s target_duration_s".split(
    " ",
  );
const COUNTS =
  "db_count db_write_count db_cached_count db_txn_count redis_calls redis_read_bytes redis_write_bytes redis_cache_calls redis_shared_state_calls gitaly_calls mem_objects mem_bytes mem_mallocs mem_total_bytes db_primary_count db_replica_count db_primary_cached_count db_replica_cached_count db_primary_wal_count db_replica_wal_count".split(
    " ",
  );
const counts = (draw: Draw): string =>
  COUNTS.map((name) => `"${name}":${Math.floor(draw() * 100_000)}`).join(",");

/** Text in which another account's rows may name a needle: it must not be taken for theirs. */
const decoy = (draw: Draw): string =>
  draw() < 0.0002 ? `${pick(draw, NEEDLE_TENANTS).path}/payments/api` : `value ${hex(draw, 2)}`;
const escaped = (draw: Draw): string =>
  draw() < 0.03
    ? '\\u003ca href=\\"x\\"\\u003eé\\u0026'.replace("é", draw() < 0.03 ? "é" : "e")
    : "ok";

const head = (row: Context): string =>
  `{"severity":"INFO","time":"${row.time}","correlation_id":"${row.correlation}","event_type":"${pick(row.draw, EVENTS)}"`;

const LINES: Readonly<Record<Source, (row: Context) => string>> = {
  api: (row) =>
    `${head(row)},${timings(row.draw)},${counts(row.draw)},"method":"GET","status":200,"path":"${row.draw() < 0.1 ? `/api/v4/projects/${row.tenant.path}%2Fpayments%2Fapi/issues` : `/api/v4/projects/${row.tenant.id + 2}/issues`}","params":${row.draw() < 0.01 ? `"${decoy(row.draw)}"` : `[{"key":"per_page","value":"20"},{"key":"search","value":"${decoy(row.draw)}"},{"key":"order","value":"${escaped(row.draw)}"}]`},"host":"gitlab.example.com","remote_ip":"${address(row.draw)}, 127.0.0.1","ua":"curl/8.4.0","route":"/api/:version/projects/:id/issues","user_id":${row.actor.id + 3},"username":"${row.actor.path}-jdoe","token_type":"PersonalAccessToken","token_id":${Math.floor(row.draw() * 1e6)},${context(row)}}`,
  production: (row) =>
    `${head(row)},"method":"POST","path":"/${row.tenant.path}/payments/api/-/variables","format":"html","controller":"Projects::VariablesController","action":"update","status":200,"params":[{"key":"namespace_id","value":"${row.tenant.path}/payments"},{"key":"note","value":"${decoy(row.draw)} ${escaped(row.draw)}"}],"remote_ip":"${address(row.draw)}, 127.0.0.1","user_id":${row.actor.id + 3},"username":"${row.actor.path}-jdoe","ua":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",${timings(row.draw)},${counts(row.draw)},${context(row)}}`,
  gitaly: (row) =>
    `{"level":"info","msg":"finished streaming call with code OK","time":"${row.time}","correlation_id":"${row.correlation}","event_type":"${pick(row.draw, EVENTS)}","component":"gitaly.StreamServerInterceptor","grpc.code":"OK","grpc.method":"SSHUploadPack","grpc.service":"gitaly.SSHService","grpc.request.glProjectPath":"${row.tenant.path}/payments/api","grpc.request.glRepository":"project-${row.tenant.id + 2}","grpc.request.repoPath":"@hashed/6b/86/${hex(row.draw, 8)}.git","grpc.request.repoStorage":"default","grpc.start_time":"${row.time}","grpc.time_ms":${Math.floor(row.draw() * 9999)},"pid":20516,"remote_ip":"${address(row.draw)}","span.kind":"server","system":"grpc","username":"${row.actor.path}-jdoe","user_id":"user-${row.actor.id + 3}",${counts(row.draw)},"args":["${decoy(row.draw)}"]}`,
  sidekiq: (row) =>
    `${head(row)},"class":"WebHookWorker","queue":"default","jid":"${hex(row.draw, 3)}","retry":3,"version":0,"args":["${row.tenant.id}","[FILTERED]","${decoy(row.draw)}"],"job_status":"done","message":"WebHookWorker JID-${hex(row.draw, 3)}: done: ${seconds(row.draw)} sec",${timings(row.draw)},${counts(row.draw)},${context(row)}}`,
  audit: (row) =>
    `${head(row)},"author_id":${row.actor.id + 3},"author_name":"Jane Doe","entity_id":${row.tenant.id + 2},"entity_type":"Project","entity_path":"${row.tenant.path}/payments/api","target_id":${row.actor.id + 3},"target_type":"User","details":${row.draw() < 0.5 ? `"${decoy(row.draw)}"` : `{"note":"${decoy(row.draw)}"}`},${context(row)}}`,
};

/** The lines of one source and day, in order of arrival; one in a thousand is up to two hours late. */
function* linesOf(source: Source, day: number, count: number): Generator<string> {
  const draw = numbers(`${source} ${day}`);
  const start = FIRST_DAY + day * 86_400_000;
  for (let at = 0; at < count; at += 1) {
    const late = draw() < 0.001 ? draw() * 7_200_000 : 0;
    const time = new Date(start + (at / count) * 86_400_000 - (day === 0 ? 0 : late)).toISOString();
    const tenant = tenantOf(draw);
    const actor = draw() < 0.03 ? tenantOf(draw) : tenant;
    const correlation = `01J${hex(draw, 3).toUpperCase()}`;
    yield `${LINES[source]({ draw, time, tenant, actor, correlation, own: tenant === actor })}\n`;
  }
}

export type Packing = "plain" | "gz" | "zst";
const ENDING = { plain: "", gz: ".gz", zst: ".zst" } as const;

/**
 * Writes the archive in the packings that are asked for, each below its own folder; what is there already is kept.
 * @param size rows of 30 days; `days` more or less change the number of files, not their size
 */
export async function writeCorpus(
  root: string,
  { rows, days }: CorpusSize,
  packings: readonly Packing[],
): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    for (const source of SOURCES) {
      const path = `source=${source}/date=${dayAt(day)}/part-0.ndjson`;
      const count = Math.round((ROWS[source] * rows) / WHOLE / 30);
      await writeOnce(join(root, "plain", path), (target) =>
        writeLines(target, linesOf(source, day, count)),
      );
      for (const packing of packings) {
        if (packing !== "plain") {
          await writeOnce(join(root, packing, `${path}${ENDING[packing]}`), (target) =>
            pack(packing, join(root, "plain", path), target),
          );
        }
      }
    }
  }
}

async function writeOnce(path: string, write: (target: string) => Promise<void>): Promise<void> {
  if (
    await stat(path).then(
      () => true,
      () => false,
    )
  )
    return;
  await mkdir(dirname(path), { recursive: true });
  await rm(`${path}.tmp`, { force: true });
  await write(`${path}.tmp`);
  await rename(`${path}.tmp`, path);
}

async function writeLines(target: string, lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(target, { highWaterMark: 4 << 20 });
  let block: string[] = [];
  for (const line of lines) {
    if (block.push(line) < 500) continue;
    if (!file.write(block.join(""))) await once(file, "drain");
    block = [];
  }
  file.end(block.join(""));
  await finished(file);
}

function pack(packing: "gz" | "zst", from: string, to: string): Promise<void> {
  const [program, ...words] =
    packing === "gz" ? ["gzip", "-6", "-c", from] : ["zstd", "-3", "-q", "-c", from];
  return new Promise((resolve, reject) => {
    const child = spawn(program as string, words, { stdio: ["ignore", "pipe", "inherit"] });
    child.once("error", reject);
    child.stdout
      .pipe(createWriteStream(to))
      .once("finish", () => resolve())
      .once("error", reject);
    child.once("exit", (code) => code !== 0 && reject(new Error(`${program} ended with ${code}`)));
  });
}
