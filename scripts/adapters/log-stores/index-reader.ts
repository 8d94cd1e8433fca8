/** Reads of an index what one question needs: the head, and the pages in which the answer stands. */
import { createHash } from "node:crypto";
import { fstatSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import {
  type Block,
  DIGEST,
  ENTRY,
  FIXED_HEAD,
  type IndexHeader,
  MAGIC,
  PAGE,
  pagesOf,
  RECORD,
} from "./index-file.ts";

/** Bytes of a number in the head and the entries. */
const WORD = 4;

export type IndexedBlock = Block & { readonly firstLine: number };
export type LogIndex = IndexHeader & {
  /** Of the whole object. */
  readonly lines: number;
  readonly raw: number;
  /** Least and greatest time of all its lines, as of a block. */
  readonly from: number;
  readonly to: number;
  /**
   * The blocks in which a key of one of these hashes may stand, in order.
   * @param hashes in order, so that no page is read twice
   * @throws DamagedIndex when a page that is needed is not what was written
   */
  readonly blocksOf: (hashes: readonly number[]) => readonly IndexedBlock[];
};

/** An index that cannot be read, or whose bytes are not those that were written. */
export class DamagedIndex extends Error {}

/**
 * Every byte that an answer rests on was compared with a checksum: the head with its own, a page with the one in the head.
 * @param file descriptor; stays open as long as blocks are asked for
 * @throws DamagedIndex when the head is not what was written, or the file has another length than the head says
 */
export function readIndex(file: number): LogIndex {
  const size = fstatSync(file).size;
  const head = checkedHead(file, size);
  const json = head.readUInt32LE(12);
  const tablePages = pagesOf(head.readUInt32LE(16) * RECORD);
  const entries = head.readUInt32LE(20) * ENTRY;
  const bodyLength = tablePages * PAGE + entries;
  if (size !== head.length + bodyLength) throw new DamagedIndex("another length");
  const crcsAt = FIXED_HEAD + json;
  const firsts = head.subarray(crcsAt + pagesOf(bodyLength) * WORD, -DIGEST);
  const header: IndexHeader = JSON.parse(head.toString("utf8", FIXED_HEAD, crcsAt));
  const pageAt = pageReader(file, { at: head.length, length: bodyLength }, (page) =>
    head.readUInt32LE(crcsAt + page * WORD),
  );
  const entriesAt = (page: number): Buffer => pageAt(tablePages + page);
  return {
    ...header,
    lines: head.readDoubleLE(24),
    raw: head.readDoubleLE(32),
    from: head.readDoubleLE(40),
    to: head.readDoubleLE(48),
    blocksOf: (hashes) => {
      const found = new Set<number>();
      for (const hash of hashes) addBlocks(found, hash, firsts, entriesAt);
      return [...found].sort((left, right) => left - right).map((block) => blockAt(pageAt, block));
    },
  };
}

function checkedHead(file: number, size: number): Buffer {
  // Most heads are shorter than a page, and so read at once.
  const begin = bytesAt(file, 0, Math.min(PAGE, size));
  if (begin.length < FIXED_HEAD || !begin.subarray(0, MAGIC.length).equals(MAGIC))
    throw new DamagedIndex("no index, or one of another form");
  const length = begin.readUInt32LE(8);
  if (length > size || length < FIXED_HEAD + DIGEST) throw new DamagedIndex("another length");
  const head = length <= begin.length ? begin.subarray(0, length) : bytesAt(file, 0, length);
  const digest = createHash("sha256").update(head.subarray(0, -DIGEST)).digest();
  if (!digest.equals(head.subarray(-DIGEST))) throw new DamagedIndex("another digest");
  return head;
}

type PageReader = (page: number) => Buffer;

/** Keeps the page that was read last: what is asked for in order reads no page twice. */
function pageReader(
  file: number,
  body: { readonly at: number; readonly length: number },
  crcOf: (page: number) => number,
): PageReader {
  let last: { readonly page: number; readonly bytes: Buffer } | null = null;
  return (page) => {
    if (last?.page === page) return last.bytes;
    const start = page * PAGE;
    const bytes = bytesAt(file, body.at + start, Math.min(PAGE, body.length - start));
    if (crc32(bytes) !== crcOf(page)) throw new DamagedIndex("another checksum");
    last = { page, bytes };
    return bytes;
  };
}

function bytesAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  if (readSync(file, bytes, 0, length, position) !== length)
    throw new DamagedIndex("the file changed while it was read");
  return bytes;
}

/** The blocks of one hash: its entries begin in the last page that begins with less, and may go on in the pages behind it. */
function addBlocks(found: Set<number>, hash: number, firsts: Buffer, entriesAt: PageReader): void {
  let page = Math.max(0, firstAt(firsts, hash, WORD) / WORD - 1);
  for (; page * WORD < firsts.length && firsts.readUInt32LE(page * WORD) <= hash; page += 1) {
    const entries = entriesAt(page);
    for (let at = firstAt(entries, hash, ENTRY); at < entries.length; at += ENTRY) {
      if (entries.readUInt32LE(at) !== hash) break;
      found.add(entries.readUInt32LE(at + WORD));
    }
  }
}

/** Where a number stands first, or would stand, among records of `length` bytes that begin with theirs, in order. */
function firstAt(records: Buffer, value: number, length: number): number {
  let low = 0;
  let high = records.length / length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (records.readUInt32LE(middle * length) < value) low = middle + 1;
    else high = middle;
  }
  return low * length;
}

function blockAt(pageAt: PageReader, block: number): IndexedBlock {
  const at = block * RECORD;
  const page = pageAt(Math.floor(at / PAGE));
  const field = (which: number): number => page.readDoubleLE((at % PAGE) + which * 8);
  return {
    offset: field(0),
    length: field(1),
    raw: field(2),
    lines: field(3),
    crc: field(4),
    firstLine: field(5),
    from: field(6),
    to: field(7),
  };
}
