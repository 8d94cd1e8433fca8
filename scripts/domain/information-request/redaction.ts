/** What the customer may see of one matched row: rebuilt from an allow-list of fields, never the row with parts cut out. */
import type { FieldRule, LogProfile, SimpleRule } from "../log-profile.ts";
import { isAmbiguous, type LogRow } from "../log-row.ts";
import { isJsonArray, isJsonNumber, type JsonValue } from "../strict-json.ts";
import { inventoryOf } from "./inventory.ts";
import { besideOf, DROP_REASONS, releaseField, releaseParams } from "./redaction-fields.ts";
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
      /** Every text that was taken out or replaced: the ledger of the gate (G3). Kept in the draft until the gate has passed, never in the artefact. */
      readonly removed: readonly string[];
    }
  | { readonly withheld: string };

/** Longest text that is looked at for secrets, in UTF-16 units (R19). */
const SCANNED_TEXT = 64 * 1024;
const UNKNOWN_FIELD = "(unknown)";

/** What became of one value, with all that follows from it. */
type Settled = {
  readonly value: string | number | boolean | undefined;
  readonly tally: FieldTally;
  readonly removed: readonly string[];
  /** A secret stands in what would be released. */
  readonly leaks: boolean;
};
/** One field of the profile, or all that it does not know. Most values repeat from row to row: what became of each is kept. */
type FieldPlan = {
  readonly field: string;
  readonly rule: FieldRule | null;
  readonly texts: Map<string, Settled>;
  /** How often a kept one was of use since all were forgotten; while that is too seldom, none is kept. */
  uses: number;
  keeps: boolean;
  /** What is told of every number, where none may leave. */
  readonly numberGone: FieldTally | null;
};
/** How many values of one field are kept before all are forgotten, and after how many it is asked whether that is of use. */
const REMEMBERED_VALUES = 2048;
const TRIED_VALUES = 256;
/** Longer texts rarely repeat. */
const REMEMBERED_LENGTH = 512;

type Redactor = Omit<FieldContext, "row"> & {
  readonly plans: ReadonlyMap<string, FieldPlan>;
  readonly unknown: FieldPlan;
};
const redactors = new WeakMap<Pseudonym, WeakMap<Scope, WeakMap<LogProfile, Redactor>>>();

/** Redacts one row (R1–R22). A live secret in what would be released, or any exception, withholds the row. */
export function redactRow(
  row: LogRow,
  profile: LogProfile,
  scope: Scope,
  pseudonym: Pseudonym,
): Redacted {
  try {
    return redact(row, redactorOf(profile, scope, pseudonym));
  } catch {
    return { withheld: "exception" };
  }
}

function redactorOf(profile: LogProfile, scope: Scope, pseudonym: Pseudonym): Redactor {
  const byScope = redactors.get(pseudonym) ?? new WeakMap<Scope, WeakMap<LogProfile, Redactor>>();
  redactors.set(pseudonym, byScope);
  const byProfile = byScope.get(scope) ?? new WeakMap<LogProfile, Redactor>();
  byScope.set(scope, byProfile);
  const known = byProfile.get(profile);
  if (known !== undefined) return known;
  const made: Redactor = {
    ...{ profile, scope, inventory: inventoryOf(scope), pseudonym },
    plans: new Map([...profile.fields].map(([field, rule]) => [field, planOf(field, rule)])),
    unknown: planOf(UNKNOWN_FIELD, null),
  };
  byProfile.set(profile, made);
  return made;
}

function planOf(field: string, rule: FieldRule | null): FieldPlan {
  const reason =
    rule === null ? "UNKNOWN_FIELD" : rule.rule === "drop" ? DROP_REASONS[rule.class] : null;
  const numberGone = reason === null ? null : ({ field, action: "removed", reason } as const);
  return { field, rule, texts: new Map(), uses: 0, keeps: true, numberGone };
}

