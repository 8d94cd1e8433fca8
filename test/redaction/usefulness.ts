// What is left for the customer: of ordinary rows of the request, the share of values that leave as they are, and what became of the rest.
import { readLine } from "../../scripts/domain/information-request/log-dive.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import type { FieldTally } from "../../scripts/domain/information-request/redaction-result.ts";
import type { Scope } from "../../scripts/domain/information-request/scope.ts";
import { diceOf } from "./dice.ts";
import { profileOf, pseudonym, scope, sources } from "./fixture.ts";
import { rowOf } from "./rows.ts";

export type Usefulness = Record<FieldTally["action"], number> & {
  /** Of what did not leave as it was: how many by `action reason rule`. */
  readonly changed: ReadonlyMap<string, number>;
};

/** Counts values of the fields that a profile lets out at all; GitLab's own counters and texts never leave. */
export function usefulness(seed: number, rows: number, asked: Scope = scope): Usefulness {
  const dice = diceOf(seed);
  const changed = new Map<string, number>();
  const counts = { kept: 0, pseudonymised: 0, removed: 0 };
  for (let at = 0; at < rows; at += 1) {
    const profile = profileOf(sources[at % sources.length] as string);
    const row = readLine(Buffer.from(JSON.stringify(rowOf(profile, dice))), profile);
    if (typeof row === "string") throw new Error(row);
    const redacted = redactRow(row, profile, asked, pseudonym);
    if ("withheld" in redacted) throw new Error(redacted.withheld);
    for (const { field, action, reason } of redacted.tally) {
      const rule = profile.fields.get(field.startsWith("params.") ? "params" : field)?.rule;
      if (rule === undefined || rule === "drop") continue;
      counts[action] += 1;
      if (reason === null) continue;
      const what = `${action} ${reason} ${rule}`;
      changed.set(what, (changed.get(what) ?? 0) + 1);
    }
  }
  return { ...counts, changed };
}
