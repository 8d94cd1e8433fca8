// Whatever is changed in a rule or a limit, a case notices; `npm run test:mutate` prints the same as a report.
import { expect, test } from "vitest";
import { reasonOf } from "../../mutation/known-survivors.ts";
import { mutantsOf } from "../../mutation/mutants.ts";
import { noticedBy } from "../../mutation/witnesses.ts";
import { loadPolicySet } from "../../policy-set.ts";

const set = await loadPolicySet();
const mutants = mutantsOf(set);

test("the policies as they are stand before all witnesses", () => {
  expect(noticedBy(set)).toBeNull();
  expect(mutants.length).toBeGreaterThan(200);
});

test.each(mutants.filter((mutant) => reasonOf(mutant) === null))("$name: is noticed", (mutant) => {
  expect(noticedBy(mutant.set)).not.toBeNull();
});

test("what nobody notices are single settings, at most one in twenty, each with its reason", () => {
  const survivors = mutants.filter((mutant) => noticedBy(mutant.set) === null);
  expect(survivors.every(({ kind }) => kind === "setting")).toBe(true);
  expect(survivors.map(reasonOf)).not.toContain(null);
  expect(survivors.length / mutants.length).toBeLessThan(0.05);
});
