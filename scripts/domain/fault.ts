// What is wrong with a file or an input, said so that its author can mend it, and how zod's findings become that.
import type * as z from "zod";
import { didYouMean } from "./did-you-mean.ts";

/** 1-based, counted in UTF-16 units as editors count. */
export type Position = { readonly line: number; readonly column: number };

/** One thing that is wrong at one place. `key` is the dotted path of the value, empty for the whole. */
export type Fault = Position & {
  readonly file: string;
  readonly key: string;
  readonly message: string;
  readonly fix?: string;
};

/** `file:line:column key message; fix`, one line. */
export function formatFault(fault: Fault): string {
  const place = `${fault.file}:${fault.line}:${fault.column}`;
  const key = fault.key === "" ? "" : ` ${fault.key}`;
  const fix = fault.fix === undefined ? "" : `; ${fault.fix}`;
  return `${place}${key} ${fault.message}${fix}`;
}

/** `["resources", "users", 0]` → `resources.users[0]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

/** A fault without its place: what zod's issue says to a person. `path` is where to point at. */
export type Complaint = {
  readonly path: readonly PropertyKey[];
  readonly key: string;
  readonly message: string;
  readonly fix?: string;
};

/** Turns zod's issues into complaints: one for each unknown key, with the known key that was probably meant. */
export function explainIssues(
  schema: z.ZodType,
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
): Complaint[] {
  return issues.flatMap((issue) => explainIssue(schema, input, issue));
}

function explainIssue(schema: z.ZodType, input: unknown, issue: z.core.$ZodIssue): Complaint[] {
  const { path } = issue;
  const say = (message: string, fix?: string): Complaint[] => [
    { path, key: formatPath(path), message, ...(fix === undefined ? {} : { fix }) },
  ];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        key: formatPath([...path, key]),
        message: "is not a known key",
        ...(known.length === 0 ? {} : { fix: suggest(key, known) }),
      }));
    }
    case "invalid_union":
      return nearestBranch(issue.errors).flatMap((inner) =>
        explainIssue(schema, input, { ...inner, path: [...path, ...inner.path] }),
      );
    case "invalid_key":
      return say(`is not a good name: ${issue.issues.map((inner) => inner.message).join(", ")}`);
    case "invalid_value": {
      const given = valueAt(input, path);
      if (given === undefined) return say("is missing");
      const words = issue.values.map(String);
      return say(
        "is not one of the known values",
        typeof given === "string" ? suggest(given, words) : `use one of ${words.join(", ")}`,
      );
    }
    case "invalid_type":
      return say(
        valueAt(input, path) === undefined ? "is missing" : `must be ${article(issue.expected)}`,
      );
    default:
      return say(issue.message);
  }
}

const MANY_WORDS = 12;

function suggest(word: string, known: readonly string[]): string {
  const meant = didYouMean(word, known);
  if (meant !== null) return `did you mean ${meant}?`;
  const shown = known.slice(0, MANY_WORDS).join(", ");
  return `use one of ${shown}${known.length > MANY_WORDS ? ", …" : ""}`;
}

function article(expected: string): string {
  if (expected === "array") return "a list";
  if (expected === "object" || expected === "record") return "a map";
  if (expected === "int") return "a whole number";
  return `a ${expected}`;
}

/** Of a union's branches, the one that comes nearest: the fewest issues. */
function nearestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]) {
  return branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** The keys that the map at `path` may have, as far as the schema tells without the value. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const [first, ...rest] = path;
  switch (def.type) {
    case "object": {
      if (first === undefined) return Object.keys(def.shape);
      const part = def.shape[String(first)];
      return part === undefined ? [] : keysAt(part, rest);
    }
    case "array":
      return keysAt(def.element, rest);
    case "record":
      return keysAt(def.valueType, rest);
    case "optional":
    case "nullable":
    case "default":
      return keysAt(def.innerType, path);
    case "union":
      return [...new Set(def.options.flatMap((option) => keysAt(option, path)))];
    default:
      return [];
  }
}
