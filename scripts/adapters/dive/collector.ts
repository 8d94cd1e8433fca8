/** One log-dive from plan to artefact: read, judge, redact, write, gate, and only then give the directory its name. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../domain/canonical-json.ts";
import {
  aggregateCounter,
  aggregateOf,
  smallestCountOn,
} from "../../domain/information-request/aggregate.ts";
import type { CountedPages } from "../../domain/information-request/counted-page.ts";
import type { Manifest } from "../../domain/information-request/manifest.ts";
import {
  artefactDigest,
  expiryOf,
  formatManifest,
  isWhole,
  policyDigest,
  rootLine,
} from "../../domain/information-request/manifest-file.ts";
import type { InformationRequest } from "../../domain/information-request/request.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type { Collector } from "../../ports/collector.ts";
import type { DivePlan, LogStore } from "../../ports/log-store.ts";
import { type Draft, openDraft, unitsOf } from "../artefact/draft.ts";
import { GateRefused, passGate } from "../artefact/gate.ts";
import type { Recipients } from "../artefact/seal.ts";
import {
  type ArtefactLane,
  EVIDENCE_FILES,
  releasedOf,
  SHOWN_FILES,
  type SortedRow,
  writeAggregateFiles,
  writeShownFiles,
  writeText,
} from "../artefact/write.ts";
import { sha256 } from "../digest.ts";
import { boundHeapGrowth } from "../heap-growth.ts";
import type { Pseudonyms } from "../pseudonym.ts";
import { type Assembled, assemble } from "./assembly.ts";
import { bindingOf } from "./binding.ts";
import { type DiveResult, type Progress, readPlan } from "./reading.ts";
import type { DiveLimits } from "./unit.ts";
import { hasUnits, openUnitLedger } from "./unit-ledger.ts";

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
  /** Threads to read in; without it as many as the machine and the plan call for. */
  readonly workers?: number;
  /** Whether what was read stays for a later run when this one ends early: original lines, in clear. */
  readonly resumes?: boolean;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
};

/** The scope names a log source that no profile describes: bad input. */
export class UnknownSource extends Error {
  override readonly name = "UnknownSource";
}

/**
 * `collect` writes the artefact directory or nothing of it.
 * It throws UnknownSource, UnusableStore, TargetExists, TargetBusy (bad input), GateRefused, or the signal's reason.
 */
export function createCollector(options: CollectorOptions): Collector {
  return {
    collect: async (request, requestSha256, scope, lane) => {
      boundHeapGrowth();
      const directory = options.directoryOf(request.id);
      const profiles = profilesOf(scope, options.profiles);
      const plan = await options.store.plan(scope, profiles);
      const draft = await openDraft(directory);
      const asked = { request, requestSha256, scope, lane, plan, profiles };
      try {
        const manifest = await collectInto(draft, asked, options);
        options.signal.throwIfAborted();
        await draft.finish();
        return { manifest, directory };
      } catch (error) {
        // What the gate refused would be refused again.
        const stays = options.resumes === true && !(error instanceof GateRefused);
        if (stays && (await hasUnits(draft.units))) await draft.leave();
        else await draft.discard();
        throw error;
      }
    },
    seal: ({ manifest, directory }) => seal(directory, manifest, options.recipients),
  };
}

/** Whether a run that ended early left anything that a later one goes on with. */
export const leftBy = (directory: string): Promise<boolean> => hasUnits(unitsOf(directory));

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

type Asked = {
  readonly request: InformationRequest;
  readonly requestSha256: string;
  readonly scope: Scope;
  readonly lane: ArtefactLane;
  readonly plan: DivePlan;
  readonly profiles: readonly LogProfile[];
};

async function collectInto(
  draft: Draft,
  asked: Asked,
  options: CollectorOptions,
): Promise<Manifest> {
  const { requestSha256, scope, plan, profiles } = asked;
  const { store, limits, workers, codeSha, onProgress, signal } = options;
  const pseudonyms = options.pseudonymsOf(scope.request_id);
  const policySha256 = policyDigest(profiles, sha256);
  const { keyId, key } = pseudonyms;
  const { kind } = plan;
  const binding = await bindingOf({
    ...{ requestSha256, scope, policySha256, codeSha, keyId, limits, kind, store },
  });
  const units = await openUnitLedger(draft.units, binding, key);
  const dive = await readPlan({
    ...{ store, plan, scope, profiles, pseudonyms, limits, units, workers, onProgress, signal },
  });
  const bySource = new Map(profiles.map((profile) => [profile.source, profile]));
  const { rows, ledger } = await assemble(draft, draft.units, dive.units, scope, bySource);
  try {
    await writeText(draft, "evidence/scope.json", `${canonicalJson(scope)}\n`);
    return await conclude(draft, { ...asked, dive, rows, ledger, bySource, policySha256 }, options);
  } finally {
    await rows.discard();
  }
}

