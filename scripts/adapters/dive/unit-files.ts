/** The files of one unit while they are written; a run that dies leaves files that no ledger names. */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { Partition } from "../../ports/log-store.ts";
import { sha256 } from "../digest.ts";
import type { UnitFile, UnitResult } from "./unit-result.ts";

export type UnitFiles = {
  readonly append: (file: UnitFile, text: string) => Promise<void>;
  /** Those of the texts that did not come a moment ago. */
  readonly unseen: (texts: readonly string[]) => readonly string[];
  /** Size and digest of every file that was written. */
  readonly close: () => Promise<UnitResult["files"]>;
  /** Lets go of what is still open. */
  readonly release: () => Promise<void>;
};

/** The name of a partition in exactly this state: another size or time of change is another unit. */
export const unitOf = (partition: Partition): string =>
  sha256(canonicalJson(partition)).slice(0, 32);

export const unitPath = (folder: string, unit: string, file: UnitFile): string =>
  join(folder, `${unit}.${file}`);

const BLOCK = 256 * 1024;
/** How many texts are known again before all are forgotten. */
const RECENT = 8192;
/** Longer texts rarely come again, and would fill the memory. */
const RECENT_LENGTH = 256;

type Growing = {
  readonly handle: FileHandle;
  readonly hash: Hash;
  block: string[];
  length: number;
  bytes: number;
};

export function unitFiles(folder: string, partition: Partition): UnitFiles {
  const unit = unitOf(partition);
  const growing = new Map<UnitFile, Growing>();
  const recent = new Set<string>();
  const opened = async (file: UnitFile): Promise<Growing> => {
    const known = growing.get(file);
    if (known !== undefined) return known;
    const handle = await open(unitPath(folder, unit, file), "w", 0o600);
    const made = { handle, hash: createHash("sha256"), block: [], length: 0, bytes: 0 };
    growing.set(file, made);
    return made;
  };
  return {
    append: async (file, text) => {
      const target = growing.get(file) ?? (await opened(file));
      target.block.push(text);
      target.length += text.length;
      if (target.length >= BLOCK) await flush(target);
    },
    unseen: (texts) => {
      const news = texts.filter((text) => !recent.has(text));
      if (recent.size > RECENT) recent.clear();
      for (const text of news) if (text.length <= RECENT_LENGTH) recent.add(text);
      return news;
    },
    close: async () => {
      const files: { -readonly [File in UnitFile]?: { bytes: number; sha256: string } } = {};
      for (const [file, target] of growing) {
        await flush(target);
        files[file] = { bytes: target.bytes, sha256: target.hash.digest("hex") };
      }
      return files;
    },
    release: async () => {
      await Promise.all([...growing.values()].map(({ handle }) => handle.close()));
    },
  };
}

async function flush(target: Growing): Promise<void> {
  const bytes = Buffer.from(target.block.join(""));
  target.block = [];
  target.length = 0;
  target.bytes += bytes.length;
  target.hash.update(bytes);
  await target.handle.writeFile(bytes);
}
