/** One log-dive from plan to artefact: read, judge, redact, write, gate, and only then give the directory its name. */
import { canonicalJson } from "../domain/canonical-json.ts";
import {
  aggregateCounter,
  aggregateOf,
  smallestCountOn,
} from "../domain/information-request/aggregate.ts";
import { compareRows } from "../domain/information-request/artefact.ts";
import type { Manifest } from "../domain/information-request/manifest.ts";
import {
  artefactDigest,
  expiryOf,
  formatManifest,
  isWhole,
  policyDigest,
  rowsRoot,
} from "../domain/information-request/manifest-file.ts";
import type { InformationRequest } from "../domain/information-request/request.ts";
import type { Scope } from "../domain/information-request/scope.ts";
import type { LogProfile } from "../domain/log-profile.ts";
import type { Collector } from "../ports/collector.ts";
import type { DivePlan, LogStore } from "../ports/log-store.ts";
import { type Draft, openDraft } from "./artefact/draft.ts";
import { passGate } from "./artefact/gate.ts";
import type { Recipients } from "./artefact/seal.ts";
import {
  type ArtefactLane,
  EVIDENCE_FILES,
  SHOWN_FILES,
  writeAggregateFiles,
  writeShownFiles,
  writeText,
} from "./artefact/write.ts";
import { sha256 } from "./digest.ts";
import { type DiveLimits, type DiveResult, type Progress, readPlan } from "./dive-reading.ts";
import type { Pseudonyms } from "./pseudonym.ts";

export type CollectorOptions = {
  readonly store: LogStore;
  /** All log profiles; a dive uses those of its scope's sources. */
  readonly profiles: readonly LogProfile[];
  /** Where the artefact of a request goes; nothing may have that name yet. */
  readonly directoryOf: (requestId: string) => string;
  readonly pseudonymsOf: (requestId: string) => Pseudonyms;
  /** Commit of this code. */
  readonly codeSha: string;
  /** RFC 3339 instant of the run. */
  readonly now: string;
  /** How long the artefact may be kept, an ISO 8601 duration in hours or days: `P30D`. */
  readonly keepFor: string;
  readonly recipients: Recipients;
  readonly limits: DiveLimits;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
};

/** The scope names a log source that no profile describes: bad input. */
export class UnknownSource extends Error {
  override readonly name = "UnknownSource";
}

/**
 * `collect` writes the artefact directory or nothing at all.
 * It throws UnknownSource, UnusableStore, TargetExists (bad input), GateRefused, or the signal's reason.
 */
export function createCollector(options: CollectorOptions): Collector {
  return {
    collect: async (request, requestSha256, scope, lane) => {
      const directory = options.directoryOf(request.id);
      const profiles = profilesOf(scope, options.profiles);
      const plan = await options.store.plan(scope, profiles);
      const draft = await openDraft(directory);
      try {
        const dive = await fill(draft, plan, profiles, scope, options);
        const manifest = await conclude(
          draft,
          { request, requestSha256, scope, lane, plan, profiles, dive },
          options,
        );
        options.signal.throwIfAborted();
        await draft.finish();
        return { manifest, directory };
      } catch (error) {
        await draft.discard();
        throw error;
      }
    },
    seal: ({ manifest, directory }) => seal(directory, manifest, options.recipients),
  };
}

function profilesOf(scope: Scope, profiles: readonly LogProfile[]): readonly LogProfile[] {
  const known = profiles.map((profile) => profile.source).sort();
  const unknown = scope.log_sources.filter((source) => !known.includes(source));
  if (unknown.length > 0) {
    throw new UnknownSource(
      `no log profile describes ${unknown.map((source) => JSON.stringify(source)).join(", ")}; known: ${known.join(", ")}`,
    );
  }
  return profiles
    .filter((profile) => scope.log_sources.includes(profile.source))
    .sort((left, right) => (left.source < right.source ? -1 : 1));
}

