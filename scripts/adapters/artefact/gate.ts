/** Reads back from the disk what reviewers and the customer will see, and lets it pass the gate of redaction. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { aggregateFindings } from "../../domain/information-request/aggregate.ts";
import type { Manifest } from "../../domain/information-request/manifest.ts";
import {
  type ArtefactToCheck,
  checkArtefact,
  GATE_CHECKS,
  type GateFinding,
} from "../../domain/information-request/redaction-gate.ts";
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
  context: Pick<ArtefactToCheck, "ledger" | "scope" | "profiles">,
): Promise<Manifest["gate"]> {
  const texts = await Promise.all(
    SHOWN_FILES[lane].map(async (name) => ({
      name,
      text: await readFile(join(directory, name), "utf8"),
    })),
  );
  const rows = texts.filter(({ name }) => name === "rows.ndjson").map(({ text }) => text);
  const counts = texts.filter(({ name }) => name === "aggregate.json").map(({ text }) => text);
  const { scope, profiles } = context;
  const found = checkArtefact({
    ...context,
    rows: rows.flatMap((text) => text.split("\n")).filter((line) => line !== ""),
    files: texts.filter(({ name }) => name !== "rows.ndjson"),
    canaries: [],
  });
  const findings = [
    ...found,
    ...counts.flatMap((text) => aggregateFindings(text, scope, profiles.values())),
  ];
  if (findings.length > 0) throw new GateRefused(findings);
  // A check that had nothing to look for did not pass: without planted canaries there is no G5 to report.
  return GATE_CHECKS.filter((check) => check !== "G5").map((check) => ({
    check,
    ok: true,
    findings: 0,
  }));
}
