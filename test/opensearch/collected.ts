/** What a dive over a store writes, for tests that compare stores. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createCollector } from "../../scripts/adapters/dive/collector.ts";
import { DIVE_LIMITS } from "../../scripts/adapters/dive/reading.ts";
import { pseudonymsFor } from "../../scripts/adapters/pseudonym.ts";
import type { Manifest } from "../../scripts/domain/information-request/manifest.ts";
import type { InformationRequest } from "../../scripts/domain/information-request/request.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import type { LogStore } from "../../scripts/ports/log-store.ts";
import { profiles, scopeOf, temporaryDirectory } from "../adapters/log-dive-fixtures.ts";
import { WINDOW } from "./rows.ts";

export const scope: Scope = scopeOf({ log_sources: ["api", "application"], window: WINDOW });
export type Collected = {
  readonly manifest: Manifest;
  readonly rows: string;
  readonly csv: string;
  readonly withheld: string;
};

export async function collected(store: LogStore, within: Scope = scope): Promise<Collected> {
  const folder = await temporaryDirectory();
  const collector = createCollector({
    store,
    profiles: [...profiles.values()],
    directoryOf: (id) => join(folder, id),
    pseudonymsOf: (id) => pseudonymsFor(Buffer.alloc(32, 7), id),
    codeSha: "c0ffee",
    now: "2026-11-20T15:00:00Z",
    keepFor: "P7D",
    recipients: { reviewers: [], evidence: [] },
    limits: DIVE_LIMITS,
    onProgress: () => {},
    signal: new AbortController().signal,
  });
  const request = { id: within.request_id } as InformationRequest;
  const { manifest, directory } = await collector.collect(request, "0".repeat(64), within, "rows");
  const read = (name: string): Promise<string> => readFile(join(directory, name), "utf8");
  const [rows, csv, withheld] = await Promise.all(
    ["rows.ndjson", "rows.csv", "withheld.json"].map(read),
  );
  return { manifest, rows: rows ?? "", csv: csv ?? "", withheld: withheld ?? "" };
}
