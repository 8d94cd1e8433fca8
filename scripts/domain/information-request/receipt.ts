/** `receipt.json`: what is handed over in the place of a manifest whose exact counts must not leave. Digests and dates, no count of anything found. */
import * as z from "zod";
import { indentedJson } from "../canonical-json.ts";
import { Manifest } from "./manifest.ts";
import { formatManifest } from "./manifest-file.ts";

const { files, artefact, window, collected_at, expires_at } = Manifest.shape;

/** Every part of it follows from the files beside it, the request and the clock: never from a count that they do not show. */
export const Receipt = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("hand_over_receipt"),
  request: z.strictObject({ id: z.string() }),
  window,
  collected_at,
  expires_at,
  /** The files that are handed over, as the manifest lists them. */
  files,
  /** The digest that the reviewers approved; over `files`. */
  artefact,
});
export type Receipt = z.infer<typeof Receipt>;

/** Names of the files that tell that a package is whole: each is written last. */
export const CLOSING_FILES = ["manifest.json", "receipt.json"] as const;

/** What closes the package for the customer: the manifest, or a receipt where counts were asked for instead of rows. */
export function closingFile(manifest: Manifest): {
  readonly name: (typeof CLOSING_FILES)[number];
  readonly text: string;
} {
  if (manifest.lane !== "aggregate")
    return { name: "manifest.json", text: formatManifest(manifest) };
  const { request, collected_at, expires_at, window } = manifest;
  const receipt: Receipt = {
    ...({ apiVersion: "v1", kind: "hand_over_receipt" } as const),
    ...{ request: { id: request.id }, window, collected_at, expires_at },
    files: manifest.files.filter(({ restricted }) => !restricted),
    artefact: manifest.artefact,
  };
  return { name: "receipt.json", text: indentedJson(receipt) };
}
