/** The files that reviewers and the customer see, made again from the evidence: rows or counts, summary, and what was left out. */
import { createHash } from "node:crypto";
import {
  aggregateCounter,
  aggregateOf,
  aggregatePages,
  smallestCountOn,
} from "../../domain/information-request/aggregate.ts";
import { columnsIn, csvLine, csvRecord } from "../../domain/information-request/artefact.ts";
import { rowCounter, rowPages } from "../../domain/information-request/artefact-summary.ts";
import type { CountedPages } from "../../domain/information-request/counted-page.ts";
import type { Manifest } from "../../domain/information-request/manifest.ts";
import { rowFault } from "../../domain/information-request/proof-line.ts";
import type { PseudonymLinks } from "../../domain/information-request/pseudonym-links.ts";
import type { Released } from "../../domain/information-request/redaction-result.ts";
import { profilesOfScope } from "../../domain/information-request/request-scope.ts";
import { aligned } from "../../domain/information-request/row-alignment.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import { sha256 } from "../digest.ts";
import { GateRefused, passGate } from "./gate.ts";
import type { ProvenEvidence, ProvenRow } from "./proof-evidence.ts";
import {
  type ArtefactFiles,
  compareText,
  type FaultList,
  linesOf,
  type NumberedLine,
} from "./proof-files.ts";
import { type ArtefactLane, EVIDENCE_FILES, SHOWN_FILES } from "./write.ts";

const MANIFEST = "manifest.json";
const ROWS = "rows.ndjson";
const MATCHED = "evidence/matched.ndjson";
const OTHER_DIGEST = "notes another digest for its row";
const laneOf = ({ lane }: Pick<Manifest, "lane">): ArtefactLane => lane ?? "rows";
/** `name restricted` of each file that a dive of the manifest's lane writes. */
export const expectedFiles = (manifest: Manifest): readonly string[] => [
  ...EVIDENCE_FILES.map((name) => `${name} true`),
  ...SHOWN_FILES[laneOf(manifest)].map((name) => `${name} false`),
];

/** What the shown files are held against. */
export type Shown = {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly files: ArtefactFiles;
  readonly evidence: ProvenEvidence;
  readonly scope: Scope;
  readonly profiles: ReadonlyMap<string, LogProfile>;
  readonly links: PseudonymLinks | null;
  readonly faults: FaultList;
};

/** @returns how many rows the evidence or the file has */
export async function proveShown(shown: Shown): Promise<number> {
  const lane = laneOf(shown.manifest) === "rows" ? proveRowFiles : proveAggregate;
  const { count, pages } = await lane(shown);
  await proveGate(shown, pages);
  return count;
}

type ProvenLane = { readonly count: number; readonly pages: CountedPages };

async function proveRowFiles(shown: Shown): Promise<ProvenLane> {
  const { manifest, files, evidence, links, faults } = shown;
  const rows = await proveRows(manifest, files, evidence, links, faults);
  const pages = await proveTexts(manifest, files, evidence, rows, faults);
  return { count: rows.count, pages };
}

/** Counts in the place of rows: nothing shows a row, so that its digest is all that is compared, with the key. */
async function proveAggregate({
  manifest,
  files,
  evidence,
  scope,
  profiles,
  links,
  faults,
}: Shown): Promise<ProvenLane> {
  const root = createHash("sha256");
  const counter = aggregateCounter(profiles);
  let count = 0;
  for await (const row of evidence.rows.sorted()) {
    count += 1;
    root.update(`${row.sha256}\n`);
    counter.add({ ...row, released: JSON.parse(row.text) as Released });
    if (links === null && sha256(row.text) !== row.sha256)
      faults.add(MATCHED, row.evidence, OTHER_DIGEST);
  }
  checkRoot(manifest, count, root.digest("hex"), "aggregate.json", faults);
  const { window, complete, request, collected_at } = manifest;
  const smallest = smallestCountOn(collected_at, profilesOfScope(scope, profiles));
  const answer = aggregateOf(counter.counts(), { request: request.id, window, complete }, smallest);
  const pages = aggregatePages(answer);
  await provePages(pages, files, faults);
  return { count, pages };
}

/** Compares the pages that are made of counts; the gate holds them against the files once more. */
async function provePages(
  pages: CountedPages,
  files: ArtefactFiles,
  faults: FaultList,
): Promise<void> {
  for (const [name, { text }] of pages) await compare(name, textLines(text), files, faults);
}

function checkRoot(
  manifest: Manifest,
  count: number,
  root: string,
  file: string,
  faults: FaultList,
): void {
  const { rows } = manifest;
  if (count !== rows.count)
    faults.add(file, null, `stands for ${count} rows, the manifest says ${rows.count}`);
  if (root !== rows.root) faults.add(MANIFEST, null, "rows.root is not that of the rows");
}

