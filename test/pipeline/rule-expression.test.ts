// The evaluator against the examples of GitLab's documentation.
import { expect, test } from "vitest";
import { evaluate } from "./rule-expression.ts";

const VARIABLES = { A: "main", B: "main", EMPTY: "", TASK: "queue", SOURCE: "schedule" };

test.each([
  ['$A == "main"', true],
  ["$A == 'other'", false],
  ['$A != "main"', false],
  ["$A == $B", true],
  ["$A", true],
  ["$EMPTY", false],
  ["$MISSING", false],
  ["$MISSING == null", true],
  ["$EMPTY == null", false],
  ['$EMPTY == ""', true],
  ['$MISSING != "queue"', true],
  ["$SOURCE =~ /^(schedule|trigger)$/", true],
  ["$SOURCE =~ /^SCHED/i", true],
  ["$SOURCE !~ /^sched/", false],
  ["$MISSING =~ /./", false],
  ["$MISSING !~ /./", true],
  ['$A == "x" && $B == "main" || $TASK == "queue"', true],
  ['$A == "x" && ($B == "main" || $TASK == "queue")', false],
  ['$SOURCE == "schedule" && $TASK != "queue"', false],
] as const)("%s is %s", (expression, expected) => {
  expect(evaluate(expression, VARIABLES)).toBe(expected);
});

test.each(['$A = "x"', '$A == "x" "y"', "$A ==", '($A == "x"', '$A =~ "x"', "A == 1", "== $A"])(
  "%s is refused",
  (expression) => {
    expect(() => evaluate(expression, VARIABLES)).toThrow();
  },
);
