/** Tells how much of an object was read while it is read, seldom enough to cost nothing. */
import { readFileSync } from "node:fs";

/**
 * Called for each piece that was read.
 * @param unpacked bytes of the piece
 * @param position packed bytes of the object up to which it was read
 */
export type ReadProgress = (unpacked: number, position: () => number) => void;

/** Unpacked bytes between two tellings. */
const STEP = 4 * 1024 * 1024;

/** @param tell hears the packed bytes that were read so far */
export function readProgress(tell: (bytes: number) => void): ReadProgress {
  let since = 0;
  return (unpacked, position) => {
    since += unpacked;
    if (since < STEP) return;
    since = 0;
    tell(position());
  };
}

/** How far a file was read by whoever shares the descriptor, a program that was started with it say; 0 where the system does not tell. */
export function offsetOf(descriptor: number): number {
  try {
    const said = readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
    return Number(/^pos:\s+(\d+)/.exec(said)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
