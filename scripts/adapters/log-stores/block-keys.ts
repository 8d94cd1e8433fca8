/** Reads out of the lines of a block what an index says of it: whose they are, and between which times. */
import { Temporal } from "temporal-polyfill";
import { MAX_LINE_BYTES, readLine, timeOfRow } from "../../domain/information-request/log-dive.ts";
import { ownerKeys } from "../../domain/information-request/owner-keys.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type { LogRow } from "../../domain/log-row.ts";
import { BrokenFile } from "./broken-file.ts";
import type { KeyedBlock } from "./index-file.ts";

type BlockKeys = Omit<KeyedBlock, "offset" | "length" | "crc">;
export type BlockReader = {
  /** @throws BrokenFile for a line beyond 64 MiB */
  readonly push: (bytes: Uint8Array) => void;
  /** Whether what was pushed ends with a line. */
  readonly atLineEnd: () => boolean;
  /** Unpacked bytes since the block began. */
  readonly raw: () => number;
  /** Ends the block, and with it a last line that lacks its line end; the next one begins. */
  readonly take: () => BlockKeys;
};

/** Of a longer line the object is not held, nor cut over blocks: the object cannot be indexed. */
export const LONGEST_LINE = 64 * 1024 * 1024;
const LF = 0x0a;

/** @param profile of the source whose lines they are */
export function blockReader(profile: LogProfile): BlockReader {
  let held: Buffer[] = [];
  let heldLength = 0;
  let seen = nothingSeen();

  const addHeld = (): void => {
    const joined = Buffer.concat(held);
    held = [];
    heldLength = 0;
    addLines(joined);
  };
  /** @param lines the last one with or without its line end */
  const addLines = (lines: Buffer): void => {
    for (let start = 0; start < lines.length; ) {
      const feed = lines.indexOf(LF, start);
      const end = feed === -1 ? lines.length : feed;
      addLine(seen, lines.subarray(start, end), profile);
      start = end + 1;
    }
  };
  return {
    push: (bytes) => {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      seen.raw += chunk.length;
      const whole = chunk.lastIndexOf(LF) + 1;
      if (whole > 0) {
        const first = heldLength === 0 ? 0 : chunk.indexOf(LF) + 1;
        held.push(chunk.subarray(0, first));
        addHeld();
        addLines(chunk.subarray(first, whole));
      }
      // A copy: the chunk's memory may be used again by whoever sent it.
      held.push(Buffer.from(chunk.subarray(whole)));
      heldLength += chunk.length - whole;
      if (heldLength > LONGEST_LINE) throw new BrokenFile("a line is longer than 64 MiB");
    },
    atLineEnd: () => heldLength === 0,
    raw: () => seen.raw,
    take: () => {
      addHeld();
      const taken = seen;
      seen = nothingSeen();
      return taken;
    },
  };
}

type Seen = { -readonly [Key in keyof Omit<BlockKeys, "owners">]: BlockKeys[Key] } & {
  readonly owners: Set<string>;
};

const nothingSeen = (): Seen => ({
  raw: 0,
  lines: 0,
  dirty: false,
  from: Number.POSITIVE_INFINITY,
  to: Number.NEGATIVE_INFINITY,
  owners: new Set(),
});

function addLine(seen: Seen, line: Buffer, profile: LogProfile): void {
  seen.lines += 1;
  if (line.length === 0) return;
  const row = line.length > MAX_LINE_BYTES ? "too_large" : readLine(line, profile);
  if (typeof row === "string") {
    seen.dirty = true;
    addTime(seen, null);
    return;
  }
  const { keys, doubtful } = ownerKeys(row, profile);
  for (const key of keys) seen.owners.add(key);
  if (doubtful) seen.dirty = true;
  addTime(seen, timeOf(row, profile));
}

/** @param time null = the block may hold lines of any time */
function addTime(seen: Seen, time: number | null): void {
  seen.from = Math.min(seen.from, time ?? Number.NEGATIVE_INFINITY);
  seen.to = Math.max(seen.to, time ?? Number.POSITIVE_INFINITY);
}

/** Milliseconds since 1970; null where `judgeLine` could not tell. */
function timeOf(row: LogRow, profile: LogProfile): number | null {
  const time = timeOfRow(row, profile);
  return "unclear" in time ? null : Temporal.Instant.from(time.instant).epochMilliseconds;
}
