import { expect, test } from "vitest";
import { inTurn, NOTHING, planRequest } from "../../../scripts/domain/information-request/steps.ts";
import { observation } from "./observation.ts";

const context = {
  now: "2026-11-20T12:00:00Z",
  defaultBranch: "main",
  digest: (text: string) => `${text.length}`,
};
const action = { kind: "set-confidential", issue: 42 } as const;
const record = { event: "verdict", data: { verdict: "accept" } } as const;

test("without a record the plan is the actions alone", () => {
  expect(
    planRequest(observation(), [NOTHING, { actions: [action], records: [] }], context),
  ).toEqual([action]);
});

test("the custody log is committed once and last", () => {
  const plan = planRequest(
    observation({ custody: { text: "", lastCommit: "abc", branchStands: true, entries: [] } }),
    [
      { actions: [action], records: [record] },
      { actions: [action], records: [{ event: "gap", data: {} }] },
    ],
    context,
  );
  expect(plan.map(({ kind }) => kind)).toEqual([
    "set-confidential",
    "set-confidential",
    "commit-files",
  ]);
  expect(plan.at(-1)).toMatchObject({
    branch: "custody",
    startBranch: null,
    message: "Record verdict, gap of IR-2026-0042",
    files: [{ path: "information-request/2026/IR-2026-0042.jsonl", lastCommit: "abc" }],
  });
});

test("a public request is hidden before anything is written about it", () => {
  const write = { kind: "change-labels", issue: 42, add: ["a"], remove: [] } as const;
  const plan = (issue: object, actions: readonly (typeof write | typeof action)[]) =>
    planRequest(
      observation({ issue: { ...observation().issue, ...issue } }),
      [{ actions, records: [] }],
      context,
    );
  expect(plan({ confidential: false }, [write])).toEqual([action, write]);
  expect(plan({ confidential: false }, [action, write])).toEqual([action, write]);
  expect(plan({ confidential: false }, [])).toEqual([]);
  expect(plan({ confidential: false, state: "closed" }, [write])).toEqual([write]);
  expect(plan({ confidential: true }, [write])).toEqual([write]);
});

test("the first entry of all makes the branch", () => {
  const seen = observation({
    custody: { text: "", lastCommit: null, branchStands: false, entries: [] },
  });
  expect(planRequest(seen, [{ actions: [], records: [record] }], context)).toMatchObject([
    { kind: "commit-files", startBranch: "main" },
  ]);
});

test("what is on record already is not written again", () => {
  const entries = [{ seq: 1, at: "", prev: "", hash: "", ...record }];
  const seen = observation({
    custody: { text: "x\n", lastCommit: "a", branchStands: true, entries },
  });
  expect(planRequest(seen, [{ actions: [], records: [record] }], context)).toEqual([]);
});

test("an announcement stands before the actions, alone; other records wait for the next run", () => {
  const announced = { event: "destruction", data: { packages: ["p"] } } as const;
  const steps = [{ actions: [action], records: [record], announced: [announced] }];
  const plan = planRequest(observation(), steps, context);
  expect(plan.map(({ kind }) => kind)).toEqual(["commit-files", "set-confidential"]);
  expect(plan[0]).toMatchObject({ message: "Record destruction of IR-2026-0042" });
});

test("two jobs' steps follow one another", () => {
  const steps = { actions: [action], records: [record] };
  expect(inTurn(steps, NOTHING)).toMatchObject(steps);
  expect(inTurn(steps, steps)).toMatchObject({
    actions: [action, action],
    records: [record, record],
    announced: [],
  });
  const announcing = { ...steps, announced: [record] };
  expect(inTurn(announcing, announcing).announced).toEqual([record, record]);
});

test("a text that belongs to an entry gets a file of its own, by the entry's number", () => {
  const plan = planRequest(
    observation(),
    [
      {
        actions: [],
        records: [
          { event: "gap", data: {} },
          { ...record, beside: "{}\n" },
        ],
      },
    ],
    context,
  );
  expect(plan).toMatchObject([
    {
      files: [
        { path: "information-request/2026/IR-2026-0042.jsonl" },
        {
          path: "information-request/2026/IR-2026-0042.case-2.json",
          content: "{}\n",
          lastCommit: null,
        },
      ],
    },
  ]);
});
