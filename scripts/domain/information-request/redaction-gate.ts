/** The second pair of eyes: reads what redaction wrote, trusts none of it, and shares no code with the redactor (G1–G5). */
import { literalPattern } from "../literal-pattern.ts";
import type { LogProfile, RedactionPolicy, SimpleRule } from "../log-profile.ts";
import { GAP } from "./counted-page.ts";
import { decodedViews } from "./decode-views.ts";
import { findPersonalData } from "./personal-data-detection.ts";
import {
  fitsRule,
  LONGEST_TEXT,
  PSEUDONYM_SHAPE,
  withoutNumbersOfThings,
} from "./redaction-gate-schema.ts";
import { holdsRemoved, type RemovedLedger, recordRemoved } from "./removed-ledger.ts";
import type { Scope } from "./scope.ts";
import { findSecrets } from "./secret-detection.ts";

/** Schema, detectors, removed values, shapes of ids, planted canaries. */
export type GateCheck = "G1" | "G2" | "G3" | "G4" | "G5";
export const GATE_CHECKS: readonly GateCheck[] = ["G1", "G2", "G3", "G4", "G5"];
export type GateFinding = {
  readonly check: GateCheck;
  /** A field of the profile, or the name of a file; never a value. */
  readonly where: string;
  /** What was found: `email`, `removed_value`, `unknown_field` … */
  readonly type: string;
};

/**
 * Adds the removed values of one row to the ledger, except times, public words and what is the request's own and may be shown.
 * @param words what is public in all that leaves: one file shows the rows of all sources
 */
export function rememberRemoved(
  ledger: RemovedLedger,
  removed: readonly string[],
  scope: Scope,
  profile: LogProfile,
  words: PublicWords = publicWords(scope, profile),
): void {
  const policies = [profile.redaction];
  recordRemoved(ledger, removed, profile.source, (value) =>
    TIME.test(value) || isShownUser(value, scope)
      ? null
      : soughtOf(withoutOwn(value, scope, policies), words),
  );
}

/**
 * What of a removed value is looked for: the same stands in what leaves when its own parts are replaced by gaps there.
 * Null when it is public. @param rest without what is the request's own
 */
function soughtOf(rest: string, words: PublicWords): string | null {
  // The search takes no notice of capitals, and each public word is listed in small letters too.
  return isPublic(rest.toLowerCase(), words) ? null : rest.replace(/^[\s¦]+|[\s¦]+$/g, "");
}

/** The request's own user, who stands in clear in other rows when personal data is approved. */
const isShownUser = (value: string, { personal_data_approved, users }: Scope): boolean =>
  personal_data_approved &&
  users.some(
    ({ username, id }) => value === username || value.replace(/^user[-/]/, "") === String(id),
  );

/** A time, and its beginnings: those of this century, since a day of the last one may be somebody's birthday. */
const TIME =
  /^(?:20\d\d-\d\d(?:-\d\d(?:[T ]\d\d(?::\d\d(?::[0-9.]{2,12})?)?(?:Z|[+-]\d\d:\d\d)?)?)?|\d\d:\d\d:\d\d)$/;

/** Everything wrong with one released row; an empty list means that it may leave. */
export function checkReleasedRow(
  released: Readonly<Record<string, unknown>>,
  ledger: RemovedLedger,
  scope: Scope,
  profile: LogProfile,
): readonly GateFinding[] {
  return checkRow(released, { ledger, scope, profile, seen: new Map() });
}

export type RowCheck = {
  readonly ledger: RemovedLedger;
  readonly scope: Scope;
  readonly profile: LogProfile;
  /** Values of a field that were looked at before: most repeat from row to row. */
  readonly seen: SeenValues;
};
export type SeenValues = Map<string, Set<string>>;
const REMEMBERED = 4096;
const NOTHING: readonly GateFinding[] = [];

/** The same for one row of many. */
export function checkRow(
  released: Readonly<Record<string, unknown>>,
  check: RowCheck,
): readonly GateFinding[] {
  let found = NOTHING;
  for (const field in released) {
    const wrong = checkValue(field, released[field], check);
    if (wrong.length > 0) found = [...found, ...wrong];
  }
  return found;
}

