// What the tests of the log-dive share: the shipped profiles, one scope, and rows of it.
import { readFileSync } from "node:fs";
import { loadLogProfiles } from "../../scripts/adapters/log-profiles.ts";
import { pseudonymsFor } from "../../scripts/adapters/pseudonym.ts";
import { readLine } from "../../scripts/domain/information-request/log-dive.ts";
import { Scope } from "../../scripts/domain/information-request/scope.ts";
import type { LogProfile } from "../../scripts/domain/log-profile.ts";
import type { LogRow } from "../../scripts/domain/log-row.ts";

export const POLICIES = new URL("../../policies", import.meta.url).pathname;
export const profiles = await loadLogProfiles(POLICIES);
export const scope: Scope = Scope.parse(
  JSON.parse(readFileSync(new URL("../cases/shared/logs-scope.json", import.meta.url), "utf8")),
);
export const { pseudonym } = pseudonymsFor(Buffer.alloc(32, 7), scope.request_id);

export function profileOf(source: string): LogProfile {
  const profile = profiles.get(source);
  if (profile === undefined) throw new Error(`no profile ${source}`);
  return profile;
}

/** An ordinary row of the scope. */
export const BASE: Readonly<Record<string, unknown>> = {
  time: "2026-11-16T12:00:00.000Z",
  severity: "INFO",
  event_type: "deploy_key_added",
  project_id: 9001,
  "meta.project": "acme-corp/payments/api",
  "meta.root_namespace": "acme-corp",
  "meta.user": "acme-jdoe",
  "meta.user_id": 501,
  target: "key laptop",
};

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
/** A value as a line; `undefined` members are left out. */
export const lineOf = (row: unknown): Uint8Array => bytesOf(JSON.stringify(row));

export function rowOfLine(row: unknown, profile: LogProfile): LogRow {
  const read = readLine(lineOf(row), profile);
  if (typeof read === "string") throw new Error(read);
  return read;
}
