/** Reads what a plan names, line by line: judges, redacts, counts, and keeps the original lines as evidence. */
import { isUtf8 } from "node:buffer";
import { canonicalJson } from "../domain/canonical-json.ts";
import { type CollectedRow, eventOf } from "../domain/information-request/artefact.ts";
import type { FieldCounts } from "../domain/information-request/artefact-summary.ts";
import {
  fieldCounter,
  type SourceCounter,
  sourceCounter,
} from "../domain/information-request/dive-counts.ts";
import { judgeLine } from "../domain/information-request/log-dive.ts";
import type { SourceCounts } from "../domain/information-request/manifest.ts";
import { redactRow } from "../domain/information-request/redaction.ts";
import { rememberRemoved } from "../domain/information-request/redaction-gate.ts";
import type { Pseudonym } from "../domain/information-request/redaction-result.ts";
import { emptyLedger, type RemovedLedger } from "../domain/information-request/removed-ledger.ts";
import type { Scope } from "../domain/information-request/scope.ts";
import type { LogProfile } from "../domain/log-profile.ts";
import type { DivePlan, LogLine, LogStore, Partition } from "../ports/log-store.ts";
import type { TextFile } from "./artefact/draft.ts";
import { sha256 } from "./digest.ts";

/** What one dive may hold in memory or write; reaching a limit ends the reading and marks the artefact incomplete. */
export type DiveLimits = { readonly rows: number; readonly quarantined: number };
/** 100,000 rows of 1 KiB are what a person can still review, and about 300 MB of memory. */
export const DIVE_LIMITS: DiveLimits = { rows: 100_000, quarantined: 100_000 };

export type Progress = {
  readonly doneBytes: number;
  readonly bytes: number;
  readonly doneObjects: number;
  readonly objects: number;
  readonly rows: number;
};
export type DiveInput = {
  readonly store: LogStore;
  readonly plan: DivePlan;
  readonly scope: Scope;
  /** Profiles of the sources that the plan names. */
  readonly profiles: readonly LogProfile[];
  readonly pseudonym: Pseudonym;
  readonly limits: DiveLimits;
  readonly evidence: { readonly matched: TextFile; readonly quarantined: TextFile };
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
};
export type DiveResult = {
  readonly rows: readonly CollectedRow[];
  readonly sources: readonly SourceCounts[];
  readonly fields: readonly FieldCounts[];
  /** Every text that redaction took out; it never leaves the process. */
  readonly ledger: RemovedLedger;
};

type Dive = Omit<DiveInput, "plan"> & {
  readonly rows: CollectedRow[];
  readonly ledger: RemovedLedger;
  readonly fields: ReturnType<typeof fieldCounter>;
  quarantined: number;
};

/** @throws the signal's reason when the run is cancelled. */
export async function readPlan(input: DiveInput): Promise<DiveResult> {
  try {
    return await readPartitions(input);
  } finally {
    await input.store.close?.();
  }
}

async function readPartitions({ plan, ...input }: DiveInput): Promise<DiveResult> {
  const dive: Dive = {
    ...input,
    rows: [],
    ledger: emptyLedger(),
    fields: fieldCounter(),
    quarantined: 0,
  };
  const bytes = plan.partitions.reduce((sum, partition) => sum + partition.bytes, 0);
  let doneBytes = 0;
  let doneObjects = 0;
  const sources: SourceCounts[] = [];
  for (const profile of input.profiles) {
    const partitions = plan.partitions.filter((partition) => partition.source === profile.source);
    const counter = sourceCounter(
      profile.source,
      partitions,
      plan.missing.get(profile.source) ?? [],
    );
    for (const partition of partitions) {
      input.signal.throwIfAborted();
      await readPartition(dive, partition, profile, counter);
      doneBytes += partition.bytes;
      doneObjects += 1;
      input.onProgress({
        doneBytes,
        bytes,
        doneObjects,
        objects: plan.partitions.length,
        rows: dive.rows.length,
      });
    }
    sources.push(counter.counts());
  }
  return { rows: dive.rows, sources, fields: dive.fields.counts(), ledger: dive.ledger };
}

async function readPartition(
  dive: Dive,
  partition: Partition,
  profile: LogProfile,
  counter: SourceCounter,
): Promise<void> {
  const full = limitReached(dive);
  if (full !== null) {
    counter.objectRead(partition.object, 0, `not read: ${full}`);
    return;
  }
  const pull = dive.store.pull(partition, dive.scope, profile, dive.signal);
  let step = await pull.next();
  let taken = 0;
  while (step.done !== true && limitReached(dive) === null) {
    taken = step.value.line;
    await takeLine(dive, step.value, profile, counter);
    step = await pull.next();
  }
  if (step.done === true) {
    counter.objectRead(partition.object, step.value.scanned, step.value.broken);
    return;
  }
  await pull.return({ partition, scanned: taken, broken: null });
  counter.objectRead(partition.object, taken, `not read to its end: ${limitReached(dive)}`);
}

function limitReached({ rows, quarantined, limits }: Dive): string | null {
  if (rows.length >= limits.rows) return `the limit of ${limits.rows} rows was reached`;
  if (quarantined >= limits.quarantined) {
    return `the limit of ${limits.quarantined} quarantined lines was reached`;
  }
  return null;
}

async function takeLine(
  dive: Dive,
  line: LogLine,
  profile: LogProfile,
  counter: SourceCounter,
): Promise<void> {
  const verdict = line.cut === true ? TOO_LARGE : judgeLine(line.bytes, profile, dive.scope);
  switch (verdict.verdict) {
    case "outside":
      return;
    case "quarantined":
      dive.quarantined += 1;
      counter.quarantined(verdict.reason);
      await dive.evidence.quarantined.append(evidenceLine(line, { reason: verdict.reason }));
      return;
    case "matched":
      await takeMatch(dive, line, verdict, profile, counter);
  }
}

const TOO_LARGE = { verdict: "quarantined", reason: "too_large" } as const;
type Match = Extract<ReturnType<typeof judgeLine>, { readonly verdict: "matched" }>;

async function takeMatch(
  dive: Dive,
  line: LogLine,
  { row, time }: Match,
  profile: LogProfile,
  counter: SourceCounter,
): Promise<void> {
  const redacted = redactRow(row, profile, dive.scope, dive.pseudonym);
  if ("withheld" in redacted) {
    counter.withheld(redacted.withheld);
    await dive.evidence.matched.append(evidenceLine(line, { withheld: redacted.withheld }));
    return;
  }
  const { released, tally, removed } = redacted;
  const digest = sha256(canonicalJson(released));
  const { source, object } = line.partition;
  counter.released();
  dive.fields.add(source, tally);
  rememberRemoved(dive.ledger, removed, dive.scope, profile);
  const event = eventOf(row, released, profile, dive.scope);
  dive.rows.push({ source, time, released, event, sha256: digest, object, line: line.line });
  await dive.evidence.matched.append(evidenceLine(line, { row: digest }));
}

/** An original line with its place: as text where its bytes are UTF-8, else in base64. */
function evidenceLine(line: LogLine, outcome: Readonly<Record<string, string>>): string {
  const { source, object } = line.partition;
  const buffer = Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.length);
  const content = isUtf8(buffer)
    ? { text: buffer.toString("utf8") }
    : { base64: buffer.toString("base64") };
  return `${canonicalJson({ source, object, line: line.line, ...outcome, ...content, ...(line.cut === true ? { cut: true } : {}) })}\n`;
}
