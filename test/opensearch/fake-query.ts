/** Judges a document by a clause of the query language, as a search engine does for exact fields. */
type Clause = Record<string, Record<string, unknown>>;

export type Searched = {
  readonly index: string;
  readonly source: string;
  /** Names of fields that were left out of the index for this document; `_ignored` in the engines. */
  readonly ignored?: readonly string[];
};
/** Whether a value is in the index under this name. */
export type IsIndexed = (index: string, field: string, value: string) => boolean;

/** @param clause only what filters of exact terms are made of; anything else is an error of the test */
export function holds(clause: unknown, doc: Searched, isIndexed: IsIndexed): boolean {
  const [kind = "", given = {}] = Object.entries(clause as Clause)[0] ?? [];
  if (kind === "bool") return holdsAll(given, doc, isIndexed);
  const valuesOf = (field: string): readonly string[] => {
    if (field === "_index") return [doc.index];
    if (field === "_ignored") return doc.ignored ?? [];
    return valuesAt(doc.source, field).filter((value) => isIndexed(doc.index, field, value));
  };
  if (kind === "exists") return valuesOf(String(given["field"])).length > 0;
  const [field = "", wanted] = Object.entries(given)[0] ?? [];
  const values = valuesOf(field);
  switch (kind) {
    case "terms":
      return values.some((value) => (wanted as unknown[]).map(String).includes(value));
    case "term":
    case "prefix":
    case "regexp": {
      const { value, case_insensitive } = wanted as { value: string; case_insensitive?: boolean };
      if (kind === "regexp" && /[^\\[^]-\]/.test(value))
        throw new Error("Lucene takes a dash before ] for a range without an end: escape it");
      if (values.length === 0) return false;
      const literal = value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
      const pattern = { term: `^${literal}$`, prefix: `^${literal}`, regexp: `^(?:${value})$` };
      const wholly = new RegExp(pattern[kind], case_insensitive === true ? "is" : "s");
      return values.some((one) => wholly.test(one));
    }
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

function holdsAll(
  given: Readonly<Record<string, unknown>>,
  doc: Searched,
  isIndexed: IsIndexed,
): boolean {
  const list = (name: string): unknown[] => (given[name] as unknown[] | undefined) ?? [];
  const one = (clause: unknown): boolean => holds(clause, doc, isIndexed);
  const least = Number(given["minimum_should_match"] ?? 1);
  return (
    list("filter").every(one) &&
    !list("must_not").some(one) &&
    (list("should").length === 0 || list("should").filter(one).length >= least)
  );
}

const indexed = new Map<string, ReadonlyMap<string, readonly string[]>>();

/** Every scalar under a dotted name, through arrays, as text. */
export function valuesAt(source: string, field: string): readonly string[] {
  const known = indexed.get(source) ?? indexOf(JSON.parse(source));
  indexed.set(source, known);
  return known.get(field.replace(/\.keyword$/, "")) ?? [];
}

function indexOf(document: unknown): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  const visit = (value: unknown, name: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, name);
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        visit(member, name === "" ? key : `${name}.${key}`);
      }
    } else if (value !== null) {
      const list = values.get(name) ?? [];
      list.push(String(value));
      values.set(name, list);
    }
  };
  visit(document, "");
  return values;
}
