// The language of the rules: CEL over the values of a situation, checked when a policy is loaded.
import { Environment, type ParseResult } from "@marcbachmann/cel-js";
import { Temporal } from "temporal-polyfill";
import { SITUATION_FIELDS, type Situation } from "../information-request/situation.ts";
import {
  type DatedLimits,
  type LimitPeriod,
  type LimitValue,
  limitPeriods,
  limitType,
  periodOn,
} from "./dated.ts";
import type { Rule } from "./rule.ts";

/** A rule ready to run. */
export type CompiledRule<R extends Rule> = {
  readonly rule: R;
  /** Null = the rule does not apply to this situation. */
  readonly judge: (situation: Situation, limits: LimitContext) => Judgement | null;
};
export type Judgement = {
  readonly ok: boolean;
  readonly measured?: string | number | boolean;
  readonly limit?: string | number | boolean;
};
/** The limits of one period in the form that the language reads. */
export type LimitContext = Readonly<Record<string, unknown>>;

/** Rules with the limits they are judged by. */
export type RuleBook<R extends Rule> = {
  readonly rules: readonly CompiledRule<R>[];
  /** Limits that hold on a day (`YYYY-MM-DD`), and the day from which they do. */
  readonly limitsOn: (day: string) => { readonly from: string; readonly limits: LimitContext };
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
  const environment = ruleEnvironment(periods[0]);
  const faults: RuleFault[] = [];
  const compiled = rules.map((rule, at) => {
    const compile = (key: "when" | "require" | "measured" | "limit"): ParseResult | null => {
      const source = rule[key];
      if (source === undefined) return null;
      const wanted = key === "when" || key === "require" ? ["bool"] : ["string", "int", "bool"];
      const message = checkExpression(environment, source, wanted);
      if (message === null) return environment.parse(source);
      faults.push({ path: ["rules", at, key], message });
      return null;
    };
    return compileRule(rule, compile);
  });
  const contexts = mapPeriods(periods, ({ from, limits }) => ({
    from,
    limits: limitContext(limits),
  }));
  return { book: { rules: compiled, limitsOn: (day) => periodOn(contexts, day) }, faults };
}

function compileRule<R extends Rule>(
  rule: R,
  compile: (key: "when" | "require" | "measured" | "limit") => ParseResult | null,
): CompiledRule<R> {
  const when = compile("when");
  const require = compile("require");
  const measured = compile("measured");
  const limit = compile("limit");
  const judge: CompiledRule<R>["judge"] = (situation, limits) => {
    const context = { ...situation, limits };
    if (when !== null && when(context) !== true) return null;
    return {
      ok: require?.(context) === true,
      ...(measured === null ? {} : { measured: plainValue(measured(context)) }),
      ...(limit === null ? {} : { limit: plainValue(limit(context)) }),
    };
  };
  return { rule, judge };
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

/**
 * Beside CEL's own functions: `earlier(instant, duration)` (calendar arithmetic in UTC, a day that the month lacks
 * becomes its last day), `instant(milliseconds)` as RFC 3339 text, and `inside(path, parent)` by whole path segments.
 */
function ruleEnvironment(period: LimitPeriod): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false });
  for (const [name, fields] of Object.entries(SITUATION_FIELDS)) {
    if (typeof fields === "string") environment.registerVariable(name, fields);
    else environment.registerVariable({ name, schema: { ...fields } });
  }
  const schema = Object.fromEntries(
    Object.entries(period.limits).map(([name, value]) => [name, limitType(value)]),
  );
  return environment
    .registerVariable({ name: "limits", schema })
    .registerFunction("earlier(int, string): int", earlier)
    .registerFunction("instant(int): string", instantText)
    .registerFunction(
      "inside(string, string): bool",
      (path: string, parent: string) => path === parent || path.startsWith(`${parent}/`),
    );
}

function earlier(milliseconds: bigint, duration: string): bigint {
  const moment = Temporal.Instant.fromEpochMilliseconds(Number(milliseconds));
  return BigInt(moment.toZonedDateTimeISO("UTC").subtract(duration).epochMilliseconds);
}

const instantText = (milliseconds: bigint): string =>
  Temporal.Instant.fromEpochMilliseconds(Number(milliseconds)).toString();

function limitContext(limits: Readonly<Record<string, LimitValue>>): LimitContext {
  return Object.fromEntries(
    Object.entries(limits).map(([name, value]) => [
      name,
      typeof value === "number" ? BigInt(value) : value,
    ]),
  );
}

const plainValue = (value: unknown): string | number | boolean =>
  typeof value === "bigint" ? Number(value) : (value as string | boolean);

function mapPeriods<A, B>(
  [first, ...later]: readonly [A, ...A[]],
  map: (value: A) => B,
): readonly [B, ...B[]] {
  return [map(first), ...later.map(map)];
}
