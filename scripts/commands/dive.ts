// `seclog dive`: the log-dive of one request, offline: from an archive to a redacted artefact with its manifest.
import { join } from "node:path";
import { TargetExists } from "../adapters/artefact/draft.ts";
import { TargetBusy } from "../adapters/artefact/draft-lock.ts";
import { createCollector, leftBy, UnknownSource } from "../adapters/dive/collector.ts";
import { DIVE_LIMITS } from "../adapters/dive/reading.ts";
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
import { progressOn } from "./dive-progress.ts";

/** Where the key of the pseudonyms is kept when the environment gives none. */
const KEY_FILE = join(".seclog", "pseudonym.key");

export const command: Command = {
  name: "dive",
  usage: "REQUEST.yaml --store URL --out DIR [--scope SCOPE.json] [--now T] [--workers N]",
  help: `
Reads the log lines that the request may see and nothing else, redacts them, checks the result once more, and writes the
artefact directory: rows.ndjson, rows.csv, summary.md, withheld.json, manifest.json, and evidence/ (original lines,
never handed over). DIR appears only when all of it is written. A run that was stopped leaves what it has read in
DIR.part, original lines in clear: the same command goes on from there; remove DIR.part when you do not want that.

--store file:DIR    an archive: source=<source>/date=<day>/*.ndjson[.gz|.zst], <source>/<day>/…, or GitLab's file names
--store elasticsearch+https://HOST    a search engine, also opensearch+https://; the indices are in the log profiles, the
                    credentials in SECLOG_LOG_STORE_API_KEY, or SECLOG_LOG_STORE_USER and SECLOG_LOG_STORE_PASSWORD
--store bigquery:PROJECT.DATASET      one table for each log source; SECLOG_LOG_STORE_MAX_BYTES limits what it may cost
--scope SCOPE.json  the inventory of ids behind the request, of nobody and no time beyond it; without it paths and user names
                    decide alone
--now T             time of the run, RFC 3339
--workers N         threads that read an archive, 1 to 64; without it as many as machine and archive call for. The bytes
                    of the artefact are the same for any number
--json              prints the manifest

Exit codes: 0 complete, 1 incomplete (the artefact says so) or failed, 2 bad input.
Example: seclog dive requests/information-request/2026/IR-2026-0042.yaml --store file:archive --out artefact`,
  options: {
    store: { type: "string" },
    out: { type: "string" },
    scope: { type: "string" },
    now: { type: "string" },
    workers: { type: "string" },
    policies: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const given = (name: string): string | undefined =>
      typeof values[name] === "string" ? values[name] : undefined;
    const workers = workersOf(given("workers"));
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
    const faults = [
      ...(workers === null ? [`--workers ${given("workers")} is no number from 1 to 64`] : []),
      ...("faults" in input ? input.faults : []),
    ];
    if (workers === null || "faults" in input) return refuse(terminal, faults);
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
      ...workers,
      resumes: true,
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
      const left = (await leftBy(input.out))
        ? `; the same command goes on from ${input.out}.part`
        : "";
      terminal.complain(`seclog dive: ${messageOf(error, terminal.signal)}${left}\n`);
      return EXIT.failed;
    }
  },
};

const isBadInput = (error: unknown): error is Error =>
  [UnknownSource, UnusableStore, TargetExists, TargetBusy].some((kind) => error instanceof kind);

/** Nothing where nobody asked; null when what was asked for is no number of threads. */
function workersOf(text: string | undefined): { readonly workers?: number } | null {
  if (text === undefined) return {};
  return /^(?:[1-9]|[1-5]\d|6[0-4])$/.test(text) ? { workers: Number(text) } : null;
}

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

/** Files that are named on the terminal. */
const BROKEN_SHOWN = 5;

function brokenFiles(broken: Manifest["sources"][number]["broken"]): string {
  if (broken.length === 0) return "";
  const named = broken.slice(0, BROKEN_SHOWN).map(({ object, reason }) => `${object}: ${reason}`);
  const others = broken.length > BROKEN_SHOWN ? ["the others are in manifest.json"] : [];
  return [`; not read to their end: ${broken.length}`, ...named, ...others].join("\n    ");
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
      brokenFiles(broken),
  );
  const head = manifest.complete
    ? `${manifest.request.id}: complete, ${manifest.rows.count} rows`
    : `${manifest.request.id}: INCOMPLETE, cannot be released; ${manifest.rows.count} rows`;
  terminal.write(
    `${[head, ...lines, `artefact ${manifest.artefact.sha256}`, `written to ${out}`].join("\n")}\n`,
  );
}
