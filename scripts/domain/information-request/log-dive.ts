/** The one judgement that every row of every store passes: inside the request, outside of it, or for a person to look at. */
import type { LogProfile } from "../log-profile.ts";
import { fieldValue, isAmbiguous, type LogRow, rowOf, textsAt } from "../log-row.ts";
import type { QueryRecipe, RecipeCondition } from "../query-recipe.ts";
import { isJsonObject, parseStrictJson } from "../strict-json.ts";
import { type Inventory, inventoryOf } from "./inventory.ts";
import { judgeTenant } from "./log-dive-tenant.ts";
import { canonicalInstant } from "./log-dive-time.ts";
import type { Scope } from "./scope.ts";

/** Longest line that is read, in bytes; deepest nesting (R19). */
export const MAX_LINE_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;

export type LineVerdict =
  /** `time`: UTC with nine digits of fraction, so that texts sort as instants do. */
  | { readonly verdict: "matched"; readonly row: LogRow; readonly time: string }
  | { readonly verdict: "outside"; readonly reason: string }
  | { readonly verdict: "quarantined"; readonly reason: string };

/** What one question about a row answers; `unclear` = it cannot be told from the row. */
type Answer =
  | { readonly is: "in" }
  | { readonly is: "outside"; readonly reason: string }
  | { readonly is: "unclear"; readonly reason: string };
const IN: Answer = { is: "in" };

/**
 * Judges one line as it lies in the store, without its line end.
 * A clear "no" to any question (source, event, tenant, window) puts it outside; else anything unclear puts it in quarantine;
 * reasons are fixed words that never hold a value of the line.
 */
export function judgeLine(bytes: Uint8Array, profile: LogProfile, scope: Scope): LineVerdict {
  const parsed = readLine(bytes, profile);
  if (typeof parsed === "string") return { verdict: "quarantined", reason: parsed };
  return judgeRow(parsed, profile, scope);
}

