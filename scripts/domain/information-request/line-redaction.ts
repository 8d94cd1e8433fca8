/** One log line from bytes to what may leave of it: judged, redacted and gated, as in a log-dive. */
import { canonicalJson } from "../canonical-json.ts";
import type { LogProfile } from "../log-profile.ts";
import { fieldValue } from "../log-row.ts";
import { judgeLine, readLine } from "./log-dive.ts";
import { redactRow } from "./redaction.ts";
import { checkReleasedRow, rememberRemoved } from "./redaction-gate.ts";
import type { Pseudonym, Released } from "./redaction-result.ts";
import type { RemovedLedger } from "./removed-ledger.ts";
import type { Scope } from "./scope.ts";

export type LineContext = {
  readonly profiles: ReadonlyMap<string, LogProfile>;
  /** The source of every line; null = each line's own `log_source`, else `application`. */
  readonly source: string | null;
  readonly scope: Scope;
  readonly pseudonym: Pseudonym;
  /** Grows with every line. */
  readonly ledger: RemovedLedger;
};
export type LineResult =
  /** `text`: the row as canonical JSON. */
  | { readonly verdict: "released"; readonly row: Released; readonly text: string }
  | { readonly verdict: "dropped" | "quarantined" | "withheld"; readonly reason: string };

const USUAL_SOURCE = "application";

/** Never throws for what is in a line; reasons hold no value of it. */
export function redactLine(bytes: Uint8Array, context: LineContext): LineResult {
  const { scope, profiles, ledger } = context;
  const source = context.source ?? sourceOf(bytes, profiles);
  const profile = profiles.get(source);
  if (profile === undefined) {
    return scope.log_sources.includes(source)
      ? { verdict: "quarantined", reason: "no_profile" }
      : { verdict: "dropped", reason: "source_not_listed" };
  }
  const judged = judgeLine(bytes, profile, scope);
  if (judged.verdict === "outside") return { verdict: "dropped", reason: judged.reason };
  if (judged.verdict === "quarantined") return judged;
  const redacted = redactRow(judged.row, profile, scope, context.pseudonym);
  if ("withheld" in redacted) return { verdict: "withheld", reason: redacted.withheld };
  rememberRemoved(ledger, redacted.removed, scope, profile);
  const [finding] = checkReleasedRow(redacted.released, ledger, scope, profile);
  return finding === undefined
    ? { verdict: "released", row: redacted.released, text: canonicalJson(redacted.released) }
    : { verdict: "withheld", reason: `gate_${finding.check}_${finding.type}` };
}

/** What the line itself calls its source, in the words of the profiles. */
function sourceOf(bytes: Uint8Array, profiles: ReadonlyMap<string, LogProfile>): string {
  const usual = profiles.get(USUAL_SOURCE);
  const row = usual === undefined ? "no_profile" : readLine(bytes, usual);
  const named = typeof row === "string" ? undefined : fieldValue(row, "log_source");
  if (typeof named !== "string") return USUAL_SOURCE;
  const known = [...profiles.values()].find(({ also_called }) => also_called.includes(named));
  return known?.source ?? named;
}
