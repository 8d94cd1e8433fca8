// Random canaries in random fields, carriers and encodings: none comes out, and the gate finds each that is put back.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodedViews, skeleton } from "../../scripts/domain/information-request/decode-views.ts";
import { redactLine } from "../../scripts/domain/information-request/line-redaction.ts";
import { redactRow } from "../../scripts/domain/information-request/redaction.ts";
import {
  checkReleasedRow,
  rememberRemoved,
} from "../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import { BASE, lineOf, profileOf, profiles, pseudonym, rowOfLine, scope } from "./dive-fixture.ts";

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  lower: (text) => text.toLowerCase(),
  percent: (text) => [...text].map((char) => `%${hex(char)}`).join(""),
  percentTwice: (text) => [...text].map((char) => `%25${hex(char)}`).join(""),
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(`user:${text}`).toString("base64url"),
  base64Twice: (text) => Buffer.from(Buffer.from(text).toString("base64")).toString("base64"),
  hex: (text) => Buffer.from(text).toString("hex"),
  hexEscapes: (text) => [...text].map((char) => `\\x${hex(char)}`).join(""),
  unicodeEscapes: (text) => [...text].map((char) => `\\u00${hex(char)}`).join(""),
  entities: (text) => [...text].map((char) => `&#${char.charCodeAt(0)};`).join(""),
  hexEntities: (text) => [...text].map((char) => `&#x${hex(char)};`).join(""),
  quotedPrintable: (text) => [...text].map((char) => `=${hex(char)}`).join(""),
  softHyphens: (text) => [...text].join("\u00ad"),
  zeroWidth: (text) => [...text].join("\u200b"),
  combining: (text) => [...text].join("\u0301"),
  fullWidth: (text) =>
    text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  wide: (text) => [...text].join("\0"),
  newline: (text) => `${text.slice(0, 4)}\n${text.slice(4)}`,
  cyrillic: (text) => text.replaceAll("a", "а").replaceAll("e", "е").replaceAll("o", "о"),
  json: (text) => JSON.stringify(JSON.stringify({ user: text })),
};
const hex = (char: string): string =>
  char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");

const CARRIERS: readonly ((text: string) => unknown)[] = [
  (text) => text,
  (text) => `prefix ${text} suffix`,
  (text) => `/acme-corp/payments/api/${text}`,
  (text) => `/acme-corp/payments/api/-/issues?q=${text}#${text}`,
  (text) => `User Logout: username=${text} ip=192.0.2.1`,
  (text) => `deploy key added ${text}`,
  (text) => `https://user:${text}@host.example/x`,
  (text) => ({ deep: [{ [text]: text }] }),
  (text) => [text, { key: "namespace_id", value: text }, { key: text, value: "1" }],
  (text) => `acme-corp/payments/api\u200b${text}`,
  (text) => `Chrome/${text} Mozilla/5.0 Chrome/12.${text}`,
];

const canary = fc
  .array(fc.constantFrom(..."qxzwvkjbQXZWVKJB23456789"), { minLength: 14, maxLength: 24 })
  .map((chars) => `aeo${chars.join("")}`);
const encoding = fc.constantFrom(...Object.keys(ENCODINGS));
const carrier = fc.constantFrom(...CARRIERS);
const sources = [...profiles.keys()];
const source = fc.constantFrom(...sources);
const fieldsOf = (name: string): string[] => [
  ...profileOf(name).fields.keys(),
  ...["unknown_field", "extra.deep", "toString", "__proto__", "target", "message", "details"],
];

/** Every way of hiding is undone before looking. */
function shows(text: string, hidden: string): boolean {
  const sought = skeleton(hidden);
  return (
    text.includes(hidden) ||
    decodedViews(text).texts.some((view) => skeleton(view).includes(sought))
  );
}

