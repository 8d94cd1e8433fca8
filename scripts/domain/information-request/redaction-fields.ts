/** What each field rule of a profile makes of a value. */
import type { FieldRule, LogProfile, SimpleRule } from "../log-profile.ts";
import { fieldValue, isAmbiguous, type LogRow, scalarText } from "../log-row.ts";
import { isJsonArray, isJsonObject, type JsonValue } from "../strict-json.ts";
import { type Inventory, isPlainId, type Kind } from "./inventory.ts";
import { canonicalAddress, isInternalAddress } from "./ip-address.ts";
import { canonicalInstant, toSecond } from "./log-dive-time.ts";
import type { FieldContext, FieldResult, Reason } from "./redaction-result.ts";
import { isCaller, releaseRoute, releaseUrlPath } from "./redaction-route.ts";
import { fillTemplate, keepKnownWords, TEXT_REMOVED } from "./redaction-text.ts";

/** Longest text that leaves, in UTF-16 units (R19). */
const RELEASED_TEXT = 4096;

type Outcome = Pick<FieldResult, "value" | "action" | "reason">;
const kept = (value: string | number | boolean): Outcome => ({
  value,
  action: "kept",
  reason: null,
});
const gone = (reason: Reason): Outcome => ({ value: undefined, action: "removed", reason });
const instead = (value: string, reason: Reason): Outcome => ({
  value,
  action: "pseudonymised",
  reason,
});
/** A text of which only the harmless parts stay. */
const partly = (value: string, original: JsonValue, reason: Reason): Outcome =>
  value === original ? kept(value) : { value, action: "removed", reason };

/** What reviewers are told of each class of dropped fields. */
export const DROP_REASONS = {
  system: "SYSTEM_INFO",
  personal: "PERSONAL",
  account: "OTHER_ACCOUNT",
  secret: "SECRET",
  linking: "LINKING",
  text: "NO_TEMPLATE",
} as const satisfies Record<string, Reason>;

/** The second field that a rule looks at, with its length, so that it cannot run into the value; empty for most rules. */
export function besideOf(rule: FieldRule, row: LogRow): string {
  const field =
    rule.rule === "entity" ? rule.type_field : rule.rule === "user_name" ? rule.id_field : null;
  if (field === null) return "";
  const beside = scalarText(fieldValue(row, field) ?? null);
  return beside === null ? "-:" : `${beside.length}:${beside}`;
}

/** Applies one rule to one value; a value of the wrong type is removed and counted (R1). */
export function releaseField(
  field: string,
  value: JsonValue,
  rule: SimpleRule,
  context: FieldContext,
): FieldResult {
  return resultOf(field, value, outcomeOf(value, rule, context));
}

const resultOf = (
  field: string,
  original: JsonValue,
  { value, action, reason }: Outcome,
): FieldResult => ({ field, value, action, reason, original });

/** An empty text names nobody: one pseudonym for it would make one person or request of all rows that have it. */
const NAMING: ReadonlySet<SimpleRule["rule"]> = new Set(["pseudonym", "user_name"]);

function outcomeOf(value: JsonValue, rule: SimpleRule, context: FieldContext): Outcome {
  if (rule.rule === "drop") return gone(DROP_REASONS[rule.class]);
  if (rule.rule === "boolean") return typeof value === "boolean" ? kept(value) : gone("TYPE");
  const text = typeof value === "boolean" ? null : scalarText(value);
  if (text === null) return gone("TYPE");
  if (text.length > RELEASED_TEXT && rule.rule !== "words") return gone("CAP");
  if (text === "" && NAMING.has(rule.rule)) return gone("TYPE");
  switch (rule.rule) {
    case "time":
      return releaseTime(text);
    case "event":
      return context.scope.event_types.includes(text) ? kept(text) : gone("NOT_LISTED");
    case "enum":
      return releaseEnum(text, rule.values);
    case "integer":
      return releaseInteger(value, text, rule);
    case "own":
      return releaseOwn(text, rule.of, context.inventory);
    case "repository":
      return releaseRepository(text, context.inventory);
    case "entity":
      return releaseEntity(text, rule.type_field, context);
    case "user_name":
      return releaseUserName(text, rule.id_field, context);
    case "user_id":
      return releaseUserId(text, context);
    case "client":
      return releaseClient(text, context);
    case "pseudonym":
      return instead(context.pseudonym(rule.kind, fold(text)), "LINKING");
    case "address":
      return releaseAddresses(text, context);
    case "user_agent":
      return releaseUserAgent(text, context.profile);
    case "url_path":
      return releaseUrl(text, releaseUrlPath(text, context.inventory, context.profile.redaction));
    case "route":
      return releaseUrl(text, releaseRoute(text, context.profile.redaction));
    case "caller":
      return isCaller(text, context.profile.redaction) ? kept(text) : gone("NOT_LISTED");
    case "template":
      return partly(fillTemplate(text, context) ?? TEXT_REMOVED, text, "NO_TEMPLATE");
    case "words":
      return releaseWords(text, rule.show, context);
  }
}

