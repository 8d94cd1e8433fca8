/** The files of an artefact directory as a proof reads them: as the dive wrote them, or unsealed from a package, where folders are flat. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { explainIssues } from "../../domain/fault.ts";
import { Manifest, type ManifestFile } from "../../domain/information-request/manifest.ts";
import { formatManifest } from "../../domain/information-request/manifest-file.ts";
import { Scope } from "../../domain/information-request/scope.ts";
import { sha256OfFile } from "../digest.ts";
import { lineSplitter } from "../log-stores/line-splitter.ts";
import { sealedName } from "./seal.ts";

/** One thing that does not hold. No message repeats a value of a row. */
export type ProofFault = {
  readonly file: string;
  /** 1-based; null = the file as a whole. */
  readonly line: number | null;
  readonly message: string;
};
export type FaultList = {
  readonly add: (file: string, line: number | null, message: string) => void;
  /** The first of them. */
  readonly listed: readonly ProofFault[];
  readonly count: () => number;
};

/** More would not be read by anybody. */
const LISTED = 200;

export function faultList(): FaultList {
  const listed: ProofFault[] = [];
  let count = 0;
  return {
    add: (file, line, message) => {
      count += 1;
      if (listed.length < LISTED) listed.push({ file, line, message });
    },
    listed,
    count: () => count,
  };
}

export type ArtefactFiles = {
  /** Where a file of the manifest lies; null when it is not there. */
  readonly pathOf: (name: string) => string | null;
};

const MANIFEST = "manifest.json";

/** The manifest, when it is one. */
export async function readManifest(directory: string, faults: FaultList): Promise<Manifest | null> {
  const value = await readJson(join(directory, MANIFEST), MANIFEST, faults);
  if (value === undefined) return null;
  const parsed = Manifest.safeParse(value.json);
  if (!parsed.success) {
    for (const { key, message } of explainIssues(Manifest, value.json, parsed.error.issues))
      faults.add(MANIFEST, null, `${key} ${message}`);
    return null;
  }
  if (formatManifest(parsed.data) !== value.text)
    faults.add(MANIFEST, null, "is not in the form in which a dive writes it");
  return parsed.data;
}

/** The scope that the dive was judged by, when it is one. */
export async function readScope(files: ArtefactFiles, faults: FaultList): Promise<Scope | null> {
  const name = "evidence/scope.json";
  const path = files.pathOf(name);
  if (path === null) return null;
  const value = await readJson(path, name, faults);
  const parsed = Scope.safeParse(value?.json);
  if (value === undefined) return null;
  if (!parsed.success || `${canonicalJson(parsed.data)}\n` !== value.text) {
    faults.add(name, null, "is not a scope as a dive writes it");
    return null;
  }
  return parsed.data;
}

async function readJson(
  path: string,
  name: string,
  faults: FaultList,
): Promise<{ readonly text: string; readonly json: unknown } | undefined> {
  let text: string;
  try {
    // A pipe would be waited for without end.
    if (!(await lstat(path)).isFile()) {
      faults.add(name, null, "is not a plain file");
      return undefined;
    }
    text = await readFile(path, "utf8");
  } catch {
    faults.add(name, null, "is missing or cannot be read");
    return undefined;
  }
  try {
    return { text, json: JSON.parse(text) };
  } catch {
    faults.add(name, null, "is not JSON");
    return undefined;
  }
}

/** Compares every file with its size and digest in the manifest, and names what the manifest does not know. */
export async function checkFiles(
  directory: string,
  manifest: Manifest,
  expected: readonly string[],
  faults: FaultList,
): Promise<ArtefactFiles> {
  const present = await namesIn(directory, faults);
  const paths = new Map<string, string>();
  for (const file of manifest.files) {
    const found = [file.name, file.name.replaceAll("/", ".")].find((name) => present.delete(name));
    present.delete(sealedName(file.name));
    if (found === undefined) faults.add(file.name, null, "is missing");
    else {
      paths.set(file.name, join(directory, found));
      await checkFile(join(directory, found), file, faults);
    }
  }
  present.delete(MANIFEST);
  for (const name of present) faults.add(name, null, "is not in the manifest");
  const listed = manifest.files.map(({ name, restricted }) => `${name} ${restricted}`);
  if (canonicalJson(listed) !== canonicalJson(expected))
    faults.add(MANIFEST, null, "files: lists other files than a dive writes");
  return { pathOf: (name) => paths.get(name) ?? null };
}

async function namesIn(directory: string, faults: FaultList): Promise<Set<string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = new Set<string>();
  for (const entry of entries.filter((one) => !one.isDirectory())) {
    const name = relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/");
    if (entry.isFile()) names.add(name);
    else faults.add(name, null, "is not a plain file");
  }
  return names;
}

async function checkFile(path: string, file: ManifestFile, faults: FaultList): Promise<void> {
  const { size } = await stat(path);
  if (size !== file.bytes)
    faults.add(file.name, null, `has ${size} bytes, the manifest says ${file.bytes}`);
  if ((await sha256OfFile(path)) !== file.sha256)
    faults.add(file.name, null, "has another SHA-256 than the manifest says");
}

/** A line of evidence repeats a log line of up to a MiB, escaped. */
const LONGEST = 16 * 1024 * 1024;

export type NumberedLine = {
  readonly number: number;
  /** Null for a line that is no UTF-8 or longer than any that a dive writes. */
  readonly text: string | null;
};

/** The lines of a text file, one at a time. */
export async function* linesOf(path: string): AsyncGenerator<NumberedLine> {
  const splitter = lineSplitter(LONGEST);
  let number = 0;
  const numbered = (raw: ReturnType<typeof splitter.end>): NumberedLine[] =>
    raw.map(({ bytes, cut }) => {
      number += 1;
      return { number, text: cut ? null : textOf(bytes) };
    });
  for await (const chunk of createReadStream(path)) yield* numbered(splitter.push(chunk));
  yield* numbered(splitter.end());
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Names the first line in which a file is not the text that it has to be. */
export async function compareText(
  name: string,
  path: string,
  expected: AsyncIterable<string>,
  faults: FaultList,
): Promise<void> {
  const hash = createHash("sha256");
  const written = linesOf(path);
  let differs: number | null = null;
  let number = 0;
  for await (const line of expected) {
    number += 1;
    hash.update(line);
    const next = await written.next();
    if (differs === null && (next.done === true || next.value.text !== line.replace(/\r?\n$/, "")))
      differs = number;
  }
  if (hash.digest("hex") !== (await sha256OfFile(path)))
    faults.add(name, differs ?? number + 1, "is not what the evidence gives");
}
