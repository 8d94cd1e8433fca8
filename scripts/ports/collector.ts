import type { Manifest } from "../domain/information-request/manifest.ts";
import type { InformationRequest } from "../domain/information-request/request.ts";
import type { Scope } from "../domain/information-request/scope.ts";

type Collected = {
  readonly manifest: Manifest;
  /** Directory that holds the artefact's files in clear (`rows.ndjson` … `evidence/`). */
  readonly directory: string;
};
/** Runs one log-dive: query, judge, redact, gate, write the artefact directory. */
export type Collector = {
  readonly collect: (
    request: InformationRequest,
    requestSha256: string,
    scope: Scope,
    /** What leaves: redacted rows, or nothing but counts. */
    lane: "rows" | "aggregate",
  ) => Promise<Collected>;
  /** Encrypts the files for their readers (age); returns the directory to publish and its file names, manifest.json last. */
  readonly seal: (
    collected: Collected,
  ) => Promise<{ readonly directory: string; readonly files: readonly string[] }>;
};
