import fc from "fast-check";
import { expect, test } from "vitest";
import { matchPeople, type RoleDemand } from "../../scripts/domain/approval.ts";

/** The most places that can be filled, by trying every choice of person for every place. */
function bestByBruteForce(demands: readonly RoleDemand[]): number {
  const places = demands.flatMap(({ required, candidates }) =>
    Array.from({ length: required }, () => candidates),
  );
  const best = (at: number, used: ReadonlySet<number>): number => {
    const candidates = places[at];
    if (candidates === undefined) return 0;
    const chosen = candidates
      .filter((person) => !used.has(person))
      .map((person) => 1 + best(at + 1, new Set([...used, person])));
    return Math.max(best(at + 1, used), ...chosen);
  };
  return best(0, new Set());
}

const role = (name: string, required: number, candidates: readonly number[]): RoleDemand => ({
  role: name,
  required,
  candidates,
});
const filled = (demands: readonly RoleDemand[]) => Object.fromEntries(matchPeople(demands));

test.each([
  ["nobody", [role("legal", 1, []), role("security", 1, [])], { legal: [], security: [] }],
  [
    "one person in both roles fills one",
    [role("legal", 1, [3]), role("security", 1, [3])],
    { legal: [3], security: [] },
  ],
  [
    "the second comer moves the first",
    [role("legal", 1, [3, 1]), role("security", 1, [3])],
    { legal: [1], security: [3] },
  ],
  ["the same person twice is one", [role("legal", 2, [1, 1])], { legal: [1] }],
  ["no more than needed", [role("legal", 1, [1, 2, 3])], { legal: [1] }],
])("%s", (_, demands, expected) => {
  expect(filled(demands)).toEqual(expected);
});

test("fills as many places as brute force, with distinct candidates, on any graph", () => {
  const graph = fc.array(
    fc.record({
      required: fc.integer({ min: 1, max: 3 }),
      candidates: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(graph, (roles) => {
      const demands = roles.map(({ required, candidates }, at) =>
        role(`role${at}`, required, candidates),
      );
      const matching = matchPeople(demands);
      const people = [...matching.values()].flat();
      expect(new Set(people).size).toBe(people.length);
      for (const { role: name, required, candidates } of demands) {
        const ids = matching.get(name) ?? [];
        expect(ids.length).toBeLessThanOrEqual(required);
        for (const id of ids) expect(candidates).toContain(id);
      }
      expect(people.length).toBe(bestByBruteForce(demands));
    }),
    { numRuns: 10_000 },
  );
});
