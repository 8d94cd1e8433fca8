/** What the customer may see of one matched row: rebuilt from an allow-list of fields, never the row with parts cut out. */
import type { FieldRule, LogProfile } from "../log-profile.ts";
import { isAmbiguous, type LogRow } from "../log-row.ts";
import { isJsonArray, isJsonNumber, type JsonValue } from "../strict-json.ts";
import { inventoryOf } from "./inventory.ts";
import { releaseField, releaseParams } from "./redaction-fields.ts";
import type {
  FieldContext,
  FieldResult,
  FieldTally,
  Pseudonym,
  Reason,
  Released,
} from "./redaction-result.ts";
import type { Scope } from "./scope.ts";
import { findSecrets } from "./secret-detection.ts";

export type Redacted =
  | {
      readonly released: Released;
      readonly tally: readonly FieldTally[];
      /** Every text that was taken out or replaced: the ledger of the gate (G3). Never written anywhere. */
      readonly removed: readonly string[];
    }
  | { readonly withheld: string };

/** Longest text that is looked at for secrets, in UTF-16 units (R19). */
const SCANNED_TEXT = 64 * 1024;
const UNKNOWN_FIELD = "(unknown)";

/** Redacts one row (R1–R22). A live secret in what would be released, or any exception, withholds the row. */
export function redactRow(
  row: LogRow,
  profile: LogProfile,
  scope: Scope,
  pseudonym: Pseudonym,
): Redacted {
  try {
    return redact({ row, profile, scope, inventory: inventoryOf(scope), pseudonym });
  } catch {
    return { withheld: "exception" };
  }
}

function redact(context: FieldContext): Redacted {
  const released = new Map<string, string | number | boolean>([
    ["log_source", context.profile.source],
  ]);
  const tally: FieldTally[] = [];
  const removed: string[] = [];
  for (const [field, value] of context.row.fields) {
    for (const result of resultsOf(field, value, context)) {
      if (result.value !== undefined) released.set(result.field, result.value);
      const taken = result.action === "kept" ? [] : leavesOf(result.original);
      removed.push(...taken);
      tally.push({
        field: result.field,
        action: result.action,
        reason: taken.some(holdsSecret) ? "SECRET" : result.reason,
      });
    }
  }
  const leaks = [...released.values()].some((value) => holdsSecret(String(value)));
  return leaks
    ? { withheld: "secret_in_released_field" }
    : { released: Object.fromEntries(released), tally, removed };
}

function resultsOf(field: string, value: JsonValue, context: FieldContext): readonly FieldResult[] {
  if (value === null) return [];
  const rule: FieldRule | undefined = context.profile.fields.get(field);
  const gone = (name: string, reason: Reason): FieldResult[] => [
    { field: name, action: "removed", reason, original: value },
  ];
  if (rule === undefined) return gone(UNKNOWN_FIELD, "UNKNOWN_FIELD");
  if (isAmbiguous(context.row, field)) return gone(field, "AMBIGUOUS");
  if (rule.rule === "params") return releaseParams(field, value, rule.keys, context);
  return [releaseField(field, value, rule, context)];
}

const holdsSecret = (text: string): boolean =>
  text.length <= SCANNED_TEXT && findSecrets(text).length > 0;

/** Every scalar inside a value, and the keys of its objects, as text. */
function leavesOf(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value === "boolean") return [];
  if (isJsonNumber(value)) return [value.number];
  if (isJsonArray(value)) return value.flatMap(leavesOf);
  return [...value.members].flatMap(([key, member]) => [key, ...leavesOf(member)]);
}
