/** Reads back from the disk what reviewers and the customer will see, and lets it pass the gate of redaction. */
import { randomBytes } from "node:crypto";
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
  context: Pick<ArtefactToCheck, "ledger" | "scope" | "profiles"> & {
    /** Of the request; without it nothing can be sent through the redaction again, and there is no G5 to report. */
    readonly pseudonym?: Pseudonym;
  },
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
  const { pseudonym } = context;
  const probe = pseudonym === undefined ? null : probeAll(scope, profiles, pseudonym);
  const findings: readonly GateFinding[] = [
    ...found,
    ...counts.flatMap((text) => aggregateFindings(text, scope, profiles.values())),
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

/** G5: what is planted is new on every run, and never stands in the artefact itself. */
function probeAll(
  scope: ArtefactToCheck["scope"],
  profiles: ArtefactToCheck["profiles"],
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
