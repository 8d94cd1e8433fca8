/** What a manifest says, held against what the files and the evidence give. */
import { canonicalJson } from "../canonical-json.ts";
import type { FieldCounts } from "./artefact-summary.ts";
import type { Digest } from "./custody.ts";
import type { Manifest, SourceCounts } from "./manifest.ts";
import { artefactDigest, expiryOf, isWhole } from "./manifest-file.ts";
import { GATE_CHECKS } from "./redaction-gate.ts";
import type { Scope } from "./scope.ts";

/** What the evidence gives of one source. */
export type DerivedCounts = Pick<SourceCounts, "matched" | "released" | "withheld" | "quarantined">;

/**
 * Faults of a manifest that need nothing but itself.
 * @param keepFor how long an artefact is kept, as `policies/hand-over.yaml` says: `P7D`
 */
export function manifestFaults(
  manifest: Manifest,
  keepFor: string,
  digest: Digest,
): readonly string[] {
  const { sources, files, complete, artefact, gate, rows } = manifest;
  const names = files.map(({ name }) => name);
  const released = sources.reduce((sum, source) => sum + source.released, 0);
  const gateOk = gate.every(({ ok, findings }) => ok && findings === 0);
  return [
    ...(new Set(names).size === names.length ? [] : ["lists a file twice"]),
    ...(artefactDigest(files, digest) === artefact.sha256
      ? []
      : ["artefact.sha256 is not the digest of the listed files"]),
    ...(complete === isWhole(sources)
      ? []
      : [`says ${complete ? "complete" : "incomplete"}, but its sources say otherwise`]),
    ...(released === rows.count ? [] : ["rows.count is not the sum of the released rows"]),
    ...(gateOk && canonicalJson(gate.map(({ check }) => check)) === canonicalJson(GATE_CHECKS)
      ? []
      : ["does not say that every check of the gate passed"]),
    ...(manifest.expires_at === expiryOf(manifest.collected_at, keepFor)
      ? []
      : [`expires_at is not ${keepFor} after collected_at, as policies/hand-over.yaml says`]),
    ...sources
      .filter(({ outside, scanned, matched, quarantined }) => {
        return outside < 0 || outside !== scanned - matched - total(quarantined);
      })
      .map(({ source }) => `${source}: scanned is not outside, matched and quarantined together`),
  ];
}

/** Counts of the manifest that are not those of the evidence. */
export function countFaults(
  manifest: Manifest,
  scope: Scope,
  derived: ReadonlyMap<string, DerivedCounts>,
  fields: readonly FieldCounts[],
): readonly string[] {
  const listed = manifest.sources.map(({ source }) => source);
  const asked = [...scope.log_sources].sort();
  const sources = manifest.sources.flatMap((source) =>
    (["matched", "released", "withheld", "quarantined"] as const)
      .filter(
        (count) =>
          canonicalJson(source[count]) !==
          canonicalJson((derived.get(source.source) ?? NOTHING)[count]),
      )
      .map((count) => `${source.source}: ${count} is not what the evidence gives`),
  );
  return [
    ...(canonicalJson(listed) === canonicalJson(asked)
      ? []
      : ["lists other sources than the scope"]),
    ...(canonicalJson(manifest.window) === canonicalJson(scope.window)
      ? []
      : ["has another window than the scope"]),
    ...sources,
    ...(canonicalJson(manifest.fields) === canonicalJson(fields)
      ? []
      : ["fields: the counts are not what the evidence gives"]),
  ];
}

const NOTHING: DerivedCounts = { matched: 0, released: 0, withheld: {}, quarantined: {} };

const total = (reasons: Readonly<Record<string, number>>): number =>
  Object.values(reasons).reduce((sum, count) => sum + count, 0);
