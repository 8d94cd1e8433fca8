/** The form of an index: which blocks of an object hold lines of which owner and time. One file beside the object. */
import { sha256 } from "../digest.ts";

export const INDEX_ENDING = ".seclog-index";

/** A run of whole lines of the object that can be read by itself. */
export type Block = {
  /** Place and length in the object's bytes. */
  readonly offset: number;
  readonly length: number;
  /** Unpacked length. */
  readonly raw: number;
  readonly lines: number;
  /** CRC-32 of the bytes as they lie in the object. */
  readonly crc: number;
  /** Holds a line that must be read for every request. */
  readonly dirty: boolean;
  /** Least and greatest time of its lines, milliseconds since 1970; infinite where a line has no readable time. */
  readonly from: number;
  readonly to: number;
};
/**
 * How the blocks lie in the object: `zst` = one frame each, `plain` = as they are, `gz` = one or more members each,
 * `whole` = the object is one block and cannot be read in part, only left out.
 */
export type Packing = "zst" | "plain" | "gz" | "whole";
export type LogIndex = {
  readonly object: { readonly bytes: number; readonly mtime_ms: number; readonly sha256: string };
  /** Digest of the log profile by which owners were read: another profile reads others. */
  readonly profile: string;
  readonly packing: Packing;
  readonly blocks: readonly Block[];
  /** Numbers of the blocks in which one of these keys may stand. */
  readonly blocksOf: (keys: readonly string[]) => ReadonlySet<number>;
};
export type IndexParts = Omit<LogIndex, "blocksOf"> & {
  /** For each block, the keys in it. */
  readonly keys: readonly ReadonlySet<string>[];
};

const MAGIC = Buffer.from("seclogi1");
const HEAD = 24;
const FIELDS = 8;
const DIGEST = 32;

/** Layout, little-endian: magic, counts, blocks as doubles, hashes sorted, their block numbers, header as JSON, SHA-256 of it all. */
export function encodeIndex({ keys, blocks, ...header }: IndexParts): Buffer {
  const postings = keys.flatMap((set, block) =>
    [...set].map((key) => [hashOf(key), block] as const),
  );
  postings.sort((left, right) => left[0] - right[0] || left[1] - right[1]);
  const json = Buffer.from(JSON.stringify(header));
  const table = Float64Array.from(blocks.flatMap(numbersOf));
  const head = Buffer.alloc(HEAD);
  MAGIC.copy(head);
  head.writeUInt32LE(json.length, 8);
  head.writeUInt32LE(blocks.length, 12);
  head.writeUInt32LE(postings.length, 16);
  const body = Buffer.concat([
    head,
    Buffer.from(table.buffer),
    Buffer.from(Uint32Array.from(postings, ([hash]) => hash).buffer),
    Buffer.from(Uint32Array.from(postings, ([, block]) => block).buffer),
    json,
  ]);
  return Buffer.concat([body, Buffer.from(sha256(body), "hex")]);
}

const numbersOf = (block: Block): number[] => [
  block.offset,
  block.length,
  block.raw,
  block.lines,
  block.crc,
  block.dirty ? 1 : 0,
  block.from,
  block.to,
];

/** @returns null when the bytes are no whole, unchanged index */
export function decodeIndex(bytes: Buffer): LogIndex | null {
  if (bytes.length < HEAD + DIGEST || !bytes.subarray(0, 8).equals(MAGIC)) return null;
  const end = bytes.length - DIGEST;
  if (sha256(bytes.subarray(0, end)) !== bytes.toString("hex", end)) return null;
  const [json, count, entries] = [8, 12, 16].map((at) => bytes.readUInt32LE(at)) as [
    number,
    number,
    number,
  ];
  const hashesAt = HEAD + count * FIELDS * 8;
  // Typed arrays want aligned memory, which a slice of a larger buffer need not be.
  const own = bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  const table = new Float64Array(own.buffer, own.byteOffset + HEAD, count * FIELDS);
  const hashes = new Uint32Array(own.buffer, own.byteOffset + hashesAt, entries);
  const postings = new Uint32Array(own.buffer, own.byteOffset + hashesAt + entries * 4, entries);
  const header: Pick<LogIndex, "object" | "profile" | "packing"> = JSON.parse(
    bytes.toString("utf8", end - json, end),
  );
  return {
    ...header,
    blocks: Array.from({ length: count }, (_, at) => blockAt(table, at * FIELDS)),
    blocksOf: (keys) => {
      const found = new Set<number>();
      for (const key of keys) {
        const hash = hashOf(key);
        for (let at = firstAt(hashes, hash); hashes[at] === hash; at += 1)
          found.add(postings[at] as number);
      }
      return found;
    },
  };
}

function blockAt(table: Float64Array, at: number): Block {
  const field = (which: number): number => table[at + which] as number;
  return {
    offset: field(0),
    length: field(1),
    raw: field(2),
    lines: field(3),
    crc: field(4),
    dirty: field(5) === 1,
    from: field(6),
    to: field(7),
  };
}

/** First place of a value in a sorted array, or where it would stand. */
function firstAt(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 32 bits of FNV-1a; two keys with one hash only cost a block that is read for nothing. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
