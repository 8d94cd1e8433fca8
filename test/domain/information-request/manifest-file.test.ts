import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type {
  Manifest,
  ManifestFile,
  SourceCounts,
} from "../../../scripts/domain/information-request/manifest.ts";
import {
  artefactDigest,
  expiryOf,
  formatManifest,
  isWhole,
  rowsRoot,
} from "../../../scripts/domain/information-request/manifest-file.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const file = (name: string, restricted: boolean, content = name): ManifestFile => ({
  name,
  bytes: content.length,
  sha256: sha256(content),
  restricted,
});
const shown = file("rows.ndjson", false);
const evidence = file("evidence/matched.ndjson", true);

test("binds the approved digest to the shown files alone", () => {
  const digest = artefactDigest([evidence, shown], sha256);
  expect(artefactDigest([shown], sha256)).toBe(digest);
  expect(artefactDigest([file("evidence/matched.ndjson", true, "purged"), shown], sha256)).toBe(
    digest,
  );
  expect(artefactDigest([evidence, file("rows.ndjson", false, "changed")], sha256)).not.toBe(
    digest,
  );
  expect(artefactDigest([evidence, shown, file("rows.csv", false)], sha256)).not.toBe(digest);
  expect(artefactDigest([{ ...evidence, restricted: false }, shown], sha256)).not.toBe(digest);
});

test("changes the root with every changed, lost, added or moved row", () => {
  const rows = ["a", "b", "c"].map((text) => ({ sha256: sha256(text) }));
  const [a, b, c] = rows as [{ sha256: string }, { sha256: string }, { sha256: string }];
  const roots = [rows, [a, b], [b, a, c], [a, b, { sha256: sha256("d") }], [...rows, c], []];
  expect(new Set(roots.map((each) => rowsRoot(each, sha256))).size).toBe(roots.length);
});

test("is whole only where nothing is missing and nothing broken", () => {
  const source = { missing: [], broken: [] } as unknown as SourceCounts;
  expect(isWhole([source])).toBe(true);
  expect(isWhole([source, { ...source, missing: ["2026-11-16"] }])).toBe(false);
  expect(isWhole([source, { ...source, broken: [{ object: "a", reason: "b" }] }])).toBe(false);
});

test("writes the same manifest as the same text", () => {
  const text = formatManifest({ kind: "artefact_manifest", apiVersion: "v1" } as Manifest);
  expect(text).toBe('{\n  "apiVersion": "v1",\n  "kind": "artefact_manifest"\n}\n');
});

test.each([
  ["P7D", "2026-11-27T15:00:00Z"],
  ["P1W", "2026-11-27T15:00:00Z"],
  ["PT12H", "2026-11-21T03:00:00Z"],
])("expires after %s", (keepFor, expiry) => {
  expect(expiryOf("2026-11-20T15:00:00Z", keepFor)).toBe(expiry);
});
