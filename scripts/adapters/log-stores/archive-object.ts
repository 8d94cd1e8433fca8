/** Writes one object of a self-indexing archive: the same lines in zstd frames cut at line ends, and the index of their owners beside it. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { Temporal } from "temporal-polyfill";
import { MAX_LINE_BYTES, readLine } from "../../domain/information-request/log-dive.ts";
import { canonicalInstant } from "../../domain/information-request/log-dive-time.ts";
import { ownerKeys } from "../../domain/information-request/owner-keys.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import { fieldValue, isAmbiguous, type LogRow } from "../../domain/log-row.ts";
import { BrokenFile } from "./broken-file.ts";
import { chunksOf } from "./byte-source.ts";
import { type Block, encodeIndex, INDEX_ENDING } from "./index-file.ts";
import { digestOf, profileDigest } from "./indexed-file.ts";
import type { FrameCodec } from "./zstd-frames.ts";

/** Unpacked bytes of a block: small enough that a rare row costs little to read, large enough to pack well. */
export const BLOCK_BYTES = 128 * 1024;
/** A line longer than this is not cut over frames, so the object cannot be indexed. */
const LONGEST_BLOCK = 64 * 1024 * 1024;
const LF = 0x0a;

export type ArchiveObject = {
  /** Absolute path of the object to read, and its size. */
  readonly from: string;
  readonly bytes: number;
  /** Where the packed object goes; null = an index beside the plain object, which stays as it is. */
  readonly to: string | null;
  readonly profile: LogProfile;
  /** Unpacked bytes after which a block ends with the next line; `BLOCK_BYTES` as a rule. */
  readonly blockBytes: number;
};
export type BuiltObject = {
  readonly lines: number;
  readonly raw: number;
  readonly packed: number;
  readonly index: number;
};

/** @throws BrokenFile when the object cannot be read to its end, is packed where an index beside it was wanted, or has a line beyond 64 MiB */
export async function buildObject(object: ArchiveObject, codec: FrameCodec): Promise<BuiltObject> {
  const target = object.to ?? object.from;
  const blocks: Block[] = [];
  const keys: Set<string>[] = [];
  const write = object.to === null ? null : await frameWriter(object.to);
  let offset = 0;
  let raw = 0;
  try {
    for await (const bytes of blocksOf(object)) {
      const stored = write === null ? bytes : codec.pack(bytes);
      const { owners, ...seen } = describe(bytes, object.profile);
      blocks.push({
        offset,
        length: stored.length,
        raw: bytes.length,
        crc: crc32(stored),
        ...seen,
      });
      keys.push(owners);
      await write?.frame(stored);
      offset += stored.length;
      raw += bytes.length;
    }
    if (offset !== object.bytes && write === null) {
      throw new BrokenFile(
        "packed: only a plain object can have an index beside it; build with --to",
      );
    }
    await write?.finish();
  } catch (error) {
    await write?.discard();
    throw error;
  }
  const { mtimeMs } = await stat(target);
  const index = encodeIndex({
    object: { bytes: offset, mtime_ms: mtimeMs, sha256: await digestOf(target) },
    profile: profileDigest(object.profile),
    packing: write === null ? "plain" : "zst",
    blocks,
    keys,
  });
  await writeWhole(`${target}${INDEX_ENDING}`, index);
  return {
    lines: blocks.reduce((sum, block) => sum + block.lines, 0),
    raw,
    packed: offset,
    index: index.length,
  };
}

/** Runs of whole lines of about one block; the last may lack its line end. */
async function* blocksOf({ from, bytes, blockBytes }: ArchiveObject): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(from, bytes)) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    while (length + rest.length >= blockBytes) {
      const feed = rest.indexOf(LF, Math.max(0, blockBytes - length - 1));
      if (feed === -1) break;
      yield Buffer.concat([...held, rest.subarray(0, feed + 1)]);
      rest = rest.subarray(feed + 1);
      held = [];
      length = 0;
    }
    held.push(Buffer.from(rest));
    length += rest.length;
    if (length > LONGEST_BLOCK) throw new BrokenFile("a line is longer than 64 MiB");
  }
  if (length > 0) yield Buffer.concat(held);
}

type Seen = Pick<Block, "lines" | "dirty" | "from" | "to"> & { readonly owners: Set<string> };

function describe(block: Buffer, profile: LogProfile): Seen {
  const owners = new Set<string>();
  const seen = {
    lines: 0,
    dirty: false,
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
  };
  const anyTime = (): void => {
    seen.from = Number.NEGATIVE_INFINITY;
    seen.to = Number.POSITIVE_INFINITY;
  };
  for (let start = 0; start < block.length; ) {
    const feed = block.indexOf(LF, start);
    const end = feed === -1 ? block.length : feed;
    const line = block.subarray(start, end);
    start = end + 1;
    seen.lines += 1;
    if (line.length === 0) continue;
    const row = line.length > MAX_LINE_BYTES ? "too_large" : readLine(line, profile);
    if (typeof row === "string") {
      seen.dirty = true;
      anyTime();
      continue;
    }
    const { keys, doubtful } = ownerKeys(row, profile);
    for (const key of keys) owners.add(key);
    if (doubtful) seen.dirty = true;
    const time = timeOf(row, profile);
    if (time === null) anyTime();
    else {
      seen.from = Math.min(seen.from, time);
      seen.to = Math.max(seen.to, time);
    }
  }
  return { ...seen, owners };
}

/** Milliseconds since 1970, as `judgeLine` reads the time of a line; null where it cannot. */
function timeOf(row: LogRow, profile: LogProfile): number | null {
  const field = profile.time_fields.find((name) => fieldValue(row, name) !== undefined);
  if (field === undefined || isAmbiguous(row, field)) return null;
  const value = fieldValue(row, field);
  const instant = typeof value === "string" ? canonicalInstant(value) : null;
  return instant === null ? null : Temporal.Instant.from(instant).epochMilliseconds;
}

/** A file that gets its name when it is whole. */
async function frameWriter(path: string) {
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  const file = createWriteStream(part, { mode: 0o600 });
  await once(file, "open");
  return {
    frame: async (bytes: Uint8Array): Promise<void> => {
      if (!file.write(bytes)) await once(file, "drain");
    },
    finish: async (): Promise<void> => {
      file.end();
      await once(file, "finish");
      await syncAs(part, path);
    },
    discard: async (): Promise<void> => {
      file.destroy();
      await rm(part, { force: true });
    },
  };
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`;
  const file = await open(part, "w", 0o600);
  await file.writeFile(bytes);
  await file.close();
  await syncAs(part, path);
}

async function syncAs(part: string, path: string): Promise<void> {
  const file = await open(part, "r+");
  await file.sync();
  await file.close();
  await rename(part, path);
}
