/** Opens the log store that `--store` names. */
import type { LogStore } from "../../ports/log-store.ts";
import { createFileStore } from "./file.ts";
import { UnusableStore } from "./unusable-store.ts";

/**
 * @param url `file:DIR`, relative or absolute
 * @throws UnusableStore for a scheme that no store answers to
 */
export function openLogStore(url: string): LogStore {
  const scheme = /^([a-z][a-z0-9+]*):(.+)$/s.exec(url);
  if (scheme?.[1] === "file" && scheme[2] !== undefined) {
    return createFileStore(scheme[2].replace(/^\/\/(?=\/)/, ""));
  }
  throw new UnusableStore(
    `--store ${JSON.stringify(url)}: ${scheme === null ? "no scheme" : `unknown scheme ${scheme[1]}`}; known: file:DIR`,
  );
}
