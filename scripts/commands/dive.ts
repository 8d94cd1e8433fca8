// `seclog dive`: the log-dive of one request, offline: from an archive to a redacted artefact with its manifest.
import { join } from "node:path";
import { TargetExists } from "../adapters/artefact/draft.ts";
import { createCollector, UnknownSource } from "../adapters/collector.ts";
import { DIVE_LIMITS, type Progress } from "../adapters/dive-reading.ts";
import { loadEventTypes } from "../adapters/event-types.ts";
import { loadHandOver } from "../adapters/hand-over-policy.ts";
import { loadLogProfiles } from "../adapters/log-profiles.ts";
import { UnusableStore } from "../adapters/log-stores/unusable-store.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import { masterKey, pseudonymsFor } from "../adapters/pseudonym.ts";
import { eventTypeNames } from "../domain/event-type.ts";
import type { Manifest } from "../domain/information-request/manifest.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";
import { readDiveInput } from "./dive-input.ts";

/** Where the key of the pseudonyms is kept when the environment gives none. */
const KEY_FILE = join(".seclog", "pseudonym.key");

export const command: Command = {
  name: "dive",
  summary: "the log-dive of one request: reads an archive, writes a redacted artefact",
  usage: "REQUEST.yaml --store URL --out DIR [--scope SCOPE.json] [--now T]",
  help: `
Reads the log lines that the request may see and nothing else, redacts them, checks the result once more, and writes the
artefact directory: rows.ndjson, rows.csv, summary.md, withheld.json, manifest.json, and evidence/ (original lines,
never handed over). DIR appears only when all of it is written.

--store file:DIR    an archive: source=<source>/date=<day>/*.ndjson[.gz|.zst], <source>/<day>/…, or GitLab's file names
--store elasticsearch+https://HOST    a search engine, also opensearch+https://; the indices are in the log profiles, the
                    credentials in SECLOG_LOG_STORE_API_KEY, or SECLOG_LOG_STORE_USER and SECLOG_LOG_STORE_PASSWORD
--store bigquery:PROJECT.DATASET      one table for each log source; SECLOG_LOG_STORE_MAX_BYTES limits what it may cost
--scope SCOPE.json  the inventory of ids behind the request; without it paths and user names decide alone
--now T             time of the run, RFC 3339
--json              prints the manifest

Exit codes: 0 complete, 1 incomplete (the artefact says so) or failed, 2 bad input.
Example: seclog dive requests/information-request/2026/IR-2026-0042.yaml --store file:archive --out artefact`,
  options: {
    store: { type: "string" },
    out: { type: "string" },
    scope: { type: "string" },
    now: { type: "string" },
    policies: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const given = (name: string): string | undefined =>
      typeof values[name] === "string" ? values[name] : undefined;
    const folder = given("policies") ?? POLICY_FOLDER;
    const profiles = await loadLogProfiles(folder);
    const eventTypes = eventTypeNames(await loadEventTypes(folder));
    const input = await readDiveInput(
      positionals,
      given,
      terminal.now,
      { profiles, eventTypes },
      terminal.env,
    );
    if ("faults" in input) return refuse(terminal, input.faults);
    const handOver = await loadHandOver(folder);
    const key = await masterKey(terminal.env["SECLOG_PSEUDONYM_KEY"] || undefined, KEY_FILE);
    const collector = createCollector({
      store: input.store,
      profiles: [...profiles.values()],
      directoryOf: () => input.out,
      pseudonymsOf: (requestId) => pseudonymsFor(key, requestId),
      codeSha: terminal.env["CI_COMMIT_SHA"] || "unknown",
      now: input.now,
      keepFor: handOver.artefact_expires_after,
      recipients: { reviewers: [], evidence: [] },
      limits: DIVE_LIMITS,
      onProgress: progressOn(terminal),
      signal: terminal.signal,
    });
    try {
      const { request, requestSha256, scope } = input;
      const lane = request.lane ?? "rows";
      const { manifest } = await collector.collect(request, requestSha256, scope, lane);
      report(terminal, manifest, input.out, values["json"] === true);
      return manifest.complete ? EXIT.done : EXIT.failed;
    } catch (error) {
      if (isBadInput(error)) return refuse(terminal, [error.message]);
      terminal.complain(`seclog dive: ${messageOf(error, terminal.signal)}\n`);
      return EXIT.failed;
    }
  },
};

const isBadInput = (error: unknown): error is Error =>
  error instanceof UnknownSource || error instanceof UnusableStore || error instanceof TargetExists;

function refuse(terminal: Terminal, faults: readonly string[]): number {
  terminal.complain(
    `seclog dive: nothing was read.\n${faults.map((fault) => `  ${fault}\n`).join("")}`,
  );
  return EXIT.badInput;
}

const messageOf = (error: unknown, signal: AbortSignal): string => {
  if (signal.aborted) return "cancelled; nothing was written";
  return error instanceof Error ? error.message : "an unknown fault";
};

/** A bar that stays on its line in a terminal; elsewhere one line for every tenth of the bytes. */
function progressOn(terminal: Terminal): (progress: Progress) => void {
  let tenth = 0;
  return ({ doneBytes, bytes, doneObjects, objects, rows }) => {
    // A search engine does not tell bytes.
    const share = bytes > 0 ? doneBytes / bytes : objects > 0 ? doneObjects / objects : 1;
    const counts = `${doneObjects} of ${objects} ${bytes > 0 ? "files" : "parts"}, ${rows} rows`;
    if (terminal.interactive) {
      const bar = "█".repeat(Math.round(share * 30)).padEnd(30, "░");
      terminal.complain(
        `\r${bar} ${Math.round(share * 100)} %  ${counts}${doneObjects === objects ? "\n" : ""}`,
      );
    } else if (Math.floor(share * 10) > tenth || doneObjects === objects) {
      tenth = Math.floor(share * 10);
      terminal.complain(`log-dive: ${Math.round(share * 100)} %, ${counts}\n`);
    }
  };
}

function report(terminal: Terminal, manifest: Manifest, out: string, json: boolean): void {
  if (json) {
    terminal.write(`${JSON.stringify(manifest)}\n`);
    return;
  }
  const total = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  const lines = manifest.sources.map(
    ({ source, scanned, matched, released, withheld, quarantined, missing, broken }) =>
      `  ${source}: ${scanned} lines read, ${matched} matched, ${released} released, ${total(withheld)} withheld, ${total(quarantined)} quarantined` +
      `${missing.length === 0 ? "" : `; ${missing.length} days missing (${missing.join(", ")})`}` +
      `${broken.length === 0 ? "" : `; ${broken.length} files not read to their end`}`,
  );
  const head = manifest.complete
    ? `${manifest.request.id}: complete, ${manifest.rows.count} rows`
    : `${manifest.request.id}: INCOMPLETE, cannot be released; ${manifest.rows.count} rows`;
  terminal.write(
    `${[head, ...lines, `artefact ${manifest.artefact.sha256}`, `written to ${out}`].join("\n")}\n`,
  );
}
