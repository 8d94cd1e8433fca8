// Opens a released artefact, verifies every byte against its manifest, and encrypts it anew for the people who hand it over.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artefactDigest, formatManifest } from "../../domain/information-request/manifest-file.ts";
import type { StoredArtefact } from "../../domain/information-request/observation.ts";
import type { ForgeReader, ProjectRef } from "../../ports/forge.ts";
import { sha256 } from "../digest.ts";
import { encrypterFor, open, sealedName } from "./seal.ts";

export type HandOverOptions = {
  readonly forge: Pick<ForgeReader, "packageFile">;
  readonly project: ProjectRef;
  /** `AGE-SECRET-KEY-1…`, one of the reviewers' recipients: what hand-over opens with. */
  readonly identity: string | undefined;
  /** Public keys of those who talk to the customer. */
  readonly recipients: readonly string[];
  readonly workDirectory: string;
};

/**
 * The evidence stays where it is: it is never handed over.
 * @returns directory and file names to publish, `manifest.json` last
 * @throws Error when there is no key, a file is missing, or its bytes are not those that the reviewers approved
 */
export async function sealForHandOver(
  { name, version, manifest }: StoredArtefact,
  options: HandOverOptions,
): Promise<{ readonly directory: string; readonly files: readonly string[] }> {
  const { forge, project, identity, recipients } = options;
  if (identity === undefined)
    throw new Error("SECLOG_ARTEFACT_KEY is not set: the released artefact cannot be opened");
  if (artefactDigest(manifest.files, sha256) !== manifest.artefact.sha256)
    throw new Error(`the manifest of ${name}/${version} does not add up to the approved digest`);
  const encrypter = encrypterFor(recipients, "hand_over");
  await mkdir(options.workDirectory, { recursive: true });
  const directory = await mkdtemp(join(options.workDirectory, `${name}-hand-over-`));
  try {
    const names: string[] = [];
    for (const file of manifest.files.filter(({ restricted }) => !restricted)) {
      const stored = await forge.packageFile(project, name, version, sealedName(file.name));
      if (stored === null) throw new Error(`${name}/${version} has no ${sealedName(file.name)}`);
      const clear = await open(stored, identity);
      if (sha256(clear) !== file.sha256)
        throw new Error(`${file.name} of ${name}/${version} is not the file that was approved`);
      await writeFile(join(directory, sealedName(file.name)), await encrypter.encrypt(clear));
      names.push(sealedName(file.name));
    }
    await writeFile(join(directory, "manifest.json"), formatManifest(manifest));
    return { directory, files: [...names, "manifest.json"] };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
