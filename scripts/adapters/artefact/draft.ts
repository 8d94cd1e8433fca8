/** An artefact while it is written: a private directory beside its target that becomes the target in one step, or goes away. */
import { createReadStream } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ManifestFile } from "../../domain/information-request/manifest.ts";
import { sha256OfFile } from "../digest.ts";
import { lockTarget } from "./draft-lock.ts";

/** The target of an artefact stands already. */
export class TargetExists extends Error {
  override readonly name = "TargetExists";
}

/** A text file that grows; lines are gathered and written in blocks. */
type TextFile = {
  readonly append: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
};
export type Draft = {
  readonly directory: string;
  /** A folder for what is never part of the artefact; it stays when the draft is left for a later run. */
  readonly units: string;
  /** @param name relative, `/` between folders; the folders are made */
  readonly create: (name: string) => Promise<TextFile>;
  /** A file of the bytes of others, one behind the other. */
  readonly join: (name: string, paths: readonly string[]) => Promise<void>;
  /** Size and digest of a file that was closed, from its bytes on the disk. */
  readonly describe: (name: string, restricted: boolean) => Promise<ManifestFile>;
  /** Gives the directory its name. */
  readonly finish: () => Promise<void>;
  /** Takes everything away but the units. */
  readonly leave: () => Promise<void>;
  /** Takes everything away; does nothing after `finish`. */
  readonly discard: () => Promise<void>;
};

const BLOCK = 256 * 1024;
const UNITS = "units";
const draftOf = (target: string): string => `${target}.part`;

/** Where the draft of a target keeps its units. */
export const unitsOf = (target: string): string => join(draftOf(target), UNITS);

/**
 * Opens `<target>.part`, with the units that an earlier run may have left there and nothing else.
 * @throws TargetExists when something has the target's name, or the draft's and is none
 * @throws TargetBusy while another run writes the same target
 */
export async function openDraft(target: string): Promise<Draft> {
  if (await exists(target)) throw taken(target);
  await mkdir(dirname(target), { recursive: true });
  const directory = draftOf(target);
  const unlock = await lockTarget(`${directory}.lock`);
  const files = new Set<FileHandle>();
  const create = async (name: string): Promise<FileHandle> => {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, "wx", 0o600);
    files.add(file);
    return file;
  };
  const close = async (file: FileHandle): Promise<void> => {
    await file.sync();
    await file.close();
    files.delete(file);
  };
  const abandon = async (): Promise<void> => {
    await Promise.all([...files].map((file) => file.close()));
    files.clear();
  };
  try {
    await makePrivate(directory);
  } catch (error) {
    await unlock();
    throw error;
  }
  return {
    directory,
    units: unitsOf(target),
    create: async (name) => {
      const file = await create(name);
      return textFile(file, () => close(file));
    },
    join: async (name, paths) => {
      const file = await create(name);
      for (const path of paths) {
        for await (const chunk of createReadStream(path)) await file.writeFile(chunk);
      }
      await close(file);
    },
    describe: async (name, restricted) => {
      const path = join(directory, name);
      const sha256 = await sha256OfFile(path);
      return { name, bytes: (await stat(path)).size, sha256, restricted };
    },
    finish: async () => {
      await rm(unitsOf(target), { recursive: true, force: true });
      if (await exists(target)) throw taken(target);
      await rename(directory, target);
      await unlock();
    },
    leave: async () => {
      await abandon();
      await clear(directory);
      await unlock();
    },
    discard: async () => {
      await abandon();
      await rm(directory, { recursive: true, force: true });
      await unlock();
    },
  };
}

const taken = (path: string): TargetExists =>
  new TargetExists(`${path}: exists already; name another directory, or move it away`);

/** An empty directory of ours that nobody else can read, or what an earlier run left in it. */
async function makePrivate(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const found = await lstat(directory);
  const names = found.isDirectory() ? await readdir(directory) : [];
  const isOurs =
    found.isDirectory() &&
    found.uid === (process.getuid?.() ?? found.uid) &&
    (found.mode & 0o77) === 0;
  if (!isOurs || (names.length > 0 && !names.includes(UNITS))) throw taken(directory);
  await clear(directory);
}

async function clear(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name !== UNITS);
  await Promise.all(names.map((name) => rm(join(directory, name), { recursive: true })));
}

function textFile(file: FileHandle, close: () => Promise<void>): TextFile {
  let block: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    const text = block.join("");
    block = [];
    length = 0;
    await file.writeFile(text);
  };
  return {
    append: async (text) => {
      block.push(text);
      length += text.length;
      if (length >= BLOCK) await flush();
    },
    close: async () => {
      await flush();
      await close();
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
