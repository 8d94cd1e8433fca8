/** Objects with an index, packed or beside them, and what a dive finds in them: what the tests of archives share. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { buildObject } from "../../scripts/adapters/log-stores/archive-object.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { readThroughIndex } from "../../scripts/adapters/log-stores/indexed-file.ts";
import { frameCodec } from "../../scripts/adapters/log-stores/zstd-frames.ts";
import { judgeLine } from "../../scripts/domain/information-request/log-dive.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import { archiveOf, profileOf, scopeOf, temporaryDirectory } from "./log-dive-fixtures.ts";

export const codec = await frameCodec();
export const scope = scopeOf({ log_sources: ["audit"] });
export const profile = profileOf("audit");
export const OBJECT = "source=audit/date=2026-11-16/a.ndjson";
export const row = (change: object = {}): string =>
  JSON.stringify({
    time: "2026-11-16T12:00:00Z",
    event_type: "deploy_key_added",
    "meta.project": "other-co/x",
    ...change,
  });
export const mine = (change: object = {}): string =>
  row({ "meta.project": "acme-corp/payments/api", ...change });
export const others = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => row({ "meta.project": `other-${at}/x`, n: at }));

/** What a dive would do with an object: its judged lines and how many there are in all. */
export async function dive(root: string, within: Scope = scope) {
  const store = createFileStore(root);
  const [partition] = (await store.plan(within, [profile])).partitions;
  if (partition === undefined) throw new Error("no object");
  const pull = store.pull(partition, within, profile, new AbortController().signal);
  const found: string[] = [];
  let step = await pull.next();
  for (; step.done !== true; step = await pull.next()) {
    const { line, bytes, cut } = step.value;
    const { verdict } =
      cut === true ? { verdict: "quarantined" } : judgeLine(bytes, profile, within);
    if (verdict !== "outside")
      found.push(`${line} ${verdict} ${Buffer.from(bytes).toString("latin1")}`);
  }
  return { found, scanned: step.value.scanned, broken: step.value.broken };
}

/** The object packed, and plain with an index beside it, in blocks of a few lines. */
export async function built(content: string | Uint8Array) {
  const plain = await archiveOf({ [OBJECT]: content });
  const packed = await temporaryDirectory();
  const from = join(plain, OBJECT);
  const to = join(packed, `${OBJECT}.zst`);
  const bytes = (await stat(from)).size;
  await buildObject({ from, bytes, to, profile, blockBytes: 600 }, codec);
  const scanned = await dive(plain);
  await buildObject({ from, bytes, to: null, profile, blockBytes: 600 }, codec);
  return { plain, packed, from, to, scanned };
}
export const isIndexed = async (path: string): Promise<boolean> =>
  (await readThroughIndex(path, (await stat(path)).size, scope, profile)) !== null;
