/** All rows of one stretch of time from one point in time, or the reason why it cannot be said that they are all. */
import { type Page, readPage, readPointInTime, readResolved } from "./elasticsearch-answers.ts";
import type { Clause } from "./elasticsearch-clause.ts";
import { type Dialect, KEEP_ALIVE } from "./elasticsearch-dialect.ts";
import type { SearchCall, SearchHttp } from "./elasticsearch-http.ts";
import { StoreFault } from "./store-fault.ts";

export type Bucket = {
  /** Index names as they stand in a path. */
  readonly pattern: string;
  /** Indices that were there when the dive was planned. */
  readonly indices: readonly string[];
  readonly filter: readonly Clause[];
  /** The filter without the request: every row of the source in this stretch. */
  readonly everybody: readonly Clause[];
  readonly sort: readonly Readonly<Record<string, unknown>>[];
};
export type BucketResult = {
  readonly rows: readonly string[];
  /** Rows of the stretch in all, whoever they belong to. */
  readonly scanned: number;
  /** Why nothing is known of the stretch; null = all of it is. */
  readonly broken: string | null;
};

/** A bucket is begun anew this often; each time with smaller pages, so that ties lie elsewhere and large rows fit. */
const PAGE_SIZES = [2000, 701, 97] as const;
/** Rows of one bucket that are held in memory. */
const BUCKET_ROWS = 100_000;

/** @throws the signal's reason when the run is cancelled; every other fault is the result */
export async function readBucket(
  http: SearchHttp,
  dialect: Dialect,
  bucket: Bucket,
  signal: AbortSignal,
): Promise<BucketResult> {
  let reason = "";
  for (const size of PAGE_SIZES) {
    try {
      return { ...(await readOnce(http, dialect, bucket, size, signal)), broken: null };
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      reason = error.message;
      if (error.kind === "final" && !LOST.test(reason)) break;
    }
  }
  return { rows: [], scanned: 0, broken: reason };
}

/** The point in time is gone: another one may be opened. */
const LOST = /^status 404/;

async function readOnce(
  http: SearchHttp,
  dialect: Dialect,
  bucket: Bucket,
  size: number,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly string[]; readonly scanned: number }> {
  const opened = readPointInTime(await http.send(dialect.openPointInTime(bucket.pattern), signal));
  let { id } = opened;
  try {
    if (!opened.whole) throw new StoreFault("passing", "point in time: a shard is missing in it");
    const rows: string[] = [];
    const keys = new Set<string>();
    const indices = new Set<string>();
    for (let after: string | null = null, total = -1; total !== rows.length; ) {
      const page: Page = readPage(
        await http.send(search(bucket.filter, bucket.sort, { size, id, after }), signal),
      );
      id = page.pointInTime;
      total = total === -1 ? page.total : total;
      checkPage(page, { total, size, received: rows.length });
      for (const hit of page.hits) {
        keys.add(hit.key);
        indices.add(hit.index);
        rows.push(hit.source);
      }
      if (keys.size !== rows.length) throw new StoreFault("passing", "a row came twice");
      after = page.after;
    }
    const all = readPage(
      await http.send(search(bucket.everybody, [], { size: 0, id, after: null }), signal),
    );
    id = all.pointInTime;
    await checkIndices(http, bucket, indices, signal);
    return { rows, scanned: all.total };
  } finally {
    const never = new AbortController().signal;
    // It ends by itself when this fails.
    await http.send({ ...dialect.closePointInTime(id), once: true }, never).catch(() => undefined);
  }
}

const SEARCH = "/_search?allow_partial_search_results=false";

/** Sort values go back as the text in which they came: a time in nanoseconds has more digits than a number holds. */
function search(
  filter: readonly Clause[],
  sort: Bucket["sort"],
  { size, id, after }: { size: number; id: string; after: string | null },
): SearchCall {
  const body = JSON.stringify({
    size,
    query: { bool: { filter } },
    sort,
    pit: { id, keep_alive: KEEP_ALIVE },
    track_total_hits: true,
    _source: true,
  });
  const from = after === null ? body : `${body.slice(0, -1)},"search_after":${after}}`;
  return { method: "POST", path: SEARCH, body: from };
}

function checkPage(
  page: Page,
  { total, size, received }: { total: number; size: number; received: number },
): void {
  if (total > BUCKET_ROWS) {
    throw new StoreFault("final", `more than ${BUCKET_ROWS} rows in one stretch of time`);
  }
  if (page.total !== total) throw new StoreFault("passing", "the total changed between two pages");
  const expected = Math.min(size, total - received);
  if (page.hits.length !== expected) {
    throw new StoreFault("passing", `a page had ${page.hits.length} rows instead of ${expected}`);
  }
  if (page.hits.some(({ source }) => source === "")) {
    throw new StoreFault("passing", "a row came without its record");
  }
}

/** An index that was deleted while the dive ran took its rows with it; a row from an index outside the pattern is not ours. */
async function checkIndices(
  http: SearchHttp,
  bucket: Bucket,
  seen: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const now = readResolved(await http.send(resolveCall(bucket.pattern), signal));
  const there = new Set(now.names.filter((name) => !now.closed.includes(name)));
  if (bucket.indices.some((name) => !there.has(name))) {
    throw new StoreFault("final", "an index was deleted or closed while the dive ran");
  }
  if ([...seen].some((name) => !there.has(name))) {
    throw new StoreFault("final", "a row came from an index that was not asked");
  }
}

export const resolveCall = (pattern: string) => ({
  method: "GET" as const,
  path: `/_resolve/index/${pattern}?expand_wildcards=all`,
});
