// All refs of a bare repository as they lie on disk: read and put back without starting git. Objects are never removed.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Path below the repository to the file's text. */
export type Refs = ReadonlyMap<string, string>;

export function readRefs(directory: string): Refs {
  const files = readdirSync(join(directory, "refs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
  const packed = readdirSync(directory).filter((name) => name === "packed-refs");
  return new Map(
    ["HEAD", ...packed, ...files].map((path) => [
      path,
      readFileSync(join(directory, path), "utf8"),
    ]),
  );
}

export function writeRefs(directory: string, refs: Refs): void {
  const present = readRefs(directory);
  for (const path of present.keys()) if (!refs.has(path)) rmSync(join(directory, path));
  for (const [path, text] of refs) {
    if (present.get(path) === text) continue;
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}
