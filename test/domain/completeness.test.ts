import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isComplete } from "../../scripts/domain/information-request/completeness.ts";

const cases = readFileSync(new URL("../cases/shared/logs.ndjson", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line))
  .filter((one) => one.es_response !== undefined);

test.each(cases.map((one) => [one.name, one]))("%s", (_, one) => {
  expect(isComplete(one.es_response) ? "complete" : "incomplete").toBe(one.expect.verdict);
});

const good = {
  timed_out: false,
  _shards: { total: 5, successful: 5, skipped: 0, failed: 0 },
  hits: { total: { value: 5, relation: "eq" }, hits: [] },
};
const clusters = {
  total: 2,
  successful: 2,
  skipped: 0,
  running: 0,
  partial: 0,
  failed: 0,
  details: {},
};

test("the ordinary good answers", () => {
  expect(isComplete(good)).toBe(true);
  expect(isComplete({ ...good, _clusters: clusters, terminated_early: false })).toBe(true);
});

describe("anything that is not said to be whole is not", () => {
  test.each([
    ["nothing", null],
    ["a page of HTML", "<html>"],
    ["an error", { ...good, error: { type: "search_phase_execution_exception" } }],
    ["a time-out", { ...good, timed_out: true }],
    ["no word on time-outs", { _shards: good._shards, hits: good.hits }],
    ["an early end", { ...good, terminated_early: true }],
    ["a failed shard", { ...good, _shards: { total: 5, successful: 4, failed: 1 } }],
    ["a shard that nobody speaks of", { ...good, _shards: { total: 5, successful: 4, failed: 0 } }],
    ["no total", { ...good, hits: { hits: [] } }],
    ["an old total", { ...good, hits: { total: 5 } }],
    ["a skipped cluster", { ...good, _clusters: { ...clusters, successful: 1, skipped: 1 } }],
    ["a partial cluster", { ...good, _clusters: { ...clusters, partial: 1 } }],
    ["a cluster still running", { ...good, _clusters: { ...clusters, successful: 1, running: 1 } }],
  ])("%s", (_, answer) => expect(isComplete(answer)).toBe(false));
});
