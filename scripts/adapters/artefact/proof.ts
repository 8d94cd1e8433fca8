/** Proves an artefact from its evidence and its request alone: every line judged and redacted again, every count and digest taken again. */
import type { Manifest } from "../../domain/information-request/manifest.ts";
import { policyDigest } from "../../domain/information-request/manifest-file.ts";
import { countFaults, manifestFaults } from "../../domain/information-request/proof-manifest.ts";
import { scopeFaults } from "../../domain/information-request/proof-scope.ts";
import { pseudonymLinks } from "../../domain/information-request/pseudonym-links.ts";
import type { Pseudonym } from "../../domain/information-request/redaction-result.ts";
import type { InformationRequest } from "../../domain/information-request/request.ts";
import { profilesOfScope } from "../../domain/information-request/request-scope.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogProfile } from "../../domain/log-profile.ts";
import { sha256 } from "../digest.ts";
import { boundHeapGrowth } from "../heap-growth.ts";
import type { Pseudonyms } from "../pseudonym.ts";
import { readProvenEvidence, standIn } from "./proof-evidence.ts";
import {
  checkFiles,
  type FaultList,
  faultList,
  type ProofFault,
  readManifest,
  readScope,
} from "./proof-files.ts";
import { expectedFiles, proveShown } from "./proof-shown.ts";

export type ProofInput = {
  readonly directory: string;
  readonly profiles: ReadonlyMap<string, LogProfile>;
  /** How long an artefact is kept, as an ISO 8601 duration: `P7D`. */
  readonly keepFor: string;
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
  boundHeapGrowth();
  const faults = faultList();
  const manifest = await readManifest(input.directory, faults);
  const nothing = { rows: 0, matched: 0, quarantined: 0, pseudonyms: "links" } as const;
  const done = (found: Omit<Proof, "manifest" | "faults" | "faultCount">): Proof => ({
    ...{ manifest, faults: faults.listed, faultCount: faults.count() },
    ...found,
  });
  if (manifest === null) return done(nothing);
  for (const fault of manifestFaults(manifest, input.keepFor, sha256))
    faults.add(MANIFEST, null, fault);
  const files = await checkFiles(input.directory, manifest, expectedFiles(manifest), faults);
  const scope = await readScope(files, faults);
  checkRequest(manifest, scope, input, faults);
  if (scope === null) return done(nothing);
  checkPolicy(manifest, scope, input.profiles, faults);
  const links = input.pseudonymsOf === null ? pseudonymLinks() : null;
  const { directory, profiles } = input;
  const evidence = await readProvenEvidence(
    files,
    { scope, profiles, pseudonym: pseudonymOf(manifest, scope, input, faults) },
    faults,
  );
  try {
    const shown = { directory, manifest, files, evidence, scope, profiles, links, faults };
    const rows = await proveShown(shown);
    const fields = manifest.lane === "aggregate" ? [] : evidence.fields;
    for (const fault of countFaults(manifest, scope, evidence.counts, fields))
      faults.add(MANIFEST, null, fault);
    const { matched, quarantined } = evidence;
    const pseudonyms = links === null ? "bytes" : links.complete() ? "links" : "shape";
    return done({ rows, matched, quarantined, pseudonyms });
  } finally {
    await evidence.rows.discard();
  }
}

const MANIFEST = "manifest.json";

/** Made for one reading of the evidence: what the redaction remembers of its values goes away with it. */
function pseudonymOf(
  manifest: Manifest,
  scope: Scope,
  { pseudonymsOf }: ProofInput,
  faults: FaultList,
): Pseudonym {
  if (pseudonymsOf === null) return (kind, value) => standIn(kind, value);
  const { keyId, pseudonym } = pseudonymsOf(scope.request_id);
  if (keyId !== manifest.pseudonym_key_id)
    faults.add(MANIFEST, null, "pseudonym_key_id is that of another key");
  return pseudonym;
}

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
  // A policy may answer with counts where the request asks for rows; never the other way round.
  if (request.value.lane === "aggregate" && manifest.lane !== "aggregate")
    faults.add(MANIFEST, null, "lane is wider than that of the request");
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
  const used = profilesOfScope(scope, profiles);
  if (used.length < scope.log_sources.length)
    faults.add("evidence/scope.json", null, "names a log source that no profile describes");
  if (policyDigest(used, sha256) !== manifest.policy.sha256)
    faults.add(
      MANIFEST,
      null,
      `policy.sha256 is not that of these policies; prove with those of commit ${manifest.code.sha}`,
    );
}
