/** G1: what a released value may look like, rule by rule, written without a look at how the redactor makes it. */
import type { RedactionPolicy, SimpleRule } from "../log-profile.ts";
import type { Scope } from "./scope.ts";

/** `user-0123456789abcdef`: 64 bits of a keyed digest behind the kind. */
export const PSEUDONYM_SHAPE = /^(?:user|user_id|ip|correlation|token|job|resource)-[0-9a-f]{16}$/;
/** In UTF-16 units (R19). */
export const LONGEST_TEXT = 4096;
const SECOND = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const PLACEHOLDER = /\[(?:text removed|removed|e-mail|name|project|group|address)\]/g;

const PLAIN = /^[ -~]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSEEN = /[\0-\x1f\x7f-\x9f\p{Default_Ignorable_Code_Point}]/u;

/** Whether a value is one that its rule can have let through. */
export function fitsRule(
  value: unknown,
  rule: SimpleRule,
  scope: Scope,
  policy: RedactionPolicy,
): boolean {
  if (typeof value === "boolean") return rule.rule === "boolean";
  const text = String(value);
  if (typeof value !== "string" && typeof value !== "number") return false;
  if (text.length > LONGEST_TEXT || (!PLAIN.test(text) && UNSEEN.test(text))) return false;
  switch (rule.rule) {
    case "drop":
    case "boolean":
      return false;
    case "time":
      return SECOND.test(text);
    case "event":
      return scope.event_types.includes(text);
    case "enum":
      return textsOf(rule.values).has(text);
    case "integer":
      return Number.isInteger(value) && Number(value) >= rule.min && Number(value) <= rule.max;
    case "own":
      return ownOf(scope)[rule.of].has(text);
    case "repository":
      return scope.projects.some(({ id }) => new RegExp(`^[a-z]+-${id ?? "-"}$`).test(text));
    case "entity":
      return isPseudonym(text) || ownOf(scope).id.has(text) || isUser(text, scope);
    case "user_name":
    case "user_id":
    case "client":
    case "address":
      return isPseudonym(text) || text.split(", ").every(isPseudonym) || isUser(text, scope);
    case "pseudonym":
      return isPseudonym(text);
    case "user_agent":
      return policy.user_agents.some(({ family }) => text.replace(/ \d{1,3}$/, "") === family);
    case "caller":
      return isCaller(text, scope, policy);
    case "url_path":
    case "route":
      return isRoute(text, scope, policy);
    case "template":
    case "words":
      return isKnownText(text, scope, policy);
  }
}

const enumTexts = new WeakMap<readonly unknown[], ReadonlySet<string>>();

function textsOf(values: readonly (string | number)[]): ReadonlySet<string> {
  const known = enumTexts.get(values) ?? new Set(values.map(String));
  enumTexts.set(values, known);
  return known;
}

const isPseudonym = (text: string): boolean => PSEUDONYM_SHAPE.test(text);
const ids = (items: readonly { readonly id: number | null }[]): ReadonlySet<string> =>
  new Set(items.map(({ id }) => String(id ?? "")));
const paths = (items: readonly { readonly path: string }[]): ReadonlySet<string> =>
  new Set(items.map(({ path }) => path));

type Own = Readonly<
  Record<Extract<SimpleRule, { rule: "own" }>["of"] | "id", ReadonlySet<string>>
> & {
  /** Every path, the longest first. */
  readonly longest: readonly string[];
};
const owned = new WeakMap<Scope, Own>();

/** What the request owns, from its own words. */
function ownOf(scope: Scope): Own {
  const known = owned.get(scope);
  if (known !== undefined) return known;
  const { account, namespaces, projects } = scope;
  const roots = [account, ...namespaces, ...projects].map(
    ({ path }) => path.split("/", 1)[0] as string,
  );
  const any = paths([...projects, ...namespaces]);
  const made: Own = {
    project_path: paths(projects),
    project_id: ids(projects),
    namespace_path: paths(namespaces),
    namespace_id: ids(namespaces),
    root_path: new Set(roots),
    any_path: any,
    id: ids([...projects, ...namespaces]),
    longest: [...any].sort((left, right) => right.length - left.length),
  };
  owned.set(scope, made);
  return made;
}