function checkValue(field: string, value: unknown, check: RowCheck): readonly GateFinding[] {
  const { scope, profile, ledger } = check;
  const rule = fieldRules(profile).get(field);
  if (field === "log_source" && value === profile.source) return NOTHING;
  if (rule === undefined) return [{ check: "G1", where: "(unknown)", type: "unknown_field" }];
  const isText = TEXT_RULES.has(rule.rule);
  // What was said of the first of them is in the findings already.
  if (isText && typeof value === "string" && !isNew(check.seen, field, value)) return NOTHING;
  const fits = fitsRule(value, rule, scope, profile.redaction);
  if (fits && !isText) return NOTHING;
  const text = String(value);
  const wrong: GateFinding[] = fits ? [] : [{ check: "G1", where: field, type: rule.rule }];
  // What is longer does not fit: the row is refused, whatever stands behind.
  return [...wrong, ...checkText(field, text.slice(0, LONGEST_TEXT), ledger, scope, profile)];
}

function isNew(seen: SeenValues, field: string, text: string): boolean {
  const values = seen.get(field) ?? new Set();
  if (values.has(text)) return false;
  if (values.size >= REMEMBERED) values.clear();
  seen.set(field, values.add(text));
  return true;
}

/** Rules whose values are made of words and paths. What fits any other is one of a finite list, or a pseudonym: nothing can hide in it. */
const TEXT_RULES: ReadonlySet<SimpleRule["rule"]> = new Set([
  "user_agent",
  "url_path",
  "route",
  "template",
  "words",
]);

const rulesOf = new WeakMap<LogProfile, ReadonlyMap<string, SimpleRule>>();

/** The rules of released fields by their names; the listed keys of `params` are fields of their own. */
export function fieldRules(profile: LogProfile): ReadonlyMap<string, SimpleRule> {
  const known = rulesOf.get(profile) ?? new Map(flatRules(profile));
  rulesOf.set(profile, known);
  return known;
}

function flatRules({ fields }: LogProfile): readonly (readonly [string, SimpleRule])[] {
  return [...fields].flatMap(([name, rule]) =>
    rule.rule === "params"
      ? Object.entries(rule.keys).map(([key, one]) => [`${name}.${key}`, one] as const)
      : [[name, rule] as const],
  );
}

/** Looks through one released value for what must not leave. `where` names it in the findings. */
function checkText(
  where: string,
  text: string,
  ledger: RemovedLedger,
  scope: Scope,
  profile: LogProfile,
): readonly GateFinding[] {
  const words = publicWords(scope, profile);
  const policies = [profile.redaction];
  if (isPublic(withoutOwn(text, scope, policies), words)) return [];
  const { texts, exhausted } = decodedViews(text);
  const found = new Set<string>();
  if (exhausted) found.add("G2 too_many_decodings");
  for (const view of texts) {
    for (const kind of findSecrets(view)) found.add(`G2 ${kind}`);
    for (const kind of findPersonalData(view)) {
      found.add(`${ID_KINDS.has(kind) ? "G4" : "G2"} ${kind}`);
    }
    const masked = withoutOwn(view, scope, policies);
    if (holdsRemoved(ledger, masked, withoutPublic(masked, words))) {
      found.add("G3 removed_value");
    }
  }
  return [...found].map((one) => {
    const [check, type] = one.split(" ") as [GateCheck, string];
    return { check, where, type };
  });
}

const ID_KINDS: ReadonlySet<string> = new Set(["account_id", "linking_id"]);

/** Lists of words, any of which makes a word public. */
export type PublicWords = readonly ReadonlySet<string>[];

