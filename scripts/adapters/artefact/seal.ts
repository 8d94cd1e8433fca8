/** Encrypts the files of an artefact for their readers with age (https://age-encryption.org/v1); stock `age -d` opens them. */
import { createReadStream } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import type { Manifest } from "../../domain/information-request/manifest.ts";

/** Public keys (`age1…`) of those who may open the files that reviewers see, and of those who may open the evidence. */
export type Recipients = {
  readonly reviewers: readonly string[];
  readonly evidence: readonly string[];
};

/** Sealing is not possible as configured; nothing was written. The message says what to change. */
export class CannotSeal extends Error {
  override readonly name = "CannotSeal";
}

/**
 * Writes `<name>.age` for every file of the manifest into a new directory, and `manifest.json` in clear (digests and counts only).
 * Evidence is encrypted to the evidence recipients alone. A directory `target` appears only when it is whole.
 * Folders are flattened (`evidence/matched.ndjson` → `evidence.matched.ndjson.age`): packages have no folders.
 * @returns names of the written files, `manifest.json` last
 * @throws CannotSeal when a group of recipients is empty or holds a key that age does not know
 */
export async function sealArtefact(
  source: string,
  manifest: Pick<Manifest, "files">,
  recipients: Recipients,
  target: string,
): Promise<readonly string[]> {
  const work = manifest.files.map((file) => {
    const group = file.restricted ? "evidence" : "reviewers";
    return { file, encrypter: encrypterFor(recipients[group], group) };
  });
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(`${target}.part-`);
  try {
    const names: string[] = [];
    for (const { file, encrypter } of work) {
      const name = sealedName(file.name);
      const clear = ReadableStream.from(bytesOf(join(source, file.name)));
      // As it is: a Node stream made of it may fail before anybody listens, which ends the process.
      await writeFile(join(draft, name), await encrypter.encrypt(clear));
      names.push(name);
    }
    await copyFile(join(source, "manifest.json"), join(draft, "manifest.json"));
    await rename(draft, target);
    return [...names, "manifest.json"];
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** A file is opened when it is asked for: before that nobody would hear that it cannot be. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
}

export const sealedName = (name: string): string => `${name.replaceAll("/", ".")}.age`;

/**
 * The clear bytes of one sealed file.
 * @param identity `AGE-SECRET-KEY-1…`
 * @throws Error when the identity is not one of the recipients or the file was changed
 */
export async function open(sealed: Uint8Array, identity: string): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(sealed);
}

/** @throws CannotSeal when there are no recipients, or one is no age public key */
export function encrypterFor(
  recipients: readonly string[],
  group: keyof Recipients | "hand_over",
): Encrypter {
  if (recipients.length === 0) {
    throw new CannotSeal(
      `no age recipients for ${group}: add a public key (age1…) to recipients.${group} in policies/teams.yaml`,
    );
  }
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw new CannotSeal(
        `recipients.${group}: ${JSON.stringify(recipient)} is no age public key; make one with age-keygen and give the line that starts with age1`,
      );
    }
  }
  return encrypter;
}

/** A fresh key pair: the identity opens, the recipient (public key) seals. */
export async function newIdentity(): Promise<{
  readonly identity: string;
  readonly recipient: string;
}> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The public key (`age1…`) of an identity. @throws Error when age does not know the identity */
export const recipientOf = (identity: string): Promise<string> => identityToRecipient(identity);
