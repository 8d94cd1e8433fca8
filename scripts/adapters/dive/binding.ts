/** All that decides what a unit of a dive holds, besides its partition: a later run goes on only where nothing of it changed. */
import { createHash } from "node:crypto";
import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import type { LogStore } from "../../ports/log-store.ts";
import { sha256 } from "../digest.ts";
import type { DiveLimits } from "./unit.ts";

export type Bound = {
  readonly requestSha256: string;
  readonly scope: Scope;
  readonly policySha256: string;
  /** `unknown` where no pipeline says it. */
  readonly codeSha: string;
  readonly keyId: string;
  readonly limits: DiveLimits;
  readonly kind: string;
  readonly store: LogStore;
};

export async function bindingOf(bound: Bound): Promise<Readonly<Record<string, unknown>>> {
  const { scope, store, requestSha256, policySha256, codeSha, keyId, limits, kind } = bound;
  return {
    ...{ request: requestSha256, policy: policySha256, pseudonym_key_id: keyId, limits },
    scope: sha256(canonicalJson(scope)),
    code: codeSha === "unknown" ? await digestOfCode() : codeSha,
    store: { kind, directory: store.directory ? await realpath(store.directory) : null },
  };
}

const SCRIPTS = fileURLToPath(new URL("../..", import.meta.url));

/** Of the files that this process runs, where no commit names them. */
async function digestOfCode(): Promise<string> {
  const hash = createHash("sha256");
  const names = (await readdir(SCRIPTS, { recursive: true })).filter((name) =>
    name.endsWith(".ts"),
  );
  const texts = await Promise.all(names.sort().map((name) => readFile(join(SCRIPTS, name))));
  for (const [at, text] of texts.entries())
    hash.update(`${names[at]} ${text.length}\n`).update(text);
  return hash.digest("hex");
}
