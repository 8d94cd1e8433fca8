/** An artefact while it is written: a private directory beside its target that becomes the target in one step, or goes away. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ManifestFile } from "../../domain/information-request/manifest.ts";

/** The target of an artefact stands already. */
export class TargetExists extends Error {
  override readonly name = "TargetExists";
}

/** A text file that grows; lines are gathered and written in blocks. */
export type TextFile = {
  readonly append: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
};
export type Draft = {
  readonly directory: string;
  /** @param name relative, `/` between folders; the folders are made */
  readonly create: (name: string) => Promise<TextFile>;
  /** Size and digest of a file that was closed, from its bytes on the disk. */
  readonly describe: (name: string, restricted: boolean) => Promise<ManifestFile>;
  /** Gives the directory its name. */
  readonly finish: () => Promise<void>;
  /** Takes everything away; does nothing after `finish`. */
  readonly discard: () => Promise<void>;
};

const BLOCK = 256 * 1024;

/** @throws TargetExists when something has the target's name */
export async function openDraft(target: string): Promise<Draft> {
  if (await exists(target)) {
    throw new TargetExists(`${target}: exists already; name another directory, or move it away`);
  }
  await mkdir(dirname(target), { recursive: true });
  const directory = await mkdtemp(`${target}.part-`);
  const files = new Set<FileHandle>();
  return {
    directory,
    create: async (name) => {
      const path = join(directory, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, "wx", 0o600);
      files.add(file);
      return textFile(file, () => files.delete(file));
    },
    describe: async (name, restricted) => {
      const path = join(directory, name);
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(path)) hash.update(chunk);
      return { name, bytes: (await stat(path)).size, sha256: hash.digest("hex"), restricted };
    },
    finish: () => rename(directory, target),
    discard: async () => {
      await Promise.all([...files].map((file) => file.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function textFile(file: FileHandle, closed: () => void): TextFile {
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
      await file.sync();
      await file.close();
      closed();
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
