/** Cuts a stream of bytes into lines with memory bounded by the longest line it will hold. */
import { CUT_LINE_BYTES } from "../../domain/information-request/evidence.ts";
import { MAX_LINE_BYTES } from "../../domain/information-request/log-dive.ts";

export type RawLine = {
  /** Without the line end (LF or CRLF). */
  readonly bytes: Uint8Array;
  /** The line was longer than the limit: `bytes` holds only its beginning. */
  readonly cut: boolean;
};
export type LineSplitter = {
  readonly push: (chunk: Uint8Array) => readonly RawLine[];
  /** The last line, where the stream does not end with a line end. */
  readonly end: () => readonly RawLine[];
};

const LF = 0x0a;
const CR = 0x0d;

/** @param longest bytes a line may have, without its line end */
export function lineSplitter(longest = MAX_LINE_BYTES, kept = CUT_LINE_BYTES): LineSplitter {
  let held: Uint8Array[] = [];
  let length = 0;

  const hold = (piece: Uint8Array): void => {
    length += piece.length;
    if (length <= longest + 1) held.push(piece);
    else held = [Buffer.concat([...held, piece]).subarray(0, kept)];
  };
  const take = (): RawLine => {
    const joined = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
    const bytes =
      joined.at(-1) === CR && length === joined.length ? joined.subarray(0, -1) : joined;
    const cut = length > longest + 1 || bytes.length > longest;
    held = [];
    length = 0;
    return { bytes: cut ? bytes.subarray(0, kept) : bytes, cut };
  };

  return {
    push: (chunk) => {
      const lines: RawLine[] = [];
      let start = 0;
      for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, start)) {
        hold(chunk.subarray(start, at));
        lines.push(take());
        start = at + 1;
      }
      if (start < chunk.length) hold(chunk.subarray(start));
      return lines;
    },
    end: () => (length === 0 ? [] : [take()]),
  };
}
