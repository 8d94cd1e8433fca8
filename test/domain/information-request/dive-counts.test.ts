import { expect, test } from "vitest";
import {
  fieldCounter,
  sourceCounter,
} from "../../../scripts/domain/information-request/dive-counts.ts";

test("counts the lines of a source so that every line is one of outside, matched, quarantined", () => {
  const counter = sourceCounter("audit", [{ bytes: 100 }, { bytes: 50 }], ["2026-11-17"]);
  counter.released();
  counter.released();
  counter.withheld("exception");
  counter.quarantined("not_json");
  counter.quarantined("duplicate_field");
  counter.quarantined("not_json");
  counter.objectRead("a.ndjson", 10, null);
  counter.objectRead("b.ndjson", 3, "the gzip data are corrupt");
  expect(counter.counts()).toEqual({
    source: "audit",
    partitions: 2,
    bytes: 150,
    scanned: 13,
    outside: 7,
    matched: 3,
    released: 2,
    withheld: { exception: 1 },
    quarantined: { duplicate_field: 1, not_json: 2 },
    missing: ["2026-11-17"],
    broken: [{ object: "b.ndjson", reason: "the gzip data are corrupt" }],
  });
});

test("counts fields by source and name, with the reasons of what did not stay whole", () => {
  const counter = fieldCounter();
  counter.add("audit", [
    { field: "time", action: "kept", reason: null },
    { field: "ip", action: "pseudonymised", reason: "PERSONAL" },
  ]);
  counter.add("api", [{ field: "ip", action: "removed", reason: "SYSTEM_INFO" }]);
  counter.add("audit", [{ field: "ip", action: "removed", reason: "SECRET" }]);
  expect(counter.counts()).toEqual([
    {
      source: "api",
      field: "ip",
      kept: 0,
      pseudonymised: 0,
      removed: 1,
      reasons: { SYSTEM_INFO: 1 },
    },
    {
      source: "audit",
      field: "ip",
      kept: 0,
      pseudonymised: 1,
      removed: 1,
      reasons: { PERSONAL: 1, SECRET: 1 },
    },
    { source: "audit", field: "time", kept: 1, pseudonymised: 0, removed: 0, reasons: {} },
  ]);
});

test("adds the counts of the parts of a dive to what one counter of the whole has", () => {
  const audit = [
    { field: "ip", action: "removed", reason: "SECRET" },
    { field: "ip", action: "pseudonymised", reason: "PERSONAL" },
    { field: "time", action: "kept", reason: null },
  ] as const;
  const api = [{ field: "ip", action: "removed", reason: "SYSTEM_INFO" }] as const;
  const whole = fieldCounter();
  for (const [source, tally] of [
    ["audit", audit],
    ["api", api],
    ["audit", audit],
  ] as const)
    whole.add(source, tally);
  const parts = [fieldCounter(), fieldCounter()] as const;
  parts[0].add("audit", audit);
  parts[1].add("api", api);
  parts[1].add("audit", audit);
  const sum = fieldCounter();
  for (const part of parts) sum.addCounts(part.counts());
  expect(sum.counts()).toEqual(whole.counts());

  const lines = sourceCounter("audit", [], []);
  lines.released(3);
  lines.withheld("exception", 2);
  lines.quarantined("not_json", 4);
  expect(lines.counts()).toMatchObject({
    released: 3,
    withheld: { exception: 2 },
    quarantined: { not_json: 4 },
  });
});