/** The request's own user in clear, when personal data is approved. */
function isUser(text: string, { personal_data_approved, users }: Scope): boolean {
  if (!personal_data_approved) return false;
  const bare = text.replace(/^user[-/]/, "");
  return users.some(({ username, id }) => text === username || bare === String(id ?? ""));
}

type Listed = {
  /** What a part of a route may be. */
  readonly parts: ReadonlySet<string>;
  /** A word of a route with the number of a thing behind it. */
  readonly numbered: RegExp;
  /** What a caller may be, routes aside. */
  readonly callers: ReadonlySet<string>;
  /** What a word of a text may be. */
  readonly words: ReadonlySet<string>;
};
const listings = new WeakMap<RedactionPolicy, Listed>();

/** What may stand in routes and texts, whatever the request. */
function listedBy(policy: RedactionPolicy): Listed {
  const known = listings.get(policy);
  if (known !== undefined) return known;
  const literals = policy.templates.flatMap((template) =>
    template.text.replace(/\{[a-z_]+\}/g, " ").split(/[\s"=:().]+/),
  );
  const { controllers, actions, workers } = policy.names;
  const called = controllers.flatMap((name) => actions.map((action) => `${name}#${action}`));
  const made: Listed = {
    callers: new Set([...called, ...workers]),
    parts: new Set([...policy.route_words, "[removed]", "\0"]),
    numbered: new RegExp(`/(${policy.numbered_words.join("|")})/\\d{1,12}(?![\\w.-])`, "g"),
    words: new Set([...policy.words, ...literals]),
  };
  listings.set(policy, made);
  return made;
}

function isRoute(text: string, scope: Scope, policy: RedactionPolicy): boolean {
  const { longest, id: ids } = ownOf(scope);
  const { parts } = listedBy(policy);
  const masked = longest.reduce(
    (rest, path) =>
      `${rest}/`.replace(`/${path}/`, "/\0/").replace(`/${path}.git/`, "/\0/").slice(0, -1),
    text,
  );
  const own = masked !== text || [...ids].some((id) => text.includes(`/${id}`));
  const isKnown = (part: string): boolean => parts.has(part) || ids.has(part);
  return (own ? withoutNumbersOfThings(masked, policy, "$1") : masked)
    .replace(/^\//, "")
    .split("/")
    .every((part) => isKnown(part.replace(/^[:*]/, "")));
}

/** A text with something else in place of each number that a route shows: `issues/7`, `jobs/12345678`. `$1` is the word before it. */
export const withoutNumbersOfThings = (
  text: string,
  policy: RedactionPolicy,
  instead: string,
): string => text.replace(listedBy(policy).numbered, `/${instead}`);

function isCaller(text: string, scope: Scope, policy: RedactionPolicy): boolean {
  if (listedBy(policy).callers.has(text)) return true;
  const route = /^[A-Z]{3,7} (\/\S*)$/.exec(text)?.[1];
  return route !== undefined && isRoute(route, scope, policy);
}

/** Words of the policy and of its templates, placeholders, pseudonyms, own paths and short numbers. */
function isKnownText(text: string, scope: Scope, policy: RedactionPolicy): boolean {
  const { words } = listedBy(policy);
  const { any_path, project_id } = ownOf(scope);
  const isKnown = (token: string): boolean =>
    words.has(token) || any_path.has(token) || project_id.has(token);
  return text
    .replace(PLACEHOLDER, " ")
    .split(/[\s"=:()]+/)
    .map((token) => token.replace(/\.$/, ""))
    .every(
      (token) => isKnown(token) || isPseudonym(token) || /^\d{1,9}$/.test(token) || token === "",
    );
}