async function fill(
  draft: Draft,
  plan: DivePlan,
  profiles: readonly LogProfile[],
  scope: Scope,
  options: CollectorOptions,
): Promise<DiveResult> {
  const matched = await draft.create("evidence/matched.ndjson");
  const quarantined = await draft.create("evidence/quarantined.ndjson");
  const { store, limits, onProgress, signal } = options;
  const dive = await readPlan({
    ...{ store, plan, scope, profiles, limits, onProgress, signal },
    pseudonym: options.pseudonymsOf(scope.request_id).pseudonym,
    evidence: { matched, quarantined },
  });
  await matched.close();
  await quarantined.close();
  await writeText(draft, "evidence/scope.json", `${canonicalJson(scope)}\n`);
  return dive;
}

type Finished = {
  readonly request: InformationRequest;
  readonly requestSha256: string;
  readonly scope: Scope;
  readonly plan: DivePlan;
  readonly lane: ArtefactLane;
  readonly profiles: readonly LogProfile[];
  readonly dive: DiveResult;
};

async function conclude(
  draft: Draft,
  finished: Finished,
  options: CollectorOptions,
): Promise<Manifest> {
  const { request, requestSha256, scope, lane, plan, profiles, dive } = finished;
  const rows = [...dive.rows].sort(compareRows);
  const complete = isWhole(dive.sources);
  const { window } = scope;
  const bySource = new Map(profiles.map((profile) => [profile.source, profile]));
  if (lane === "aggregate") {
    const counter = aggregateCounter(bySource);
    for (const row of rows) counter.add(row);
    const about = { request: request.id, window, complete };
    const smallest = smallestCountOn(options.now, profiles);
    await writeAggregateFiles(draft, aggregateOf(counter.counts(), about, smallest));
  } else {
    const shown = { requestId: request.id, window, complete, sources: dive.sources, rows };
    await writeShownFiles(draft, shown, dive.fields);
  }
  const gate = await passGate(draft.directory, lane, {
    ledger: dive.ledger,
    scope,
    profiles: bySource,
    pseudonym: options.pseudonymsOf(request.id).pseudonym,
  });
  const files = [
    ...(await Promise.all(EVIDENCE_FILES.map((name) => draft.describe(name, true)))),
    ...(await Promise.all(SHOWN_FILES[lane].map((name) => draft.describe(name, false)))),
  ];
  const manifest: Manifest = {
    apiVersion: "v1",
    kind: "artefact_manifest",
    request: { id: request.id, sha256: requestSha256 },
    policy: { sha256: policyDigest(profiles, sha256) },
    code: { sha: options.codeSha },
    collected_at: options.now,
    expires_at: expiryOf(options.now, options.keepFor),
    store: { kind: plan.kind, query: plan.query, parameters: plan.parameters },
    window,
    ...(lane === "aggregate" ? { lane } : {}),
    sources: [...dive.sources],
    complete,
    rows: { count: rows.length, root: rowsRoot(rows, sha256) },
    // Where no field leaves, there is nothing to say of the fields.
    fields:
      lane === "aggregate"
        ? []
        : dive.fields.map((counts) => ({ ...counts, reasons: { ...counts.reasons } })),
    gate,
    pseudonym_key_id: options.pseudonymsOf(request.id).keyId,
    files,
    artefact: { sha256: artefactDigest(files, sha256) },
  };
  await writeText(draft, "manifest.json", formatManifest(manifest));
  return manifest;
}

async function seal(
  directory: string,
  manifest: Manifest,
  recipients: Recipients,
): ReturnType<Collector["seal"]> {
  const sealed = `${directory}.sealed`;
  // Loaded here: a dive that seals nothing must not pay for the ciphers.
  const { sealArtefact } = await import("./artefact/seal.ts");
  const files = await sealArtefact(directory, manifest, recipients, sealed);
  return { directory: sealed, files };
}
