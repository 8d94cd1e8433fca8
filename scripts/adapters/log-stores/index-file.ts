/** The form of an index: which blocks of an object hold lines of which owner and time. One file beside the object. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

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
  /** Least and greatest time of its lines, milliseconds since 1970; infinite where a line has no readable time. */
  readonly from: number;
  readonly to: number;
};
/**
 * How the blocks lie in the object: `zst` = one frame each, `plain` = as they are, `gz` = one or more members each,
 * `whole` = the object is one block and cannot be read in part, only left out.
 */
export type Packing = "zst" | "plain" | "gz" | "whole";
export type IndexHeader = {
  readonly object: { readonly bytes: number; readonly mtime_ms: number; readonly sha256: string };
  /** Digest of the log profile by which owners were read: another profile reads others. */
  readonly profile: string;
  readonly packing: Packing;
};
export type IndexParts = IndexHeader & { readonly blocks: readonly KeyedBlock[] };
export type KeyedBlock = Block & {
  readonly owners: ReadonlySet<string>;
  /** Holds a line that must be read for every request. */
  readonly dirty: boolean;
};

/** Another form has another magic, so that indexes of the old one are left unread. */
export const MAGIC = Buffer.from("seclogi2");
/** Bytes that are read and checked at once: what Node takes from memory it has already. */
export const PAGE = 2048;
/** Of the head that stands before what has no length of its own. */
export const FIXED_HEAD = 56;
export const DIGEST = 32;
/** Bytes of a block in the table, and doubles in them. */
export const RECORD = 64;
/** Bytes of an entry: a hash, and the number of a block in which a key of this hash stands. */
export const ENTRY = 8;
/** The key under which dirty blocks stand: no owner has an empty name. */
export const EVERY_REQUEST = "";

/**
 * Layout, little-endian. The head: magic; lengths of the head and of its JSON, numbers of blocks and of entries (4 bytes each);
 * lines, unpacked length, least and greatest time of all blocks (doubles); header as JSON; CRC-32 of each page; the first hash
 * of each page of entries; SHA-256 of the head so far. Then the pages: the table of blocks, filled up to a whole page, and the
 * entries in order of hash and block. So a reader that has checked the head can check each page by itself, and need not read
 * any other.
 */
export function encodeIndex({ blocks, ...header }: IndexParts): Buffer {
  const table = Buffer.alloc(pagesOf(blocks.length * RECORD) * PAGE);
  Buffer.from(Float64Array.from(recordsOf(blocks)).buffer).copy(table);
  const entries = entriesOf(blocks);
  const body = Buffer.concat([table, Buffer.from(Uint32Array.from(entries.flat()).buffer)]);
  const json = Buffer.from(JSON.stringify(header));
  const crcs = Uint32Array.from({ length: pagesOf(body.length) }, (_, page) =>
    crc32(body.subarray(page * PAGE, (page + 1) * PAGE)),
  );
  const firsts = Uint32Array.from(
    { length: pagesOf(entries.length * ENTRY) },
    (_, page) => entries[(page * PAGE) / ENTRY]?.[0] as number,
  );
  const fixed = Buffer.alloc(FIXED_HEAD);
  MAGIC.copy(fixed);
  const length = FIXED_HEAD + json.length + crcs.byteLength + firsts.byteLength + DIGEST;
  for (const [at, count] of [length, json.length, blocks.length, entries.length].entries())
    fixed.writeUInt32LE(count, 8 + at * 4);
  for (const [at, total] of totalsOf(blocks).entries()) fixed.writeDoubleLE(total, 24 + at * 8);
  const head = Buffer.concat([fixed, json, Buffer.from(crcs.buffer), Buffer.from(firsts.buffer)]);
  return Buffer.concat([head, createHash("sha256").update(head).digest(), body]);
}

export const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE);

/** Each block with the number of its first line, so that a block can be read without those before it. */
function recordsOf(blocks: readonly Block[]): number[] {
  let firstLine = 1;
  return blocks.flatMap(({ offset, length, raw, lines, crc, from, to }) => {
    const record = [offset, length, raw, lines, crc, firstLine, from, to];
    firstLine += lines;
    return record;
  });
}

function entriesOf(blocks: readonly KeyedBlock[]): (readonly [hash: number, block: number])[] {
  return blocks
    .flatMap(({ owners, dirty }, block) =>
      [...owners, ...(dirty ? [EVERY_REQUEST] : [])].map((key) => [hashOf(key), block] as const),
    )
    .sort((left, right) => left[0] - right[0] || left[1] - right[1]);
}

function totalsOf(
  blocks: readonly Block[],
): [lines: number, raw: number, from: number, to: number] {
  return [
    blocks.reduce((sum, { lines }) => sum + lines, 0),
    blocks.reduce((sum, { raw }) => sum + raw, 0),
    blocks.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
    blocks.reduce((greatest, { to }) => Math.max(greatest, to), Number.NEGATIVE_INFINITY),
  ];
}

/** 32 bits of FNV-1a; two keys with one hash only cost a block that is read for nothing. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
