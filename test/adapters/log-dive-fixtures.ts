/** What the tests of the log-dive share: the scope of the shared cases, the shipped profiles, throw-away archives. */
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadLogProfiles } from "../../scripts/adapters/log-profiles.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { Scope } from "../../scripts/domain/information-request/scope.ts";

const shared = new URL("../cases/shared/logs-scope.json", import.meta.url);

export const profiles = await loadLogProfiles(POLICY_FOLDER);

export function profileOf(source: string) {
  const profile = profiles.get(source);
  if (profile === undefined) throw new Error(`no profile ${source}`);
  return profile;
}

export function scopeOf(change: Partial<Scope> = {}): Scope {
  return Scope.parse({ ...JSON.parse(readFileSync(shared, "utf8")), ...change });
}

export const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), "seclog-dive-"));

/** Files by path below a fresh directory. */
export async function archiveOf(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const root = await temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}
