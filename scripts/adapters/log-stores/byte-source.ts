/** The bytes of one archive file, unpacked: whatever is wrong with the file is said, never skipped. */
import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { BrokenFile } from "./broken-file.ts";
import { parquetLines } from "./parquet-lines.ts";
import { offsetOf, type ReadProgress } from "./read-progress.ts";
import { unreadPacking } from "./unread-packing.ts";
import { zstdUnpacked } from "./zstd-process.ts";

const CHUNK = 256 * 1024;
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const SKIPPABLE = [0x2a, 0x4d, 0x18];
/** `PAR1`, or `PARE` where the footer is encrypted. */
const PARQUET = [0x50, 0x41, 0x52];
const GZIP = [0x1f, 0x8b];

/** How an object is opened: no link is followed, and a pipe is opened without waiting for a writer, so that it can be refused. */
export const OPEN_PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

type FilePacking = "gzip" | "zstd" | "parquet" | "none";

/**
 * Streams a file in chunks; gzip (also of several members), zstd (of any frames) and Parquet (its lines) are known by their first
 * bytes, not by their name.
 * @param path absolute, below a root that has been resolved already
 * @param size bytes that the file had when the dive was planned
 * @param progress called for each chunk after it was used
 * @returns chunks that are good until the next one is asked for: their memory may be used again
 * @throws BrokenFile for a symbolic link, a changed size, an unknown packing, cut or corrupt packed data, or a read that fails
 */
export async function* chunksOf(
  path: string,
  size: number,
  progress: ReadProgress = () => {},
): AsyncGenerator<Uint8Array, void> {
  const file = await openPlain(path, size);
  try {
    const { chunks, position } = openChunks(file, size, await packingAt(file, path));
    for await (const chunk of chunks) {
      yield chunk;
      progress(chunk.length, position);
    }
  } catch (error) {
    throw error instanceof BrokenFile ? error : new BrokenFile(reasonOf(error));
  } finally {
    await file.close();
  }
}

type Chunks = {
  readonly chunks: AsyncGenerator<Uint8Array, void>;
  /** Packed bytes up to which the file was read; 0 where nobody tells. */
  readonly position: () => number;
};

function openChunks(file: FileHandle, size: number, packing: FilePacking): Chunks {
  let read = 0;
  const onRead = (bytes: number): void => {
    read = bytes;
  };
  const position = (): number => read;
  switch (packing) {
    case "gzip":
      return { chunks: gunzipped(file, size, onRead), position };
    case "zstd":
      return { chunks: zstdUnpacked(file.fd), position: () => offsetOf(file.fd) };
    case "parquet":
      return { chunks: parquetLines(file.fd), position };
    case "none":
      return { chunks: plain(file, size, onRead), position };
  }
}

/** How a file is packed. @throws BrokenFile as `chunksOf` does */
export async function packingOfFile(path: string, size: number): Promise<FilePacking> {
  const file = await openPlain(path, size);
  try {
    return await packingAt(file, path);
  } finally {
    await file.close();
  }
}

async function packingAt(file: FileHandle, path: string): Promise<FilePacking> {
  const head = new Uint8Array(4);
  const { bytesRead } = await file.read(head, 0, 4, 0);
  return packingOf(head.subarray(0, bytesRead), path);
}

async function openPlain(path: string, size: number): Promise<FileHandle> {
  try {
    if ((await realpath(path)) !== path) throw new BrokenFile("a symbolic link is not followed");
    const file = await open(path, OPEN_PLAIN);
    const now = await file.stat();
    if (now.isFile() && now.size === size) return file;
    await file.close();
    throw new BrokenFile(now.isFile() ? "the file changed while the dive ran" : "not a plain file");
  } catch (error) {
    throw error instanceof BrokenFile ? error : new BrokenFile(reasonOf(error));
  }
}

function packingOf(head: Uint8Array, path: string): FilePacking {
  const startsWith = (magic: readonly number[]): boolean =>
    magic.every((byte, at) => head[at] === byte);
  if (startsWith(GZIP)) return "gzip";
  // A file may begin with a skippable frame: 0x184D2A50 to 0x184D2A5F, little-endian.
  const skippable = ((head[0] ?? 0) & 0xf0) === 0x50 && startsWith([head[0] ?? 0, ...SKIPPABLE]);
  if (startsWith(ZSTD) || skippable) return "zstd";
  if (startsWith(PARQUET)) return "parquet";
  const unread = unreadPacking(head, path);
  if (unread !== null)
    throw new BrokenFile(
      `packed with ${unread}, which a dive does not read; pack it with gzip or zstd`,
    );
  for (const [ending, packing] of [
    [".gz", "gzip"],
    [".zst", "zstd"],
    [".parquet", "Parquet"],
  ]) {
    if (ending !== undefined && path.endsWith(ending))
      throw new BrokenFile(`named ${ending}, but it is not ${packing}`);
  }
  return "none";
}

/** Always in the same memory, which stays in the processor's cache. */
async function* plain(
  file: FileHandle,
  size: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  const memory = Buffer.allocUnsafeSlow(CHUNK);
  let read = 0;
  for (let length = -1; length !== 0; read += length) {
    length = (await file.read(memory, 0, CHUNK, read)).bytesRead;
    onRead(read + length);
    if (length > 0) yield memory.subarray(0, length);
  }
  if (read !== size) throw new BrokenFile("the file changed while the dive ran");
}

async function* gunzipped(
  file: FileHandle,
  size: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  const packed = Readable.from(bytesFrom(file, 0));
  const unpacked = createGunzip({ chunkSize: CHUNK });
  packed.on("error", (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  try {
    for await (const chunk of unpacked) {
      onRead(unpacked.bytesWritten);
      yield chunk;
    }
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
  await refuseHiddenTail(file, unpacked.bytesWritten, size);
}

/** zlib stops at a zero byte after a member and takes it for padding: a further member behind it would be lost. */
async function refuseHiddenTail(file: FileHandle, from: number, size: number): Promise<void> {
  if (from >= size) return;
  for await (const chunk of bytesFrom(file, from)) {
    if (chunk.some((byte) => byte !== 0)) {
      throw new BrokenFile("data follows the end of the gzip stream");
    }
  }
}

async function* bytesFrom(file: FileHandle, start: number): AsyncGenerator<Uint8Array, void> {
  for (let position = start; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The words for an error of the system or of zlib: its code, never its message, which carries the path. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  if (code === "Z_BUF_ERROR") return "the gzip data end too early";
  if (code === "Z_DATA_ERROR") return "the gzip data are corrupt";
  if (code === "ELOOP") return "a symbolic link is not followed";
  return `the file cannot be read (${code})`;
}