test("a canary in any field of any source, in any encoding, never comes out", () => {
  fc.assert(
    fc.property(
      source.chain((name) =>
        fc.tuple(
          fc.constant(name),
          fc.array(fc.constantFrom(...fieldsOf(name)), { minLength: 1, maxLength: 5 }),
        ),
      ),
      canary,
      fc.array(fc.tuple(encoding, carrier), { minLength: 5, maxLength: 5 }),
      ([name, fields], hidden, ways) => {
        const own = { ...profileOf(name).sample, event_type: "deploy_key_added" };
        const planted = fields.map((field, index) => {
          const [how, wrap] = ways[index] as (typeof ways)[number];
          return [field, wrap((ENCODINGS[how] as (text: string) => string)(hidden))];
        });
        const asked = { ...scope, log_sources: sources };
        const ledger = emptyLedger();
        const result = redactLine(lineOf({ ...own, ...Object.fromEntries(planted) }), {
          ...{ profiles, source: name, scope: asked, pseudonym, ledger },
        });
        const out = result.verdict === "released" ? result.text : result.reason;
        expect(shows(out, hidden), `${name} ${out}`).toBe(false);
        // Rows that only carry the canary beside their identity must not be lost either.
        const redacted = redactRow(
          rowOfLine({ ...own, ...Object.fromEntries(planted) }, profileOf(name)),
          ...([profileOf(name), asked, pseudonym] as const),
        );
        if ("withheld" in redacted) throw new Error(redacted.withheld);
        expect(shows(JSON.stringify(redacted.released), hidden)).toBe(false);
        expect(shows(JSON.stringify(redacted.tally), hidden)).toBe(false);
      },
    ),
    { numRuns: 1500 },
  );
});

test("the gate finds a removed value that is put back, whatever the field and the encoding", () => {
  const profile = profileOf("application");
  fc.assert(
    fc.property(
      canary,
      encoding,
      fc.constantFrom("target", "message", "meta.project", "severity", "remote_ip"),
      (hidden, how, field) => {
        const ledger = emptyLedger();
        rememberRemoved(ledger, [hidden], scope, profile);
        const back = (ENCODINGS[how] as (text: string) => string)(hidden);
        const findings = checkReleasedRow(
          { [field]: `key ${back} laptop` },
          ledger,
          scope,
          profile,
        );
        expect(
          findings.map(({ check }) => check),
          how,
        ).toContain("G3");
        expect(JSON.stringify(findings)).not.toContain(hidden);
      },
    ),
    { numRuns: 1000 },
  );
});

test("redacting what was redacted keeps its kind: the same fields, and nothing comes back", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom("key laptop", "acme-corp/payments/api", "192.0.2.1", "501"),
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...fieldsOf("application")), text, { maxKeys: 8 }),
      (extra) => {
        const profile = profileOf("application");
        const once = redactRow(
          rowOfLine({ ...extra, ...BASE }, profile),
          profile,
          scope,
          pseudonym,
        );
        if ("withheld" in once) return;
        const twice = redactRow(rowOfLine(once.released, profile), profile, scope, pseudonym);
        if ("withheld" in twice) throw new Error(twice.withheld);
        for (const [field, value] of Object.entries(twice.released)) {
          const before = String(once.released[field]);
          const kind = /^[a-z_]+-(?=[0-9a-f]{16}$)/.exec(before)?.[0];
          expect(String(value).startsWith(kind ?? before), `${field}: ${before} → ${value}`).toBe(
            true,
          );
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("no removed value of six characters or more survives in what is released", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom(...fieldsOf("application")),
        fc.string({ minLength: 6, maxLength: 40 }),
      ),
      (extra) => {
        const profile = profileOf("application");
        const redacted = redactRow(
          rowOfLine({ ...extra, ...BASE }, profile),
          profile,
          scope,
          pseudonym,
        );
        if ("withheld" in redacted) return;
        const shown = Object.values(redacted.released).map(String);
        for (const value of redacted.removed.filter((one) => one.trim().length >= 6)) {
          expect(shown.filter((one) => one.includes(value))).toStrictEqual([]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
