/** Where Elasticsearch and OpenSearch differ: how a point in time is opened and closed, and what breaks ties in a sort. */
import * as z from "zod";
import type { SearchCall } from "./elasticsearch-http.ts";
import { StoreFault } from "./store-fault.ts";

export type Dialect = {
  readonly product: "elasticsearch" | "opensearch";
  readonly version: string;
  readonly openPointInTime: (pattern: string) => SearchCall;
  readonly closePointInTime: (id: string) => SearchCall;
  /** Sort keys after the time: equal for no two documents of a shard. */
  readonly tiebreakers: readonly Readonly<Record<string, "asc">>[];
};

/** How long the engine keeps a point in time that nobody asks for. */
export const KEEP_ALIVE = "5m";
/** Which indices a pattern stands for: all that can be read, hidden ones too. */
export const EXPAND = "ignore_unavailable=false&expand_wildcards=open,hidden";

const Root = z.object({
  version: z.object({
    number: z.string().regex(/^\d+\.\d+\./),
    distribution: z.string().optional(),
  }),
});

/**
 * @param answer what `GET /` said
 * @throws StoreFault for another product, or a version without points in time
 */
export function dialectOf(answer: unknown): Dialect {
  const parsed = Root.safeParse(answer);
  if (!parsed.success)
    throw new StoreFault("final", "the server is neither Elasticsearch nor OpenSearch");
  const { number, distribution } = parsed.data.version;
  if (distribution === undefined) return elasticsearch(number);
  if (distribution === "opensearch") return openSearch(number);
  throw new StoreFault("final", "the server is neither Elasticsearch nor OpenSearch");
}

/** 7.12 is the first with an implicit tiebreaker in points in time; 8.16 takes the flag against a partial one. */
function elasticsearch(version: string): Dialect {
  if (isBelow(version, 7, 12)) throw tooOld("Elasticsearch", version, "7.12");
  const whole = isBelow(version, 8, 16) ? "" : "&allow_partial_search_results=false";
  return {
    product: "elasticsearch",
    version,
    openPointInTime: (pattern) => ({
      method: "POST",
      path: `/${pattern}/_pit?keep_alive=${KEEP_ALIVE}&${EXPAND}${whole}`,
    }),
    closePointInTime: (id) => ({ method: "DELETE", path: "/_pit", body: JSON.stringify({ id }) }),
    tiebreakers: [{ _shard_doc: "asc" }],
  };
}

/** Points in time came with 2.4, the implicit tiebreaker with 3.3 (OpenSearch #17064): before, the sequence number of the shard serves. */
function openSearch(version: string): Dialect {
  if (isBelow(version, 2, 4)) throw tooOld("OpenSearch", version, "2.4");
  return {
    product: "opensearch",
    version,
    openPointInTime: (pattern) => ({
      method: "POST",
      path: `/${pattern}/_search/point_in_time?keep_alive=${KEEP_ALIVE}&${EXPAND}&allow_partial_pit_creation=false`,
    }),
    closePointInTime: (id) => ({
      method: "DELETE",
      path: "/_search/point_in_time",
      body: JSON.stringify({ pit_id: [id] }),
    }),
    tiebreakers: [{ [isBelow(version, 3, 3) ? "_seq_no" : "_shard_doc"]: "asc" }],
  };
}

const tooOld = (product: string, version: string, first: string): StoreFault =>
  new StoreFault("final", `${product} ${version} has no points in time; ${first} or newer is read`);

function isBelow(version: string, major: number, minor: number): boolean {
  const [have = 0, part = 0] = version.split(".").map(Number);
  return have < major || (have === major && part < minor);
}
