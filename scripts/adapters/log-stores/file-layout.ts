/** Where a file of an archive belongs: its log source and its UTC day, read from its path alone. */

import { withoutUnreadEnding } from "./unread-packing.ts";

/** What a path says: names that may be those of a source, the day (`YYYY-MM-DD`), and whether the file can hold log lines. */
export type Placed = {
  /** Names from directories (`source=api`, or the directory itself), innermost first. */
  readonly directories: readonly string[];
  /** Name of the file without its endings: `api_json` of `api_json.log.1.gz`. */
  readonly stem: string;
  readonly day: string | null;
  readonly holdsLines: boolean;
};

const DAY = /^(?:date=|dt=|day=)?(\d{4}-\d{2}-\d{2})$/;
const DAY_IN_NAME = /(?:^|[^0-9])(\d{4})-?(\d{2})-?(\d{2})(?:[^0-9]|$)/;
const DAY_IN_FOLDERS = /(?:^|\/)(\d{4})\/(\d{2})\/(\d{2})\//;
const COMPRESSION = /\.(?:gz|zst|\d+)$/;
const ENDING = /\.(?:ndjson|jsonl|json|log|parquet)$/;
/** svlogd's rotated files (`@4000…s`) and `current` have no ending at all. */
const BARE = /^[@A-Za-z0-9][^.]*(?:\.[su])?$/;

/**
 * Layouts: `source=<s>/date=<day>/…`, `<s>/dt=<day>/…`, `<s>/<day>/…`, `<s>/YYYY/MM/DD/…`, and GitLab's own file
 * names (`api_json.log`, also rotated: `api_json.log-20261116.gz`) in any of them.
 * @param path relative to the archive, `/` between segments
 */
export function placeOf(path: string): Placed {
  const segments = path.split("/");
  const file = segments.at(-1) ?? "";
  const folders = segments.slice(0, -1);
  const plain = withoutEndings(file);
  return {
    directories: folders
      .filter((folder) => !DAY.test(folder))
      .map((folder) => folder.replace(/^source=/, ""))
      .reverse(),
    stem: plain.stem,
    day: dayOfFolders(folders, path) ?? dayOfName(file),
    holdsLines: plain.ended || BARE.test(plain.stem),
  };
}

/** The day that the name of one folder says: `date=2026-11-16`, `dt=2026-11-16`, `2026-11-16`. */
export const dayOfFolder = (name: string): string | null => DAY.exec(name)?.[1] ?? null;

function withoutEndings(file: string): { readonly stem: string; readonly ended: boolean } {
  let name = withoutUnreadEnding(file).replace(/[-.]\d{4}-?\d{2}-?\d{2}(?=\.|$)/, "");
  while (COMPRESSION.test(name)) name = name.replace(COMPRESSION, "");
  return { stem: name.replace(ENDING, ""), ended: ENDING.test(name) && !/^[._]/.test(file) };
}

function dayOfFolders(folders: readonly string[], path: string): string | null {
  const named = folders.map(dayOfFolder).findLast((day) => day !== null);
  const nested = DAY_IN_FOLDERS.exec(path);
  return named ?? (nested === null ? null : `${nested[1]}-${nested[2]}-${nested[3]}`);
}

function dayOfName(file: string): string | null {
  const found = DAY_IN_NAME.exec(file);
  return found === null ? null : `${found[1]}-${found[2]}-${found[3]}`;
}