async function compare(
  name: string,
  expected: AsyncIterable<string>,
  files: ArtefactFiles,
  faults: FaultList,
): Promise<void> {
  const path = files.pathOf(name);
  if (path !== null) await compareText(name, path, expected, faults);
}

type ProvenRows = {
  readonly count: number;
  readonly columns: readonly string[];
};

/** The rows in the file beside those of the evidence, in their one order. */
async function proveRows(
  manifest: Manifest,
  files: ArtefactFiles,
  evidence: ProvenEvidence,
  links: PseudonymLinks | null,
  faults: FaultList,
): Promise<ProvenRows> {
  const path = files.pathOf(ROWS);
  const root = createHash("sha256");
  const fields = new Set<string>();
  let count = 0;
  const shown = async function* (): AsyncGenerator<NumberedLine & { readonly sha256: string }> {
    if (path === null) return;
    for await (const line of linesOf(path)) {
      const digest = sha256(line.text ?? "");
      root.update(`${digest}\n`);
      count += 1;
      yield { ...line, sha256: digest };
    }
  };
  const digestOf = ({ sha256: digest }: { readonly sha256: string }): string => digest;
  let next = 1;
  for await (const step of aligned(evidence.rows.sorted(), shown(), digestOf, digestOf)) {
    if (step.is === "left") faults.add(ROWS, next, lacking(step.left));
    else if (step.is === "right")
      faults.add(ROWS, step.right.number, "is a row that no line of the evidence gives");
    else checkRow(step.left, step.right, links, faults);
    if (step.is !== "left") next = step.right.number + 1;
    if (step.is !== "right")
      for (const field of Object.keys(JSON.parse(step.left.text) as Released)) fields.add(field);
  }
  checkRoot(manifest, count, root.digest("hex"), ROWS, faults);
  return { count, columns: columnsIn(fields) };
}

const lacking = ({ evidence }: ProvenRow): string =>
  `lacks the row of line ${evidence} of evidence/matched.ndjson, which must stand here`;

function checkRow(
  proven: ProvenRow,
  { number, text, sha256: digest }: NumberedLine & { readonly sha256: string },
  links: PseudonymLinks | null,
  faults: FaultList,
): void {
  const fault = rowFault(text ?? "", proven.text, links);
  if (fault !== null) faults.add(ROWS, number, `${fault} (line ${proven.evidence})`);
  else if (digest !== proven.sha256) faults.add(MATCHED, proven.evidence, OTHER_DIGEST);
}

/** `rows.csv`, `summary.md` and `withheld.json` are made again from the rows and the evidence. */
async function proveTexts(
  manifest: Manifest,
  files: ArtefactFiles,
  evidence: ProvenEvidence,
  { columns }: ProvenRows,
  faults: FaultList,
): Promise<CountedPages> {
  const { window, complete, sources, request } = manifest;
  const counter = rowCounter();
  for await (const row of evidence.rows.sorted())
    counter.add({ ...row, released: JSON.parse(row.text) as Released });
  const rows = counter.counts();
  const summary = { requestId: request.id, window, complete, sources, rows };
  const pages = rowPages(summary, evidence.fields);
  await provePages(pages, files, faults);
  const path = files.pathOf(ROWS);
  if (path !== null) await compare("rows.csv", csvOf(path, columns), files, faults);
  return pages;
}

async function* textLines(text: string): AsyncGenerator<string> {
  yield* text.split(/(?<=\n)/);
}

/** The rows themselves were proven before: here they are only written in the other form. */
async function* csvOf(rows: string, columns: readonly string[]): AsyncGenerator<string> {
  yield csvLine(columns);
  for await (const { text } of linesOf(rows)) {
    const released = membersOf(text ?? "");
    if (released !== null) yield csvRecord({ released }, columns);
  }
}

function membersOf(text: string): Released | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Released) : null;
  } catch {
    return null;
  }
}

async function proveGate(
  { directory, manifest, files, evidence: { ledger }, scope, profiles, faults }: Shown,
  pages: CountedPages,
): Promise<void> {
  const lane = laneOf(manifest);
  if (SHOWN_FILES[lane].some((name) => files.pathOf(name) === null)) return;
  try {
    const used = new Map(
      profilesOfScope(scope, profiles).map((profile) => [profile.source, profile]),
    );
    await passGate(directory, lane, { ledger, scope, profiles: used, pages });
  } catch (error) {
    if (!(error instanceof GateRefused)) throw error;
    for (const { check, where, type } of error.findings)
      faults.add(
        lane === "rows" ? ROWS : "aggregate.json",
        null,
        `the gate finds ${type} in ${where} (${check})`,
      );
  }
}
