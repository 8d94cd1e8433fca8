import { describe, expect, test } from "vitest";
import * as z from "zod";
import { explainIssues, formatFault, formatPath } from "../../scripts/domain/fault.ts";

test.each([
  [[], ""],
  [["window", "from"], "window.from"],
  [["resources", "users", 0], "resources.users[0]"],
  [[1, "a"], "[1].a"],
])("path %j → %j", (path, text) => {
  expect(formatPath(path)).toBe(text);
});

test("a fault is one line with its place, and what to do", () => {
  const fault = { file: "a.yaml", line: 3, column: 7, key: "id", message: "is missing" };
  expect(formatFault(fault)).toBe("a.yaml:3:7 id is missing");
  expect(formatFault({ ...fault, key: "", fix: "add it" })).toBe("a.yaml:3:7 is missing; add it");
});

const Many = z.strictObject(
  Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`key_${at}`, z.string().optional()])),
);
const Schema = z.strictObject({
  kind: z.literal("request"),
  size: z.enum(["small", "large"]).optional(),
  level: z.literal([1, 2]).optional(),
  count: z.int().optional(),
  on: z.boolean().optional(),
  names: z.array(z.strictObject({ first: z.string() })).optional(),
  byName: z
    .record(z.string().regex(/^[a-z]+$/, "lower case only"), z.strictObject({ id: z.int() }))
    .optional(),
  nested: z.strictObject({ from: z.string(), to: z.string() }).nullable().optional(),
  preset: z.strictObject({ a: z.string() }).default({ a: "" }),
  either: z
    .union([z.strictObject({ path: z.string() }), z.strictObject({ id: z.int(), at: z.string() })])
    .optional(),
  words: z.string().min(3, "is too short").optional(),
  many: Many.optional(),
  map: z.map(z.string(), z.strictObject({ a: z.string() })).optional(),
  loose: z
    .union([
      z.string(),
      z.strictObject({ list: z.array(z.strictObject({ a: z.string() })) }),
      z.strictObject({ other: z.string(), more: z.string(), most: z.string() }),
    ])
    .optional(),
});

function complaintsOf(input: unknown): string[] {
  const parsed = Schema.safeParse(input);
  return explainIssues(Schema, input, parsed.error?.issues ?? []).map(
    ({ key, message, fix }) => `${key} | ${message}${fix === undefined ? "" : ` | ${fix}`}`,
  );
}

describe("what zod found, for people", () => {
  test.each<[object, string[]]>([
    [{}, ["kind | is missing"]],
    [{ kind: "requst" }, ["kind | is not one of the known values | did you mean request?"]],
    [
      { kind: "request", size: 3 },
      ["size | is not one of the known values | use one of small, large"],
    ],
    [
      { kind: "request", size: "zzzzzz" },
      ["size | is not one of the known values | use one of small, large"],
    ],
    [{ kind: "request", level: 3 }, ["level | is not one of the known values | use one of 1, 2"]],
    [{ kind: "request", count: "1" }, ["count | must be a number"]],
    [{ kind: "request", count: 1.5 }, ["count | must be a whole number"]],
    [{ kind: "request", on: "yes" }, ["on | must be a boolean"]],
    [{ kind: "request", names: {} }, ["names | must be a list"]],
    [{ kind: "request", nested: [] }, ["nested | must be a map"]],
    [{ kind: "request", byName: [] }, ["byName | must be a map"]],
    [{ kind: "request", nested: { from: "" } }, ["nested.to | is missing"]],
    [{ kind: "request", words: "a" }, ["words | is too short"]],
    [{ kind: "request", nmaes: [] }, ["nmaes | is not a known key | did you mean names?"]],
    [
      { kind: "request", names: [{ first: "", frist: 1 }] },
      ["names[0].frist | is not a known key | did you mean first?"],
    ],
    [
      { kind: "request", byName: { a: { id: 1, di: 2 } } },
      ["byName.a.di | is not a known key | did you mean id?"],
    ],
    [
      { kind: "request", byName: { A: { id: 1 } } },
      ["byName.A | is not a good name: lower case only"],
    ],
    [
      { kind: "request", nested: { from: "", to: "", form: "" } },
      ["nested.form | is not a known key | did you mean from?"],
    ],
    [
      { kind: "request", preset: { a: "", bbbbb: "" } },
      ["preset.bbbbb | is not a known key | use one of a"],
    ],
    [
      { kind: "request", either: { path: "", pth: "" } },
      ["either.pth | is not a known key | did you mean path?"],
    ],
    [
      { kind: "request", either: { id: 1, path: 2 } },
      ["either.path | must be a string", "either.id | is not a known key | did you mean id?"],
    ],
    [
      { kind: "request", many: { zzzzzzzzz: 1 } },
      [
        expect.stringMatching(
          /^many\.zzzzzzzzz \| is not a known key \| use one of key_0, .*key_11, …$/,
        ) as unknown as string,
      ],
    ],
    [
      { kind: "request", loose: { list: [{ a: "", b1: "" }] } },
      ["loose.list[0].b1 | is not a known key | use one of a"],
    ],
    [
      { kind: "request", either: { id: 1, at: "", x: 1 } },
      ["either.x | is not a known key | use one of path, id, at"],
    ],
    [{ kind: "request", either: { id: 1, at: 2 } }, ["either.at | must be a string"]],
  ])("%j", (input, complaints) => {
    expect(complaintsOf(input)).toEqual(complaints);
  });

  test("behind a form whose parts are not known there is no suggestion", () => {
    const input = { kind: "request", map: new Map([["x", { a: "", b: "" }]]) };
    expect(complaintsOf(input)).toEqual(["map.x.b | is not a known key"]);
  });
});
