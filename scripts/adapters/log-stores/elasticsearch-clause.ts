/** Clauses of the query language: exact terms, beginnings of texts and short expressions, nothing that parses text as a query. */
import type { RecipeCondition } from "../../domain/query-recipe.ts";
import type { IndexField, IndexFields } from "./elasticsearch-mapping.ts";

/** A clause of the query language as JSON. */
export type Clause = Readonly<Record<string, unknown>>;
export const anyOf = (should: readonly Clause[]): Clause => ({
  bool: { should, minimum_should_match: 1 },
});
export const allOf = (filter: readonly Clause[]): Clause => ({ bool: { filter } });
export const noneOf = (must_not: readonly Clause[]): Clause => ({ bool: { must_not } });
export const exists = (field: string): Clause => ({ exists: { field } });

/** Only conditions on short constants: long values may be left out of an index. A condition that is not asked finds more. */
export function conditionClause(
  condition: RecipeCondition,
  fields: IndexFields,
): readonly Clause[] {
  const { field } = condition;
  if (fields.unusable.has(field) || !fields.exact.has(field)) return [];
  if ("equals" in condition) {
    return [anyOf(termsOf(fields, field, [String(condition.equals)], false))];
  }
  if ("one_of" in condition) {
    return [anyOf(termsOf(fields, field, condition.one_of.map(String), false))];
  }
  return [];
}

/** One clause for each name of a field; numbers and booleans are asked only for values that can be theirs. */
export function termsOf(
  { exact }: IndexFields,
  field: string,
  values: readonly string[],
  anyCase: boolean,
): readonly Clause[] {
  return (exact.get(field) ?? []).flatMap(({ name, kind }): Clause[] => {
    const fitting = values.filter((value) => FITTING[kind].test(value));
    if (fitting.length === 0) return [];
    if (!anyCase || kind !== "text") return [{ terms: { [name]: fitting } }];
    return fitting.map((value) => ({ term: { [name]: { value, case_insensitive: true } } }));
  });
}

const FITTING: Readonly<Record<IndexField["kind"], RegExp>> = {
  text: /^/,
  integer: /^-?\d{1,18}$/,
  boolean: /^(?:true|false)$/,
};

export const prefixesOf = (
  { exact }: IndexFields,
  field: string,
  values: readonly string[],
): readonly Clause[] =>
  (exact.get(field) ?? [])
    .filter(({ kind }) => kind === "text")
    .flatMap(({ name }) =>
      values.map((value) => ({ prefix: { [name]: { value, case_insensitive: true } } })),
    );

/** The expression is the engines' own: all of the value, in any case, without their extensions. */
export const regexpsOf = (
  { exact }: IndexFields,
  field: string,
  value: string,
): readonly Clause[] =>
  (exact.get(field) ?? [])
    .filter(({ kind }) => kind === "text")
    .map(({ name }) => ({ regexp: { [name]: { value, flags: "NONE", case_insensitive: true } } }));
