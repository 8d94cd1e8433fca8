// Opens a released artefact, verifies every byte against its manifest, and encrypts it anew for the people who hand it over.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtefactChanged } from "../../domain/information-request/hand-over.ts";
import type { ManifestFile } from "../../domain/information-request/manifest.ts";
import { artefactDigest } from "../../domain/information-request/manifest-file.ts";
import type { StoredArtefact } from "../../domain/information-request/observation.ts";
import { closingFile } from "../../domain/information-request/receipt.ts";
import type { ForgeReader, ProjectRef } from "../../ports/forge.ts";
import { sha256 } from "../digest.ts";
import { encrypterFor, open, sealedName } from "./seal.ts";

export type HandOverOptions = {
  readonly forge: Pick<ForgeReader, "packageFile" | "packageFiles">;
  readonly project: ProjectRef;
  /** `AGE-SECRET-KEY-1…`, one of the reviewers' recipients: what hand-over opens with. */
  readonly identity: string | undefined;
  /** Public keys of those who talk to the customer. */
  readonly recipients: readonly string[];
  readonly workDirectory: string;
};

/**
 * The evidence stays where it is: it is never handed over.
 * @returns directory and file names to publish, `manifest.json` or `receipt.json` last
 * @throws ArtefactChanged when a file is missing or its bytes are not those that the reviewers approved; Error when
 *   there is no key that opens it, or GitLab cannot be read
 */
export async function sealForHandOver(
  { id, name, version, manifest }: StoredArtefact,
  options: HandOverOptions,
): Promise<{ readonly directory: string; readonly files: readonly string[] }> {
  const { identity, recipients } = options;
  if (identity === undefined)
    throw new Error("SECLOG_ARTEFACT_KEY is not set: the released artefact cannot be opened");
  if (artefactDigest(manifest.files, sha256) !== manifest.artefact.sha256)
    throw new ArtefactChanged(
      `the manifest of ${name}/${version} does not add up to the approved digest`,
    );
  const encrypter = encrypterFor(recipients, "hand_over");
  await mkdir(options.workDirectory, { recursive: true });
  const directory = await mkdtemp(join(options.workDirectory, `${name}-hand-over-`));
  try {
    const names: string[] = [];
    for (const file of manifest.files.filter(({ restricted }) => !restricted)) {
      const clear = await approvedFile({ id, name, version }, file, identity, options);
      await writeFile(join(directory, sealedName(file.name)), await encrypter.encrypt(clear));
      names.push(sealedName(file.name));
    }
    const closing = closingFile(manifest);
    await writeFile(join(directory, closing.name), closing.text);
    return { directory, files: [...names, closing.name] };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

type Stored = Pick<StoredArtefact, "id" | "name" | "version">;

/** A download may be cut short or garbled on its way: only what comes twice is what is stored. */
async function approvedFile(
  stored: Stored,
  file: ManifestFile,
  identity: string,
  options: HandOverOptions,
): Promise<Uint8Array> {
  const sealed = await download(stored, file.name, options);
  try {
    return await verified(sealed, stored, file, identity);
  } catch (error) {
    if (!(error instanceof ArtefactChanged)) throw error;
    if (sha256(sealed) === sha256(await download(stored, file.name, options))) throw error;
    throw new Error(`${file.name} of ${stored.name}/${stored.version} came differently twice`);
  }
}

async function download(
  stored: Stored,
  file: string,
  options: HandOverOptions,
): Promise<Uint8Array> {
  const { forge, project } = options;
  const bytes = await forge.packageFile(project, stored.name, stored.version, sealedName(file));
  if (bytes === null) throw await notFound(options, stored, file);
  return bytes;
}

async function verified(
  sealed: Uint8Array,
  { name, version }: Stored,
  file: ManifestFile,
  identity: string,
): Promise<Uint8Array> {
  const clear = await opened(sealed, identity, file.name);
  if (sha256(clear) !== file.sha256)
    throw new ArtefactChanged(
      `${file.name} of ${name}/${version} is not the file that was approved`,
    );
  return clear;
}

/** A file that is listed but answered with 404 could not be read; only one that is not listed is gone. */
async function notFound(
  { forge, project }: HandOverOptions,
  { id, name, version }: Stored,
  file: string,
): Promise<Error> {
  const listed = await forge.packageFiles(project, id);
  return listed.some(({ name: stands }) => stands === sealedName(file))
    ? new Error(`${sealedName(file)} of ${name}/${version} is listed but cannot be read`)
    : new ArtefactChanged(`${name}/${version} has no ${sealedName(file)}`);
}

/** age tells a key that is none of the recipients' from bytes that were changed. */
async function opened(sealed: Uint8Array, identity: string, name: string): Promise<Uint8Array> {
  try {
    return await open(sealed, identity);
  } catch (error) {
    if (error instanceof Error && /no identity matched/.test(error.message))
      throw new Error(
        "SECLOG_ARTEFACT_KEY cannot open the artefact: its public key was not among the reviewers",
      );
    throw new ArtefactChanged(`${name} is not the file that was sealed for the reviewers`);
  }
}
