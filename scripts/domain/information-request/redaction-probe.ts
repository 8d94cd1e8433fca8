/** G5: values that nobody has are sent through the same redaction as the rows of the request, in every field, and looked for in what comes out. */
import type { LogProfile } from "../log-profile.ts";
import type { LogRow } from "../log-row.ts";
import type { JsonObject, JsonValue } from "../strict-json.ts";
import { decodedViews, skeleton } from "./decode-views.ts";
import { redactRow } from "./redaction.ts";
import { PSEUDONYM_SHAPE } from "./redaction-gate-schema.ts";
import type { Pseudonym } from "./redaction-result.ts";
import type { Scope } from "./scope.ts";

/** How many values were planted, and how many of them came out. No row of the request is touched. */
export type ProbeResult = { readonly planted: number; readonly out: number };

const codes = (text: string): readonly number[] => [...text].map((char) => char.charCodeAt(0));
const hex = (code: number): string => code.toString(16).padStart(2, "0");

const ENCODINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) =>
    codes(text)
      .map((code) => `%${hex(code)}`)
      .join(""),
  (text) => btoa(text),
  (text) => codes(text).map(hex).join(""),
  (text) => [...text].join("\u200b"),
  (text) => String.fromCharCode(...codes(text).map((code) => code + 0xfee0)),
];

/** Where in a value something foreign can stand; `own` is a project of the request. */
const CARRIERS: readonly ((text: string, own: string) => JsonValue)[] = [
  (text) => text,
  (text) => `key ${text} laptop`,
  (text, own) => `/${own}/-/issues/${text}`,
  (text, own) => `${own}-${text}`,
  (text) => `User Logout: username=${text} ip=192.0.2.1`,
  (text) => `Mozilla/5.0 (${text}) Chrome/119.0.0.0`,
  (text) => `user/${text}`,
  (text) => [objectOf({ key: "id", value: text }), objectOf({ key: text, value: "1" }), text],
];

const objectOf = (members: Readonly<Record<string, JsonValue>>): JsonObject => ({
  members: new Map(Object.entries(members)),
  duplicates: new Set(),
});

/** A field that no profile knows. */
const UNKNOWN = "seclog_probe";

/**
 * One row for each encoding in each carrier, with another value in every field of the profile.
 * @param canaryOf a text of at least 12 letters and digits that is new on every call
 */
export function probeRedaction(
  profile: LogProfile,
  scope: Scope,
  pseudonym: Pseudonym,
  canaryOf: () => string,
): ProbeResult {
  const own = scope.projects[0]?.path ?? scope.account.path;
  const result = { planted: 0, out: 0 };
  const seen = new Set<string>();
  for (const encode of ENCODINGS) {
    for (const carry of CARRIERS) {
      const canaries = [...profile.fields.keys(), UNKNOWN].map((field) => ({
        field,
        canary: canaryOf(),
      }));
      const fields = canaries.map(
        ({ field, canary }) => [field, carry(encode(canary), own)] as const,
      );
      // A text of an earlier row is older than these values: it cannot hold one of them.
      const fresh = textsOf(rowOf(fields), profile, scope, pseudonym).filter(
        (text) => !seen.has(text),
      );
      for (const text of fresh) seen.add(text);
      const shown = fresh.map(readable).join("\n");
      result.planted += canaries.length;
      result.out += canaries.filter(({ canary }) => shown.includes(skeleton(canary))).length;
    }
  }
  return result;
}

const rowOf = (fields: readonly (readonly [string, JsonValue])[]): LogRow => ({
  fields: new Map(fields),
  ambiguous: new Set(),
  objects: new Set(),
});

/** All that leaves of a row, names of counted fields and reasons included. */
function textsOf(
  row: LogRow,
  profile: LogProfile,
  scope: Scope,
  pseudonym: Pseudonym,
): readonly string[] {
  const redacted = redactRow(row, profile, scope, pseudonym);
  if ("withheld" in redacted) return [redacted.withheld];
  const texts = [
    ...Object.values(redacted.released).map(String),
    ...redacted.tally.flatMap(({ field, reason }) => [field, String(reason)]),
  ];
  return [...new Set(texts)];
}

/** A text in every way in which it can be read; a pseudonym can be read in one only. */
function readable(text: string): string {
  if (PSEUDONYM_SHAPE.test(text)) return text;
  return decodedViews(text).texts.map(skeleton).join("\n");
}
