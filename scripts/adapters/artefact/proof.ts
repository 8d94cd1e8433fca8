/** Proves an artefact from its evidence and its request alone: every line judged and redacted again, every count and digest taken again. */

import { createHash } from "node:crypto";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { columnsIn, csvLine, csvRecord } from "../../domain/information-request/artefact.ts";
import {
  rowCounter,
  summaryPage,
  withheldCounts,
} from "../../domain/information-request/artefact-summary.ts";
import type { Manifest } from "../../domain/information-request/manifest.ts";
import { policyDigest } from "../../domain/information-request/manifest-file.ts";
import { type ProofContext, rowFault } from "../../domain/information-request/proof-line.ts";
import { countFaults, manifestFaults } from "../../domain/information-request/proof-manifest.ts";
import { scopeFaults } from "../../domain/information-request/proof-scope.ts";
import {
  type PseudonymLinks,
  pseudonymLinks,
} from "../../domain/information-request/pseudonym-links.ts";
import type { Released } from "../../domain/information-request/redaction-result.ts";
import type { InformationRequest } from "../../domain/information-request/request.ts";
import { aligned } from "../../domain/information-request/row-alignment.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import { sha256 } from "../digest.ts";
import type { Pseudonyms } from "../pseudonym.ts";
import { GateRefused, passGate } from "./gate.ts";
import {
  type ProvenEvidence,
  type ProvenRow,
  readProvenEvidence,
  standIn,
} from "./proof-evidence.ts";
import {
  type ArtefactFiles,
  checkFiles,
  compareText,
  type FaultList,
  faultList,
  linesOf,
  type NumberedLine,
  type ProofFault,
  readManifest,
  readScope,
} from "./proof-files.ts";
import { EVIDENCE_FILES, SHOWN_FILES } from "./write.ts";

export type ProofInput = {
  readonly directory: string;
  readonly profiles: ReadonlyMap<string, LogProfile>;
  /** The request file, when it is at hand. */
  readonly request: { readonly value: InformationRequest; readonly sha256: string } | null;
  /** With the key every byte of the rows is derived again, without it all but the digits of the pseudonyms. */
  readonly pseudonymsOf: ((requestId: string) => Pseudonyms) | null;
};
export type Proof = {
  readonly manifest: Manifest | null;
  /** The first faults, and how many there are in all; none = proven. */
  readonly faults: readonly ProofFault[];
  readonly faultCount: number;
  readonly rows: number;
  readonly matched: number;
  readonly quarantined: number;
  /** `bytes`: derived with the key. `links`: one value, one pseudonym, over all rows. `shape`: over the first of them only. */
  readonly pseudonyms: "bytes" | "links" | "shape";
};

/** @throws Error when the directory itself cannot be read */
export async function proveArtefact(input: ProofInput): Promise<Proof> {
  const faults = faultList();
  const manifest = await readManifest(input.directory, faults);
  const nothing = { rows: 0, matched: 0, quarantined: 0, pseudonyms: "links" } as const;
  const done = (found: Omit<Proof, "manifest" | "faults" | "faultCount">): Proof => ({
    ...{ manifest, faults: faults.listed, faultCount: faults.count() },
    ...found,
  });
  if (manifest === null) return done(nothing);
  for (const fault of manifestFaults(manifest, sha256)) faults.add(MANIFEST, null, fault);
  const files = await checkFiles(input.directory, manifest, EXPECTED, faults);
  const scope = await readScope(files, faults);
  checkRequest(manifest, scope, input, faults);
  if (scope === null) return done(nothing);
  checkPolicy(manifest, scope, input.profiles, faults);
  const keyed = input.pseudonymsOf?.(scope.request_id) ?? null;
  if (keyed !== null && keyed.keyId !== manifest.pseudonym_key_id)
    faults.add(MANIFEST, null, "pseudonym_key_id is that of another key");
  const links = keyed === null ? pseudonymLinks() : null;
  const context = { scope, profiles: input.profiles, pseudonym: keyed?.pseudonym ?? standIn };
  const evidence = await readProvenEvidence(files, context, faults);
  try {
    const rows = await proveRows(manifest, files, evidence, links, faults);
    for (const fault of countFaults(manifest, scope, evidence.counts, evidence.fields))
      faults.add(MANIFEST, null, fault);
    await proveTexts(manifest, files, evidence, rows, faults);
    await proveGate(input.directory, files, evidence, context, faults);
    const { matched, quarantined } = evidence;
    const pseudonyms = links === null ? "bytes" : links.complete() ? "links" : "shape";
    return done({ rows: rows.count, matched, quarantined, pseudonyms });
  } finally {
    await evidence.rows.discard();
  }
}

