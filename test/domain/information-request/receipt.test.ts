import { expect, test } from "vitest";
import { formatManifest } from "../../../scripts/domain/information-request/manifest-file.ts";
import { closingFile, Receipt } from "../../../scripts/domain/information-request/receipt.ts";
import { manifest } from "./observation.ts";

test("rows are handed over with their manifest", () => {
  const closing = closingFile(manifest());
  expect(closing).toEqual({ name: "manifest.json", text: formatManifest(manifest()) });
});

test("counts are handed over with a receipt, which is the same whatever was counted", () => {
  const counted = (count: number) => {
    const { files, ...rest } = manifest();
    const evidence = { name: "evidence/matched.ndjson", bytes: count, restricted: true };
    return closingFile({
      ...rest,
      lane: "aggregate",
      rows: { count, root: String(count).repeat(64) },
      sources: rest.sources.map((source) => ({ ...source, scanned: count, matched: count })),
      files: [...files, { ...evidence, sha256: String(count).repeat(64) }],
    });
  };
  const { name, text } = counted(3);
  expect(name).toBe("receipt.json");
  expect(counted(7).text).toBe(text);
  const { files, artefact, request, expires_at } = manifest();
  expect(Receipt.parse(JSON.parse(text))).toMatchObject({
    ...{ kind: "hand_over_receipt", artefact, expires_at, request: { id: request.id } },
    files: files.filter(({ restricted }) => !restricted),
  });
});
