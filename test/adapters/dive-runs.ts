/** Dives into small archives, told apart by nothing but how they are read: what the tests of units, threads and resuming share. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { createCollector } from "../../scripts/adapters/dive/collector.ts";
import { DIVE_LIMITS, type Progress } from "../../scripts/adapters/dive/reading.ts";
import type { DiveLimits } from "../../scripts/adapters/dive/unit.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { pseudonymsFor } from "../../scripts/adapters/pseudonym.ts";
import type { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import type { LogStore } from "../../scripts/ports/log-store.ts";
import { profiles, scopeOf } from "./log-dive-fixtures.ts";

const request = { id: "IR-2026-0042" } as InformationRequest;

export type DiveGiven = {
  readonly root: string;
  readonly out: string;
  readonly workers?: number;
  readonly limits?: DiveLimits;
  readonly scope?: Scope;
  readonly signal?: AbortSignal;
  readonly resumes?: boolean;
  readonly codeSha?: string;
  readonly key?: number;
  readonly store?: LogStore;
  readonly onObject?: (doneObjects: number) => void;
  readonly onProgress?: (progress: Progress) => void;
};
/** Every file of the artefact by its name, as text. */
export type Artefact = Readonly<Record<string, string>>;

export async function collect(given: DiveGiven): Promise<Artefact> {
  const collector = createCollector({
    store: given.store ?? createFileStore(given.root),
    profiles: [...profiles.values()],
    directoryOf: () => given.out,
    pseudonymsOf: (id) => pseudonymsFor(Buffer.alloc(32, given.key ?? 7), id),
    codeSha: given.codeSha ?? "c0ffee",
    now: "2026-11-20T15:00:00Z",
    keepFor: "P7D",
    recipients: { reviewers: [], evidence: [] },
    limits: given.limits ?? DIVE_LIMITS,
    workers: given.workers ?? 1,
    resumes: given.resumes ?? true,
    onProgress: (progress) => {
      given.onObject?.(progress.doneObjects);
      given.onProgress?.(progress);
    },
    signal: given.signal ?? new AbortController().signal,
  });
  await collector.collect(request, "0".repeat(64), given.scope ?? scopeOf(), "rows");
  return artefactAt(given.out);
}

export async function artefactAt(directory: string): Promise<Artefact> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = files
    .sort()
    .map(async (file) => [relative(directory, file), await readFile(file, "utf8")] as const);
  return Object.fromEntries(await Promise.all(texts));
}

export const digestOf = (artefact: Artefact): string => sha256(JSON.stringify(artefact));

/** The store, with the objects that were pulled noted, in order. */
export function watched(root: string): { readonly store: LogStore; readonly pulled: string[] } {
  // Nothing is read ahead, so that what is pulled is what was asked for.
  const files = createFileStore(root, { slackDays: 1, ahead: 0 });
  const pulled: string[] = [];
  const store: LogStore = {
    ...files,
    pull: (partition, ...rest) => {
      pulled.push(partition.object);
      return files.pull(partition, ...rest);
    },
  };
  return { store, pulled };
}

/** A line of the request's own project; every one is another. */
export const ownLine = (at: number, change: object = {}): string =>
  JSON.stringify({
    time: new Date(Date.UTC(2026, 10, 16, 12) + at * 1000).toISOString(),
    event_type: "deploy_key_added",
    "meta.project": "acme-corp/payments/api",
    "meta.user": `someone-${at % 50}`,
    project_id: 9001,
    correlation_id: `01JC${at}`,
    db_duration_s: at / 7,
    ...change,
  });

/** Files of one log over two days, with a given number of lines of our own in each, torn ones and others' among them. */
export function archiveFiles(counts: readonly number[]): Readonly<Record<string, string>> {
  let at = 0;
  return Object.fromEntries(
    counts.map((count, file) => {
      const lines = Array.from({ length: count }, () => {
        at += 1;
        const torn = at % 5 === 0 ? `${ownLine(at).slice(0, 40)}\n` : "";
        const other = ownLine(at, { "meta.project": "other-co/x", project_id: 8892 });
        return `${torn}${other}\n${ownLine(at)}\n`;
      });
      const date = file % 2 === 0 ? "2026-11-16" : "2026-11-17";
      return [
        `source=application/date=${date}/${String(file).padStart(3, "0")}.ndjson`,
        lines.join(""),
      ];
    }),
  );
}
