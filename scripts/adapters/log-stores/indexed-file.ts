/** Reads only the blocks of an object that its index names for a scope; without an index to be trusted, nothing. */
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  createReadStream,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { crc32 } from "node:zlib";
import { Temporal } from "temporal-polyfill";
import { policyDigest } from "../../domain/information-request/manifest-file.ts";
import { scopeKeys } from "../../domain/information-request/owner-keys.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import { sha256 } from "../digest.ts";
import { type Block, decodeIndex, INDEX_ENDING, type LogIndex } from "./index-file.ts";
import { type FrameCodec, frameCodec } from "./zstd-frames.ts";

export type IndexedRead = {
  /** Lines of the whole object. */
  readonly lines: number;
  /** The wanted blocks, unpacked, in order. */
  readonly read: () => Generator<{ readonly firstLine: number; readonly bytes: Uint8Array }>;
};

/** Above this share of the blocks, reading the whole object as one stream is faster. */
const STREAM_SHARE = 0.3;

/**
 * Null = read the whole object: it has no index, or one that is damaged, older than the object, made by another log profile,
 * or of no use because too many blocks are wanted. The lines found are the same either way.
 * @param path absolute, below a root that has been resolved already
 * @param bytes size of the object when the dive was planned
 */
export async function readThroughIndex(
  path: string,
  bytes: number,
  scope: Scope,
  profile: LogProfile,
): Promise<IndexedRead | null> {
  const index = await trustedIndex(path, bytes, profile);
  if (index === null) return null;
  const wanted = wantedBlocks(index, scope);
  if (wanted.length > index.blocks.length * STREAM_SHARE) return null;
  const packed = readBlocks(
    path,
    wanted.map(({ block }) => block),
  );
  if (packed === null) return null;
  const codec = index.packing === "zst" && wanted.length > 0 ? await frameCodec() : null;
  return {
    lines: index.blocks.reduce((sum, block) => sum + block.lines, 0),
    read: () => unpacked(wanted, packed, codec),
  };
}

function* unpacked(
  wanted: readonly Wanted[],
  packed: readonly Uint8Array[],
  codec: FrameCodec | null,
): ReturnType<IndexedRead["read"]> {
  for (const [at, { firstLine }] of wanted.entries()) {
    const bytes = packed[at] as Uint8Array;
    yield { firstLine, bytes: codec === null ? bytes : codec.unpack(bytes) };
  }
}

async function trustedIndex(
  path: string,
  bytes: number,
  profile: LogProfile,
): Promise<LogIndex | null> {
  const content = contentOf(`${path}${INDEX_ENDING}`);
  const index = content === null ? null : decodeIndex(content);
  if (index === null || index.profile !== profileDigest(profile)) return null;
  return (await isAbout(index, path, bytes)) ? index : null;
}

/** Read at once: an index is a small file, and a turn of the event loop for each step costs more than the reading. */
function contentOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

const digests = new WeakMap<LogProfile, string>();

/** By which log profile an index was made. */
export function profileDigest(profile: LogProfile): string {
  const digest = digests.get(profile) ?? policyDigest([profile], sha256);
  digests.set(profile, digest);
  return digest;
}

/** Size and time of change, or else the content: a copied archive keeps its indexes, a rewritten object loses its own. */
async function isAbout({ object }: LogIndex, path: string, bytes: number): Promise<boolean> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.size !== bytes || object.bytes !== bytes) return false;
  return found.mtimeMs === object.mtime_ms || (await digestOf(path)) === object.sha256;
}

/** SHA-256 of a file, read as a stream. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

type Wanted = { readonly block: Block; readonly firstLine: number };

function wantedBlocks(index: LogIndex, scope: Scope): readonly Wanted[] {
  const named = index.blocksOf(scopeKeys(scope));
  const from = Temporal.Instant.from(scope.window.from).epochMilliseconds;
  const to = Temporal.Instant.from(scope.window.to).epochMilliseconds;
  const wanted: Wanted[] = [];
  let firstLine = 1;
  for (const [at, block] of index.blocks.entries()) {
    const inTime = block.to >= from && block.from <= to;
    if (inTime && (block.dirty || named.has(at))) wanted.push({ block, firstLine });
    firstLine += block.lines;
  }
  return wanted;
}

/** The blocks as they lie in the object; null when one of them is not what the index was made over. */
function readBlocks(path: string, blocks: readonly Block[]): readonly Uint8Array[] | null {
  if (blocks.length === 0) return [];
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const read: Uint8Array[] = [];
    for (const { offset, length, crc } of blocks) {
      const bytes = Buffer.allocUnsafe(length);
      if (readSync(file, bytes, 0, length, offset) !== length || crc32(bytes) !== crc) return null;
      read.push(bytes);
    }
    return read;
  } finally {
    closeSync(file);
  }
}
