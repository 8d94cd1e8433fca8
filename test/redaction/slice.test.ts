// A slice of the benches: nothing comes out of the whole redaction, and what comes out of a broken one is noticed and stopped.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bench, WHOLE } from "./bench.ts";
import { scope } from "./fixture.ts";
import { MUTANTS } from "./mutants.ts";
import { usefulness } from "./usefulness.ts";

const SEED = 20_261_120;

test("no canary comes out of 1,000 attacked rows, and the gate blocks none of them", () => {
  const tally = bench(SEED, 1000);
  expect(tally.examples).toStrictEqual([]);
  expect({ leaking: tally.leaking, blocked: tally.blocked }).toStrictEqual({
    leaking: 0,
    blocked: 0,
  });
});

test.each(MUTANTS)("the line to break is there, once: $name", ({ file, find }) => {
  const source = readFileSync(new URL(`../../scripts/domain/${file}`, import.meta.url), "utf8");
  expect(source.split(find)).toHaveLength(2);
});

test("pseudonyms that tell their value are noticed, and the gate stops them", () => {
  const { leaking, stopped } = bench(SEED, 400, {
    ...WHOLE,
    pseudonym: (kind, value) => `${kind}-${value}`,
  });
  expect(leaking).toBeGreaterThan(20);
  expect(stopped / leaking).toBeGreaterThanOrEqual(0.9);
});

test("the customer keeps most values of fields that may leave, as they are or as pseudonyms", () => {
  const { kept, pseudonymised, removed } = usefulness(SEED, 400);
  const values = kept + pseudonymised + removed;
  expect((kept + pseudonymised) / values).toBeGreaterThanOrEqual(0.95);
  expect(kept / values).toBeGreaterThanOrEqual(0.6);
});

test("where personal data is approved, three values of four stay as they are", () => {
  const asked = { ...scope, personal_data_approved: true };
  const { kept, pseudonymised, removed } = usefulness(SEED, 400, asked);
  expect(kept / (kept + pseudonymised + removed)).toBeGreaterThanOrEqual(0.75);
});
