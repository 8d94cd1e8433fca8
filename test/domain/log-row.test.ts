import { describe, expect, test } from "vitest";
import { readLine } from "../../scripts/domain/information-request/log-dive.ts";
import { isAmbiguous, isObject, scalarText, textsAt } from "../../scripts/domain/log-row.ts";
import { BASE, bytesOf, lineOf, profileOf, rowOfLine } from "./dive-fixture.ts";

const application = profileOf("application");
const said = (row: unknown, field: string): string | null =>
  scalarText(rowOfLine(row, application).fields.get(field) ?? null);

describe("wrappings", () => {
  const nested = Object.fromEntries(
    Object.entries(BASE).filter(([key]) => !key.startsWith("meta.")),
  );
  test.each([
    ["bare", BASE],
    ["nested context", { ...nested, meta: { project: "acme-corp/payments/api", user_id: 501 } }],
    ["Stackdriver", { insertId: "x", timestamp: "2026-01-01T00:00:00Z", jsonPayload: BASE }],
    [
      "Kibana, dotted",
      Object.fromEntries(Object.entries(BASE).map(([key, value]) => [`json.${key}`, value])),
    ],
    ["Kibana, nested", { "@timestamp": "2026-01-01T00:00:00Z", json: BASE }],
    [
      "ECS, dotted",
      Object.fromEntries(
        Object.entries(BASE).map(([key, value]) => [`gitlab.application.${key}`, value]),
      ),
    ],
    ["ECS, nested", { "@timestamp": "2026-01-01T00:00:00Z", gitlab: { application: BASE } }],
    [
      "LabKit names",
      { ...nested, meta: { gl_project_path: "acme-corp/payments/api", gl_user_id: 501 } },
    ],
  ])("%s", (_, row) => {
    expect(said(row, "time")).toBe("2026-11-16T12:00:00.000Z");
    expect(said(row, "meta.project")).toBe("acme-corp/payments/api");
    expect(said(row, "meta.user_id")).toBe("501");
    expect(said(row, "project_id")).toBe("9001");
  });

  test("a bare row keeps its own fields, whatever wrappings it also carries", () => {
    const row = { ...BASE, json: { project_id: 1 }, jsonPayload: { project_id: 2 } };
    expect(said(row, "project_id")).toBe("9001");
  });

  test("a payload that is no object is no wrapping", () => {
    expect(said({ jsonPayload: "x", project_id: 9001 }, "project_id")).toBe("9001");
  });
});

describe("two values for one field", () => {
  const ambiguous = (text: string, field: string): boolean => {
    const row = readLine(bytesOf(text), application);
    if (typeof row === "string") throw new Error(row);
    return isAmbiguous(row, field);
  };
  test.each([
    ["a key twice", '{"time":1,"project_id":1,"project_id":1}', "project_id"],
    ["flat and nested", '{"time":1,"meta.project":"a","meta":{"project":"b"}}', "meta.project"],
    ["two names", '{"time":1,"meta.project":"a","meta.full_path":"b"}', "meta.project"],
    [
      "the object around it twice",
      '{"time":1,"meta":{"project":"a"},"meta":{"user":"b"}}',
      "meta.project",
    ],
    ["two wrappings", '{"jsonPayload":{"project_id":1},"json":{"project_id":2}}', "project_id"],
    ["two others", '{"json":{"project_id":1},"gitlab.api.project_id":2}', "project_id"],
    [
      "the payload twice",
      '{"jsonPayload":{"time":1},"jsonPayload":{"project_id":1}}',
      "project_id",
    ],
  ])("%s", (_, text, field) => expect(ambiguous(text, field)).toBe(true));

  test("two names with one value agree", () => {
    expect(ambiguous('{"time":1,"meta.project":"a","meta.full_path":"a"}', "meta.project")).toBe(
      false,
    );
    expect(ambiguous('{"time":1,"x":1,"x":1}', "meta.project")).toBe(false);
  });
});

test("a dotted name reaches through objects and arrays", () => {
  const row = rowOfLine(
    {
      time: "x",
      graphql: [
        { operation_name: "a" },
        { operation_name: null },
        1,
        { "deep.er": "c", deep: { er: "d" } },
      ],
      params: [
        { key: "k", value: 5 },
        { key: "l", value: { m: true } },
      ],
      list: ["x", "y"],
    },
    application,
  );
  expect(textsAt(row, "graphql.operation_name")).toStrictEqual(["a"]);
  expect(textsAt(row, "graphql.deep.er")).toStrictEqual(["c"]);
  expect(textsAt(row, "params.value")).toStrictEqual(["5"]);
  expect(textsAt(row, "params.value.m")).toStrictEqual(["true"]);
  expect(textsAt(row, "list")).toStrictEqual(["x", "y"]);
  expect(textsAt(row, "nothing.at.all")).toStrictEqual([]);
  expect(isObject(rowOfLine({ time: 1, a: { b: 1 } }, application), "a")).toBe(true);
});

test("lines that are no row", () => {
  expect(readLine(lineOf([1]), application)).toBe("not_an_object");
  expect(readLine(bytesOf("{"), application)).toBe("not_json");
  expect(readLine(new Uint8Array(1024 * 1024 + 1), application)).toBe("too_large");
  expect(readLine(Uint8Array.of(0xff), application)).toBe("not_utf8");
});
