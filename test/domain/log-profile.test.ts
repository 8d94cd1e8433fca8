import { describe, expect, test } from "vitest";
import {
  LogFieldSet,
  LogProfileFile,
  RedactionPolicy,
  resolveProfile,
} from "../../scripts/domain/log-profile.ts";

const file = LogProfileFile.parse({
  apiVersion: "v1",
  kind: "log_profile",
  source: "demo",
  title: "Demo",
  version: "1",
  owner: "nobody",
  also_called: [],
  files: ["demo.log"],
  indices: [],
  retention_days: { search: 1, archive: 1 },
  volume_bytes_per_day: 1,
  envelopes: [],
  time_fields: ["time"],
  identity: {
    project_path: ["project"],
    ...{ project_id: [], namespace_path: [], namespace_id: [], root_namespace: [], url_path: [] },
    ...{ repository: [], user_name: [], user_id: [] },
    entity: [
      { type: "entity_type", id: "entity_id", path: "entity_path" },
      { type: "a", id: "b", path: "b" },
    ],
  },
  event_fields: ["event"],
  includes: ["shared"],
  aliases: { time: ["ts"] },
  fields: {
    project: { rule: "own", of: "project_path" },
    a: { rule: "boolean" },
    b: { rule: "user_id" },
  },
  dropped: { system: ["pid"] },
  sample: {},
});
const shared = LogFieldSet.parse({
  apiVersion: "v1",
  kind: "log_fields",
  name: "shared",
  fields: { time: { rule: "time" }, event: { rule: "event" }, a: { rule: "time" } },
  dropped: { account: ["entity_type", "entity_id", "entity_path"] },
});
const redaction = RedactionPolicy.parse({
  apiVersion: "v1",
  kind: "redaction_policy",
  version: "1",
  smallest_count: [{ from: "2000-01-01", value: 5 }],
  words: ["key"],
  route_words: ["-", "issues"],
  numbered_words: ["issues"],
  names: { controllers: ["A"], actions: ["show"], workers: ["W"], colours: ["red"] },
  templates: [],
  user_agents: [],
});
const parts = { file, fieldSets: [shared], recipes: [], redaction };

test("shared fields are merged in, and the profile's own rule wins", () => {
  const profile = resolveProfile(parts);
  expect(profile.fields.get("a")).toStrictEqual({ rule: "boolean" });
  expect(profile.fields.get("time")).toStrictEqual({ rule: "time" });
  expect(profile.fields.get("pid")).toStrictEqual({ rule: "drop", class: "system" });
  expect(profile.aliases.get("ts")).toBe("time");
});

test("a rule that refers to a list of names becomes an enumeration of them", () => {
  const listing = {
    ...file,
    fields: { ...file.fields, a: { rule: "listed" as const, of: "colours" } },
  };
  const profile = resolveProfile({ ...parts, file: listing });
  expect(profile.fields.get("a")).toStrictEqual({ rule: "enum", values: ["red"] });
});

describe("every fault is named at once", () => {
  test.each(["numbers", "toString"])("names that nobody lists: %s", (of) => {
    const listing = { ...file, fields: { ...file.fields, a: { rule: "listed" as const, of } } };
    expect(() => resolveProfile({ ...parts, file: listing })).toThrow(
      `a: no names are listed under ${of}`,
    );
  });
  test("unknown field sets and fields without a rule", () => {
    const faulty = { ...file, includes: ["none"], time_fields: ["zeit"] };
    expect(() => resolveProfile({ ...parts, file: faulty })).toThrow(
      /^log profile demo: includes: no field set is called none; zeit: is used but has no rule; add it to fields;/,
    );
  });
  test("a field both ruled and dropped", () => {
    const faulty = { ...file, dropped: { system: ["a"] } };
    expect(() => resolveProfile({ ...parts, file: faulty })).toThrow(
      "a: has a rule and is dropped; keep one",
    );
  });
});
