/** Walks the members of a gzip file, each of which can be unpacked by itself, and says where they end. */
import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { BrokenFile } from "./broken-file.ts";

/** Unpacked bytes, and with the last of a member the offset behind it in the packed file. */
export type MemberPiece = { readonly bytes: Uint8Array; readonly memberEnd: number | null };

const CHUNK = 64 * 1024;
const FIXED_HEAD = 10;
const TRAILER = 8;
const FLAG = { headCrc: 2, extra: 4, name: 8, comment: 16 };

/**
 * Zero bytes behind the last member are padding.
 * @param path of the file that is open, whose `size` is known
 * @throws BrokenFile when a member is cut or corrupt, or something else stands between two
 */
export async function* gzipMembers(
  file: FileHandle,
  path: string,
  size: number,
): AsyncGenerator<MemberPiece, void> {
  for (let start = 0; start < size; ) {
    const head = await bytesAt(file, start, CHUNK + FIXED_HEAD);
    if (start > 0 && (await isPadding(file, start, size))) return;
    const data = start + headLength(head);
    const member = { crc: 0, length: 0 };
    const unpacked = createInflateRaw({ chunkSize: CHUNK });
    const packed = createReadStream(path, { start: data, highWaterMark: CHUNK });
    packed.on("error", (error) => unpacked.destroy(error));
    packed.pipe(unpacked);
    try {
      for await (const bytes of unpacked as AsyncIterable<Buffer>) {
        member.crc = crc32(bytes, member.crc);
        member.length += bytes.length;
        yield { bytes, memberEnd: null };
      }
    } catch {
      throw new BrokenFile("the gzip data are cut or corrupt");
    } finally {
      packed.destroy();
      unpacked.destroy();
    }
    const end = data + unpacked.bytesWritten;
    const trailer = await bytesAt(file, end, TRAILER);
    if (
      trailer.length < TRAILER ||
      trailer.readUInt32LE(0) !== member.crc ||
      trailer.readUInt32LE(4) !== member.length % 2 ** 32
    ) {
      throw new BrokenFile("the gzip data are cut or corrupt");
    }
    start = end + TRAILER;
    yield { bytes: new Uint8Array(), memberEnd: start };
  }
}

/** Length of a member's head: ten bytes, and what its flags announce (RFC 1952, section 2.3). */
function headLength(head: Buffer): number {
  const flags = head[3] ?? 0;
  let at = FIXED_HEAD;
  if (flags & FLAG.extra) at += 2 + (head.length >= at + 2 ? head.readUInt16LE(at) : head.length);
  for (const text of [FLAG.name, FLAG.comment])
    if (flags & text) at = head.indexOf(0, at) + 1 || head.length;
  if (flags & FLAG.headCrc) at += 2;
  const known = head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
  if (known && at < head.length) return at;
  throw new BrokenFile("data follows the end of the gzip stream");
}

async function isPadding(file: FileHandle, start: number, size: number): Promise<boolean> {
  for (let at = start; at < size; at += CHUNK) {
    if ((await bytesAt(file, at, CHUNK)).some((byte) => byte !== 0)) return false;
  }
  return true;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
