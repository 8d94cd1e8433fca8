/** A quick test on bytes for lines that cannot belong to a scope, so that only candidates are judged in full. */
import type { Scope } from "../../domain/information-request/scope.ts";

/** True = the line may belong to the scope, or cannot be judged without a closer look. */
export type Prefilter = (line: Uint8Array) => boolean;

/**
 * Sound: a line for which it answers false is a JSON object in ASCII in which no name and no id of the scope occurs,
 * neither plainly nor behind an escape, so no reading of it can attribute it to the scope.
 * A line that is no JSON object is always a candidate: it goes to quarantine, it is not skipped.
 *
 * What can hide a character of `[A-Za-z0-9_.-/]`: `\/`, `\uXXXX` (the three that Rails and Go write for `<`, `>` and `&`
 * cannot), percent-encoding, an exponent in a number, and any byte beyond ASCII (full width, zero width).
 */
export function prefilterFor(scope: Scope): Prefilter {
  const candidate = new RegExp([...needlesOf(scope), ...HIDING].join("|"), "i");
  return (line) => {
    const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString("latin1");
    return candidate.test(text) || !isObject(text);
  };
}

const HIDING = [
  "[\\x80-\\xff]",
  "\\\\u(?!00(?:3[ce]|26))",
  "\\\\/",
  "%(?:25|2[d-f]|[3-7][0-9a-f])",
  "[:,\\[\\s]-?[0-9.]+e",
];

function needlesOf(scope: Scope): readonly string[] {
  const named = [scope.account, ...scope.namespaces, ...scope.projects];
  const names = [...named.map((entry) => entry.path), ...scope.users.map((user) => user.username)];
  const ids = [...named, ...scope.users].flatMap((entry) => (entry.id === null ? [] : [entry.id]));
  return [...new Set([...names, ...ids.map(String)])].map(literal);
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