const TOKENS = /[^\s/,|;"`()[\]{}=:#]+/g;
const isPublicToken = (token: string, words: PublicWords): boolean =>
  words.some((list) => list.has(token)) || PSEUDONYM_SHAPE.test(token);

/** A text with public words, pseudonyms and placeholders replaced by gaps. @param text without what is the request's own */
export const withoutPublic = (text: string, words: PublicWords): string =>
  text.replace(TOKENS, (token) => (isPublicToken(token, words) ? GAP : token));

/** Whether all of a text is public. @param text without what is the request's own */
const isPublic = (text: string, words: PublicWords): boolean =>
  text.match(TOKENS)?.every((token) => isPublicToken(token, words) || /^¦+$/.test(token)) ?? true;

const ownNames = new WeakMap<Scope, RegExp>();

/** A text with gaps in place of the request's own paths and ids, and of the numbers of its things. */
export function withoutOwn(
  text: string,
  scope: Scope,
  policies: Iterable<RedactionPolicy>,
): string {
  const known = ownNames.get(scope) ?? patternOfOwn(scope);
  ownNames.set(scope, known);
  let rest = text.replace(known, ` ${GAP} `);
  for (const policy of policies) rest = withoutNumbersOfThings(rest, policy, `$1/${GAP}`);
  return rest;
}

/** Own paths, ids, and the names of repositories (`project-90011234`); of users only where they are shown. */
function patternOfOwn({
  account,
  namespaces,
  projects,
  users,
  personal_data_approved,
}: Scope): RegExp {
  const places = [...projects, ...namespaces, account];
  const shown = personal_data_approved ? [...places, ...users] : places;
  const ids = shown.flatMap(({ id }) =>
    id === null ? [] : [`(?:(?:project|wiki|design)-)?${id}`],
  );
  const paths = places.map(({ path }) => path);
  const longestFirst = paths.sort((left, right) => right.length - left.length).map(literalPattern);
  const names = [...longestFirst, ...ids].join("|");
  return new RegExp(`(?<![A-Za-z0-9_.-])(?:${names})(?![A-Za-z0-9_-])`, "g");
}

/** What everybody may read in GitLab's documentation, in this product's policies and in the request itself. */
const publicWords = (scope: Scope, profile: LogProfile): PublicWords => [
  wordsOf(policyWords, profile.redaction, wordsOfPolicy),
  wordsOf(profileWords, profile, wordsOfProfile),
  wordsOf(scopeWords, scope, wordsOfScope),
];

/** The same for several sources. */
export const publicWordsOfAll = (scope: Scope, profiles: Iterable<LogProfile>): PublicWords => [
  ...new Set([...profiles].flatMap((profile) => publicWords(scope, profile))),
];

type WordLists<Of extends WeakKey> = WeakMap<Of, ReadonlySet<string>>;
const policyWords: WordLists<RedactionPolicy> = new WeakMap();
const profileWords: WordLists<LogProfile> = new WeakMap();
const scopeWords: WordLists<Scope> = new WeakMap();

/** The list of one policy, profile or scope, made once: as they are written, and in small letters. */
function wordsOf<Of extends WeakKey>(
  lists: WordLists<Of>,
  one: Of,
  make: (one: Of) => readonly string[],
): ReadonlySet<string> {
  const words = lists.get(one) ?? new Set(make(one).flatMap((word) => [word, word.toLowerCase()]));
  lists.set(one, words);
  return words;
}

const partsOf = (name: string): readonly string[] => name.split("::");

const wordsOfPolicy = ({
  names,
  words,
  route_words,
  templates,
  user_agents,
}: RedactionPolicy): readonly string[] => [
  ...Object.values(names).flat().flatMap(partsOf),
  ...user_agents.flatMap(({ family }) => family.split(" ")),
  ...templates.flatMap(({ text }) => text.split(/[\s"=:()[\]{}]+/)),
  ...[...words, ...route_words, ...PLACEHOLDER_WORDS],
];

function wordsOfProfile({ fields }: LogProfile): readonly string[] {
  const listed = [...fields.values()].flatMap((rule) => (rule.rule === "enum" ? rule.values : []));
  const values = listed.map(String);
  return [...fields.keys(), ...values, ...values.flatMap(partsOf)];
}

const wordsOfScope = ({ event_types, log_sources }: Scope) => [...event_types, ...log_sources];

const PLACEHOLDER_WORDS = ["text", "removed", "e-mail", "name", "project", "group", "address"];
