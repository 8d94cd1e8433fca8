/** `manifest.json` as a file: its text, the digests in it, and what makes a dive whole. */
import { Temporal } from "temporal-polyfill";
import { canonicalJson, indentedJson } from "../canonical-json.ts";
import type { LogProfile } from "../log-profile.ts";
import { durationMilliseconds } from "../policy/duration.ts";
import type { Digest } from "./custody.ts";
import type { Manifest, ManifestFile, SourceCounts } from "./manifest.ts";

/** The digest that reviewers approve: over the files they see, so that sealing or purging the evidence does not change it. */
export const artefactDigest = (files: readonly ManifestFile[], digest: Digest): string =>
  digest(canonicalJson(files.filter((file) => !file.restricted)));

/** Root over the rows' digests in their order: one changed, lost, added or moved row changes it. */
export const rowsRoot = (rows: readonly { readonly sha256: string }[], digest: Digest): string =>
  digest(rows.map((row) => rootLine(row)).join(""));

/** What the root has of one row: for a digest that runs along with the rows. */
export const rootLine = (row: { readonly sha256: string }): string => `${row.sha256}\n`;

/** Digest of all that decided what was read and released: the profiles of a dive, with their recipes and the redaction policy. */
export const policyDigest = (profiles: readonly LogProfile[], digest: Digest): string =>
  digest(
    canonicalJson(
      profiles.map(({ fields, aliases, ...profile }) => ({
        ...profile,
        fields: Object.fromEntries(fields),
        aliases: Object.fromEntries(aliases),
      })),
    ),
  );

/** True when every source was read whole: every day of the window there, every object read to its end. */
export const isWhole = (sources: readonly SourceCounts[]): boolean =>
  sources.every((source) => source.missing.length === 0 && source.broken.length === 0);

/** `manifest.json`: keys in canonical order, indented, since people read it in a merge request. */
export const formatManifest = (manifest: Manifest): string => indentedJson(manifest);

/**
 * The instant after which an artefact is destroyed.
 * @param now RFC 3339
 * @param keepFor ISO 8601 duration up to weeks: `P7D`
 */
export const expiryOf = (now: string, keepFor: string): string =>
  Temporal.Instant.from(now)
    .add({ milliseconds: durationMilliseconds(keepFor) })
    .toString();
