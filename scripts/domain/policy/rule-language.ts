// The language of the rules: CEL over the values of a situation, checked when a policy is loaded.
import { Environment } from "@marcbachmann/cel-js";
import type { Finding } from "../finding.ts";
import { SITUATION_FIELDS, type Situation } from "../information-request/situation.ts";
import { type DatedLimits, type LimitPeriod, limitPeriods, limitType, periodOn } from "./dated.ts";
import { momentsEarlier, momentText } from "./moment.ts";
import type { Rule } from "./rule.ts";
import { rememberingWords } from "./word-memory.ts";

/** A rule ready to run. */
export type CompiledRule<R extends Rule> = {
  readonly rule: R;
  /** Null = the rule does not apply to this situation. */
  readonly judge: (context: RuleContext) => Judgement | null;
  /** The rule reads words alone: the same words get the same object again. */
  readonly remembers: boolean;
};
export type Judgement = { readonly ok: boolean; readonly values: Measured };
/** What the rule measured and what it measured against, for its sentences. */
type Measured = Pick<Finding, "measured" | "limit">;
/** What a rule reads: the situation, and the limits of its day of filing. */
export type RuleContext = Situation & { readonly limits: Readonly<Record<string, unknown>> };

/** Rules with the limits they are judged by. */
export type RuleBook<R extends Rule> = {
  readonly rules: readonly CompiledRule<R>[];
  /** The limits that judge a filing on `day` (`YYYY-MM-DD`, UTC), and the day from which they hold. */
  readonly limitsOn: (day: string) => LimitPeriod;
  /** Lays the limits of a day (`YYYY-MM-DD`, UTC) beside the situation. */
  readonly contextOf: (situation: Situation, day: string) => RuleContext;
};
export type RuleFault = { readonly path: readonly (string | number)[]; readonly message: string };

/**
 * Compiles a book of rules. Every expression is type-checked: an unknown field, function or limit is a fault that
 * shows the expression with a caret under the place.
 */
export function compileRules<R extends Rule>(
  dated: DatedLimits,
  rules: readonly R[],
): { readonly book: RuleBook<R>; readonly faults: readonly RuleFault[] } {
  const periods = limitPeriods(dated);
  const { environment, Limits } = ruleEnvironment(periods[0]);
  const faults: RuleFault[] = [];
  const compiled = rules.map((rule, at) => {
    const compile = (key: "when" | "require" | "measured" | "limit"): Expression | null => {
      const source = rule[key];
      if (source === undefined) return null;
      const wanted = key === "when" || key === "require" ? ["bool"] : ["string", "int", "bool"];
      const message = checkExpression(environment, source, wanted);
      if (message === null) {
        const parsed = environment.parse(source);
        return rememberingWords([source], parsed) ?? parsed;
      }
      faults.push({ path: ["rules", at, key], message });
      return null;
    };
    return compileRule(rule, compile);
  });
  const wrapped = mapPeriods(periods, ({ from, limits }) => ({
    from,
    limits: Object.assign(new Limits(), limitValues(limits)),
  }));
  const contextOf: RuleBook<R>["contextOf"] = (situation, day) => ({
    ...sectioned(situation),
    limits: periodOn(wrapped, day).limits,
  });
  const limitsOn = (day: string): LimitPeriod => periodOn(periods, day);
  return { book: { rules: compiled, limitsOn, contextOf }, faults };
}

function compileRule<R extends Rule>(
  rule: R,
  compile: (key: "when" | "require" | "measured" | "limit") => Expression | null,
): CompiledRule<R> {
  const [when, require] = [compile("when"), compile("require")];
  const [measured, limit] = [compile("measured"), compile("limit")];
  const judge: CompiledRule<R>["judge"] = (context) => {
    if (when !== null && when(context) !== true) return null;
    const values: { measured?: Plain; limit?: Plain } = {};
    if (measured !== null) values.measured = plainValue(measured(context));
    if (limit !== null) values.limit = plainValue(limit(context));
    return { ok: require?.(context) === true, values };
  };
  const { when: a = "", require: b, measured: c = "", limit: d = "" } = rule;
  const remembering = rememberingWords([a, b, c, d], judge);
  return { rule, judge: remembering ?? judge, remembers: remembering !== null };
}

/** What is wrong with an expression, or null. */
function checkExpression(
  environment: Environment,
  source: string,
  wanted: readonly string[],
): string | null {
  const result = environment.check(source);
  if (result.error !== undefined) return result.error.message;
  if (wanted.includes(String(result.type))) return null;
  return `gives a ${result.type}, must give a ${wanted.join(" or ")}\n\n>    1 | ${source}\n         ^`;
}

/** The class by which every environment knows each map of values, which saves a conversion for every access. */
const SECTIONS = Object.entries(SITUATION_FIELDS).flatMap(([name, fields]) => {
  if (typeof fields === "string") return [];
  class Section {}
  return [{ name, fields, Section }];
});

/** Each situation is put into its classes once, however many books judge it. */
const SECTIONED = new WeakMap<Situation, Situation>();

function sectioned(situation: Situation): Situation {
  const known = SECTIONED.get(situation);
  if (known !== undefined) return known;
  const wrapped: Record<string, unknown> = { ...situation };
  for (const { name, Section } of SECTIONS)
    wrapped[name] = Object.assign(new Section(), wrapped[name]);
  SECTIONED.set(situation, wrapped as Situation);
  return wrapped as Situation;
}

type RuleEnvironment = {
  readonly environment: Environment;
  /** The class of the limits, which differ from book to book. */
  readonly Limits: new () => object;
};

/**
 * Beside CEL's own functions: `earlier(instant, duration)` (calendar arithmetic in UTC, a day that the month lacks
 * becomes its last day), `instant(milliseconds)` as RFC 3339 text, and `inside(path, parent)` by whole path segments.
 */
function ruleEnvironment({ limits }: LimitPeriod): RuleEnvironment {
  const environment = new Environment({ unlistedVariablesAreDyn: false });
  class Limits {}
  const limitFields = Object.entries(limits).map(([name, value]) => [name, limitType(value)]);
  const maps = [
    ...SECTIONS,
    { name: "limits", fields: Object.fromEntries(limitFields), Section: Limits },
  ];
  for (const { name, fields, Section } of maps) {
    environment.registerType(`Of_${name}`, { ctor: Section, fields: { ...fields } });
    environment.registerVariable(name, `Of_${name}`);
  }
  for (const [name, field] of Object.entries(SITUATION_FIELDS))
    if (typeof field === "string") environment.registerVariable(name, field);
  environment
    .registerFunction("earlier(int, string): int", momentsEarlier())
    .registerFunction("instant(int): string", momentText)
    .registerFunction(
      "inside(string, string): bool",
      (path: string, parent: string) => path === parent || path.startsWith(`${parent}/`),
    );
  return { environment, Limits };
}

/** Limits as the language holds them: whole numbers are its 64-bit integers. */
function limitValues(limits: LimitPeriod["limits"]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(limits).map(([name, value]) => [
      name,
      typeof value === "number" ? BigInt(value) : value,
    ]),
  );
}

type Expression = (context: RuleContext) => unknown;
type Plain = string | number | boolean;
const plainValue = (value: unknown): Plain =>
  typeof value === "bigint" ? Number(value) : (value as string | boolean);

function mapPeriods<A, B>(
  [first, ...later]: readonly [A, ...A[]],
  map: (value: A) => B,
): readonly [B, ...B[]] {
  return [map(first), ...later.map(map)];
}