/** NFKC and lower case, so that one thing has one pseudonym (R11). */
const fold = (text: string): string => text.normalize("NFKC").toLowerCase();

function releaseTime(text: string): Outcome {
  const instant = canonicalInstant(text);
  return instant === null ? gone("TYPE") : kept(toSecond(instant));
}

type EnumValues = readonly (string | number)[];
const valuesByText = new WeakMap<EnumValues, ReadonlyMap<string, string | number>>();

function releaseEnum(text: string, values: EnumValues): Outcome {
  // Of two that are written alike, the first.
  const byText =
    valuesByText.get(values) ?? new Map([...values].reverse().map((one) => [String(one), one]));
  valuesByText.set(values, byText);
  const listed = byText.get(text);
  if (listed === undefined) return gone("NOT_LISTED");
  return kept(listed);
}

function releaseInteger(
  value: JsonValue,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): Outcome {
  if (typeof value === "string" || !/^-?(?:0|[1-9]\d{0,14})$/.test(text)) return gone("TYPE");
  const number = Number(text);
  return min <= number && number <= max ? kept(number) : gone("NOT_LISTED");
}

function releaseOwn(
  text: string,
  of: Extract<SimpleRule, { rule: "own" }>["of"],
  inventory: Inventory,
): Outcome {
  if (of === "root_path") return inventory.roots.has(text) ? kept(text) : gone("OTHER_ACCOUNT");
  if (of === "any_path" && inventory.namespaces.byPath.has(text)) return kept(text);
  const kind = of.startsWith("namespace") ? inventory.namespaces : inventory.projects;
  return of.endsWith("_id") ? releaseOwnId(text, kind) : releaseOwnPath(text, kind);
}

function releaseOwnPath(text: string, kind: Kind): Outcome {
  return kind.byPath.has(text) ? kept(text) : gone("OTHER_ACCOUNT");
}

function releaseOwnId(text: string, kind: Kind): Outcome {
  return isPlainId(text) && kind.byId.has(text) ? kept(Number(text)) : gone("OTHER_ACCOUNT");
}

function releaseRepository(text: string, { projects }: Inventory): Outcome {
  const id = /^(?:project|wiki|design)-([1-9]\d*)$/.exec(text)?.[1];
  return id !== undefined && projects.byId.has(id) ? kept(text) : gone("OTHER_ACCOUNT");
}

function releaseEntity(text: string, typeField: string, context: FieldContext): Outcome {
  const type = isAmbiguous(context.row, typeField) ? undefined : fieldValue(context.row, typeField);
  if (type === "Project") return releaseOwnId(text, context.inventory.projects);
  if (type === "Group" || type === "Namespace") {
    return releaseOwnId(text, context.inventory.namespaces);
  }
  return type === "User" ? releaseUserId(text, context) : gone("OTHER_ACCOUNT");
}

/** A name is not an identity (section 3.2, item 4): it stays only when personal data is approved and the row's id is that user's. */
function releaseUserName(text: string, idField: string, context: FieldContext): Outcome {
  const owned = context.inventory.users.byPath.get(text);
  const said = fieldValue(context.row, idField);
  const id = said === undefined ? null : (scalarText(said)?.replace(/^user-/, "") ?? null);
  const agrees = owned !== undefined && id === owned.id && !isAmbiguous(context.row, idField);
  if (context.scope.personal_data_approved && agrees) return kept(text);
  return instead(context.pseudonym("user", fold(text)), "PERSONAL");
}

