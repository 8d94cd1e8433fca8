/** What the tests of the log-dive share: the scope of the shared cases and the shipped profiles. */
import { readFileSync } from "node:fs";
import { Scope } from "../../scripts/domain/information-request/scope.ts";
import type { LogProfile } from "../../scripts/domain/log-profile.ts";

const shared = new URL("../cases/shared/logs-scope.json", import.meta.url);

export function scopeOf(change: Partial<Scope> = {}): Scope {
  return Scope.parse({ ...JSON.parse(readFileSync(shared, "utf8")), ...change });
}
export async function loadProfiles(sources: readonly string[]): Promise<LogProfile[]> {
  return sources.map((source) => ({ apiVersion: "v1", kind: "log_profile", source }) as LogProfile);
}
