/** Reads one partition of a dive to the end or to a limit: judges, redacts, counts, and writes what it found into files of its own. */
import { isUtf8 } from "node:buffer";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { eventOf } from "../../domain/information-request/artefact.ts";
import {
  type FieldCounter,
  fieldCounter,
  type SourceCounter,
  sourceCounter,
} from "../../domain/information-request/dive-counts.ts";
import { judgeLine } from "../../domain/information-request/log-dive.ts";
import { redactRow } from "../../domain/information-request/redaction.ts";
import type { Pseudonym } from "../../domain/information-request/redaction-result.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import type { LogLine, LogStore, Partition } from "../../ports/log-store.ts";
import { sha256 } from "../digest.ts";
import { type UnitFiles, unitFiles } from "./unit-files.ts";
import type { UnitResult, UnitRow } from "./unit-result.ts";

/** How much may still be collected; a reading that reaches either ends there. */
export type DiveLimits = { readonly rows: number; readonly quarantined: number };

export type UnitReader = {
  readonly store: LogStore;
  readonly scope: Scope;
  /** By source, for every source of the plan. */
  readonly profiles: ReadonlyMap<string, LogProfile>;
  readonly pseudonym: Pseudonym;
  /** Where the files of the units go. */
  readonly folder: string;
  readonly signal: AbortSignal;
};

type Unit = {
  readonly reader: UnitReader;
  readonly profile: LogProfile;
  readonly files: UnitFiles;
  readonly lines: SourceCounter;
  readonly fields: FieldCounter;
  readonly columns: Set<string>;
  released: number;
  quarantined: number;
};

/** @throws the signal's reason when the run is cancelled */
export async function readUnit(
  reader: UnitReader,
  partition: Partition,
  room: DiveLimits,
): Promise<UnitResult> {
  const { source } = partition;
  const unit: Unit = {
    reader,
    profile: reader.profiles.get(source) as LogProfile,
    files: unitFiles(reader.folder, partition),
    lines: sourceCounter(source, [], []),
    fields: fieldCounter(),
    columns: new Set(),
    released: 0,
    quarantined: 0,
  };
  try {
    const { scanned, broken, full } = await readLines(unit, partition, room);
    const { released, withheld, quarantined } = unit.lines.counts();
    return {
      ...{ released, withheld, quarantined, scanned, broken, full },
      fields: unit.fields.counts(),
      columns: [...unit.columns],
      files: await unit.files.close(),
    };
  } finally {
    await unit.files.release();
  }
}

async function readLines(
  unit: Unit,
  partition: Partition,
  room: DiveLimits,
): Promise<Pick<UnitResult, "scanned" | "broken" | "full">> {
  const { store, scope, signal } = unit.reader;
  const pull = store.pull(partition, scope, unit.profile, signal);
  let step = await pull.next();
  let taken = 0;
  for (; step.done !== true; step = await pull.next()) {
    const full = fullOf(unit, room);
    if (full !== null) {
      await pull.return({ partition, scanned: taken, broken: null });
      return { scanned: taken, broken: null, full };
    }
    taken = step.value.line;
    await takeLine(unit, step.value);
  }
  return { scanned: step.value.scanned, broken: step.value.broken, full: null };
}

function fullOf({ released, quarantined }: Unit, room: DiveLimits): UnitResult["full"] {
  if (released >= room.rows) return "rows";
  return quarantined >= room.quarantined ? "quarantined" : null;
}

async function takeLine(unit: Unit, line: LogLine): Promise<void> {
  const verdict =
    line.cut === true ? TOO_LARGE : judgeLine(line.bytes, unit.profile, unit.reader.scope);
  switch (verdict.verdict) {
    case "outside":
      return;
    case "quarantined":
      unit.quarantined += 1;
      unit.lines.quarantined(verdict.reason);
      await unit.files.append("quarantined", evidenceLine(line, { reason: verdict.reason }));
      return;
    case "matched":
      await takeMatch(unit, line, verdict);
  }
}

const TOO_LARGE = { verdict: "quarantined", reason: "too_large" } as const;
type Match = Extract<ReturnType<typeof judgeLine>, { readonly verdict: "matched" }>;

async function takeMatch(unit: Unit, line: LogLine, { row, time }: Match): Promise<void> {
  const { reader, profile, files } = unit;
  const redacted = redactRow(row, profile, reader.scope, reader.pseudonym);
  if ("withheld" in redacted) {
    unit.lines.withheld(redacted.withheld);
    await files.append("matched", evidenceLine(line, { withheld: redacted.withheld }));
    return;
  }
  const { released, tally, removed } = redacted;
  const text = canonicalJson(released);
  const digest = sha256(text);
  unit.released += 1;
  unit.lines.released();
  unit.fields.add(profile.source, tally);
  for (const field of Object.keys(released)) unit.columns.add(field);
  const event = eventOf(row, released, profile, reader.scope);
  const collected: UnitRow = { time, event, sha256: digest, line: line.line, text };
  await files.append("rows", `${JSON.stringify(collected)}\n`);
  const news = files.unseen(removed);
  if (news.length > 0) await files.append("removed", `${JSON.stringify(news)}\n`);
  await files.append("matched", evidenceLine(line, { row: digest }));
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
