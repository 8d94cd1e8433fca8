/** Reads only the blocks of an object that its index names for a scope; without an index to be trusted, nothing. */
import { closeSync, lstatSync, openSync, readSync } from "node:fs";
import { crc32, gunzipSync } from "node:zlib";
import { Temporal } from "temporal-polyfill";
import { scopeKeys } from "../../domain/information-request/owner-keys.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import { sha256, sha256OfFile } from "../digest.ts";
import { BrokenFile } from "./broken-file.ts";
import { OPEN_PLAIN } from "./byte-source.ts";
import { EVERY_REQUEST, hashOf, INDEX_ENDING, type Packing } from "./index-file.ts";
import { DamagedIndex, type IndexedBlock, type LogIndex, readIndex } from "./index-reader.ts";
import { frameCodec } from "./zstd-frames.ts";

export type IndexedRead = {
  /** Lines of the whole object. */
  readonly lines: number;
  /**
   * The wanted blocks, unpacked, in order.
   * @throws BrokenFile when a block changed since it was looked at
   */
  readonly read: () => Generator<{
    readonly firstLine: number;
    readonly bytes: Uint8Array;
    /** Bytes of the object up to the end of the block. */
    readonly position: number;
  }>;
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
  const asked = fromIndex(path, profile, (index) => ({
    index,
    wanted: wantedBlocks(index, scope),
  }));
  if (asked === null || !(await isAbout(asked.index, path, bytes))) return null;
  const { index, wanted } = asked;
  if (!worthReading(index, wanted) || !areWhole(path, wanted)) return null;
  // Nothing is loaded for an object of which nothing is read.
  const unpack = await unpackerOf(wanted.length === 0 ? "plain" : index.packing);
  return { lines: index.lines, read: () => unpacked(path, wanted, unpack) };
}

/** Whether an object has an index of today's form by this profile. Whether it is about what the object is now, a dive sees for itself. */
export const hasIndex = (path: string, profile: LogProfile): boolean =>
  fromIndex(path, profile, () => true) ?? false;

/**
 * What an index by this profile says, read at once: a turn of the event loop for each step costs more than the few reads.
 * @returns null when there is no such index, or what is asked of it cannot be read or was changed
 */
function fromIndex<T>(path: string, profile: LogProfile, ask: (index: LogIndex) => T): T | null {
  let file: number | null = null;
  try {
    file = openSync(`${path}${INDEX_ENDING}`, OPEN_PLAIN);
    const index = readIndex(file);
    return index.profile === profileDigest(profile) ? ask(index) : null;
  } catch (error) {
    if (error instanceof DamagedIndex || isOfSystem(error)) return null;
    throw error;
  } finally {
    if (file !== null) closeSync(file);
  }
}

const isOfSystem = (error: unknown): boolean => error instanceof Error && "syscall" in error;

function worthReading({ raw, packing }: LogIndex, wanted: readonly IndexedBlock[]): boolean {
  if (wanted.length === 0) return true;
  if (packing === "whole" || wanted.some((block) => block.raw > LARGEST_BLOCK)) return false;
  const own = wanted.reduce((sum, block) => sum + block.raw, 0);
  return own <= FEW_BYTES || own <= STREAM_SHARE * raw;
}

const digests = new WeakMap<LogProfile, string>();

/** By which log profile an index was made: all that it says, in the order in which it says it. */
export function profileDigest(profile: LogProfile): string {
  const known = digests.get(profile);
  if (known !== undefined) return known;
  const { fields, aliases } = profile;
  const digest = sha256(JSON.stringify({ ...profile, fields: [...fields], aliases: [...aliases] }));
  digests.set(profile, digest);
  return digest;
}

/** Size and time of change, or else the content: a copied archive keeps its indexes, a rewritten object loses its own. */
async function isAbout({ object }: LogIndex, path: string, bytes: number): Promise<boolean> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.size !== bytes || object.bytes !== bytes) return false;
  return found.mtimeMs === object.mtime_ms || (await sha256OfFile(path)) === object.sha256;
}

/** What a scope asks of every index. */
type Question = {
  /** Of its keys, in order. */
  readonly hashes: readonly number[];
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
};
const questions = new WeakMap<Scope, Question>();

function questionOf(scope: Scope): Question {
  const question = questions.get(scope) ?? {
    hashes: [EVERY_REQUEST, ...scopeKeys(scope)].map(hashOf).sort((left, right) => left - right),
    from: Temporal.Instant.from(scope.window.from).epochMilliseconds,
    to: Temporal.Instant.from(scope.window.to).epochMilliseconds,
  };
  questions.set(scope, question);
  return question;
}

function wantedBlocks(index: LogIndex, scope: Scope): readonly IndexedBlock[] {
  const { hashes, from, to } = questionOf(scope);
  const inTime = (lines: Pick<LogIndex, "from" | "to">): boolean =>
    lines.to >= from && lines.from <= to;
  return inTime(index) ? index.blocksOf(hashes).filter(inTime) : [];
}

/** Whether every block is what the index was made over: looked at before the first line is handed on. */
function areWhole(path: string, wanted: readonly IndexedBlock[]): boolean {
  try {
    for (const { bytes } of blocksAt(path, wanted)) if (bytes === null) return false;
    return true;
  } catch (error) {
    // Reading the whole object says what is wrong with it.
    if (isOfSystem(error)) return false;
    throw error;
  }
}

function* unpacked(
  path: string,
  wanted: readonly IndexedBlock[],
  unpack: Unpack,
): ReturnType<IndexedRead["read"]> {
  for (const { block, bytes } of blocksAt(path, wanted)) {
    if (bytes === null) throw new BrokenFile("the file changed while the dive ran");
    const position = block.offset + block.length;
    yield { firstLine: block.firstLine, bytes: unpack(bytes, block.raw), position };
  }
}

/** The blocks as they lie in the object, one at a time; null for one that is not what the index was made over. */
function* blocksAt(path: string, wanted: readonly IndexedBlock[]) {
  if (wanted.length === 0) return;
  const file = openSync(path, OPEN_PLAIN);
  try {
    for (const block of wanted) {
      const bytes = Buffer.allocUnsafe(block.length);
      const read = readSync(file, bytes, 0, block.length, block.offset);
      yield { block, bytes: read === block.length && crc32(bytes) === block.crc ? bytes : null };
    }
  } finally {
    closeSync(file);
  }
}

type Unpack = (bytes: Uint8Array, raw: number) => Uint8Array;

async function unpackerOf(packing: Packing): Promise<Unpack> {
  if (packing === "gz") return (bytes, raw) => gunzipSync(bytes, { maxOutputLength: raw });
  if (packing !== "zst") return (bytes) => bytes;
  const { unpack } = await frameCodec();
  return unpack;
}
