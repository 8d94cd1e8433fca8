/** Finds in a stream of bytes the lines that must be judged, and counts all of them, without cutting out every line. */
import type { Prefilter } from "./prefilter.ts";

export type Candidate = {
  /** 1-based number of the line. */
  readonly line: number;
  /** Without the line end (LF or CRLF). */
  readonly bytes: Uint8Array;
  /** The line was longer than the limit: `bytes` holds only its beginning. */
  readonly cut: boolean;
};
export type CandidateFinder = {
  readonly push: (chunk: Uint8Array) => readonly Candidate[];
  /** The last line, where the stream does not end with a line end. */
  readonly end: () => readonly Candidate[];
  /** Lines so far. */
  readonly lines: () => number;
};
/** @param longest bytes a line may have; `kept`: what is handed on of a longer one */
export type LineLimits = { readonly longest: number; readonly kept: number };

const LF = 0x0a;
const CR = 0x0d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** Bytes that are searched at once: longer texts leave the part of memory in which V8 allocates quickly. */
const PIECE = 64 * 1024;

/**
 * A candidate is a line with a place of the prefilter, a line that does not look like one whole object (`{…}`), so that torn
 * and foreign lines go to quarantine, and a line that is too long. Empty lines are counted, never handed on.
 * What it finds does not depend on how the stream is cut into chunks. Memory: one chunk and the longest line.
 * @param linesBefore lines of the file before the stream begins
 */
export function candidateFinder(
  prefilter: Prefilter,
  limits: LineLimits,
  linesBefore = 0,
): CandidateFinder {
  let held: Buffer[] = [];
  let heldLength = 0;
  let lines = linesBefore;

  const hold = (piece: Buffer): void => {
    if (piece.length === 0) return;
    heldLength += piece.length;
    // Behind the limit only the length matters: the line will be cut.
    if (heldLength - piece.length <= limits.longest + 1) held.push(piece);
  };
  const takeHeld = (found: Candidate[]): void => {
    const joined = Buffer.concat(held);
    const whole = joined.length === heldLength;
    held = [];
    heldLength = 0;
    searchBlock(joined, whole, found);
  };
  /** @param block whole lines, the last one with or without its line end */
  const searchBlock = (block: Buffer, whole: boolean, found: Candidate[]): void => {
    for (let from = 0; from < block.length; ) {
      const to = pieceEnd(block, from);
      searchPiece(block.subarray(from, to), whole, found);
      from = to;
    }
  };
  const searchPiece = (block: Buffer, whole: boolean, found: Candidate[]): void => {
    const places = Float64Array.from(prefilter(block)).sort();
    let next = 0;
    let start = 0;
    while (start < block.length) {
      const feed = block.indexOf(LF, start);
      const stop = feed === -1 ? block.length : feed;
      const end = block[stop - 1] === CR && stop > start ? stop - 1 : stop;
      lines += 1;
      let marked = false;
      while ((places[next] ?? Number.POSITIVE_INFINITY) < stop) {
        marked = true;
        next += 1;
      }
      const long = !whole || end - start > limits.longest;
      const odd = block[start] !== OPEN || block[end - 1] !== CLOSE;
      if (long) {
        found.push({ line: lines, bytes: block.subarray(start, start + limits.kept), cut: true });
      } else if ((marked || odd) && end > start) {
        found.push({ line: lines, bytes: block.subarray(start, end), cut: false });
      }
      start = stop + 1;
    }
  };
  return {
    push: (bytes) => {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const found: Candidate[] = [];
      const last = chunk.lastIndexOf(LF);
      // Copies are held: the chunk's memory may be used again by whoever sent it.
      if (last === -1) {
        hold(Buffer.from(chunk));
        return found;
      }
      let start = 0;
      if (heldLength > 0) {
        start = chunk.indexOf(LF) + 1;
        hold(chunk.subarray(0, start));
        takeHeld(found);
      }
      if (start <= last) searchBlock(chunk.subarray(start, last + 1), true, found);
      hold(Buffer.from(chunk.subarray(last + 1)));
      return found;
    },
    end: () => {
      const found: Candidate[] = [];
      if (heldLength > 0) takeHeld(found);
      return found;
    },
    lines: () => lines,
  };
}

/** Where the last line ends that ends within a piece; a longer line is a piece of its own. */
function pieceEnd(block: Buffer, from: number): number {
  if (block.length - from <= PIECE) return block.length;
  const last = block.lastIndexOf(LF, from + PIECE - 1);
  const feed = last >= from ? last : block.indexOf(LF, from + PIECE);
  return feed === -1 ? block.length : feed + 1;
}
