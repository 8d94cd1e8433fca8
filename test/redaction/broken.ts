// Runs the bench on redaction with one line broken: the product's own files, copied beside and changed.
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bench, type Redaction, type Tally, WHOLE } from "./bench.ts";
import type { Mutant } from "./mutants.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

export type Broken = { readonly name: string; readonly tally: Tally };

/** Pseudonyms that anybody could make, or that are none: the gate knows no key, so that only the oracle can notice a plain hash. */
const PSEUDONYMS: readonly (readonly [string, Redaction["pseudonym"]])[] = [
  [
    "pseudonym: hash without a key",
    (kind, value) => `${kind}-${createHash("sha256").update(value).digest("hex").slice(0, 16)}`,
  ],
  ["pseudonym: the value behind the kind", (kind, value) => `${kind}-${value}`],
];
export const UNSEEN_BY_GATE: readonly string[] = ["pseudonym: hash without a key"];

export const brokenPseudonyms = (seed: number, rows: number): readonly Broken[] =>
  PSEUDONYMS.map(([name, pseudonym]) => ({
    name,
    tally: bench(seed, rows, { ...WHOLE, pseudonym }),
  }));

/** @throws Error when the line to break is not in its file exactly once */
export async function brokenBy(mutant: Mutant, seed: number, rows: number): Promise<Broken> {
  const folder = mkdtempSync(join(tmpdir(), "seclog-broken-"));
  try {
    cpSync(join(REPOSITORY, "scripts/domain"), join(folder, "domain"), { recursive: true });
    cpSync(join(REPOSITORY, "package.json"), join(folder, "package.json"));
    symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
    const file = join(folder, "domain", mutant.file);
    writeFileSync(file, changed(readFileSync(file, "utf8"), mutant));
    const load = (name: string) =>
      import(pathToFileURL(join(folder, "domain/information-request", name)).href);
    const { readLine } = await load("log-dive.ts");
    const { redactRow } = await load("redaction.ts");
    const { pseudonym } = WHOLE;
    return { name: mutant.name, tally: bench(seed, rows, { readLine, redactRow, pseudonym }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changed(source: string, { name, find, put }: Mutant): string {
  const pieces = source.split(find);
  if (pieces.length !== 2) {
    throw new Error(`${name}: its line stands ${pieces.length - 1} times in the file, not once`);
  }
  return pieces.join(put);
}
