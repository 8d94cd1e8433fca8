import fc from "fast-check";
import { expect, test } from "vitest";
import { HIDING, namedPattern } from "../../scripts/adapters/log-stores/bigquery-query.ts";
import { namedRecords } from "../../scripts/adapters/log-stores/named-record.ts";
import { scopeOf } from "../adapters/log-dive-fixtures.ts";

const scope = scopeOf();
const handedOn = namedRecords(scope);
const named = new RegExp(namedPattern(scope).replace("(?i)", ""), "i");
const hiding = new RegExp(HIDING);
const pieces = fc.constantFrom(
  ...["acme-corp", "ACME-Corp", "acme-jdoe", "9001", "19001", "90011", "9.001e3", "501", "5.01E2"],
  ...[
    "\\u0061",
    "\\U0061",
    "\\u003c",
    "\\u0026",
    "\\\\u0041",
    "%61",
    "%2f",
    "%25",
    "%2D",
    "ａ",
    "K",
  ],
  ...['{"', "}", '"', ":", ",", "[", "]", " ", "x", "7", "other-co", '{"time":"x"}'],
);

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object" && text.startsWith("{") && text.endsWith("}");
  } catch {
    return false;
  }
}

test("the question finds every record that files would hand on", () => {
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
    fc.array(pieces, { maxLength: 6 }).map((parts) => JSON.stringify({ message: parts.join("") })),
  );
  fc.assert(
    fc.property(texts, (text) => {
      if (!handedOn(Buffer.from(text))) return;
      expect(named.test(text) || hiding.test(text) || !isObject(text)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("the expression looks around nothing, which RE2 does not know, and no name is part of it", () => {
  const odd = { path: "a.b(c|d)*", id: null };
  const pattern = namedPattern(scopeOf({ account: odd, namespaces: [], projects: [], users: [] }));
  expect(pattern).toBe("(?i)(?:a\\.b\\(c\\|d\\)\\*)");
  expect(namedPattern(scope)).not.toMatch(/\(\?[=!<]/);
});
