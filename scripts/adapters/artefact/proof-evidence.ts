/** Reads the evidence of an artefact from its beginning to its end, and derives again what the dive must have written. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { compareRows, type RowPlace } from "../../domain/information-request/artefact.ts";
import type { FieldCounts } from "../../domain/information-request/artefact-summary.ts";
import { fieldCounter, sourceCounter } from "../../domain/information-request/dive-counts.ts";
import {
  MatchedLine,
  QuarantinedLine,
  readEvidence,
} from "../../domain/information-request/evidence.ts";
import {
  deriveMatched,
  type ProofContext,
  quarantineFault,
} from "../../domain/information-request/proof-line.ts";
import type { DerivedCounts } from "../../domain/information-request/proof-manifest.ts";
import {
  publicWordsOfAll,
  rememberRemoved,
} from "../../domain/information-request/redaction-gate.ts";
import {
  emptyLedger,
  type RemovedLedger,
} from "../../domain/information-request/removed-ledger.ts";
import { profilesOfScope } from "../../domain/information-request/request-scope.ts";
import { type ArtefactFiles, type FaultList, linesOf } from "./proof-files.ts";
import { type SortedRuns, sortedRuns } from "./sorted-runs.ts";

/** A row that the evidence gives; `sha256` is what the evidence notes, by which the row has its place. */
export type ProvenRow = RowPlace & {
  readonly source: string;
  readonly event: string;
  /** Canonical JSON of the row, derived again. */
  readonly text: string;
  /** Line of `evidence/matched.ndjson`. */
  readonly evidence: number;
};
export type ProvenEvidence = {
  readonly rows: SortedRuns<ProvenRow>;
  readonly counts: ReadonlyMap<string, DerivedCounts>;
  readonly fields: readonly FieldCounts[];
  readonly ledger: RemovedLedger;
  readonly matched: number;
  readonly quarantined: number;
};

/** Rows in memory before they go to the disk; each is about a kilobyte. */
const RUN = 5_000;
const MATCHED = "evidence/matched.ndjson";
const QUARANTINED = "evidence/quarantined.ndjson";

/** Every line with its place; the caller discards `rows`. */
export async function readProvenEvidence(
  files: ArtefactFiles,
  context: ProofContext,
  faults: FaultList,
): Promise<ProvenEvidence> {
  const counters = new Map(
    context.scope.log_sources.map((source) => [source, sourceCounter(source, [], [])]),
  );
  const fields = fieldCounter();
  const ledger = emptyLedger();
  const { scope } = context;
  const words = publicWordsOfAll(scope, profilesOfScope(scope, context.profiles));
  const rows = sortedRuns<ProvenRow>(compareRows, RUN);
  const places = sortedRuns<Place>(comparePlaces);
  try {
    const matched = await readLines(MATCHED, files, faults, MatchedLine, async (line, number) => {
      await places.add({ object: line.object, line: line.line, file: MATCHED, number });
      const derived = deriveMatched(line, context);
      if (derived.is === "fault") {
        faults.add(MATCHED, number, derived.message);
        return;
      }
      if (derived.is === "withheld") {
        counters.get(line.source)?.withheld(derived.reason);
        return;
      }
      const { source, time, event, released, tally, removed } = derived;
      counters.get(source)?.released();
      fields.add(source, tally);
      const profile = context.profiles.get(source);
      if (profile !== undefined) rememberRemoved(ledger, removed, context.scope, profile, words);
      const place = { object: line.object, line: line.line, source, evidence: number };
      const sha256 = line.row as string;
      await rows.add({ ...place, time, event, sha256, text: canonicalJson(released) });
    });
    const quarantined = await readLines(
      QUARANTINED,
      files,
      faults,
      QuarantinedLine,
      async (line, number) => {
        await places.add({ object: line.object, line: line.line, file: QUARANTINED, number });
        const fault = quarantineFault(line, context);
        if (fault === null) counters.get(line.source)?.quarantined(line.reason);
        else faults.add(QUARANTINED, number, fault);
      },
    );
    for await (const twice of samePlaces(places)) {
      faults.add(twice.file, twice.number, "is the second line from the same place in the store");
    }
    const counts = new Map([...counters].map(([source, counter]) => [source, counter.counts()]));
    return { rows, counts, fields: fields.counts(), ledger, matched, quarantined };
  } finally {
    await places.discard();
  }
}

async function readLines<T>(
  name: string,
  files: ArtefactFiles,
  faults: FaultList,
  schema: Parameters<typeof readEvidence<T>>[1],
  take: (line: T, number: number) => Promise<void>,
): Promise<number> {
  const path = files.pathOf(name);
  if (path === null) return 0;
  let count = 0;
  for await (const { text, number } of linesOf(path)) {
    count += 1;
    const line = text === null ? null : readEvidence(text, schema);
    if (line === null) faults.add(name, number, "is not a line of evidence in its canonical form");
    else await take(line, number);
  }
  return count;
}

type Place = {
  readonly object: string;
  readonly line: number;
  readonly file: string;
  readonly number: number;
};
const comparePlaces = (left: Place, right: Place): number =>
  order(left.object, right.object) ||
  left.line - right.line ||
  order(left.file, right.file) ||
  left.number - right.number;

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Each line whose place another line has as well. */
async function* samePlaces(places: SortedRuns<Place>): AsyncGenerator<Place> {
  let before: Place | null = null;
  for await (const place of places.sorted()) {
    if (before?.object === place.object && before.line === place.line) yield place;
    before = place;
  }
}

/** Stand-ins of the shape of pseudonyms, one for each value, where the key is not known. */
export const standIn: ProofContext["pseudonym"] = (kind, value) =>
  `${kind}-${createHash("sha256").update(`${kind}|${value}`).digest("hex").slice(0, 16)}`;
