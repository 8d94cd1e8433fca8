/** Indexes one object of an archive: its lines packed anew in zstd frames cut at line ends, or as they lie, and the index beside it. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import type { LogProfile } from "../../domain/log-profile.ts";
import { sha256OfFile } from "../digest.ts";
import { type BlockReader, blockReader, LONGEST_LINE } from "./block-keys.ts";
import { BrokenFile } from "./broken-file.ts";
import { chunksOf, OPEN_PLAIN, packingOfFile } from "./byte-source.ts";
import { gzipMembers } from "./gzip-members.ts";
import { encodeIndex, INDEX_ENDING, type KeyedBlock, type Packing } from "./index-file.ts";
import { profileDigest } from "./indexed-file.ts";
import type { FrameCodec } from "./zstd-frames.ts";

/** Unpacked bytes of a block: small enough that a rare row costs little to read, large enough to pack well. */
export const BLOCK_BYTES = 64 * 1024;
const LF = 0x0a;

export type ArchiveObject = {
  /** Absolute path of the object to read, and its size. */
  readonly from: string;
  readonly bytes: number;
  /** Where the packed object goes; null = only an index beside the object, which stays as it is. */
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

/** @throws BrokenFile when the object cannot be read to its end, or has a line beyond 64 MiB */
export async function buildObject(object: ArchiveObject, codec: FrameCodec): Promise<BuiltObject> {
  const found: Found =
    object.to === null ? await blocksBeside(object) : await packedBlocks(object, object.to, codec);
  const target = object.to ?? object.from;
  const { size, mtimeMs } = await stat(target);
  const index = encodeIndex({
    object: { bytes: size, mtime_ms: mtimeMs, sha256: await sha256OfFile(target) },
    profile: profileDigest(object.profile),
    packing: found.packing,
    blocks: found.blocks,
  });
  await writeWhole(`${target}${INDEX_ENDING}`, index);
  return {
    lines: found.blocks.reduce((sum, block) => sum + block.lines, 0),
    raw: found.blocks.reduce((sum, block) => sum + block.raw, 0),
    packed: size,
    index: index.length,
  };
}

/** The magic number of zstd and no frame behind it: cut for every reader. */
const CUT = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * Stands in a packed archive for an object that could not be read, so that a dive there is incomplete as well, and not only
 * poorer by its rows. It has no index: the next build tries the object again.
 */
export async function writeBrokenObject(to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await writeWhole(to, CUT);
}

type Found = { readonly packing: Packing; readonly blocks: readonly KeyedBlock[] };

async function packedBlocks(object: ArchiveObject, to: string, codec: FrameCodec): Promise<Found> {
  const reader = blockReader(object.profile);
  const write = await frameWriter(to);
  const blocks: KeyedBlock[] = [];
  let offset = 0;
  try {
    for await (const bytes of blocksOf(object)) {
      const frame = codec.pack(bytes);
      reader.push(bytes);
      blocks.push({ offset, length: frame.length, crc: crc32(frame), ...reader.take() });
      await write.frame(frame);
      offset += frame.length;
    }
    await write.finish();
  } catch (error) {
    await write.discard();
    throw error;
  }
  return { packing: "zst", blocks };
}

/** Blocks of an object that stays as it is: byte ranges of a plain one, runs of members of a gzip one, any other as one whole. */
async function blocksBeside(object: ArchiveObject): Promise<Found> {
  const reader = blockReader(object.profile);
  const packing = await packingOfFile(object.from, object.bytes);
  const blocks: KeyedBlock[] = [];
  if (packing === "none") {
    let offset = 0;
    for await (const bytes of blocksOf(object)) {
      reader.push(bytes);
      blocks.push({ offset, length: bytes.length, crc: crc32(bytes), ...reader.take() });
      offset += bytes.length;
    }
    return { packing: "plain", blocks };
  }
  if (packing === "gzip") return { packing: "gz", blocks: await memberBlocks(object, reader) };
  for await (const bytes of chunksOf(object.from, object.bytes)) reader.push(bytes);
  blocks.push({ offset: 0, length: object.bytes, crc: 0, ...reader.take() });
  return { packing: "whole", blocks };
}

/** A block ends with a member that ends with a line, so that it can be unpacked and searched by itself. */
async function memberBlocks(object: ArchiveObject, reader: BlockReader): Promise<KeyedBlock[]> {
  const blocks: KeyedBlock[] = [];
  const file = await open(object.from, OPEN_PLAIN);
  try {
    let [offset, end] = [0, 0];
    const takeBlock = async (): Promise<void> => {
      const length = end - offset;
      blocks.push({ offset, length, crc: await crcOf(file, offset, length), ...reader.take() });
      offset = end;
    };
    for await (const { bytes, memberEnd } of gzipMembers(file, object.from, object.bytes)) {
      reader.push(bytes);
      end = memberEnd ?? end;
      if (memberEnd !== null && reader.raw() >= object.blockBytes && reader.atLineEnd())
        await takeBlock();
    }
    if (end > offset) await takeBlock();
  } finally {
    await file.close();
  }
  return blocks;
}

async function crcOf(file: FileHandle, offset: number, length: number): Promise<number> {
  const buffer = Buffer.alloc(Math.min(length, BLOCK_BYTES));
  let crc = 0;
  for (let done = 0; done < length; ) {
    const wanted = Math.min(buffer.length, length - done);
    const { bytesRead } = await file.read(buffer, 0, wanted, offset + done);
    if (bytesRead === 0) throw new BrokenFile("the file changed while it was read");
    crc = crc32(buffer.subarray(0, bytesRead), crc);
    done += bytesRead;
  }
  return crc;
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
    if (length > LONGEST_LINE) throw new BrokenFile("a line is longer than 64 MiB");
  }
  if (length > 0) yield Buffer.concat(held);
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
