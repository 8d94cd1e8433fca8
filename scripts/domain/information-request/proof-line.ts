/** One line of evidence, judged and redacted again: what it must have become. */
import { canonicalJson } from "../canonical-json.ts";
import type { LogProfile } from "../log-profile.ts";
import { eventOf } from "./artefact.ts";
import {
  CUT_LINE_BYTES,
  evidenceBytes,
  type MatchedLine,
  type QuarantinedLine,
} from "./evidence.ts";
import { judgeLine } from "./log-dive.ts";
import type { PseudonymLinks } from "./pseudonym-links.ts";
import { redactRow } from "./redaction.ts";
import type { FieldTally, Pseudonym, Released } from "./redaction-result.ts";
import type { Scope } from "./scope.ts";

export type ProofContext = {
  readonly scope: Scope;
  readonly profiles: ReadonlyMap<string, LogProfile>;
  /** The true pseudonyms, or stand-ins of the same shape where the key is not known. */
  readonly pseudonym: Pseudonym;
};

export type DerivedLine =
  | {
      readonly is: "row";
      readonly source: string;
      readonly time: string;
      readonly released: Released;
      readonly event: string;
      readonly tally: readonly FieldTally[];
      readonly removed: readonly string[];
    }
  | { readonly is: "withheld"; readonly reason: string }
  /** Why the line may not be here at all. */
  | { readonly is: "fault"; readonly message: string };

const fault = (message: string): DerivedLine => ({ is: "fault", message });

/** What a matched line gives: judged again from its bytes alone. No message holds a value of the line. */
export function deriveMatched(line: MatchedLine, context: ProofContext): DerivedLine {
  const judged = judge(line, context);
  if (typeof judged === "string") return fault(judged);
  const { profile, verdict } = judged;
  if (verdict.verdict !== "matched")
    return fault(`is not in the scope of the request: ${verdict.verdict}, ${verdict.reason}`);
  const { scope, pseudonym } = context;
  const redacted = redactRow(verdict.row, profile, scope, pseudonym);
  if ("withheld" in redacted)
    return line.withheld === redacted.withheld
      ? { is: "withheld", reason: redacted.withheld }
      : fault(`must be withheld: ${redacted.withheld}`);
  if (line.withheld !== undefined)
    return fault(`is withheld (${JSON.stringify(line.withheld)}), but can be released`);
  const event = eventOf(verdict.row, redacted.released, profile, scope);
  const { source } = line;
  return { is: "row", source, time: verdict.time, event, ...redacted };
}

/** Why a line does not belong in quarantine; null = it does. */
export function quarantineFault(line: QuarantinedLine, context: ProofContext): string | null {
  const judged = judge(line, context);
  if (typeof judged === "string") return judged;
  const { verdict, length } = judged;
  if (line.cut === true) {
    if (line.reason !== "too_large") return "is cut, but not quarantined as too_large";
    return length === CUT_LINE_BYTES ? null : "is said to be cut, but is not as long as a cut line";
  }
  if (verdict.verdict !== "quarantined")
    return `can be judged: it is ${verdict.verdict === "matched" ? "in the scope" : `outside, ${verdict.reason}`}`;
  return verdict.reason === line.reason
    ? null
    : `is in quarantine for ${JSON.stringify(line.reason)}, but the reason is ${verdict.reason}`;
}

function judge(line: MatchedLine | QuarantinedLine, { scope, profiles }: ProofContext) {
  const profile = profiles.get(line.source);
  const bytes = evidenceBytes(line);
  if (bytes === null) return "gives no bytes, or two versions of them";
  if (profile === undefined || !scope.log_sources.includes(line.source))
    return "is of a log source that the request does not name";
  return { profile, length: bytes.length, verdict: judgeLine(bytes, profile, scope) };
}

/**
 * Why a shown row is not the one that its evidence gives; null = it is.
 * @param links null where the key is known: then every byte must be equal
 */
export function rowFault(
  shown: string,
  derived: string,
  links: PseudonymLinks | null,
): string | null {
  if (shown === derived) return null;
  if (links?.agree(shown, derived) === true) return null;
  const [left, right] = [membersOf(shown), membersOf(derived)];
  if (left === null || right === null) return "is not a row in canonical form";
  // A name that only the shown row has may be anything: it is not repeated.
  const changed = [...right.keys()].filter((field) => left.get(field) !== right.get(field));
  const added = [...left.keys()].filter((field) => !right.has(field)).length;
  const what = [
    ...changed.filter((field) => !left.has(field)).map((field) => `lacks ${field}`),
    ...changed
      .filter((field) => left.has(field) && differs(left.get(field), right.get(field), links))
      .map((field) => `has another ${field}`),
    ...(added === 0 ? [] : [`has ${added} more ${added === 1 ? "field" : "fields"}`]),
  ];
  return `is not what its evidence gives: ${what.join(", ")}`;
}

const differs = (
  shown: string | undefined,
  derived: string | undefined,
  links: PseudonymLinks | null,
): boolean => links === null || !links.agree(shown as string, derived as string);

/** The members of a row as JSON text by name; null for what is no row in canonical form. */
function membersOf(text: string): ReadonlyMap<string, string> | null {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row !== "object" || row === null || canonicalJson(row) !== text) return null;
    return new Map(Object.entries(row).map(([name, value]) => [name, canonicalJson(value)]));
  } catch {
    return null;
  }
}