type Finished = Asked &
  Assembled & {
    readonly dive: DiveResult;
    readonly bySource: ReadonlyMap<string, LogProfile>;
    readonly policySha256: string;
  };

async function conclude(
  draft: Draft,
  finished: Finished,
  options: CollectorOptions,
): Promise<Manifest> {
  const { request, requestSha256, scope, lane, plan, dive, bySource, ledger } = finished;
  const complete = isWhole(dive.sources);
  const { window } = scope;
  const { rows, pages } = await writeLane(draft, finished, complete, options);
  const { pseudonym, keyId } = options.pseudonymsOf(request.id);
  const context = { ledger, scope, profiles: bySource, pages, pseudonym };
  const gate = await passGate(draft.directory, lane, context);
  const files = [
    ...(await Promise.all(EVIDENCE_FILES.map((name) => draft.describe(name, true)))),
    ...(await Promise.all(SHOWN_FILES[lane].map((name) => draft.describe(name, false)))),
  ];
  const manifest: Manifest = {
    apiVersion: "v1",
    kind: "artefact_manifest",
    request: { id: request.id, sha256: requestSha256 },
    policy: { sha256: finished.policySha256 },
    code: { sha: options.codeSha },
    collected_at: options.now,
    expires_at: expiryOf(options.now, options.keepFor),
    store: { kind: plan.kind, query: plan.query, parameters: plan.parameters },
    window,
    ...(lane === "aggregate" ? { lane } : {}),
    sources: [...dive.sources],
    complete,
    rows,
    // Where no field leaves, there is nothing to say of the fields.
    fields:
      lane === "aggregate"
        ? []
        : dive.fields.map((counts) => ({ ...counts, reasons: { ...counts.reasons } })),
    gate,
    pseudonym_key_id: keyId,
    files,
    artefact: { sha256: artefactDigest(files, sha256) },
  };
  await writeText(draft, "manifest.json", formatManifest(manifest));
  return manifest;
}

type WrittenLane = { readonly rows: Manifest["rows"]; readonly pages: CountedPages };

/** Writes what leaves in this lane; returns what the manifest says of the rows, and the pages that are made of counts. */
async function writeLane(
  draft: Draft,
  { request, scope, lane, dive, rows, bySource, profiles }: Finished,
  complete: boolean,
  options: CollectorOptions,
): Promise<WrittenLane> {
  const { window } = scope;
  const root = createHash("sha256");
  let count = 0;
  const inOrder = async function* (): AsyncGenerator<SortedRow> {
    for await (const row of rows.sorted()) {
      root.update(rootLine(row));
      count += 1;
      yield row;
    }
  };
  if (lane === "aggregate") {
    const counter = aggregateCounter(bySource);
    for await (const row of inOrder()) counter.add({ ...row, released: releasedOf(row) });
    const about = { request: request.id, window, complete };
    const smallest = smallestCountOn(options.now, profiles);
    const answer = aggregateOf(counter.counts(), about, smallest);
    const pages = await writeAggregateFiles(draft, answer);
    return { rows: { count, root: root.digest("hex") }, pages };
  }
  const { sources, columns, fields } = dive;
  const shown = { requestId: request.id, window, complete, sources, columns, rows: inOrder() };
  const pages = await writeShownFiles(draft, shown, fields);
  return { rows: { count, root: root.digest("hex") }, pages };
}

async function seal(
  directory: string,
  manifest: Manifest,
  recipients: Recipients,
): ReturnType<Collector["seal"]> {
  const sealed = `${directory}.sealed`;
  // Loaded here: a dive that seals nothing must not pay for the ciphers.
  const { sealArtefact } = await import("../artefact/seal.ts");
  const files = await sealArtefact(directory, manifest, recipients, sealed);
  return { directory: sealed, files };
}
