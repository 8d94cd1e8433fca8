// One request with all it takes to redact for it: the shipped profiles, the shared scope widened to every source, a fixed key.
import { readFileSync } from "node:fs";
import { loadLogProfiles } from "../../scripts/adapters/log-profiles.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { pseudonymsFor } from "../../scripts/adapters/pseudonym.ts";
import { Scope } from "../../scripts/domain/information-request/scope.ts";
import type { LogProfile } from "../../scripts/domain/log-profile.ts";

export const profiles = await loadLogProfiles(POLICY_FOLDER);
export const sources: readonly string[] = [...profiles.keys()];
export const scope: Scope = Scope.parse({
  ...JSON.parse(readFileSync(new URL("../cases/shared/logs-scope.json", import.meta.url), "utf8")),
  log_sources: sources,
});
export const { pseudonym } = pseudonymsFor(Buffer.alloc(32, 7), scope.request_id);

export function profileOf(source: string): LogProfile {
  const profile = profiles.get(source);
  if (profile === undefined) throw new Error(`no profile ${source}`);
  return profile;
}
