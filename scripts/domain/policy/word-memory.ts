// Remembers what was said of the same words: most requests share the words that most rules read.
import { SITUATION_FIELDS, type Situation } from "../information-request/situation.ts";

/** What is remembered for: the values of a situation, and the limits of a day. */
type Words = Situation & { readonly limits: object };
type Read = (words: Words) => unknown;
type Branch<T> = { readonly next: Map<unknown, Branch<T>>; said: { readonly value: T } | null };

/** The names of accounts, groups and people differ from request to request: they would only fill the memory. */
const NAMES: ReadonlySet<string> = new Set([
  "request.account",
  "request.paths",
  "request.users",
  "facts.canonical_path",
  "issue.unproven",
  "issue.outsiders",
]);
const MOST_BRANCHES = 1024;
const VARIABLE = new RegExp(
  `\\b(${Object.keys(SITUATION_FIELDS).join("|")})\\b(?:\\.(\\w+))?`,
  "g",
);

/**
 * Wraps a function of a situation that reads nothing but what `sources` name (expressions of the rule language, which
 * has no clock, no chance and no output). The same words and limits give the same answer, as the same object.
 * Null where they name an instant or a name: those are seldom the same.
 */
export function rememberingWords<T, C extends Words>(
  sources: readonly string[],
  say: (words: C) => T,
): ((words: C) => T) | null {
  const reads = wordsIn(sources.join("\n"));
  if (reads === null) return null;
  const root: Branch<T> = { next: new Map(), said: null };
  let branches = 0;
  /** A branch for each word, never one for several words joined: joined words could be taken for others. */
  const stepInto = (branch: Branch<T>, word: unknown): Branch<T> => {
    const known = branch.next.get(word);
    if (known !== undefined) return known;
    const fresh: Branch<T> = { next: new Map(), said: null };
    branch.next.set(word, fresh);
    branches += 1;
    return fresh;
  };
  return (words) => {
    if (branches > MOST_BRANCHES) {
      root.next.clear();
      branches = 0;
    }
    let branch = stepInto(root, words.limits);
    for (const read of reads) {
      const word = wordOf(read(words));
      if (word === undefined) return say(words);
      branch = stepInto(branch, word);
    }
    branch.said ??= { value: say(words) };
    return branch.said.value;
  };
}

/** A list counts as its one word, or as null when it is empty; undefined = a longer list. */
function wordOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  if (value.length === 0) return null;
  return value.length === 1 ? value[0] : undefined;
}

/**
 * The fields that expressions name. A variable is looked for wherever it may stand, also in a comment or a string: one
 * too many costs a look, one too few would give a wrong answer.
 */
function wordsIn(source: string): readonly Read[] | null {
  const reads = new Map<string, Read>();
  for (const [name, section = "", field = ""] of source.matchAll(VARIABLE)) {
    const fields: unknown = Reflect.get(SITUATION_FIELDS, section);
    const type: unknown =
      typeof fields === "object" && fields !== null ? Reflect.get(fields, field) : null;
    if (NAMES.has(name) || typeof type !== "string" || type === "int") return null;
    reads.set(name, (words) => Reflect.get(words[section as keyof Situation] as object, field));
  }
  return [...reads.values()];
}
