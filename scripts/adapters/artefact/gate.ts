/** Reads back from the disk what reviewers and the customer will see, and lets it pass the gate of redaction. */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { aggregateFindings } from "../../domain/information-request/aggregate.ts";
import {
  type ArtefactContext,
  artefactCheck,
} from "../../domain/information-request/artefact-check.ts";
import type { CountedPages } from "../../domain/information-request/counted-page.ts";
import type { Manifest } from "../../domain/information-request/manifest.ts";
import { GATE_CHECKS, type GateFinding } from "../../domain/information-request/redaction-gate.ts";
import { probeRedaction } from "../../domain/information-request/redaction-probe.ts";
import type { Pseudonym } from "../../domain/information-request/redaction-result.ts";
import { type ArtefactLane, SHOWN_FILES } from "./write.ts";

/** The gate found something in the written artefact: there is no artefact. Names checks, places and types, never a value. */
export class GateRefused extends Error {
  override readonly name = "GateRefused";
  readonly findings: readonly GateFinding[];
  constructor(findings: readonly GateFinding[]) {
    const lines = findings.map(({ check, where, type }) => `  ${check} ${where}: ${type}`);
    super(
      `the redaction gate refused the artefact; nothing was kept. Correct the log profile, then dive again:\n${lines.join("\n")}`,
    );
    this.findings = findings;
  }
}

/**
 * The gate's checks for the manifest, all of them passed.
 * @throws GateRefused when any check found anything
 */
export async function passGate(
  directory: string,
  lane: ArtefactLane,
  context: ArtefactContext & {
    /** What the pages of counts must be. */
    readonly pages: CountedPages;
    /** Of the request; without it nothing can be sent through the redaction again, and there is no G5 to report. */
    readonly pseudonym?: Pseudonym;
  },
): Promise<Manifest["gate"]> {
  const { scope, profiles, pseudonym } = context;
  const found = await checkFiles(directory, lane, context);
  const counts = SHOWN_FILES[lane].filter((name) => name === COUNTS);
  const answers = await Promise.all(counts.map((name) => readFile(join(directory, name), "utf8")));
  const probe = pseudonym === undefined ? null : probeAll(scope, profiles, pseudonym);
  const findings: readonly GateFinding[] = [
    ...found,
    ...answers.flatMap((text) => aggregateFindings(text, scope, profiles.values())),
    ...(probe?.findings ?? []),
  ];
  if (findings.length > 0) throw new GateRefused(findings);
  const passed = { ok: true, findings: 0 };
  const checks = GATE_CHECKS.filter((check) => check !== "G5").map((check) => ({
    check,
    ...passed,
  }));
  return probe === null ? checks : [...checks, { check: "G5", ...passed, planted: probe.planted }];
}

const ROWS = "rows.ndjson";
const COUNTS = "aggregate.json";

/** The rows first, then the other files, each from its beginning to its end. */
async function checkFiles(
  directory: string,
  lane: ArtefactLane,
  context: ArtefactContext & { readonly pages: CountedPages },
): Promise<readonly GateFinding[]> {
  const check = artefactCheck(context);
  const names = SHOWN_FILES[lane];
  for (const name of names.filter((one) => one === ROWS)) {
    for await (const lines of wholeLines(join(directory, name)))
      for (const line of lines.split("\n")) if (line !== "") check.row(line);
  }
  for (const name of names.filter((one) => one !== ROWS)) {
    const file = check.file(name, context.pages.get(name));
    for await (const lines of wholeLines(join(directory, name))) file.add(lines);
    file.end();
  }
  return check.findings();
}

/** A text file in pieces that end with a line end, but for the last. */
async function* wholeLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
    const end = chunk.lastIndexOf("\n") + 1;
    if (end > 0) yield rest + chunk.slice(0, end);
    rest = end > 0 ? chunk.slice(end) : rest + chunk;
  }
  if (rest !== "") yield rest;
}

/** G5: what is planted is new on every run, and never stands in the artefact itself. */
function probeAll(
  scope: ArtefactContext["scope"],
  profiles: ArtefactContext["profiles"],
  pseudonym: Pseudonym,
): { readonly planted: number; readonly findings: readonly GateFinding[] } {
  const canaryOf = (): string => `canary${randomBytes(8).toString("hex")}`;
  const results = [...profiles.values()].map((profile) => ({
    source: profile.source,
    ...probeRedaction(profile, scope, pseudonym, canaryOf),
  }));
  return {
    planted: results.reduce((sum, { planted }) => sum + planted, 0),
    findings: results
      .filter(({ out }) => out > 0)
      .map(({ source }) => ({ check: "G5", where: source, type: "canary" })),
  };
}