type Output = {
  readonly released: Record<string, string | number | boolean>;
  readonly tally: FieldTally[];
  readonly removed: string[];
  leaks: boolean;
};

function redact(row: LogRow, redactor: Redactor): Redacted {
  const released = { log_source: redactor.profile.source };
  const output: Output = { released, tally: [], removed: [], leaks: false };
  const { profile, scope, inventory, pseudonym } = redactor;
  const context: FieldContext = { row, profile, scope, inventory, pseudonym };
  for (const [field, value] of row.fields) {
    if (value !== null) {
      redactField(redactor.plans.get(field) ?? redactor.unknown, value, context, output);
    }
  }
  return output.leaks ? { withheld: "secret_in_released_field" } : output;
}

function redactField(
  plan: FieldPlan,
  value: JsonValue,
  context: FieldContext,
  output: Output,
): void {
  const { field, rule, numberGone } = plan;
  const certain = context.row.ambiguous.size === 0;
  if (numberGone !== null && isJsonNumber(value) && certain) {
    output.tally.push(numberGone);
    output.removed.push(value.number);
  } else if (rule?.rule === "params" && !isAmbiguous(context.row, field)) {
    for (const result of releaseParams(field, value, rule.keys, context)) {
      put(settled(result, rule.rule), output);
    }
  } else if (typeof value === "string" && value.length <= REMEMBERED_LENGTH && certain) {
    put(remembered(plan, value, context), output);
  } else put(settled(resultOf(plan, value, context), rule?.rule), output);
}

function put({ value, tally, removed, leaks }: Settled, output: Output): void {
  if (leaks) output.leaks = true;
  if (value !== undefined) output.released[tally.field] = value;
  for (const text of removed) output.removed.push(text);
  output.tally.push(tally);
}

/** What became of this text in this field before, else now. */
function remembered(plan: FieldPlan, value: string, context: FieldContext): Settled {
  const { rule } = plan;
  if (!plan.keeps) return settled(resultOf(plan, value, context), rule?.rule);
  const beside = rule === null ? "" : besideOf(rule, context.row);
  const key = beside === "" ? value : beside + value;
  const known = plan.texts.get(key);
  if (known !== undefined) {
    plan.uses += 1;
    return known;
  }
  const made = settled(resultOf(plan, value, context), rule?.rule);
  const { size } = plan.texts;
  if (size === REMEMBERED_VALUES || (size === TRIED_VALUES && plan.uses < size / 4)) forget(plan);
  if (plan.keeps) plan.texts.set(key, made);
  return made;
}

/** A field whose values hardly ever come again, such as an id of each request, is not worth the keeping. */
function forget(plan: FieldPlan): void {
  plan.keeps = plan.uses >= plan.texts.size;
  plan.uses = 0;
  plan.texts.clear();
}

function resultOf(
  { field, rule }: FieldPlan,
  value: JsonValue,
  context: FieldContext,
): FieldResult {
  if (rule === null) return removedWhole(field, "UNKNOWN_FIELD", value);
  if (isAmbiguous(context.row, field)) return removedWhole(field, "AMBIGUOUS", value);
  return releaseField(field, value, rule as SimpleRule, context);
}

const removedWhole = (field: string, reason: Reason, original: JsonValue): FieldResult => ({
  ...{ field, value: undefined, action: "removed", reason, original },
});

const NOTHING: readonly string[] = [];

function settled(
  { field, action, reason, original, value }: FieldResult,
  rule: FieldRule["rule"] | undefined,
): Settled {
  const removed = action === "kept" ? NOTHING : leavesOf(original);
  const secret = !isJsonNumber(original) && removed.some(holdsSecret);
  // Pseudonyms and times are made here, of digits.
  const made = action === "pseudonymised" || rule === "time";
  return {
    value,
    tally: { field, action, reason: secret ? "SECRET" : reason },
    removed,
    leaks: !made && typeof value === "string" && holdsSecret(value),
  };
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
