/** Pseudonyms keyed per request (R11): HMAC-SHA256, so that nobody without the key can test a guess, and no two requests can be joined. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Pseudonym } from "../domain/information-request/redaction-result.ts";

export type Pseudonyms = {
  /** Tells which key was used, without telling the key: for the manifest. */
  readonly keyId: string;
  /** Of the request alone; it goes to the threads of a dive, and nowhere else. */
  readonly key: Uint8Array;
  readonly pseudonym: Pseudonym;
};

/** Bumped when the canonical form of a value changes: old and new pseudonyms must not look alike. */
const VERSION = "v1";
const SHORTEST_KEY = 32;
/** How many pseudonyms are kept before all are forgotten: the same people and addresses come back row after row. */
const REMEMBERED = 8192;

/** The pseudonyms of one request under the master key; the same value of a kind gives the same 64 bits on every run. */
export function pseudonymsFor(master: Uint8Array, requestId: string): Pseudonyms {
  return pseudonymsOfKey(createHmac("sha256", master).update(requestId).digest());
}

/** @param key of one request */
export function pseudonymsOfKey(key: Uint8Array): Pseudonyms {
  const keyId = createHash("sha256").update("key-id|").update(key).digest("hex").slice(0, 16);
  const known = new Map<string, string>();
  const pseudonym: Pseudonym = (kind, value) => {
    const named = `${VERSION}|${kind}|${value}`;
    const before = known.get(named);
    if (before !== undefined) return before;
    const made = `${kind}-${createHmac("sha256", key).update(named).digest("hex").slice(0, 16)}`;
    if (known.size >= REMEMBERED) known.clear();
    known.set(named, made);
    return made;
  };
  return { keyId, key, pseudonym };
}

/**
 * The master key: the text of `SECLOG_PSEUDONYM_KEY` where it is set, else a random one that is made once and kept in
 * `file`, readable by its owner alone.
 * @throws Error when the key is shorter than 32 bytes, which could be guessed.
 */
export async function masterKey(
  fromEnvironment: string | undefined,
  file: string,
): Promise<Uint8Array> {
  if (fromEnvironment !== undefined)
    return longEnough(Buffer.from(fromEnvironment), "SECLOG_PSEUDONYM_KEY");
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = randomBytes(SHORTEST_KEY).toString("hex");
  // A link appears with the whole key behind it: of two runs that start at once one makes it, and neither reads half of it.
  const draft = `${file}.${randomBytes(8).toString("hex")}`;
  await writeFile(draft, fresh, { flag: "wx", mode: 0o600 });
  await link(draft, file)
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    })
    .finally(() => unlink(draft));
  return longEnough(await readFile(file), file);
}

function longEnough(key: Uint8Array, name: string): Uint8Array {
  if (key.length >= SHORTEST_KEY) return key;
  throw new Error(`${name} has ${key.length} bytes; use at least ${SHORTEST_KEY} random ones`);
}
