// How far a dive is, for people: share, rate and time left, seldom enough to be read.
import type { Progress } from "../adapters/dive/reading.ts";
import type { Terminal } from "./command.ts";

/** A bar is drawn at most this often, in milliseconds. */
const REDRAWN = 250;

/**
 * A bar that stays on its line in a terminal; elsewhere one line for every tenth of the bytes.
 * @param clock milliseconds since any moment
 */
export function progressOn(
  terminal: Pick<Terminal, "complain" | "interactive">,
  clock: () => number = () => performance.now(),
): (progress: Progress) => void {
  const begun = clock();
  let tenth = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let announced = false;
  return (progress) => {
    const { doneObjects, objects, keptObjects, doneBytes, keptBytes } = progress;
    const ended = doneObjects === objects;
    const readsOn = ended || doneObjects > keptObjects || doneBytes > keptBytes;
    if (!announced && keptObjects > 0 && readsOn) {
      announced = true;
      terminal.complain(
        `log-dive: goes on; ${keptObjects} of ${objects} were read by an earlier run\n`,
      );
    }
    const now = clock();
    const share = shareOf(progress);
    const text = textOf(progress, (now - begun) / 1000);
    if (terminal.interactive) {
      if (!ended && now - drawn < REDRAWN) return;
      drawn = now;
      const bar = "█".repeat(Math.round(share * 30)).padEnd(30, "░");
      terminal.complain(`\r${bar} ${percent(share)}  ${text}${ERASE}${ended ? "\n" : ""}`);
    } else if (Math.floor(share * 10) > tenth || ended) {
      tenth = Math.floor(share * 10);
      terminal.complain(`log-dive: ${percent(share)}, ${text}\n`);
    }
  };
}

/** Takes away what a longer line before left behind. */
const ERASE = "\u001b[K";

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

/** A search engine does not tell bytes. */
function shareOf({ doneBytes, bytes, doneObjects, objects }: Progress): number {
  if (bytes > 0) return doneBytes / bytes;
  return objects > 0 ? doneObjects / objects : 1;
}

function textOf(progress: Progress, seconds: number): string {
  const { doneBytes, keptBytes, bytes, doneObjects, objects, rows } = progress;
  const counts = `${doneObjects} of ${objects} ${bytes > 0 ? "files" : "parts"}, ${rows} rows`;
  const read = doneBytes - keptBytes;
  if (read === 0 || seconds < 1) return counts;
  const rate = `${(read / seconds / 1e6).toFixed(1)} MB/s`;
  if (doneObjects === objects) return `${counts}, ${rate}`;
  return `${counts}, ${rate}, ${durationOf(((bytes - doneBytes) / read) * seconds)} left`;
}

function durationOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
