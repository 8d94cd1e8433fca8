// Texts made to be slow: no detector and no check of the gate may hold a pattern that tries again from every place without end.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodedViews } from "../../scripts/domain/information-request/decode-views.ts";
import { findPersonalData } from "../../scripts/domain/information-request/personal-data-detection.ts";
import {
  checkReleasedRow,
  rememberRemoved,
} from "../../scripts/domain/information-request/redaction-gate.ts";
import { emptyLedger } from "../../scripts/domain/information-request/removed-ledger.ts";
import { findSecrets } from "../../scripts/domain/information-request/secret-detection.ts";
import { profileOf, scope } from "./fixture.ts";
import { PIECES } from "./slow-pieces.ts";

const LENGTH = 64 * 1024;
const long = (piece: string): string =>
  piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);

test.each(PIECES)(
  "64 KiB of %j are looked through, by every detector and the whole gate",
  // A busy machine may be slow; a pattern that backtracks without end takes longer than any allowance.
  { timeout: 300_000 },
  (piece) => {
    const text = long(piece);
    findSecrets(text);
    findPersonalData(text);
    decodedViews(text);
    const profile = profileOf("api");
    const ledger = emptyLedger();
    rememberRemoved(ledger, [text, long(`${piece}x`), "7000000.5"], scope, profile);
    const found = checkReleasedRow({ log_source: "api", path: text }, ledger, scope, profile);
    expect(found).toContainEqual({ check: "G1", where: "path", type: "url_path" });
  },
);

/** A repetition without bound directly inside or behind another over the same characters is what makes a pattern slow. */
test.each(["secret-detection", "personal-data-detection"])(
  "%s: repetitions in the patterns are bounded, but for runs of one class that nothing follows",
  (file) => {
    const source = readFileSync(
      new URL(`../../scripts/domain/information-request/${file}.ts`, import.meta.url),
      "utf8",
    );
    const patterns = [...source.matchAll(/matches\(\s*\/(.*)\/[iu]*,?\s*\)/g)].map(
      ([, text]) => text,
    );
    expect(patterns.length).toBeGreaterThan(3);
    for (const pattern of patterns) {
      const outsideClasses = (pattern as string).replace(/\[(?:\\.|[^\]\\])*\]/g, "C");
      expect(outsideClasses, pattern).not.toMatch(/[^\\][*+]|\{\d+,\}(?!$|\||\\b)/);
    }
  },
);
