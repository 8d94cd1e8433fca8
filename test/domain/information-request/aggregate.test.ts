import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AggregateCounts,
  aggregateCounter,
  aggregateFile,
  aggregateFindings,
  aggregateOf,
  aggregatePage,
  smallestCountOn,
} from "../../../scripts/domain/information-request/aggregate.ts";
import { profileOf, profiles, scope } from "../dive-fixture.ts";

const ABOUT = { request: "IR-2026-0042", window: scope.window, complete: true };
const NONE: AggregateCounts = { events: new Map(), users: 0, addresses: 0, projects: [] };
const countsOf = (events: Readonly<Record<string, Readonly<Record<string, number>>>>) => ({
  ...NONE,
  events: new Map(
    Object.entries(events).map(([event, days]) => [event, new Map(Object.entries(days))]),
  ),
});

describe("counting", () => {
  const row = (released: Readonly<Record<string, string | number | boolean>>) => ({
    source: "production",
    event: "deploy_key_added",
    time: "2026-11-16T12:00:00.000000000Z",
    released,
  });
  test("people by name, else by id; addresses one by one; own projects", () => {
    const counter = aggregateCounter(profiles);
    counter.add(row({ username: "user-a", user_id: "user_id-a", "meta.user": "user-b" }));
    counter.add(row({ user_id: "user_id-c", remote_ip: "ip-a, ip-b", "meta.remote_ip": "ip-a" }));
    counter.add(row({ "meta.project": "acme-corp/payments/api", unknown: 1 }));
    counter.add({ ...row({}), time: "2026-11-17T00:00:00.000000000Z" });
    expect(counter.counts()).toEqual({
      events: new Map([
        [
          "deploy_key_added",
          new Map([
            ["2026-11-16", 3],
            ["2026-11-17", 1],
          ]),
        ],
      ]),
      users: 3,
      addresses: 2,
      projects: ["acme-corp/payments/api"],
    });
  });

  test("the smallest count is the one of the day", () => {
    const profile = profileOf("audit");
    const dated = {
      ...profile,
      redaction: {
        ...profile.redaction,
        smallest_count: [
          { from: "2000-01-01", value: 5 },
          { from: "2027-01-01", value: 10 },
        ],
      },
    } as typeof profile;
    expect(smallestCountOn("2026-12-31T23:00:00Z", [dated])).toBe(5);
    expect(smallestCountOn("2027-01-01T00:00:00Z", [dated])).toBe(10);
    expect(smallestCountOn("2027-01-01T00:00:00Z", [])).toBe(2);
  });
});

test.each([
  [{ a: { "2026-11-16": 7 } }, 7, [7]],
  [{ a: { "2026-11-16": 4 } }, "fewer than 5", ["fewer than 5"]],
  [{ a: { "2026-11-16": 7, "2026-11-17": 1 } }, "at least 7", ["at least 7"]],
  [{ a: { "2026-11-16": 2, "2026-11-17": 1 } }, "not shown", ["not shown"]],
  [{ b: { "2026-11-16": 9 }, a: { "2026-11-16": 5 } }, 14, [5, 9]],
])("the totals of %j", (events, total, totals) => {
  const answer = aggregateOf(countsOf(events), ABOUT, 5);
  expect(answer.total).toBe(total);
  expect(answer.events.map((one) => one.total)).toEqual(totals);
});

const days = fc.dictionary(
  fc.constantFrom("2026-11-15", "2026-11-16", "2026-11-17"),
  fc.integer({ min: 1, max: 12 }),
  { minKeys: 1 },
);
const tables = fc.dictionary(fc.constantFrom("a", "b", "c"), days);

test("what is not shown cannot be told: any other small counts give the same bytes", () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 2, max: 8 }), fc.nat(), (table, smallest, seed) => {
      let turn = seed;
      const other = Object.fromEntries(
        Object.entries(table).map(([event, counts]) => [
          event,
          Object.fromEntries(
            Object.entries(counts).map(([day, count]) => {
              turn = (turn * 31 + 7) % 1009;
              return [day, count < smallest ? 1 + (turn % (smallest - 1)) : count];
            }),
          ),
        ]),
      );
      const [left, right] = [table, other].map((one) =>
        aggregateOf(countsOf(one), ABOUT, smallest),
      ) as [ReturnType<typeof aggregateOf>, ReturnType<typeof aggregateOf>];
      expect(aggregateFile(left).text).toBe(aggregateFile(right).text);
      expect(aggregatePage(left).text).toBe(aggregatePage(right).text);
      const numbers = aggregateFile(left).text.match(/(?<=: )\d+(?=,?$)/gm) ?? [];
      expect(numbers.map(Number).filter((one) => one > 0 && one < smallest)).toEqual([]);
    }),
  );
});

test("the page says what the answer says, and nothing found too", () => {
  const full = {
    ...countsOf({ a: { "2026-11-16": 7 } }),
    users: 3,
    addresses: 6,
    projects: ["p/a"],
  };
  expect(
    aggregatePage(aggregateOf(full, { ...ABOUT, complete: false }, 5)).text,
  ).toMatchInlineSnapshot(`
    "# Log-dive \`IR-2026-0042\`: counts

    Window: \`2026-11-16T00:00:00Z\` to \`2026-11-18T00:00:00Z\` (end not included). Events from 2026-11-16 to 2026-11-16 (UTC days): 7.

    **Incomplete**: this artefact cannot be released.

    Different users: fewer than 5. Different addresses: 6.

    A count below 5 is not shown, and a total is exact only where all of its numbers are.

    ## Events by day

    | Event | Day (UTC) | Count |
    | --- | --- | --- |
    | \`a\` | 2026-11-16 | 7 |
    | \`a\` | all | 7 |

    ## Projects

    - \`p/a\`
    "
  `);
  const empty = aggregatePage(aggregateOf(NONE, ABOUT, 5)).text;
  expect(empty).toContain("No event was found.");
  expect(empty).not.toContain("##");
});

describe("the gate's look", () => {
  const answer = aggregateOf(
    {
      ...countsOf({ deploy_key_added: { "2026-11-16": 7 }, git_clone_ssh: { "2026-11-16": 1 } }),
      projects: ["acme-corp/payments/api"],
    },
    ABOUT,
    5,
  );
  const findings = (change: object): readonly string[] =>
    aggregateFindings(JSON.stringify({ ...answer, ...change }), scope, profiles.values()).map(
      ({ type }) => type,
    );
  test("lets the answer pass", () => {
    expect(aggregateFindings(aggregateFile(answer).text, scope, profiles.values())).toEqual([]);
  });
  test.each<[string, object]>([
    ["not_an_aggregate", { more: 1 }],
    ["not_an_aggregate", { users: "jane" }],
    ["unknown_event", { events: [{ event: "jane was here", total: 7, days: [] }] }],
    ["unknown_project", { projects: ["other-corp/app"] }],
    ["small_count", { users: 1 }],
    ["small_count", { events: [{ event: "deploy_key_added", total: 1, days: [] }] }],
  ])("finds %s in %j", (type, change) => {
    expect(findings(change)).toEqual([type]);
  });
  test("finds what is no JSON", () => {
    expect(aggregateFindings("{", scope, [])).toMatchObject([{ type: "not_an_aggregate" }]);
  });
});
