/** Reads only the blocks of an object that its index names for a scope; without an index to be trusted, nothing. */
import { closeSync, constants, openSync, readFileSync, readSync, statSync } from "node:fs";
import { crc32, gunzipSync } from "node:zlib";
import { Temporal } from "temporal-polyfill";
import { policyDigest } from "../../domain/information-request/manifest-file.ts";
import { scopeKeys } from "../../domain/information-request/owner-keys.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import { sha256, sha256OfFile } from "../digest.ts";
import { BrokenFile } from "./broken-file.ts";
import { type Block, decodeIndex, INDEX_ENDING, type LogIndex } from "./index-file.ts";
import { frameCodec } from "./zstd-frames.ts";

export type IndexedRead = {
  /** Lines of the whole object. */
  readonly lines: number;
  /**
   * The wanted blocks, unpacked, in order.
   * @throws BrokenFile when a block changed since it was looked at
   */
  readonly read: () => Generator<{ readonly firstLine: number; readonly bytes: Uint8Array }>;
};

/** Above this share of the bytes, reading the whole object as one stream is faster, */
const STREAM_SHARE = 0.3;
/** but not where no more than this is unpacked: to start a program costs as much. */
const FEW_BYTES = 4 * 1024 * 1024;
/** A block of more is not unpacked at once. */
const LARGEST_BLOCK = 64 * 1024 * 1024;

/**
 * Null = read the whole object: it has no index, or one that is damaged, older than the object, made by another log profile,
 * or of no use because too much is wanted. The lines found are the same either way.
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
  if (!worthReading(index, wanted) || !areWhole(path, wanted)) return null;
  // Nothing is loaded for an object of which nothing is read.
  const unpack = await unpackerOf(wanted.length === 0 ? "plain" : index.packing);
  return {
    lines: index.blocks.reduce((sum, block) => sum + block.lines, 0),
    read: () => unpacked(path, wanted, unpack),
  };
}

function worthReading({ blocks, packing }: LogIndex, wanted: readonly Wanted[]): boolean {
  if (wanted.length === 0) return true;
  if (packing === "whole" || wanted.some(({ block }) => block.raw > LARGEST_BLOCK)) return false;
  const raw = wanted.reduce((sum, { block }) => sum + block.raw, 0);
  return (
    raw <= FEW_BYTES || raw <= STREAM_SHARE * blocks.reduce((sum, block) => sum + block.raw, 0)
  );
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
  return found.mtimeMs === object.mtime_ms || (await sha256OfFile(path)) === object.sha256;
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

/** Whether every block is what the index was made over: looked at before the first line is handed on. */
function areWhole(path: string, wanted: readonly Wanted[]): boolean {
  for (const { bytes } of blocksAt(path, wanted)) if (bytes === null) return false;
  return true;
}

function* unpacked(
  path: string,
  wanted: readonly Wanted[],
  unpack: Unpack,
): ReturnType<IndexedRead["read"]> {
  for (const { block, firstLine, bytes } of blocksAt(path, wanted)) {
    if (bytes === null) throw new BrokenFile("the file changed while the dive ran");
    yield { firstLine, bytes: unpack(bytes, block.raw) };
  }
}

/** The blocks as they lie in the object, one at a time; null for one that is not what the index was made over. */
function* blocksAt(path: string, wanted: readonly Wanted[]) {
  if (wanted.length === 0) return;
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (const { block, firstLine } of wanted) {
      const bytes = Buffer.allocUnsafe(block.length);
      const read = readSync(file, bytes, 0, block.length, block.offset);
      yield {
        block,
        firstLine,
        bytes: read === block.length && crc32(bytes) === block.crc ? bytes : null,
      };
    }
  } finally {
    closeSync(file);
  }
}

type Unpack = (bytes: Uint8Array, raw: number) => Uint8Array;

async function unpackerOf(packing: LogIndex["packing"]): Promise<Unpack> {
  if (packing === "gz") return (bytes, raw) => gunzipSync(bytes, { maxOutputLength: raw });
  if (packing !== "zst") return (bytes) => bytes;
  const { unpack } = await frameCodec();
  return unpack;
}
