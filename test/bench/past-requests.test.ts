// The flips that are measured are the right ones: an oracle that knows neither policies nor rules finds the same list.
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { loadPolicies } from "../../scripts/adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { situationOf } from "../../scripts/domain/information-request/decision.ts";
import { impactOf } from "../../scripts/domain/policy/impact.ts";
import { widerFastWindow } from "./changed-policies.ts";
import { type Drawn, pastInputs } from "./past-requests.ts";

const inputs = pastInputs(10_000);

const before = ({ filed }: Drawn, duration: { days: number } | { months: number }): number =>
  Temporal.Instant.from(filed).toZonedDateTimeISO("UTC").subtract(duration).epochMilliseconds;
const starts = ({ from }: Drawn): number => Temporal.Instant.from(from).epochMilliseconds;

test("7 days → 1 month flips exactly the plain requests older than a week and younger than a month", async () => {
  const { flips, newest } = impactOf(
    inputs.map(({ drawn, input }) => ({ name: drawn.name, ...situationOf(input) })),
    await loadPolicies(POLICY_FOLDER),
    await widerFastWindow(),
  );
  const expected = inputs
    .map(({ drawn }) => drawn)
    .filter((drawn) => drawn.plain)
    .filter((drawn) => starts(drawn) < before(drawn, { days: 7 }))
    .filter((drawn) => starts(drawn) >= before(drawn, { months: 1 }));
  expect(expected.length).toBeGreaterThan(1000);
  expect(flips.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
  expect(newest).toBeNull();
  for (const { from, to } of flips)
    expect([from, to]).toEqual([
      { verdict: "accept", route: "sirt", lane: "rows" },
      { verdict: "accept", route: "support", lane: "rows" },
    ]);
});
