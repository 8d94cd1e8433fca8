/** Opens the log store that `--store` names. */
import { stat } from "node:fs/promises";
import type { LogStore } from "../../ports/log-store.ts";
import { createFileStore } from "./file.ts";
import { UnusableStore } from "./unusable-store.ts";

/**
 * @param url `file:DIR`, relative or absolute
 * @throws UnusableStore for a scheme that no store answers to, or a store that is not there
 */
export async function openLogStore(url: string): Promise<LogStore> {
  const scheme = /^([a-z][a-z0-9+]*):(.+)$/s.exec(url);
  if (scheme?.[1] === "file" && scheme[2] !== undefined) {
    const directory = scheme[2].replace(/^\/\/(?=\/)/, "");
    if (await isDirectory(directory)) return createFileStore(directory);
    throw new UnusableStore(
      `--store ${JSON.stringify(url)}: there is no such directory; name the directory that holds the archive`,
    );
  }
  throw new UnusableStore(
    `--store ${JSON.stringify(url)}: ${scheme === null ? "no scheme" : `unknown scheme ${scheme[1]}`}; known: file:DIR`,
  );
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