const MANIFEST = "manifest.json";
const ROWS = "rows.ndjson";
const EXPECTED = [
  ...EVIDENCE_FILES.map((name) => `${name} true`),
  ...SHOWN_FILES.map((name) => `${name} false`),
];

function checkRequest(
  manifest: Manifest,
  scope: Scope | null,
  { request, profiles }: ProofInput,
  faults: FaultList,
): void {
  if (scope !== null && scope.request_id !== manifest.request.id)
    faults.add("evidence/scope.json", null, "is of another request than the manifest");
  if (request === null) return;
  if (request.value.id !== manifest.request.id)
    faults.add(MANIFEST, null, `is of another request than ${request.value.id}`);
  if (request.sha256 !== manifest.request.sha256)
    faults.add(MANIFEST, null, "request.sha256 is not that of the request file");
  if (scope === null) return;
  for (const fault of scopeFaults(scope, request.value, profiles.values()))
    faults.add("evidence/scope.json", null, fault);
}

function checkPolicy(
  manifest: Manifest,
  scope: Scope,
  profiles: ReadonlyMap<string, LogProfile>,
  faults: FaultList,
): void {
  const used = [...scope.log_sources].sort().flatMap((source) => profiles.get(source) ?? []);
  if (used.length < scope.log_sources.length)
    faults.add("evidence/scope.json", null, "names a log source that no profile describes");
  if (policyDigest(used, sha256) !== manifest.policy.sha256)
    faults.add(
      MANIFEST,
      null,
      `policy.sha256 is not that of these policies; prove with those of commit ${manifest.code.sha}`,
    );
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
  if (count !== manifest.rows.count)
    faults.add(ROWS, null, `has ${count} rows, the manifest says ${manifest.rows.count}`);
  if (root.digest("hex") !== manifest.rows.root)
    faults.add(MANIFEST, null, "rows.root is not that of the rows");
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
  else if (digest !== proven.sha256)
    faults.add("evidence/matched.ndjson", proven.evidence, "notes another digest for its row");
}

/** `rows.csv`, `summary.md` and `withheld.json` are made again from the rows and the evidence. */
async function proveTexts(
  manifest: Manifest,
  files: ArtefactFiles,
  evidence: ProvenEvidence,
  { columns }: ProvenRows,
  faults: FaultList,
): Promise<void> {
  const { window, complete, sources, request } = manifest;
  const counter = rowCounter();
  for await (const row of evidence.rows.sorted()) counter.add(row);
  const rows = counter.counts();
  const compare = async (name: string, expected: AsyncIterable<string>): Promise<void> => {
    const path = files.pathOf(name);
    if (path !== null) await compareText(name, path, expected, faults);
  };
  const summary = summaryPage({ requestId: request.id, window, complete, sources, rows });
  await compare("summary.md", textLines(summary));
  const withheld = JSON.parse(canonicalJson(withheldCounts(sources, evidence.fields)));
  await compare("withheld.json", textLines(`${JSON.stringify(withheld, null, 2)}\n`));
  const path = files.pathOf(ROWS);
  if (path !== null) await compare("rows.csv", csvOf(path, columns));
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
  directory: string,
  files: ArtefactFiles,
  { ledger }: ProvenEvidence,
  { scope, profiles }: ProofContext,
  faults: FaultList,
): Promise<void> {
  if (SHOWN_FILES.some((name) => files.pathOf(name) === null)) return;
  try {
    await passGate(directory, { ledger, scope, profiles });
  } catch (error) {
    if (!(error instanceof GateRefused)) throw error;
    for (const { check, where, type } of error.findings)
      faults.add(ROWS, null, `the gate finds ${type} in ${where} (${check})`);
  }
}