/** `501` or `user-501`. */
function releaseUserId(text: string, context: FieldContext): Outcome {
  const id = text.replace(/^user-/, "");
  if (!isPlainId(id)) return gone("TYPE");
  const approved = context.scope.personal_data_approved && context.inventory.users.byId.has(id);
  return approved ? kept(text) : instead(context.pseudonym("user_id", id), "PERSONAL");
}

function releaseClient(text: string, context: FieldContext): Outcome {
  const [, kind, rest] = /^(user|ip)\/(.+)$/.exec(text) ?? [];
  if (rest === undefined) return gone("TYPE");
  return kind === "ip" ? releaseAddresses(rest, context) : releaseUserId(rest, context);
}

/** Addresses leave as pseudonyms only: a row of the request may carry the address of another party (section 3.2, item 3). */
function releaseAddresses(text: string, context: FieldContext): Outcome {
  const addresses = text.split(",", 20).map((part) => canonicalAddress(part.trim()));
  if (addresses.includes(null)) return gone("TYPE");
  const outside = (addresses as string[]).filter((address) => !isInternalAddress(address));
  if (outside.length === 0) return gone("SYSTEM_INFO");
  const names = outside.map((address) => context.pseudonym("ip", address));
  return instead(names.join(", "), "PERSONAL");
}

/** Family and major version from a list (R6): everything else in a user agent may name a person. */
function releaseUserAgent(text: string, { redaction }: LogProfile): Outcome {
  for (const { family, token } of redaction.user_agents) {
    const at = text.indexOf(token);
    if (at !== -1) {
      const major = /^[/ ]?(\d{1,3})(?!\d)/.exec(text.slice(at + token.length))?.[1];
      return partly(major === undefined ? family : `${family} ${major}`, text, "PERSONAL");
    }
  }
  return gone("NOT_LISTED");
}

/** A path that is shown as it is but for its escaped slashes is kept whole. */
function releaseUrl(text: string, shown: string | null): Outcome {
  if (shown === null) return gone("OTHER_ACCOUNT");
  return partly(shown, text.replace(/%2f/gi, "/"), "OTHER_ACCOUNT");
}

function releaseWords(text: string, show: string, context: FieldContext): Outcome {
  if (context.scope.may_show?.includes(show) !== true) return gone("NO_TEMPLATE");
  const words = keepKnownWords(text.slice(0, RELEASED_TEXT), context);
  return partly(words, text, text.length > RELEASED_TEXT ? "CAP" : "NO_TEMPLATE");
}

/** `params: [{key, value}]` (R4): listed keys by their rules, all else removed; a key given twice is ambiguous. */
export function releaseParams(
  field: string,
  value: JsonValue,
  keys: Readonly<Record<string, SimpleRule>>,
  context: FieldContext,
): readonly FieldResult[] {
  if (!isJsonArray(value)) return [resultOf(field, value, gone("TYPE"))];
  const names = value.map(paramKey);
  return value.map((param, index): FieldResult => {
    const name = names[index] ?? null;
    const rule = name !== null && Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (rule === undefined || name === null || !isJsonObject(param)) {
      return resultOf(field, param, gone("NOT_LISTED"));
    }
    if (names.indexOf(name) !== names.lastIndexOf(name)) {
      return resultOf(field, param, gone("AMBIGUOUS"));
    }
    const given = param.members.get("value") ?? null;
    const outcome = outcomeOf(rule.rule === "integer" ? numberIn(given) : given, rule, context);
    return resultOf(`${field}.${name}`, given, outcome);
  });
}

/** Rails takes most parameters as texts, numbers too. */
const numberIn = (value: JsonValue): JsonValue =>
  typeof value === "string" ? { number: value } : value;

function paramKey(param: JsonValue): string | null {
  if (param === null || !isJsonObject(param)) return null;
  const key = param.members.get("key");
  return typeof key === "string" ? key : null;
}