/** The row of a line, or why it cannot be read. */
export function readLine(bytes: Uint8Array, profile: LogProfile): LogRow | string {
  if (bytes.length > MAX_LINE_BYTES) return "too_large";
  const text = decodeUtf8(bytes);
  if (text === null) return "not_utf8";
  const parsed = parseStrictJson(text, MAX_DEPTH);
  if (!parsed.ok) return parsed.reason;
  return parsed.value !== null && isJsonObject(parsed.value)
    ? rowOf(parsed.value, profile)
    : "not_an_object";
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** UTF-8 or nothing; one leading byte order mark is taken off. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

function judgeRow(row: LogRow, profile: LogProfile, scope: Scope): LineVerdict {
  let doubt: string | null = null;
  // The cheap questions first: most lines of an archive end at the event.
  for (const question of [judgeSource, judgeEvent, judgeOwner]) {
    const answer = question(row, profile, scope);
    if (answer.is === "outside") return { verdict: "outside", reason: answer.reason };
    if (answer.is === "unclear") doubt ??= answer.reason;
  }
  const { answer, instant } = judgeTime(row, profile, scope);
  if (answer.is === "outside") return { verdict: "outside", reason: answer.reason };
  if (answer.is === "unclear") doubt ??= answer.reason;
  return doubt === null
    ? { verdict: "matched", row, time: instant }
    : { verdict: "quarantined", reason: doubt };
}

/** The source is the archive's, unless the row names one itself: then both must agree and be listed. */
function judgeSource(row: LogRow, profile: LogProfile, scope: Scope): Answer {
  const named = fieldValue(row, "log_source");
  if (isAmbiguous(row, "log_source")) return { is: "unclear", reason: "duplicate_field" };
  if (!scope.log_sources.includes(profile.source))
    return { is: "outside", reason: "source_not_listed" };
  if (named === undefined || named === profile.source) return IN;
  if (typeof named !== "string") return { is: "unclear", reason: "source_unreadable" };
  if (profile.also_called.includes(named)) return IN;
  return scope.log_sources.includes(named)
    ? { is: "unclear", reason: "source_disagrees" }
    : { is: "outside", reason: "source_not_listed" };
}

/** A field that names the event decides alone, by its exact text; without one, the recipes of the source do. */
function judgeEvent(row: LogRow, profile: LogProfile, scope: Scope): Answer {
  if (profile.event_fields.some((field) => isAmbiguous(row, field))) {
    return { is: "unclear", reason: "duplicate_field" };
  }
  const named = profile.event_fields
    .map((field) => fieldValue(row, field))
    .filter((event) => event !== undefined);
  if (named.length === 0) {
    const found = recipesOf(row, profile).some((recipe) => answers(recipe, scope));
    return found ? IN : { is: "outside", reason: "event_not_listed" };
  }
  if (named.some((event) => typeof event !== "string")) {
    return { is: "unclear", reason: "event_unreadable" };
  }
  const listed = named.filter((event) => scope.event_types.includes(event as string));
  if (listed.length === 0) return { is: "outside", reason: "event_not_listed" };
  return listed.length === named.length ? IN : { is: "unclear", reason: "event_disagrees" };
}

const answers = (recipe: QueryRecipe, scope: Scope): boolean =>
  recipe.event_types.some((event) => scope.event_types.includes(event));

/** The recipes whose conditions all hold for this row. */
export function recipesOf(row: LogRow, profile: LogProfile): readonly QueryRecipe[] {
  return profile.recipes.filter((recipe) => recipe.where.every((test) => holds(row, test)));
}

function holds(row: LogRow, condition: RecipeCondition): boolean {
  const texts = textsAt(row, condition.field);
  if ("equals" in condition) return texts.includes(String(condition.equals));
  if ("one_of" in condition) return condition.one_of.some((value) => texts.includes(String(value)));
  if ("starts_with" in condition) {
    return texts.some((text) => text.startsWith(condition.starts_with));
  }
  if ("ends_with" in condition) return texts.some((text) => text.endsWith(condition.ends_with));
  if ("path_ends_with" in condition) {
    return texts.some((text) =>
      (text.split(/[?#]/, 1)[0] as string).endsWith(condition.path_ends_with),
    );
  }
  if ("at_least" in condition) return texts.some((text) => Number(text) >= condition.at_least);
  return texts.length > 0;
}

/** By project and group; by user only where a recipe says that its rows carry neither. */
function judgeOwner(row: LogRow, profile: LogProfile, scope: Scope): Answer {
  const inventory = inventoryOf(scope);
  const tenant = judgeTenant(row, profile, inventory);
  const { user_name, user_id } = profile.identity;
  if (tenant.verdict === "own") {
    const doubtful = [...user_name, ...user_id].some((field) => isAmbiguous(row, field));
    return doubtful ? { is: "unclear", reason: "duplicate_field" } : IN;
  }
  const unattributed = tenant.verdict === "outside" && tenant.reason === "no_tenant_field";
  if (unattributed && isAboutOwnUser(row, profile, inventory, scope)) return IN;
  return { is: tenant.verdict, reason: tenant.reason };
}

function isAboutOwnUser(
  row: LogRow,
  profile: LogProfile,
  inventory: Inventory,
  scope: Scope,
): boolean {
  const byUser = recipesOf(row, profile).filter(
    (recipe) => recipe.scope_by === "user" && answers(recipe, scope),
  );
  return byUser.some((recipe) =>
    recipe.subject.some(
      (field) =>
        !isAmbiguous(row, field) &&
        textsAt(row, field).some((text) =>
          inventory.users.byPath.has(text.split("/").at(-1) as string),
        ),
    ),
  );
}

type RowTime = { readonly instant: string } | { readonly unclear: string };

/** When a line happened, canonical, by the first time field that it has; else why that cannot be told. */
export function timeOfRow(row: LogRow, profile: LogProfile): RowTime {
  const field = profile.time_fields.find((name) => fieldValue(row, name) !== undefined);
  if (field === undefined) return { unclear: "time_missing" };
  if (isAmbiguous(row, field)) return { unclear: "duplicate_field" };
  const value = fieldValue(row, field);
  const instant = typeof value === "string" ? canonicalInstant(value) : null;
  return instant === null ? { unclear: "time_unreadable" } : { instant };
}

type TimeAnswer = { readonly answer: Answer; readonly instant: string };

function judgeTime(row: LogRow, profile: LogProfile, scope: Scope): TimeAnswer {
  const time = timeOfRow(row, profile);
  if ("unclear" in time) return { answer: { is: "unclear", reason: time.unclear }, instant: "" };
  const { instant } = time;
  const { from, to } = windowOf(scope);
  const inside = from <= instant && instant < to;
  return { answer: inside ? IN : { is: "outside", reason: "outside_window" }, instant };
}

const windows = new WeakMap<Scope, { readonly from: string; readonly to: string }>();

/** @throws RangeError when the window of the scope is not RFC 3339 with an offset. */
function windowOf(scope: Scope): { readonly from: string; readonly to: string } {
  const known = windows.get(scope);
  if (known !== undefined) return known;
  const from = canonicalInstant(scope.window.from);
  const to = canonicalInstant(scope.window.to);
  if (from === null || to === null) throw new RangeError("window: write RFC 3339 with an offset");
  windows.set(scope, { from, to });
  return { from, to };
}
