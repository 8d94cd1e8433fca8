/** Judges a document by a clause of the query language, as a search engine does for exact fields. */
type Clause = Record<string, Record<string, unknown>>;

/** @param clause only what filters of exact terms are made of; anything else is an error of the test */
export function holds(clause: unknown, source: string): boolean {
  const [kind = "", given = {}] = Object.entries(clause as Clause)[0] ?? [];
  if (kind === "bool") return holdsAll(given, source);
  if (kind === "exists") return valuesAt(source, String(given["field"])).length > 0;
  const [field = "", wanted] = Object.entries(given)[0] ?? [];
  const values = valuesAt(source, field);
  switch (kind) {
    case "terms":
      return values.some((value) => (wanted as unknown[]).map(String).includes(value));
    case "term": {
      const { value } = wanted as { value: string };
      return values.some((one) => one.toLowerCase() === value.toLowerCase());
    }
    case "prefix":
      return values.some((value) => value.startsWith((wanted as { value: string }).value));
    case "range": {
      const { gte, lt } = wanted as { gte: string; lt: string };
      return values.some((one) => {
        const at = Date.parse(one);
        return Date.parse(gte) <= at && at < Date.parse(lt);
      });
    }
    default:
      throw new Error(`a clause of the kind ${kind}`);
  }
}

function holdsAll(given: Readonly<Record<string, unknown>>, source: string): boolean {
  const list = (name: string): unknown[] => (given[name] as unknown[] | undefined) ?? [];
  const one = (clause: unknown): boolean => holds(clause, source);
  return (
    list("filter").every(one) &&
    !list("must_not").some(one) &&
    (list("should").length === 0 || list("should").some(one))
  );
}

/** Every scalar under a dotted name, through arrays, as text. */
export const valuesAt = (source: string, field: string): string[] =>
  reach(JSON.parse(source), field.replace(/\.keyword$/, "")).map(String);

function reach(value: unknown, path: string): unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => reach(item, path));
  if (path === "") return typeof value === "object" ? [] : [value];
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === path) return reach(member, "");
    return path.startsWith(`${key}.`) ? reach(member, path.slice(key.length + 1)) : [];
  });
}
